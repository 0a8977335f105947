"""Importance from the sums of parts, such as units, instead of from respondents."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.importance import Importance, NoImportance, from_parts, importance
from tests.scoring.test_importance import survey

Floats = NDArray[np.float64]
PARTS = 30


def sums(items: Floats, overall: Floats, parts: int = PARTS) -> list[Floats]:
    """Pair sums of each part; respondent k belongs to part k modulo parts."""
    table = np.column_stack([items, overall])
    there, filled = (~np.isnan(table)).astype(float), np.nan_to_num(table)
    found = []
    for left, right in ((there, there), (filled, there), (filled, filled)):
        found.append(np.stack([left[p::parts].T @ right[p::parts] for p in range(parts)]))
    return found


def shares(found: Importance) -> list[float]:
    return [item.share if item.share is not None else math.nan for item in found.items]


def width(found: Importance, item: int) -> float:
    interval = found.items[item].share_interval
    assert interval is not None
    return interval.upper - interval.lower


def test_the_sums_give_what_the_respondents_give() -> None:
    items, overall = survey(1, 600)
    found, wanted = from_parts(*sums(items, overall)), importance(items, overall)
    assert shares(found) == pytest.approx(shares(wanted), abs=1e-9)
    assert found.r_squared == pytest.approx(wanted.r_squared)
    assert found.n == 600
    for place, item in enumerate(found.items):
        assert item.share_interval is not None
        assert item.share_interval.lower <= (item.share or 0) <= item.share_interval.upper
        # Parts made at random have nothing in common: resampling them is resampling respondents.
        assert width(found, place) == pytest.approx(width(wanted, place), rel=0.4)


def test_the_same_seed_gives_the_same_interval_and_the_order_of_items_is_free() -> None:
    items, overall = survey(2, 400, missing=0.1)
    assert from_parts(*sums(items, overall), seed=3) == from_parts(*sums(items, overall), seed=3)
    turned = from_parts(*sums(items[:, ::-1], overall))
    assert shares(turned)[::-1] == pytest.approx(shares(from_parts(*sums(items, overall))))


def test_what_units_have_in_common_widens_the_intervals() -> None:
    items, _ = survey(4, 1200)
    unit = np.arange(1200) % PARTS
    # In each unit another question is what people's overall answer follows.
    overall = items[np.arange(1200), np.random.default_rng(4).integers(0, 2, PARTS)[unit]]
    clustered, naive = from_parts(*sums(items, overall)), importance(items, overall)
    wide, narrow = (width(found, 0) for found in (clustered, naive))
    assert wide > 2 * narrow


def test_few_parts_give_importance_without_intervals() -> None:
    items, overall = survey(5, 300)
    few = from_parts(*sums(items, overall, 9))
    assert (few.reason, few.interval_reason) == (None, NoImportance.TOO_FEW_PARTS)
    assert {item.share_interval for item in few.items} == {None}
    assert shares(few) == pytest.approx(shares(importance(items, overall)), abs=1e-9)
    enough = from_parts(*sums(items, overall, 10), resamples=1)
    assert enough.interval_reason is None
    assert width(enough, 0) == 0  # of one resample


def test_an_item_that_varies_in_one_part_alone_makes_intervals_unstable() -> None:
    items, overall = survey(5, 300)
    items[:, 0] = np.where(np.arange(300) % PARTS == 0, items[:, 0], 4)
    found = from_parts(*sums(items, overall))
    assert (found.reason, found.interval_reason) == (None, NoImportance.UNSTABLE)
    assert {item.share_interval for item in found.items} == {None}


def test_an_item_that_never_varies_is_left_out_and_no_answers_are_no_importance() -> None:
    items, overall = survey(6, 300)
    items[:, 2] = 4
    found = from_parts(*sums(items, overall))
    assert found.items[2].reason is NoImportance.NO_VARIANCE
    assert sum(share for share in shares(found) if not math.isnan(share)) == pytest.approx(1)
    nothing = from_parts(*(np.zeros((PARTS, 4, 4)) for _ in range(3)))
    assert (nothing.reason, nothing.interval_reason) == (NoImportance.NO_VARIANCE, None)
    assert nothing.n == 0


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3)])
def test_sums_must_be_square_tables(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="square tables"):
        from_parts(*(np.zeros(shape) for _ in range(3)))
    with pytest.raises(ValueError, match="resample"):
        from_parts(*(np.zeros((5, 4, 4)) for _ in range(3)), resamples=0)
