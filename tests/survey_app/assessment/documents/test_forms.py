"""What is entered about a document."""

import datetime

from flask import Flask
from werkzeug.datastructures import MultiDict

from survey_app.assessment.documents.evidence import Details
from survey_app.assessment.documents.forms import DetailsForm, EvidenceForm, VersionForm
from tests.databases import on_sqlite

pytestmark = on_sqlite


def test_details_are_cleaned(app: Flask) -> None:
    sent = MultiDict(
        {"number": " 12/KH-UBND ", "issued_on": "15/01/2025", "summary": "Kế hoạch\r\n CCHC", "issuer": ""}
    )
    with app.test_request_context():
        form = DetailsForm(sent, meta={"csrf": False})
        assert form.validate()
        assert form.details() == Details(
            number="12/KH-UBND", issued_on=datetime.date(2025, 1, 15), summary="Kế hoạch CCHC"
        )


def test_what_is_needed_and_what_is_too_long(app: Flask) -> None:
    with app.test_request_context():
        form = EvidenceForm(MultiDict({"number": "x" * 81}), meta={"csrf": False})
        form.leaves.choices = []
        assert not form.validate()
        assert form.errors == {
            "summary": ["Mục này cần được điền."],
            "number": ["Viết ngắn hơn: nhiều nhất 80 ký tự."],
        }
        version = VersionForm(MultiDict(), meta={"csrf": False})
        assert not version.validate()
        assert version.errors == {"file": ["Chưa chọn tệp."]}
