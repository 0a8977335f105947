"""When a round began, and when a unit was appraised."""

import datetime

from sqlalchemy.orm import Session

from survey_app.assessment import rounds
from survey_app.assessment.flow import State, Step
from survey_app.assessment.settling import timing
from survey_app.models import Assessment
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import MakeMark, Place, Running

pytestmark = on_sqlite


def test_a_round_begins_on_the_day_it_is_opened(running: Running, session: Session, clock: Clock) -> None:
    assert timing.begun(session, running.id) == clock.today
    assert timing.begun(session, 999) == datetime.date.min  # the log does not say


def test_a_unit_is_appraised_when_its_appraisal_is_finished(
    running: Running, place: Place, make_mark: MakeMark, analyst: Actor, session: Session, clock: Clock
) -> None:
    first, second, third = (running.of(unit) for unit in place.communes)
    make_mark(first, "1.1", "2", stage="first")
    make_mark(second, "1.1", "2", stage="first")
    make_mark(third, "1.1", "2")
    spoken = clock.today
    clock.at = datetime.datetime(2026, 3, 17, 18, tzinfo=datetime.UTC)  # the 18th in the province
    row = session.get_one(Assessment, first)
    row.state = State.EXPLAINED
    rounds.move(session, analyst, row, Step.FINISH, clock())
    begun = session.get_one(Assessment, third)
    begun.state = State.SUBMITTED
    rounds.move(session, analyst, begun, Step.APPRAISE, clock())
    found = timing.appraised(session, [first, second, third])
    assert found == {first: datetime.date(2026, 3, 18), second: spoken}
