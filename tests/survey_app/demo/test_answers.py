"""The model draws what citizens could have answered."""

import numpy as np
import pytest
from numpy.typing import NDArray

from questionnaires.coding import Answer, encode, holds
from questionnaires.loader import questionnaire
from questionnaires.model import Kind, Questionnaire
from survey_app.demo import answers
from survey_app.demo.answers import Respondents, draw

REFS = ("qr-short@1", "counter-2640@1")


def form(ref: str) -> Questionnaire:
    return questionnaire(ref).definition


def drawn(ref: str, size: int, *, level: float = 1.32, seed: int = 1, waiting: float = 15.0) -> list[dict[str, Answer]]:
    who = Respondents(np.full(size, level), np.full(size, waiting))
    return draw(np.random.default_rng(seed), form(ref), who)


def levels(sets: list[dict[str, Answer]], items: list[str]) -> NDArray[np.float64]:
    """Answers on the scale, NaN where there is none."""
    rows = [
        [float(found) if (found := given.get(item)) not in (None, "n") else np.nan for item in items] for given in sets
    ]
    return np.array(rows)


def alpha(found: NDArray[np.float64]) -> float:
    """Cronbach's alpha from the pairwise covariances."""
    covariance = np.ma.cov(np.ma.masked_invalid(found), rowvar=False)
    items = found.shape[1]
    return float(items / (items - 1) * (1 - np.trace(covariance) / covariance.sum()))


@pytest.mark.parametrize("ref", REFS)
def test_everything_drawn_could_have_been_sent(ref: str) -> None:
    definition = form(ref)
    for given in drawn(ref, 400):
        packed = encode(definition, given)
        assert len(packed.codes) == len(definition.closed)
        assert all(holds(item.only_if, given) for item in definition.items if item.code in given)
        assert all(item.code in given for item in definition.items if item.required)


@pytest.mark.parametrize("ref", REFS)
def test_the_same_seed_draws_the_same_answers(ref: str) -> None:
    assert drawn(ref, 50) == drawn(ref, 50)
    assert drawn(ref, 50) != drawn(ref, 50, seed=2)


def test_the_criteria_hang_together_as_in_real_surveys() -> None:
    definition = form("counter-2640@1")
    criteria = [code for factor in definition.factors for code in factor.criteria]
    assert len(criteria) == 22
    found = levels(drawn("counter-2640@1", 3000), criteria)
    assert 0.85 < alpha(found) < 0.95
    within = np.ma.corrcoef(np.ma.masked_invalid(found), rowvar=False)
    of_factor = np.repeat([0, 1, 2, 3, 4], [len(factor.criteria) for factor in definition.factors])
    same = (of_factor[:, None] == of_factor) & ~np.eye(22, dtype=bool)
    assert within[same].mean() > within[of_factor[:, None] != of_factor].mean() + 0.05


def test_some_is_missing_and_few_are_critics() -> None:
    sets = drawn("counter-2640@1", 3000)
    optional = [code for factor in form("counter-2640@1").factors for code in factor.criteria]
    missing = np.mean([[code not in given for code in optional] for given in sets])
    assert 0.02 < missing < 0.05
    found = levels(sets, optional)
    given_levels = found[~np.isnan(found)]
    assert 0 < (given_levels <= 2).mean() < 0.05
    assert 0.8 < (given_levels >= 4).mean() < 0.97
    not_applicable = np.mean([given.get("PA1") == "n" for given in sets])
    assert 0.5 < not_applicable < 0.7


def test_a_better_unit_gets_better_answers() -> None:
    rates = [(levels(drawn("qr-short@1", 800, level=level), ["CHUNG"]) >= 4).mean() for level in (0.5, 1.3, 2.1)]
    assert rates[0] < 0.8 < rates[1] < 0.95 < rates[2]


def test_waiting_times_are_around_the_usual_wait() -> None:
    told = [given["CHO"] for given in drawn("qr-short@1", 2000, waiting=15.0) if "CHO" in given]
    assert 0.85 < len(told) / 2000 < 0.95
    assert 14 < np.mean(told) < 16
    assert min(told) >= 0
    assert np.median(told) < np.mean(told)  # a few wait very long


def test_critics_write_more_often() -> None:
    happy = sum("YK" in given for given in drawn("qr-short@1", 1500, level=2.0))
    angry = sum("YK" in given for given in drawn("qr-short@1", 1500, level=-0.5))
    assert 0 < happy < 100
    assert angry > 2 * happy


def test_choices_keep_their_limits() -> None:
    sets = drawn("counter-2640@1", 500)
    item = form("counter-2640@1").item("MD")
    ticked = [given["MD"] for given in sets if "MD" in given]
    assert {len(ticks) for ticks in ticked if isinstance(ticks, tuple)} == {1, 2, 3}
    assert all(isinstance(ticks, tuple) and len(set(ticks)) == len(ticks) <= (item.most or 0) for ticks in ticked)
    bribes = np.mean([given.get("ND3") == "1" for given in sets])
    assert bribes < 0.05


def test_shares_fit_their_questions() -> None:
    definition = form("counter-2640@1")
    for code, shares in answers.SHARES.items():
        assert len(shares) == len(definition.item(code).options), code
        assert sum(shares) == pytest.approx(1), code
        assert definition.item(code).kind is Kind.SINGLE
    assert sum(x**2 for x in (answers.PERSON, answers.FACTOR, answers.ITEM)) == pytest.approx(1)
