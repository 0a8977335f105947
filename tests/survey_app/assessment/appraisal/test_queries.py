"""What appraisers see."""

from decimal import Decimal

import pytest

from survey_app.assessment.appraisal import queries
from survey_app.assessment.appraisal.queries import LeafCount
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.errors import NotFound
from survey_app.models import CouncilMember, Duty
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.cases import MakeSupport, appraise, submit
from tests.survey_app.assessment.conftest import MakeMark, Place, Put, Running

pytestmark = on_sqlite


@pytest.fixture
def keys(running: Running, place: Place, make_mark: MakeMark, make_support: MakeSupport, put: Put) -> tuple[int, int]:
    """Xã An Cọ and Xã Bình Thủy, submitted."""
    found = running.of(place.communes[0]), running.of(place.communes[1])
    for key in found:
        submit(make_mark, make_support, put, key)
    return found


def test_the_queue_counts_what_is_done(
    database: Database,
    running: Running,
    keys: tuple[int, int],
    make_mark: MakeMark,
    appraiser: Actor,
    clock: Clock,
) -> None:
    for leaf in ("1.1", "1.2", "1.3"):
        make_mark(keys[0], leaf, "0.5", stage="first")
    with database.reading() as session:
        found = queries.queue(session, appraiser, running.id, clock.today)
    assert [(line.unit, line.done, line.leaves, line.field) for line in found.lines] == [
        ("Xã An Cọ", 3, 4, "T"),  # where something is left
        ("Xã Bình Thủy", 0, 4, "1"),
    ]
    assert found.blocks["commune"][0] == LeafCount(leaf="1.1", name="Tiêu chí 1.1", units=2, done=1)
    assert list(found.blocks) == ["commune"]


def test_duties_limit_everything(
    database: Database,
    running: Running,
    keys: tuple[int, int],
    place: Place,
    appraiser: Actor,
    make_actor: MakeActor,
    clock: Clock,
) -> None:
    idle = make_actor(Role.APPRAISER, place.province)
    unit = place.communes[0].id
    with database.transaction() as session:
        session.add(Duty(round_id=running.id, account_id=appraiser.account_id, field="T", unit_id=unit))
    with database.reading() as session:
        (line,) = queries.queue(session, appraiser, running.id, clock.today).lines
        assert (line.unit, line.leaves) == ("Xã An Cọ", 1)
        assert queries.queue(session, idle, running.id, clock.today).lines == ()
        page = queries.unit_page(session, appraiser, keys[0], "T", clock.today)
        assert [field[0] for field in page.fields] == ["T"]
        over = queries.leaf_page(session, appraiser, running.id, "commune", "T.1")
        assert [row.unit for row in over.rows] == ["Xã An Cọ"]
        assert (over.before, over.after) == (None, None)  # the other leaves are nobody's business
        with pytest.raises(NotFound):
            queries.unit_page(session, appraiser, keys[0], "1", clock.today)
        with pytest.raises(NotFound):
            queries.leaf_page(session, appraiser, running.id, "commune", "1.1")


def test_before_anyone_submitted_a_leaf_has_no_rows(
    database: Database, running: Running, place: Place, appraiser: Actor, clock: Clock
) -> None:
    with database.reading() as session:
        page = queries.leaf_page(session, appraiser, running.id, "commune", "1.1")
        assert (page.rows, page.missing, page.before, page.after) == ((), 3, None, "1.2")
        assert queries.leaf_page(session, appraiser, running.id, "commune", "T.1").after is None
        for key in (running.of(place.communes[0]), 999):
            with pytest.raises(NotFound):
                queries.unit_page(session, appraiser, key, "1", clock.today)


def test_a_leaf_with_what_is_known_beside_it(
    database: Database,
    running: Running,
    keys: tuple[int, int],
    place: Place,
    make_mark: MakeMark,
    put: Put,
    appraiser: Actor,
    clock: Clock,
) -> None:
    appraise(make_mark, put, keys[1], l1_3="0.25")
    with database.reading() as session:
        page = queries.unit_page(session, appraiser, keys[0], "1", clock.today)
        done = queries.unit_page(session, appraiser, keys[1], "1", clock.today)
    first, _, third = page.leaves
    assert (first.stage, first.edition, first.current, first.lowest) == ("first", 0, None, Decimal(0))
    assert first.said.startswith("34/40")
    assert [document.summary for document in first.documents] == ["Kế hoạch CCHC"]
    assert third.spread == (Decimal("0.25"), Decimal("0.25"), Decimal("0.25"))
    assert (page.acceptable, page.lacking) == (1, ("1.1", "1.2", "1.3", "T.1"))
    assert (done.acceptable, done.lacking, done.leaves[0].stage, done.steps) == (0, (), "", ())
    assert done.state is State.APPRAISED


def test_where_a_leaf_stands(
    database: Database, running: Running, keys: tuple[int, int], appraiser: Actor, inspector: Actor
) -> None:
    with database.reading() as session:
        place = queries.place(session, appraiser, keys[0], "T.1")
        assert (place.round_id, place.block, place.field) == (running.id, "commune", "T")
        with pytest.raises(NotFound):
            queries.place(session, appraiser, keys[0], "2.1")


def test_the_way_to_the_council_is_shown_to_those_who_may_go_there(
    database: Database, running: Running, appraiser: Actor, analyst: Actor, clock: Clock
) -> None:
    with database.transaction() as session:
        assert not queries.queue(session, appraiser, running.id, clock.today).council
        assert queries.queue(session, analyst, running.id, clock.today).council
        session.add(CouncilMember(round_id=running.id, account_id=appraiser.account_id, title=""))
        session.flush()
        assert queries.queue(session, appraiser, running.id, clock.today).council
