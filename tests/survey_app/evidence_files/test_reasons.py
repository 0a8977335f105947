"""Refused files are rejected like other input, for the reason that stands in `Reason`."""

from survey_app.errors import Rejected
from survey_app.evidence_files.reasons import Reason, Refused


def test_a_refusal_carries_its_reason() -> None:
    refused = Refused(Reason.BOMB)
    assert isinstance(refused, Rejected)
    assert refused.reason == "bomb"
    assert refused.problems == {"file": "bomb"}
