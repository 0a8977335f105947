"""What the pages of a unit's work say."""

from decimal import Decimal
from fractions import Fraction

import pytest

from survey_app.assessment.flow import State
from survey_app.assessment.unit.submitting import TAKEN as STEPS_TAKEN
from survey_app.assessment.unit.words import (
    LACKS,
    REFUSED,
    SCANS,
    STAGES,
    STATES,
    STEPS,
    TAKEN,
    less,
    points,
    refused,
    size,
)
from survey_app.errors import Conflict, Rejected, Unavailable
from survey_app.evidence_files.reasons import Reason, Refused
from survey_app.evidence_store import Full
from survey_app.models.assessment import STAGES as ALL_STAGES
from survey_app.models.evidence import SCANS as ALL_SCANS


def test_everything_has_a_name() -> None:
    assert set(STATES) == set(State)
    assert set(STEPS) == set(TAKEN) == set(STEPS_TAKEN)
    assert set(STAGES) == {*ALL_STAGES, "corrected"}
    assert set(SCANS) == set(ALL_SCANS)
    assert set(LACKS) == {"no_score", "no_evidence", "no_reason"}
    assert set(Reason) <= set(REFUSED)


def test_every_refused_file_is_told_what_to_do() -> None:
    for reason in Reason:
        assert "Hãy" in refused(Refused(reason))[0], reason


def test_refusals_in_words() -> None:
    assert refused(Rejected("incomplete", problems={"1.1": "no_score"})) == [REFUSED["incomplete"]]
    found = refused(Rejected("evidence", problems={"url": "bad_url", "note": "note_needed", "x": "bad_url"}))
    assert found == [REFUSED["bad_url"], REFUSED["note_needed"]]
    assert refused(Conflict("other_state")) == [REFUSED["other_state"]]
    assert refused(Unavailable("database")) == [REFUSED["unavailable"]]
    assert refused(Full("evidence")) == [REFUSED["no_room"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), ("", "–"), ("1.70", "1,7"), (Decimal("1234.5"), "1.234,5"), (Fraction(8, 3), "2,67")],
)
def test_points(value: Decimal | Fraction | str | None, shown: str) -> None:
    assert points(value) == shown


@pytest.mark.parametrize(
    ("value", "deducted", "shown"),
    [("1", "0.5", "1 − 0,5 = 0,5"), ("1", "0", "1"), ("", "0.5", "–"), ("-1", "0.5", "-1"), ("1", "2", "1 − 2 = 0")],
)
def test_points_with_what_was_taken_off(value: str, deducted: str, shown: str) -> None:
    assert less(value, Decimal(deducted)) == shown.replace("-1", points("-1"))


@pytest.mark.parametrize(
    ("number", "shown"),
    [(900, "900 byte"), (1536, "1,5 KB"), (20 * 1024**2, "20 MB"), (2 * 1024**3, "2 GB"), (5000 * 1024**3, "5000 GB")],
)
def test_sizes(number: int, shown: str) -> None:
    assert size(number) == shown
