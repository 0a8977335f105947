"""Refusals carry a reason, details and problems, and know nothing of HTTP."""

import pytest

from survey_app import errors


def test_a_refusal_carries_its_reason_and_details() -> None:
    refusal = errors.NotOpen("counter_closed", successor="KPX7M2")
    assert (refusal.reason, refusal.details, str(refusal)) == (
        "counter_closed",
        {"successor": "KPX7M2"},
        "counter_closed",
    )


def test_details_may_be_called_like_its_own_parts() -> None:
    assert errors.Conflict("taken", reason="x", self="y").details == {"reason": "x", "self": "y"}


def test_what_is_rejected_names_its_problems() -> None:
    assert errors.Rejected("rows", problems={"5": "unknown_unit"}, other="x").problems == {"5": "unknown_unit"}
    assert errors.Rejected("rows").problems == {}


@pytest.mark.parametrize("kind", errors.Refusal.__subclasses__())
def test_each_refusal_says_when_it_is_for(kind: type[errors.Refusal]) -> None:
    assert kind.__doc__
