"""The letterhead of documents."""

import pytest
from sqlalchemy.orm import Session

from survey_app.errors import NotFound
from survey_app.letterhead import letterhead as read
from survey_app.models import Letterhead


def test_the_letterhead(session: Session, letterhead: Letterhead) -> None:
    found, fictional = read(session)
    assert (found.issuer, found.recipients[1], fictional) == ("SỞ NỘI VỤ", "Lưu: VT, CCHC", True)


def test_without_a_letterhead_there_is_no_report(session: Session) -> None:
    with pytest.raises(NotFound):
        read(session)
