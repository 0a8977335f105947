"""The leader sees that approved work was taken back, and what changed since."""

from collections.abc import Callable

from survey_app.assessment import marking, rounds
from survey_app.assessment.flow import State, Step
from survey_app.db import Database
from survey_app.models import Assessment
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Browse, Place, Put, Running


@on_sqlite
def test_the_leader_approves_anew_with_what_changed_in_sight(
    running: Running,
    place: Place,
    complete: Callable[[int], None],
    put: Put,
    browse: Browse,
    inspector: Actor,
    leader: Actor,
    database: Database,
    clock: Clock,
) -> None:
    own = running.of(place.communes[0])
    complete(own)
    put(own, State.AWAITING_APPROVAL)

    def take(actor: Actor, step: Step) -> None:
        with database.transaction() as session:
            rounds.move(session, actor, session.get_one(Assessment, own), step, clock())

    take(leader, Step.APPROVE)
    page, home = f"/assessment/units/{own}", browse(leader)
    assert "rút về để sửa" not in home.get(page).text
    take(inspector, Step.WITHDRAW)
    taken_back = home.get(page).text
    assert f"({inspector.name}), sau khi lãnh đạo đơn vị đã duyệt" in taken_back
    assert "Cần lãnh đạo đơn vị duyệt lại." in taken_back
    assert "Chưa đổi điểm, tài liệu nào từ lần duyệt trước." in taken_back
    entry = marking.Entry(inputs={}, claimed="0,5", reason="Rà soát lại", edition=1)
    with database.transaction() as session:
        marking.save(session, inspector, own, "1.3", entry, clock())
    take(inspector, Step.SEND)
    changed = home.get(page).text
    assert "Đã đổi từ lần duyệt trước:" in changed
    assert f'{page}/fields/1?leaf=1.3#l-1.3">1.3</a>.' in changed
    take(leader, Step.APPROVE)
    again = home.get(page).text
    assert "sau khi lãnh đạo đơn vị đã duyệt; đã gửi lại" in again
    assert "Cần lãnh đạo đơn vị duyệt lại." not in again
