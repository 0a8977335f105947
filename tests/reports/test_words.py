import datetime

import pytest

from reports import words
from scoring.disclosure import HIDDEN
from scoring.drivers import Quadrant
from scoring.ranking import UnitRank
from scoring.results import Estimate, Interval, Outcome, Reason, Verdict
from tests.reports.contents import minutes, rate

GOOD = rate(0.9, 842)


def verdict(outcome: Outcome, more: int | None = None) -> Verdict:
    return Verdict(outcome=outcome, target=0.9, operator=">=", more_answers=more)


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [(1234.5, 1, "1.234,5"), (0.125, 2, "0,13"), (1_000_000, 0, "1.000.000"), (2.675, 2, "2,68"), (-0.5, 0, "-1")],
)
def test_number(value: float, decimals: int, said: str) -> None:
    assert words.number(value, decimals) == said


def test_rates_are_rounded_half_up_as_decimals() -> None:
    assert words.percent(0.8266) == "82,7\u00a0%"
    assert words.bare_percent(0.145, 0) == "15"
    assert words.percent(None) == words.rate_cell(None) == "–"
    assert words.rate_cell(0.91324) == "91,32"


def test_dates() -> None:
    day = datetime.date(2026, 3, 1)
    assert (words.day(day), words.month(day)) == ("01/03/2026", "03/2026")


def test_intervals() -> None:
    assert words.interval(GOOD) == "87,8–91,8"
    assert words.interval(HIDDEN) == words.bounds(HIDDEN) == "–"
    assert words.bounds(minutes(12.4, 0.6, 842)) == "11,8–13,0"


def test_a_figure_never_stands_alone() -> None:
    assert words.figure(GOOD) == "90,0\u00a0% (87,8–91,8; n\u00a0=\u00a0842)"
    assert words.figure(rate(1, 1)) == "100,0\u00a0% (n\u00a0=\u00a01)"
    assert words.figure(HIDDEN) == "không có tỷ lệ (quá ít phiếu, không công bố)"
    assert words.figure(Estimate(value=None, n=0)) == "không có tỷ lệ (chưa có phiếu trả lời)"
    assert words.measurement(minutes(12.4, 0.6, 842), "phút").startswith("trung bình 12,4\u00a0phút (11,8–13,0; n")
    assert words.measurement(HIDDEN, "phút") == "không có số liệu (quá ít phiếu, không công bố)"


def test_verdicts() -> None:
    assert words.outcome(None) == "–"
    assert words.standing(GOOD, verdict(Outcome.REACHED)) == "Đạt"
    assert words.standing(HIDDEN, verdict(Outcome.NO_DATA)) == "Không công bố"
    assert words.count(GOOD) == "842"
    assert words.count(HIDDEN) == "–"


@pytest.mark.parametrize(
    ("more", "said", "bare"),
    [
        (None, "", ""),
        (120, "cần thêm khoảng 120 phiếu", "≈\u00a0120"),
        (10_001, "cần thêm trên 10.000 phiếu", ">\u00a010.000"),
    ],
)
def test_more_answers(more: int | None, said: str, bare: str) -> None:
    undecided = verdict(Outcome.CANNOT_TELL, more)
    assert (words.more(undecided), words.more_bare(undecided)) == (said, bare)
    assert words.more(None) == words.more_bare(None) == ""


@pytest.mark.parametrize(
    ("operator", "value", "percent", "said"),
    [
        (">=", 0.9, True, "đạt tối thiểu 90\u00a0%"),
        (">", 0.955, True, "trên 95,5\u00a0%"),
        ("<=", 20, False, "tối đa 20\u00a0phút"),
    ],
)
def test_target(operator: str, value: float, percent: bool, said: str) -> None:
    assert words.target(operator, value, percent=percent) == said


def test_the_sentence_for_citizens() -> None:
    estimate = Estimate(value=0.91, n=842, interval=Interval(lower=0.89, upper=0.93, level=0.95, method="wilson"))
    said = words.reading(estimate, verdict(Outcome.CANNOT_TELL, 120))
    assert said == (
        "Cứ 100 người trả lời thì khoảng 91 người hài lòng; con số thật nằm trong khoảng 89 đến 93 "
        "(độ tin cậy 95\u00a0%). Mục tiêu 90: chưa đủ căn cứ để kết luận, cần thêm khoảng 120 phiếu."
    )
    assert words.reading(estimate, verdict(Outcome.REACHED)).endswith("Mục tiêu 90: đạt.")
    assert words.reading(estimate).endswith("(độ tin cậy 95\u00a0%).")
    assert words.reading(HIDDEN) == "Không có tỷ lệ: quá ít phiếu, không công bố."
    assert words.reading(rate(1, 1)).endswith("100 người hài lòng; quá ít phiếu để tính khoảng tin cậy.")
    assert words.reading(Estimate(value=None, n=0, reason=Reason.NOT_ASKED)).endswith("phiếu không hỏi nội dung này.")


def test_roman() -> None:
    assert [words.roman(i) for i in (1, 4, 5, 9, 14, 38)] == ["I", "IV", "V", "IX", "XIV", "XXXVIII"]


def test_a_narrow_interval_is_read_out_of_a_thousand() -> None:
    narrow = Estimate(
        value=0.9191, n=6268, interval=Interval(lower=0.9164, upper=0.9221, level=0.95, method="wilson_neff")
    )
    verdict = Verdict(outcome=Outcome.REACHED, target=0.9, operator=">=")
    assert words.reading(narrow, verdict) == (
        "Cứ 1.000 người trả lời thì khoảng 919 người hài lòng; con số thật nằm trong khoảng 916 đến 922 "
        "(độ tin cậy 95\u00a0%). Mục tiêu 900: đạt."
    )
    census = Estimate(value=0.9, n=30, interval=Interval(lower=0.9, upper=0.9, level=0.95, method="wilson"))
    assert "con số thật là 900" in words.reading(census)


def test_points_are_not_read_as_people() -> None:
    points = Estimate(value=0.84, n=62, interval=Interval(lower=0.8, upper=0.88, level=0.95, method="wilson_neff"))
    said = words.reading(points, measure="M2")
    assert said.startswith("Điểm hài lòng trung bình khoảng 84 trên 100; con số thật nằm trong khoảng 80 đến 88")
    assert "người" not in said


def test_places() -> None:
    assert words.places(UnitRank(rank=5, best=3, worst=9, of=99)) == "3–9"
    assert words.places(UnitRank(rank=1, best=1, worst=1, of=99)) == "1"
    assert words.places(UnitRank(rank=None, best=None, worst=None, of=99)) == words.places(None) == "–"


def test_quadrants() -> None:
    assert {words.quadrant(found) for found in Quadrant} == set(words.QUADRANTS.values())
    assert words.quadrant(None) == words.span(None) == "–"


def test_an_interval_for_every_look() -> None:
    every = Interval(lower=0.912, upper=0.934, level=0.95, method="confidence_sequence")
    assert words.daily(Estimate(value=0.923, n=4000), every) == (
        "Câu hỏi chung: 92,3\u00a0%; dù xem số liệu mỗi ngày trong suốt đợt, khoảng 91,2–93,4 vẫn đúng với độ tin cậy "
        "95\u00a0%."
    )
