"""Documents as pages show them, and single files for those who may have them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey_app.antivirus import Outcome
from survey_app.assessment.documents import evidence, lists
from survey_app.assessment.documents.evidence import Details
from survey_app.assessment.documents.lists import by_leaf
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.flow import State
from survey_app.errors import NotFound, NotOpen
from survey_app.models import EvidenceFile
from survey_app.models.evidence import CLEAN, INFECTED
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Place, Put, Running
from tests.survey_app.assessment.uploads import PAGE, PLENTY, Saying, make_shelf, uploaded, with_scanner

pytestmark = on_sqlite


@pytest.fixture
def mine(running: Running, place: Place) -> int:
    return running.of(place.communes[0])


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return make_shelf(tmp_path)


@pytest.fixture
def plan(mine: int, inspector: Actor, shelf: Shelf, session: Session, clock: Clock) -> int:
    """A document with two versions for two leaves."""
    with uploaded(shelf) as upload:
        details, leaves = Details(number="12/KH", summary="Kế hoạch"), ["1.3", "1.1"]
        added = evidence.add(session, inspector, mine, details, upload, leaves, clock(), quota=PLENTY)
    with uploaded(shelf, name="ban-moi.pdf") as upload:
        evidence.add_version(session, inspector, added, upload, clock(), quota=PLENTY)
    session.commit()
    return added


def test_the_newest_version_comes_first(
    plan: int, mine: int, inspector: Actor, shelf: Shelf, session: Session, clock: Clock
) -> None:
    evidence.add(
        session, inspector, mine, Details(summary="X", url="https://a.vn", note="m"), None, [], clock(), quota=1
    )
    found, link = lists.of_assessment(session, inspector, mine, shelf)
    assert (found.id, found.leaves, found.by_appraiser, found.assessment_id) == (plan, ("1.1", "1.3"), False, mine)
    assert [(file.version, file.name, file.by) for file in found.files] == [
        (2, "ban-moi.pdf", inspector.name),
        (1, "ke-hoach.pdf", inspector.name),
    ]
    assert found.files[0].given_out
    assert found.files[0].drawn
    assert (link.files, link.leaves) == ((), ())
    assert {leaf: [each.id for each in those] for leaf, those in by_leaf([found, link]).items()} == {
        "1.1": [plan],
        "1.3": [plan],
    }
    assert lists.usage(session, inspector, mine) == 2 * len(PAGE)


def test_single_documents_and_files_are_of_the_units_in_scope(
    plan: int, place: Place, make_actor: MakeActor, inspector: Actor, shelf: Shelf, session: Session
) -> None:
    found = lists.document(session, inspector, plan, shelf)
    file_id = found.files[0].id
    assert lists.file(session, inspector, file_id, shelf) == (found, found.files[0])
    session.rollback()
    stranger = make_actor(Role.INSPECTOR, place.communes[1])
    refused: tuple[Callable[[], object], ...] = (
        lambda: lists.document(session, stranger, plan, shelf),
        lambda: lists.document(session, inspector, 999, shelf),
        lambda: lists.file(session, stranger, file_id, shelf),
        lambda: lists.file(session, inspector, 999, shelf),
    )
    for ask in refused:
        with pytest.raises(NotFound):
            ask()


def test_nobody_gets_a_file_before_the_verdict_nor_an_infected_one(
    plan: int, inspector: Actor, appraiser: Actor, shelf: Shelf, session: Session
) -> None:
    scanning = with_scanner(shelf, Saying(Outcome.CLEAN))
    file_id = lists.document(session, inspector, plan, shelf).files[0].id
    for actor in (inspector, appraiser):
        with pytest.raises(NotOpen):
            lists.file(session, actor, file_id, scanning)
    session.execute(update(EvidenceFile).values(scan=CLEAN))
    session.expire_all()
    assert lists.file(session, inspector, file_id, scanning)[1].given_out
    session.execute(update(EvidenceFile).values(scan=INFECTED))
    session.expire_all()
    with pytest.raises(NotOpen):
        lists.file(session, inspector, file_id, shelf)


def test_withdrawn_documents_are_gone(
    plan: int, mine: int, inspector: Actor, shelf: Shelf, session: Session, clock: Clock
) -> None:
    file_id = lists.document(session, inspector, plan, shelf).files[0].id
    evidence.withdraw(session, inspector, plan, clock())
    with pytest.raises(NotFound):
        lists.file(session, inspector, file_id, shelf)
    assert lists.of_assessment(session, inspector, mine, shelf) == ()
    with pytest.raises(NotFound):
        lists.document(session, inspector, plan, shelf)


def test_what_appraisers_brought_is_shown_once_the_unit_is_asked(
    mine: int, put: Put, inspector: Actor, appraiser: Actor, shelf: Shelf, session: Session, clock: Clock
) -> None:
    put(mine, State.IN_APPRAISAL)
    with uploaded(shelf) as upload:
        theirs = evidence.add(
            session, appraiser, mine, Details(summary="Biên bản"), upload, ["1.1"], clock(), quota=PLENTY
        )
    session.commit()
    file_id = lists.document(session, appraiser, theirs, shelf).files[0].id
    assert lists.of_assessment(session, inspector, mine, shelf) == ()
    with pytest.raises(NotFound):
        lists.file(session, inspector, file_id, shelf)
    session.rollback()
    put(mine, State.EXPLANATION_ASKED)
    assert lists.file(session, inspector, file_id, shelf)[0].by_appraiser
    assert [each.id for each in lists.of_assessment(session, inspector, mine, shelf)] == [theirs]


def test_what_appraisers_brought_and_withdrew_stays_theirs(
    mine: int, put: Put, inspector: Actor, appraiser: Actor, shelf: Shelf, session: Session, clock: Clock
) -> None:
    put(mine, State.IN_APPRAISAL)
    with uploaded(shelf) as upload:
        theirs = evidence.add(session, appraiser, mine, Details(summary="Nhầm"), upload, ["1.1"], clock(), quota=PLENTY)
    file_id = lists.document(session, appraiser, theirs, shelf).files[0].id
    evidence.withdraw(session, appraiser, theirs, clock())
    session.commit()
    for state in (State.IN_APPRAISAL, State.EXPLANATION_ASKED):
        put(mine, state)
        assert lists.file(session, appraiser, file_id, shelf)[1].id == file_id
        with pytest.raises(NotFound):
            lists.file(session, inspector, file_id, shelf)
        session.rollback()
