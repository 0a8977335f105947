from scoring.command.measured import REASONS, Measured, columns, shown
from scoring.results import Estimate, Interval, Reason
from scoring.sampling.linearisation import Missing


def test_a_row_has_the_figures_and_words_for_the_table() -> None:
    interval = Interval(lower=0.8, upper=0.9, level=0.95, method="wilson")
    made = Estimate(value=0.85, n=200, effective_n=180.0, interval=interval)
    row = Measured(domain="Xã A", item="c1", estimate=made, details={"se": 0.02}).row
    assert (row["rate"], row["lower"], row["upper"], row["n"], row["se"]) == (0.85, 0.8, 0.9, 200, 0.02)
    assert (shown(row)["_unit"], shown(row)["_note"]) == ("Xã A", None)


def test_the_reason_of_the_design_says_more_than_that_of_the_estimate() -> None:
    made = Estimate(value=0.85, n=3, reason=Reason.TOO_FEW_FOR_INTERVAL)
    whole = Measured(domain=None, item="c1", estimate=made).row
    assert (whole["reason"], whole["lower"]) == ("too_few_for_interval", None)
    lonely = Measured(domain=None, item="c1", estimate=made, reason=Missing.LONELY_PSU).row
    assert "--lonely" in shown(lonely)["_note"]


def test_every_reason_has_words() -> None:
    assert set(REASONS) >= {*Missing, Reason.NO_ANSWERS, Reason.TOO_FEW_FOR_INTERVAL}


def test_columns_show_units_and_questions_only_where_they_differ() -> None:
    one, two = {"item": "c1"}, {"item": "c2"}
    assert [column.key for column in columns([one], domain=None)] == ["n", "rate", "lower", "upper"]
    assert [column.key for column in columns([one, two], domain="Đơn vị")][:3] == ["_unit", "item", "n"]
