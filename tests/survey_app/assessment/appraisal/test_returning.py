"""What the queue says of units that took back what they had sent."""

import pytest

from survey_app.assessment import rounds
from survey_app.assessment.appraisal.returning import returning
from survey_app.assessment.flow import State, Step
from survey_app.db import Database
from survey_app.errors import NotAllowed
from survey_app.models import Assessment, Duty
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Browse, Place, Put, Running

pytestmark = on_sqlite


@pytest.fixture
def mine(running: Running, place: Place, put: Put, inspector: Actor, database: Database, clock: Clock) -> int:
    """Xã An Cọ, which was submitted and taken back."""
    found = running.of(place.communes[0])
    put(found, State.SUBMITTED)
    with database.transaction() as session:
        rounds.move(session, inspector, session.get_one(Assessment, found), Step.WITHDRAW, clock())
    return found


def test_units_that_are_out_of_the_queue_again_are_named(
    mine: int, running: Running, place: Place, appraiser: Actor, inspector: Actor, put: Put, database: Database
) -> None:
    with database.reading() as session:
        found = returning(session, appraiser, running.id)
    assert [(each.unit, each.taken_back.by) for each in found.gone] == [("Xã An Cọ", inspector.name)]
    assert list(found.trails) == [mine]
    put(mine, State.SUBMITTED)
    with database.reading() as session:
        found = returning(session, appraiser, running.id)
    assert (found.gone, list(found.trails)) == ((), [mine])


def test_those_of_other_peoples_duties_are_not(
    mine: int, running: Running, place: Place, appraiser: Actor, inspector: Actor, make_actor: MakeActor,
    database: Database,
) -> None:  # fmt: skip
    elsewhere = make_actor(Role.APPRAISER, place.communes[1])
    with database.transaction() as session:
        assert returning(session, elsewhere, running.id).gone == ()
        session.add(Duty(round_id=running.id, account_id=appraiser.account_id, unit_id=place.communes[1].id))
    with database.reading() as session:
        assert returning(session, appraiser, running.id).trails == {}
        with pytest.raises(NotAllowed):
            returning(session, inspector, running.id)


def test_queue_board_and_unit_say_so_until_the_end(
    mine: int,
    running: Running,
    browse: Browse,
    appraiser: Actor,
    analyst: Actor,
    inspector: Actor,
    put: Put,
) -> None:
    said = f"rút về để sửa lúc 09:30 ngày 16/03/2026 ({inspector.name}), trước khi lãnh đạo đơn vị duyệt"
    queue, board = f"/assessment/rounds/{running.id}/appraisal", f"/assessment/rounds/{running.id}/board"
    page = browse(appraiser).get(queue).text
    assert "chưa gửi lại:" in page
    assert said in page
    assert said in browse(analyst).get(board).text
    assert said in browse(inspector).get(f"/assessment/units/{mine}").text
    put(mine, State.SUBMITTED)
    again = browse(appraiser).get(queue).text
    assert ("chưa gửi lại:" in again, said in again) == (False, True)
