"""A unit is merged in the middle of a round: its successor's people go on with its work up to the ranking."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Assessment, CouncilMember, Letterhead, Mark, Unit
from survey_app.organisation import merging
from survey_app.organisation.service import UnitDraft
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.cases import MakeSupport, appraise, submit
from tests.survey_app.assessment.conftest import Browse, MakeFeed, MakeMark, Place, Put, Running


@pytest.fixture
def merge(database: Database, analyst: Actor, place: Place, clock: Clock) -> Callable[[], int]:
    """merge(): Xã An Cọ and Xã Bình Thủy end today and Xã An Bình takes over; returns its id."""

    def merged() -> int:
        new = UnitDraft(
            code="xa-moi", name="Xã An Bình", short=None, level="commune", parent_id=place.province.id,
            valid_from=clock.today,
        )  # fmt: skip
        gone = (place.communes[0].id, place.communes[1].id)
        with database.transaction() as session:
            return merging.merge(
                session, analyst, merging.MergeDraft(predecessors=gone, day=clock.today, successor=new), clock()
            )

    return merged


def test_from_a_draft_to_the_published_ranking(
    running: Running, place: Place, browse: Browse, database: Database, analyst: Actor, inspector: Actor,
    make_actor: MakeActor, make_mark: MakeMark, make_support: MakeSupport, make_feed: MakeFeed,
    put: Put, clock: Clock, merge: Callable[[], int], complete: Callable[[int], None], letterhead: Letterhead,
) -> None:  # fmt: skip
    del letterhead  # a report needs one
    first, second, *others = (running.of(unit) for unit in (*place.communes, place.department))
    complete(first)
    for key in (second, *others):
        submit(make_mark, make_support, put, key)
        appraise(make_mark, put, key)
    seats = [analyst.account_id, *(make_actor(Role.ANALYST, place.department).account_id for _ in range(2))]
    with database.transaction() as session:
        session.add_all(CouncilMember(round_id=running.id, account_id=each, title="Thành viên") for each in seats)
    new_id = merge()
    with database.reading() as session:
        assert session.scalars(select(Assessment.id).where(Assessment.unit_id == new_id)).all() == []
    heir = make_actor(Role.INSPECTOR, _unit(database, new_id))
    chief = make_actor(Role.LEADER, _unit(database, new_id))
    officer, url = browse(heir), f"/assessment/units/{first}"
    page = officer.get(f"{url}/fields/1").text
    assert "Xã An Cọ" in page
    assert "Giải trình" in page  # what its own officer typed is there
    sent = {"claimed": "1", "reason": "Người tiếp nhận bổ sung", "edition": "1"}
    assert officer.send(f"{url}/leaves/1.3", sent).status_code == 303
    assert officer.send(f"{url}/send", {"edition": _edition(database, first)}).status_code == 303
    assert browse(chief).send(f"{url}/approve", {"edition": _edition(database, first)}).status_code == 303
    office = browse(analyst)
    for leaf in ("1.1", "1.2", "1.3", "T.1"):
        accepted = office.send(f"{url}/appraisal/marks/{leaf}", {"stage": "first", "edition": "0", "accept": "1"})
        assert accepted.status_code == 302
    assert office.send(f"{url}/appraisal/1/steps/finish").status_code == 302
    for key in (first, second, *others):
        make_feed(key, "2.1", {"percent": "80"})
    council = f"/assessment/rounds/{running.id}/council"
    met = {"held_on": "2026-03-16", "attended": seats, "minute": "Thống nhất."}
    assert office.send(f"{council}/meetings/new", met).status_code == 302
    assert office.send(f"{council}/settle").status_code == 302
    assert office.send(f"/assessment/rounds/{running.id}/publish").status_code == 302
    with database.reading() as session:
        assert {row.state for row in session.scalars(select(Assessment))} == {State.PUBLISHED}
        assert session.get_one(Mark, (first, "1.3", "self")).reason == "Người tiếp nhận bổ sung"
    ranking = officer.get(f"/assessment/rounds/{running.id}/results/ranking").text
    assert all(unit.name in ranking for unit in place.communes)  # results of a year stay with the units of that year
    assert browse(inspector).get(url).status_code == 200  # its own officer still reads it


def _unit(database: Database, unit_id: int) -> Unit:
    with database.reading() as session:
        found = session.get_one(Unit, unit_id)
        session.expunge(found)
        return found


def _edition(database: Database, assessment_id: int) -> int:
    with database.reading() as session:
        return session.get_one(Assessment, assessment_id).edition
