"""Documents of a unit: added, described, versioned, tied to leaves, withdrawn; who may, and when."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment.documents import evidence
from survey_app.assessment.documents.evidence import Details
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.flow import APPRAISING, SELF_SCORING, State
from survey_app.errors import Conflict, NotAllowed, NotFound, NotOpen, Rejected
from survey_app.models import Assessment, Duty, Evidence, EvidenceFile, Explanation, RemedyTask, Support
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Place, Put, Running, events
from tests.survey_app.assessment.uploads import PAGE, PLENTY, make_shelf, uploaded

PLAN = Details(number="12/KH-UBND", issued_on=datetime.date(2025, 1, 15), issuer="UBND xã", summary="Kế hoạch CCHC")
LINK = Details(summary="Nghị quyết", url="https://congbao.example.vn/1", note="Trang 3")
Add = Callable[..., int]


@pytest.fixture
def mine(running: Running, place: Place) -> int:
    return running.of(place.communes[0])


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return make_shelf(tmp_path)


@pytest.fixture
def add(mine: int, inspector: Actor, shelf: Shelf, session: Session, clock: Clock) -> Add:
    """add(PLAN, leaves=["1.1"], actor=..., file=True): a document, with a file unless it says otherwise."""

    def adding(
        details: Details = PLAN,
        leaves: tuple[str, ...] = (),
        *,
        actor: Actor = inspector,
        file: bool = True,
        quota: int = PLENTY,
    ) -> int:
        if not file:
            return evidence.add(session, actor, mine, details, None, leaves, clock(), quota=quota)
        with uploaded(shelf) as upload:
            return evidence.add(session, actor, mine, details, upload, leaves, clock(), quota=quota)

    return adding


def leaves_of(session: Session, evidence_id: int) -> list[tuple[str, bool]]:
    query = select(Support.leaf, Support.by_appraiser).where(Support.evidence_id == evidence_id)
    return sorted((leaf, theirs) for leaf, theirs in session.execute(query))


def test_a_document_supports_many_leaves(add: Add, mine: int, session: Session, clock: Clock, inspector: Actor) -> None:
    evidence_id = add(leaves=("1.1", "1.3", "1.1"))
    document = session.get_one(Evidence, evidence_id)
    assert (document.number, document.issuer, document.url) == ("12/KH-UBND", "UBND xã", None)
    assert leaves_of(session, evidence_id) == [("1.1", False), ("1.3", False)]
    file = session.scalars(select(EvidenceFile)).one()
    assert (file.version, file.size, file.account_id) == (1, len(PAGE), inspector.account_id)
    (event,) = events(session, "evidence_added")
    assert (event["number"], event["sha256"]) == ("12/KH-UBND", file.sha256)
    evidence.use(session, inspector, evidence_id, "1.2", clock())
    evidence.use(session, inspector, evidence_id, "1.2", clock())
    evidence.drop(session, inspector, evidence_id, "1.1", clock())
    assert leaves_of(session, evidence_id) == [("1.2", False), ("1.3", False)]
    assert (len(events(session, "evidence_used")), len(events(session, "evidence_unused"))) == (1, 1)


def test_a_new_version_stands_beside_the_old(
    add: Add, inspector: Actor, shelf: Shelf, session: Session, clock: Clock
) -> None:
    evidence_id = add()
    with uploaded(shelf) as upload:
        assert evidence.add_version(session, inspector, evidence_id, upload, clock(), quota=PLENTY) == 2
    assert evidence.newest(session, evidence_id) == 2
    assert len(set(session.scalars(select(EvidenceFile.store_key)))) == 2


@on_sqlite
def test_a_link_counts_with_a_note(add: Add, session: Session) -> None:
    document = session.get_one(Evidence, add(LINK, file=False))
    assert (document.url, document.note) == (LINK.url, "Trang 3")
    assert evidence.newest(session, document.id) == 0


@on_sqlite
@pytest.mark.parametrize(
    ("details", "problems"),
    [
        (Details(summary=""), {"summary": "needed", "file": "file_or_link"}),
        (replace(LINK, note=""), {"note": "note_needed"}),
        (replace(LINK, url="javascript:alert(1)"), {"url": "bad_url"}),
        (replace(LINK, url="https://"), {"url": "bad_url"}),
        (replace(LINK, url="https://[x"), {"url": "bad_url"}),
    ],
)
def test_what_a_document_must_say(add: Add, details: Details, problems: dict[str, str]) -> None:
    with pytest.raises(Rejected) as refused:
        add(details, file=False)
    assert refused.value.problems == problems


@on_sqlite
def test_a_form_that_was_sent_twice_makes_one_document(
    add: Add, mine: int, put: Put, inspector: Actor, appraiser: Actor, session: Session, clock: Clock
) -> None:
    first = add(leaves=("1.1", "1.3"))
    add(LINK, leaves=("1.1",), file=False)
    for details, file, field in ((PLAN, True, "file"), (LINK, False, "url")):
        with pytest.raises(Rejected) as refused:
            add(details, leaves=("1.1",), file=file)
        assert refused.value.problems == {field: "same_document"}
    add(leaves=("1.1", "1.2"))  # for a further leaf
    add(replace(PLAN, number="13/KH-UBND"), leaves=("1.1",))
    evidence.withdraw(session, inspector, first, clock())
    add(leaves=("1.3",))
    session.commit()
    put(mine, State.SUBMITTED)
    session.expire_all()
    add(leaves=("1.1",), actor=appraiser)  # beside the unit's own
    with pytest.raises(Rejected):
        add(leaves=("1.1",), actor=appraiser)


@on_sqlite
def test_a_quota_holds_for_the_unit_in_the_round(
    add: Add, mine: int, inspector: Actor, session: Session, clock: Clock
) -> None:
    most = 2 * len(PAGE)
    add(quota=most)
    evidence.ready(session, inspector, mine, clock(), quota=most)
    add(replace(PLAN, number="2"), quota=most)
    with pytest.raises(Rejected) as refused:
        add(replace(PLAN, number="3"), quota=most)
    assert refused.value.problems == {"file": "quota"}
    with pytest.raises(Rejected):
        evidence.ready(session, inspector, mine, clock(), quota=most)
    assert evidence.used(session, session.get_one(Assessment, mine)) == most
    add(LINK, file=False, quota=most)  # it takes no room


@on_sqlite
def test_only_leaves_that_the_unit_scores(add: Add) -> None:
    for leaf in ("2.1", "9"):
        with pytest.raises(NotFound):
            add(leaves=(leaf,))


@on_sqlite
def test_who_and_when(
    mine: int,
    place: Place,
    put: Put,
    inspector: Actor,
    leader: Actor,
    appraiser: Actor,
    make_actor: MakeActor,
    session: Session,
    clock: Clock,
) -> None:
    other = make_actor(Role.INSPECTOR, place.communes[1])
    with pytest.raises(NotAllowed):
        evidence.ready(session, leader, mine, clock(), quota=1)
    with pytest.raises(NotFound):
        evidence.ready(session, other, mine, clock(), quota=1)
    allowed: dict[str, set[State]] = {"inspector": set(), "appraiser": set()}
    for state in State:
        session.rollback()
        put(mine, state)
        for actor, name in ((inspector, "inspector"), (appraiser, "appraiser")):
            try:
                evidence.ready(session, actor, mine, clock(), quota=1)
            except Conflict:
                continue
            allowed[name].add(state)
        if state in (State.NOT_STARTED, State.EXPLANATION_ASKED):
            clock.move(days=90)
            with pytest.raises(NotOpen):
                evidence.ready(session, inspector, mine, clock(), quota=1)
            if state is State.EXPLANATION_ASKED:
                evidence.ready(session, appraiser, mine, clock(), quota=1)
            clock.move(days=-90)
        if state is State.SETTLED:
            break
    assert allowed == {"inspector": {*SELF_SCORING, State.EXPLANATION_ASKED}, "appraiser": set(APPRAISING)}


@on_sqlite
def test_an_appraisers_document_is_not_the_units(
    add: Add, mine: int, put: Put, inspector: Actor, appraiser: Actor, session: Session, clock: Clock
) -> None:
    units = add(leaves=("1.1",))
    session.commit()
    put(mine, State.EXPLANATION_ASKED)
    with pytest.raises(Rejected) as refused:
        add(actor=appraiser)
    assert refused.value.problems == {"leaves": "no_leaf"}
    theirs = add(leaves=("1.2",), actor=appraiser)
    assert leaves_of(session, theirs) == [("1.2", True)]
    with pytest.raises(NotFound):
        evidence.use(session, inspector, theirs, "1.1", clock())
    with pytest.raises(NotFound):
        evidence.withdraw(session, appraiser, units, clock())
    with pytest.raises(NotFound):
        evidence.drop(session, appraiser, theirs, "1.2", clock())
    assert evidence.withdraw(session, appraiser, theirs, clock()) == mine
    assert leaves_of(session, theirs) == []


@on_sqlite
def test_an_appraiser_stays_within_the_duties(
    mine: int, put: Put, running: Running, place: Place, appraiser: Actor, session: Session, clock: Clock
) -> None:
    put(mine, State.SUBMITTED)
    session.add(Duty(round_id=running.id, account_id=appraiser.account_id, unit_id=place.communes[1].id))
    session.flush()
    with pytest.raises(NotFound):
        evidence.ready(session, appraiser, mine, clock(), quota=1)


@on_sqlite
def test_an_appraiser_of_a_field_adds_nothing_to_another(
    add: Add, mine: int, put: Put, running: Running, appraiser: Actor, session: Session
) -> None:
    put(mine, State.SUBMITTED)
    session.add(Duty(round_id=running.id, account_id=appraiser.account_id, field="T"))
    session.flush()
    with pytest.raises(NotFound, match="leaf"):
        add(leaves=("1.1",), actor=appraiser)
    assert leaves_of(session, add(leaves=("T.1",), actor=appraiser)) == [("T.1", True)]


def ask(session: Session, mine: int, appraiser: Actor, leaf: str, at: datetime.datetime) -> None:
    row = Explanation(assessment_id=mine, leaf=leaf, question="Vì sao?", due=at.date())
    row.asked_by, row.asked_at = appraiser.account_id, at
    session.add(row)
    session.flush()


@on_sqlite
def test_while_explaining_documents_go_to_the_leaves_asked_about(
    add: Add, mine: int, put: Put, inspector: Actor, appraiser: Actor, session: Session, clock: Clock
) -> None:
    old = add(LINK, leaves=("1.1",), file=False)
    session.commit()
    put(mine, State.EXPLANATION_ASKED)
    ask(session, mine, appraiser, "1.2", clock())
    ask(session, mine, appraiser, "1.3", clock() - datetime.timedelta(days=1))
    for leaf in ("T.1", "1.3"):  # never asked about, and not in time
        with pytest.raises(Rejected) as refused:
            evidence.use(session, inspector, old, leaf, clock())
        assert refused.value.problems == {"leaves": "not_asked"}
    with pytest.raises(Rejected) as refused:
        add()
    assert refused.value.problems == {"leaves": "no_leaf"}
    evidence.use(session, inspector, old, "1.2", clock())
    assert leaves_of(session, add(PLAN, leaves=("1.2",), quota=PLENTY)) == [("1.2", False)]
    assert leaves_of(session, add(replace(PLAN, number="2"), leaves=("1.1",), actor=appraiser)) == [("1.1", True)]


@on_sqlite
def test_what_was_appraised_is_not_taken_away(
    add: Add, mine: int, put: Put, inspector: Actor, appraiser: Actor, shelf: Shelf, session: Session, clock: Clock
) -> None:
    evidence_id = add(leaves=("1.1",))
    session.commit()
    put(mine, State.EXPLANATION_ASKED)
    ask(session, mine, appraiser, "1.2", clock())
    at = clock()
    before = evidence.stamp(session.get_one(Evidence, evidence_id))
    changes: tuple[Callable[[], Any], ...] = (
        lambda: evidence.drop(session, inspector, evidence_id, "1.1", at),
        lambda: evidence.withdraw(session, inspector, evidence_id, at),
        lambda: evidence.describe(session, inspector, evidence_id, PLAN, before, at),
    )
    for change in changes:
        with pytest.raises(Conflict, match="other_state"):
            change()
    evidence.use(session, inspector, evidence_id, "1.2", at)  # what supports an explanation may come late
    with uploaded(shelf) as upload:
        evidence.add_version(session, inspector, evidence_id, upload, at, quota=PLENTY)


@on_sqlite
def test_a_description_is_changed_by_one_person_at_a_time(
    add: Add, inspector: Actor, session: Session, clock: Clock
) -> None:
    evidence_id = add()
    before = evidence.stamp(session.get_one(Evidence, evidence_id))
    evidence.describe(session, inspector, evidence_id, replace(PLAN, number="13/KH-UBND"), before, clock())
    assert session.get_one(Evidence, evidence_id).number == "13/KH-UBND"
    with pytest.raises(Conflict, match="changed_meanwhile"):
        evidence.describe(session, inspector, evidence_id, PLAN, before, clock())
    link = add(LINK, file=False)
    stamp = evidence.stamp(session.get_one(Evidence, link))
    with pytest.raises(Rejected) as refused:
        evidence.describe(session, inspector, link, Details(summary=""), stamp, clock())
    assert refused.value.problems == {"summary": "needed", "url": "file_or_link"}


@on_sqlite
def test_what_is_withdrawn_is_gone_for_everyone(add: Add, inspector: Actor, session: Session, clock: Clock) -> None:
    evidence_id = add(leaves=("1.1",))
    evidence.withdraw(session, inspector, evidence_id, clock())
    for number in (evidence_id, 999):
        with pytest.raises(NotFound):
            evidence.use(session, inspector, number, "1.1", clock())
    assert session.scalars(select(EvidenceFile)).one().evidence_id == evidence_id  # the file stays
    with pytest.raises(NotFound):
        evidence.drop(session, inspector, add(), "1.3", clock())


def test_after_publication_only_what_shows_that_a_task_is_done(
    add: Add, mine: int, put: Put, session: Session, appraiser: Actor, inspector: Actor, clock: Clock
) -> None:
    put(mine, State.PUBLISHED)
    with pytest.raises(Conflict, match="no_task"):
        evidence.ready(session, inspector, mine, clock(), quota=PLENTY)
    task = RemedyTask(assessment_id=mine, leaf="1.1", task="Ban hành", responsible="Văn phòng", due=clock.today)
    session.add(task)
    session.flush()
    with pytest.raises(Conflict, match="other_state"):
        add(actor=appraiser)
    with pytest.raises(Rejected) as refused:
        add(leaves=("1.1",))
    assert refused.value.problems == {"leaves": "published"}
    first = add()
    assert session.get_one(Evidence, first).summary == PLAN.summary
    assert session.scalar(select(Support)) is None
    with pytest.raises(Conflict, match="other_state"):
        evidence.use(session, inspector, first, "1.1", clock())
    task.withdrawn_on, task.withdrawal_reason = clock.today, "Không cần nữa"
    session.flush()
    with pytest.raises(Conflict, match="no_task"):
        add(LINK, file=False)
