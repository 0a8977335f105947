"""Whose assessment a person may look at."""

import pytest
from sqlalchemy.orm import Session

from survey_app.assessment.flow import State
from survey_app.assessment.sight import OPENED, sees_appraisal, sees_stage, visible
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Duty
from survey_app.models.assessment import COUNCIL, FIRST, SECOND, SELF, STAGES
from survey_app.policy import Actor, Role
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Place, Running

pytestmark = on_sqlite


def test_each_sees_the_units_in_scope(
    running: Running, place: Place, inspector: Actor, leader: Actor, analyst: Actor, appraiser: Actor, session: Session
) -> None:
    own, other = (running.of(unit) for unit in place.communes[:2])
    for actor in (inspector, leader, analyst, appraiser):
        assert visible(session, actor, own).id == own
    for actor in (inspector, leader):
        with pytest.raises(NotFound):
            visible(session, actor, other)
    assert visible(session, analyst, other).id == other
    with pytest.raises(NotFound):
        visible(session, analyst, 999)


def test_others_see_none(running: Running, place: Place, make_actor: MakeActor, session: Session) -> None:
    surveyor = make_actor(Role.SURVEYOR, place.communes[0])
    with pytest.raises(NotAllowed):
        visible(session, surveyor, running.of(place.communes[0]))


def test_duties_limit_an_appraiser_but_not_home_affairs(
    running: Running, place: Place, appraiser: Actor, analyst: Actor, session: Session
) -> None:
    own, other = (running.of(unit) for unit in place.communes[:2])
    session.add(Duty(round_id=running.id, account_id=appraiser.account_id, unit_id=place.communes[0].id))
    session.flush()
    assert visible(session, appraiser, own).id == own
    with pytest.raises(NotFound):
        visible(session, appraiser, other)
    assert visible(session, analyst, other).id == other


def test_a_unit_sees_the_appraisal_once_it_is_asked(inspector: Actor, appraiser: Actor) -> None:
    assert [state for state in State if sees_appraisal(inspector, state)] == [s for s in State if s in OPENED]
    assert not sees_appraisal(inspector, State.IN_APPRAISAL)
    assert all(sees_appraisal(appraiser, state) for state in State)


def test_a_unit_sees_the_council_once_it_is_locked(inspector: Actor, appraiser: Actor) -> None:
    seen = {stage: [state for state in State if sees_stage(inspector, state, stage)] for stage in STAGES}
    assert seen[SELF] == list(State)
    assert seen[FIRST] == seen[SECOND] == [state for state in State if state in OPENED]
    assert seen[COUNCIL] == [State.SETTLED, State.PUBLISHED]
    assert all(sees_stage(appraiser, state, stage) for state in State for stage in STAGES)
