"""Which questions move the answer on the whole service."""

import numpy as np
import pytest

from questionnaires.loader import index_method, questionnaire
from scoring.disclosure import withhold
from scoring.drivers import Quadrant
from scoring.importance import importance
from scoring.results import GroupScore
from survey_app import definitions
from survey_app.campaigns.tallying import tally_of
from survey_app.results.groups import WHOLE, Sums, nothing, scores, unit_key
from survey_app.results.priorities import priorities

REF = "qr-short@1"
LAYOUT = definitions.layout(REF)
FORM = questionnaire(REF).definition
PLAN = definitions.plan(FORM, index_method("m1-f3-x1-v1@1").definition)


def people(n: int, seed: int = 1) -> list[str]:
    """Packed answers: the third question moves the whole most and is rated worst."""
    rng = np.random.default_rng(seed)
    items = np.clip(np.round(4.2 + rng.normal(0, 1, (n, 5)) - np.array([0, 0, 0.8, 0, 0])), 1, 5)
    whole = np.clip(np.round(0.8 * items[:, 2] + 0.2 * items[:, 0] + rng.normal(0, 0.4, n)), 1, 5)
    return ["".join(str(int(level)) for level in (*row, last)) for row, last in zip(items, whole, strict=True)]


def summed(codes: list[str], units: int) -> Sums:
    found = Sums(LAYOUT)
    for unit in range(units):
        found.by_group[unit_key(unit)] = tally_of(REF, [(code, {}) for code in codes[unit::units]]).vector
    found.by_group[WHOLE] = np.sum(list(found.by_group.values()), axis=0)
    return found


def whole(sums: Sums) -> GroupScore:
    return scores(sums, PLAN, {}, level=0.95)[WHOLE]


def test_the_question_that_moves_the_whole_and_does_worst_comes_first() -> None:
    codes = people(400)
    sums = summed(codes, 12)
    lines = priorities(sums, FORM, whole(sums), level=0.95)
    assert lines[0].quadrant is Quadrant.IMPROVE
    assert lines[0].text == FORM.item("CC0").text.vi
    assert lines[0].interval is not None
    assert sum(line.share or 0 for line in lines) == pytest.approx(1)
    table = np.array([[int(sign) for sign in code] for code in codes], float)
    wanted = sorted((item.share or 0 for item in importance(table[:, :5], table[:, 5]).items), reverse=True)
    assert [line.share for line in lines] == pytest.approx(wanted)


def test_few_units_give_no_interval_and_few_answers_nothing() -> None:
    few_units = summed(people(400), 3)
    assert {line.interval for line in priorities(few_units, FORM, whole(few_units), level=0.95)} == {None}
    few = summed(people(20), 12)
    assert priorities(few, FORM, whole(few), level=0.95) == ()
    alike = summed(["444444"] * 100, 12)
    assert priorities(alike, FORM, whole(alike), level=0.95) == ()


def test_nothing_of_what_is_withheld_or_empty() -> None:
    sums = summed(people(400), 12)
    hidden = withhold(whole(summed(people(4), 1)), fewest=5)
    assert priorities(sums, FORM, hidden, level=0.95) == ()
    assert priorities(Sums(LAYOUT), FORM, nothing(WHOLE), level=0.95) == ()
