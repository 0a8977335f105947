"""Rows as pages read them outlive the session."""

import datetime
from decimal import Decimal

from survey_app.assessment.facts import Asked, Given, Held, Met
from survey_app.db import Database
from survey_app.models import CouncilMeeting, Explanation, Mark, Round
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import MakeMark, Place, Running


@on_sqlite
def test_a_mark_and_its_round(database: Database, running: Running, place: Place, make_mark: MakeMark) -> None:
    key = running.of(place.communes[0])
    make_mark(key, "1.3", "0.75", deducted="0.25", reason="Thiếu")
    with database.reading() as session:
        given = Given.of(session.get(Mark, (key, "1.3", "self")))
        held = Held.of(session.get_one(Round, running.id))
    assert given is not None
    assert (given.points, given.deducted, given.reason, given.edition) == (Decimal("0.75"), Decimal("0.25"), "Thiếu", 1)
    assert (held.state, held.explain_until) == ("running", datetime.date(2026, 5, 10))
    assert Given.of(None) is None


def test_a_question_and_a_meeting() -> None:
    day = datetime.date(2026, 5, 1)
    assert Asked.of(Explanation(question="Vì sao?", due=day, answer=None)) == Asked(
        question="Vì sao?", due=day, answer=None
    )
    met = Met.of(CouncilMeeting(id=3, held_on=day, in_writing=True))
    assert (met.id, met.in_writing) == (3, True)
