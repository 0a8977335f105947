"""What a month or a channel is held against."""

import datetime
from dataclasses import replace

import pytest

from reports import findings
from reports.content import Break, Comparison, GroupLine
from scoring.changes import Direction
from scoring.disclosure import hide
from scoring.intervals import wilson
from scoring.results import Estimate, GroupScore, Interval
from survey_app.results.changes import channel_lines, pair, trend
from survey_app.results.groups import channel_key, month_key, nothing

JUNE, JULY, AUGUST = (datetime.date(2025, month, 1) for month in (6, 7, 8))


def scored(key: str, satisfied: int, n: int) -> GroupScore:
    lower, upper = (float(limit) for limit in wilson(satisfied / n, n))
    interval = Interval(lower=lower, upper=upper, level=0.95, method="wilson")
    return replace(nothing(key), index=Estimate(value=satisfied / n, n=n, effective_n=n, interval=interval))


def months(*counts: tuple[int, int]) -> dict[str, GroupScore]:
    found = {month_key(m): c for m, c in zip((JUNE, JULY, AUGUST), counts, strict=False)}
    return {key: scored(key, *count) for key, count in found.items()}


@pytest.mark.parametrize(
    ("last", "direction"),
    [((290, 300), Direction.HIGHER), ((180, 300), Direction.LOWER), ((250, 300), Direction.CANNOT_TELL)],
)
def test_the_last_month_says_what_changed(last: tuple[int, int], direction: Direction) -> None:
    points = trend(months((240, 300), (100, 300), last), [JUNE, JULY, AUGUST], (), "A")
    assert [point.change for point in points] == [Direction.CANNOT_TELL, Direction.CANNOT_TELL, direction]


def test_after_a_break_the_count_begins_anew() -> None:
    of_months = months((290, 300), (200, 300), (260, 300))
    broken = trend(of_months, [JUNE, JULY, AUGUST], (Break(month=JULY, label="hai cấp"),), "A")
    assert broken[-1].change is Direction.HIGHER
    assert trend(of_months, [JUNE, JULY, AUGUST], (), "A")[-1].change is Direction.LOWER
    alone = trend(of_months, [JUNE, JULY, AUGUST], (Break(month=AUGUST, label="hai cấp"),), "A")
    assert {point.change for point in alone} == {Direction.CANNOT_TELL}


def test_more_answers_by_the_kinder_channel_are_named_as_such() -> None:
    of_months = months((670, 800), (730, 800))
    mixed = {
        channel_key("A", JUNE): scored("", 190, 200),
        channel_key("B", JUNE): scored("", 480, 600),
        channel_key("A", JULY): scored("", 570, 600),
        channel_key("B", JULY): scored("", 160, 200),
    }
    assert trend(of_months | mixed, [JUNE, JULY], (), "AB")[-1].change is Direction.ONLY_MIX
    assert trend(of_months, [JUNE, JULY], (), "AB")[-1].change is Direction.HIGHER


def test_channels_are_held_against_the_first() -> None:
    found = {channel_key("A"): scored("", 180, 200), channel_key("C"): scored("", 199, 200)}
    lines = channel_lines(found, "ABC", "AC", {"A": 201, "C": 200})
    assert [(line.received, line.counted) for line in lines] == [(201, True), (0, False), (200, True)]
    assert [line.index.value for line in lines] == [0.9, None, 0.995]
    assert lines[0].change is lines[1].change is None
    assert lines[2].change is not None
    assert (lines[2].change.value, lines[2].change.direction) == (pytest.approx(0.095), Direction.HIGHER)


def test_two_rows_of_a_comparison_are_held_against_each_other() -> None:
    rows = [GroupLine(key=key, name=key, score=scored(key, good, 400)) for key, good in (("a", 380), ("b", 300))]
    rows.append(GroupLine(key="c", name="c", score=nothing("c")))
    found = Comparison(title="x", target=None, rows=tuple(rows)), Comparison(title="y", target=None, rows=(rows[0],))
    told = pair(found, "a", "b")
    assert told is not None
    assert told[2].direction is Direction.HIGHER
    assert findings.pair(*told).startswith("a cao hơn b 20,0 điểm phần trăm (")
    for one, other in (("a", "a"), ("a", "c"), ("a", "z"), ("", "")):
        assert pair(found, one, other) is None


def test_a_channel_too_small_to_show_has_no_count() -> None:
    found = {channel_key("A"): scored("", 180, 200), channel_key("B"): hide(scored("", 3, 3))}
    a, b = channel_lines(found, "AB", "AB", {"A": 200, "B": 3})
    assert (a.received, b.received, b.index.value, b.change) == (200, None, None, None)
