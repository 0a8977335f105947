"""Asking for packages, and who sees which."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment.packing import packages
from survey_app.assessment.packing.packages import MOST_WAITING, PackageLine, Scope
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, NotOpen
from survey_app.models import EvidenceFile, Package
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.packages import PDF, MakeDocument, Pack
from tests.survey_app.assessment.conftest import MakeRound, Place, Running, events


@pytest.fixture
def elsewhere(place: Place, make_actor: MakeActor) -> Actor:
    """Home Affairs of one commune only."""
    return make_actor(Role.ANALYST, place.communes[1])


def test_a_package_is_asked_for_once_while_it_waits(
    running: Running, place: Place, analyst: Actor, inspector: Actor, clock: Clock, session: Session
) -> None:
    scope = Scope(unit_id=place.communes[0].id)
    first = packages.ask(session, analyst, running.id, scope, clock())
    assert packages.ask(session, analyst, running.id, scope, clock()) == first
    own = packages.ask(session, inspector, running.id, scope, clock())
    assert own != first  # without what the unit does not see yet
    row = session.get_one(Package, own)
    assert (row.state, row.internal, row.done, row.total) == ("waiting", False, 0, 0)
    assert [each["unit"] for each in events(session, "package_asked")] == [scope.unit_id] * 2
    field = packages.ask(session, analyst, running.id, Scope(set_id=running.sets["commune"], field="1"), clock())
    assert session.get_one(Package, field).internal
    session.get_one(Package, first).state = "done"
    assert packages.ask(session, analyst, running.id, scope, clock()) > field


@on_sqlite
def test_nobody_has_too_many_made_at_once(running: Running, analyst: Actor, clock: Clock, session: Session) -> None:
    scopes = [Scope(unit_id=unit) for unit in running.assessments]
    scopes += [Scope(set_id=running.sets["commune"], field=field) for field in ("1", "2")]
    for scope in scopes[:MOST_WAITING]:
        packages.ask(session, analyst, running.id, scope, clock())
    with pytest.raises(Conflict, match="too_many_packages"):
        packages.ask(session, analyst, running.id, scopes[MOST_WAITING], clock())


@on_sqlite
def test_what_cannot_be_asked_for(
    running: Running,
    make_round: MakeRound,
    place: Place,
    analyst: Actor,
    inspector: Actor,
    elsewhere: Actor,
    clock: Clock,
    session: Session,
) -> None:
    communes, an = running.sets["commune"], place.communes[0].id
    for scope in (
        Scope(),
        Scope(unit_id=place.province.id),
        Scope(set_id=communes),
        Scope(set_id=communes, field="9"),
        Scope(set_id=999, field="1"),
        Scope(unit_id=an, set_id=communes, field="1"),
    ):
        with pytest.raises(NotFound):
            packages.ask(session, analyst, running.id, scope, clock())
    for actor, scope in (
        (inspector, Scope(unit_id=place.communes[1].id)),
        (elsewhere, Scope(unit_id=an)),
        (elsewhere, Scope(set_id=communes, field="1")),
    ):
        with pytest.raises(NotFound):
            packages.ask(session, actor, running.id, scope, clock())
    with pytest.raises(NotAllowed):
        packages.ask(session, inspector, running.id, Scope(set_id=communes, field="1"), clock())
    with pytest.raises(NotFound):
        packages.ask(session, analyst, 999, Scope(unit_id=an), clock())


@on_sqlite
def test_a_round_that_is_being_prepared_has_no_packages(
    make_round: MakeRound, place: Place, analyst: Actor, session: Session
) -> None:
    prepared = make_round(opened=False)
    with pytest.raises(NotFound):
        packages.packages(session, analyst, prepared.id)


@on_sqlite
def test_what_a_person_can_choose(
    running: Running, place: Place, analyst: Actor, inspector: Actor, elsewhere: Actor, session: Session
) -> None:
    found = packages.choices(session, analyst, running.id)
    assert (found.title, found.year) == ("Chỉ số CCHC năm 2025", 2025)
    assert [name for _, name in found.units] == ["Phường Cao Sơn", "Xã An Cọ", "Xã Bình Thủy", "Sở Tư pháp"]
    assert len(found.fields) == 6
    assert (running.sets["commune"], "1", "1. Tiêu chí 1 – Bộ tiêu chí xã, phường năm 2025") in found.fields
    own = packages.choices(session, inspector, running.id)
    assert ([name for _, name in own.units], own.fields) == (["Xã An Cọ"], ())
    assert packages.choices(session, elsewhere, running.id).fields == ()


@on_sqlite
def test_without_a_unit_in_the_round_there_is_nothing_to_choose(
    running: Running, place: Place, make_actor: MakeActor, database: Database
) -> None:
    surplus = make_actor(Role.LEADER, place.province)
    nobody = Actor(**{name: getattr(surplus, name) for name in surplus.__slots__} | {"units": frozenset()})
    with database.reading() as session, pytest.raises(NotFound):
        packages.choices(session, nobody, running.id)


def test_units_see_their_own_and_home_affairs_all(
    running: Running,
    place: Place,
    analyst: Actor,
    inspector: Actor,
    leader: Actor,
    elsewhere: Actor,
    clock: Clock,
    database: Database,
    pack: Pack,
) -> None:
    an, binh = place.communes[:2]
    pack(inspector, running.id, Scope(unit_id=an.id))
    pack(analyst, running.id, Scope(unit_id=an.id))
    pack(analyst, running.id, Scope(unit_id=binh.id))
    pack(analyst, running.id, Scope(set_id=running.sets["commune"], field="1"))

    def seen(actor: Actor) -> list[tuple[str, bool]]:
        with database.reading() as session:
            return [(line.of, line.internal) for line in packages.packages(session, actor, running.id)]

    of_field = "Lĩnh vực 1 – Bộ tiêu chí xã, phường năm 2025"
    assert seen(analyst) == [(of_field, True), (binh.name, True), (an.name, True), (an.name, False)]
    assert seen(inspector) == seen(leader) == [(an.name, False)]
    assert seen(elsewhere) == [(binh.name, True)]
    with database.reading() as session:
        (line,) = packages.packages(session, leader, running.id)
    assert (line.state, line.percent, line.asked_by, len(line.sha256)) == ("done", 100, inspector.name, 64)


@on_sqlite
def test_only_what_is_ready_and_permitted_is_taken_away(
    running: Running,
    place: Place,
    analyst: Actor,
    inspector: Actor,
    clock: Clock,
    database: Database,
    pack: Pack,
    tmp_path: Path,
) -> None:
    own = pack(inspector, running.id, Scope(unit_id=place.communes[0].id))
    pack(analyst, running.id, Scope(set_id=running.sets["commune"], field="1"))
    with database.transaction() as session:
        waiting = packages.ask(session, analyst, running.id, Scope(unit_id=place.communes[1].id), clock())
    folder = tmp_path / "packages"
    with database.reading() as session:
        found = packages.ready(session, inspector, 1, folder, anything)
        assert (found.path, found.name) == (own, "cchc-2025-xa-1-1.zip")
        assert packages.ready(session, analyst, 2, folder, anything).name == "cchc-2025-linh-vuc-1-2.zip"
        for actor, package_id in ((analyst, waiting), (inspector, 2), (analyst, 999)):
            with pytest.raises(NotFound):
                packages.ready(session, actor, package_id, folder, anything)
        own.unlink()
        with pytest.raises(NotFound):
            packages.ready(session, inspector, 1, folder, anything)


@on_sqlite
def test_a_package_is_held_back_by_the_verdicts_that_its_files_have_by_now(
    running: Running,
    place: Place,
    analyst: Actor,
    clock: Clock,
    database: Database,
    make_document: MakeDocument,
    pack: Pack,
    tmp_path: Path,
) -> None:
    own, other = running.of(place.communes[0]), running.of(place.communes[1])
    make_document(own, ("1.1",), ("a.pdf", PDF))
    make_document(own, ("1.1",), ("x.pdf", PDF + b"infected"), scan="infected")  # is not in it
    make_document(other, ("1.1",), ("b.pdf", PDF + b"other"))
    packed = pack(analyst, running.id, Scope(unit_id=place.communes[0].id))
    folder = tmp_path / "packages"

    def with_scanner(scan: str) -> bool:
        return scan == "clean"

    with database.reading() as session:
        assert packages.ready(session, analyst, 1, folder, lambda scan: scan != "infected")
        with pytest.raises(NotOpen, match="no_verdict"):  # a scanner was set up since, and has not seen it yet
            packages.ready(session, analyst, 1, folder, with_scanner)
    with database.transaction() as session:
        session.scalars(select(EvidenceFile).where(EvidenceFile.name == "a.pdf")).one().scan = "clean"
    with database.reading() as session:
        assert packages.ready(session, analyst, 1, folder, with_scanner)
        for damaged in (packed.read_bytes()[:-30], b"PK"):
            packed.write_bytes(damaged)
            with pytest.raises(NotFound):
                packages.ready(session, analyst, 1, folder, anything)


def anything(_scan: str) -> bool:
    return True


Line = Callable[..., PackageLine]


@pytest.mark.parametrize(
    ("state", "done", "total", "percent"),
    [("waiting", 0, 0, 0), ("running", 50, 200, 25), ("running", 200, 200, 99), ("done", 0, 0, 100)],
)
def test_progress_in_percent(state: str, done: int, total: int, percent: int) -> None:
    line = PackageLine(
        id=1,
        of="Xã An Cọ",
        internal=False,
        state=state,
        done=done,
        total=total,
        sha256="",
        reason="",
        damaged=0,
        asked_by="",
        at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    )
    assert line.percent == percent
