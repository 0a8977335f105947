"""Packages of evidence: asked for, listed, taken away."""

import datetime
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment import criteria, rounds
from survey_app.assessment.packing.manifest import NAME
from survey_app.errors import Conflict, NotAllowed, NotFound, NotOpen
from survey_app.models import Account, Assessment, CriteriaSet, Evidence, EvidenceFile, Package, Round, Unit
from survey_app.models.assessment import PREPARED
from survey_app.models.package import DONE, RUNNING, WAITING
from survey_app.policy import Action, Actor, ensure

MOST_WAITING = 5  # of one person at a time: each may be gigabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A unit, or a field of a criteria set over all its units."""

    unit_id: int | None = None
    set_id: int | None = None
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLine:
    """A package in the list; ``of`` is the name of its unit, or of its field and set."""

    id: int
    of: str
    internal: bool
    state: str
    done: int
    total: int
    sha256: str
    reason: str
    damaged: int
    asked_by: str
    at: datetime.datetime

    @property
    def percent(self) -> int:
        """How far it is; not 100 before it is finished."""
        if self.state == DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person can ask a package of: units, and fields as (set, field, name)."""

    title: str
    year: int
    units: tuple[tuple[int, str], ...]
    fields: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A finished package to take away."""

    path: Path
    name: str
    sha256: str
    at: datetime.datetime


def ask(session: Session, actor: Actor, round_id: int, scope: Scope, now: datetime.datetime) -> int:
    """Ask for a package; returns its id, that of the same one when it is waiting already.

    Refuses a unit that is not in the round or in the person's scope (NotFound), a field to those who do not appraise
    (NotAllowed) or that the set does not have (NotFound), and too many at once (Conflict).
    """
    _round(session, actor, round_id)
    _ensure(session, actor, round_id, scope)
    internal = actor.may(Action.APPRAISE)
    open_ = Package.state.in_((WAITING, RUNNING))
    same = select(Package.id).where(open_, Package.round_id == round_id, Package.internal == internal)
    same = same.where(Package.unit_id == scope.unit_id, Package.set_id == scope.set_id, Package.field == scope.field)
    waiting = session.scalars(same).first()
    if waiting is not None:
        return waiting
    own = session.scalars(select(Package.id).where(open_, Package.asked_by == actor.account_id)).all()
    if len(own) >= MOST_WAITING:
        raise Conflict("too_many_packages")
    row = Package(round_id=round_id, unit_id=scope.unit_id, set_id=scope.set_id, field=scope.field)
    row.internal, row.asked_by, row.at = internal, actor.account_id, now
    session.add(row)
    session.flush()
    detail = {"round": round_id, "unit": scope.unit_id, "set": scope.set_id, "field": scope.field}
    audit.record(session, actor, "package_asked", f"package {row.id}", now=now, detail=detail)
    return row.id


def choices(session: Session, actor: Actor, round_id: int) -> Choices:
    """The round, and what this person can ask a package of; NotFound when there is nothing."""
    row = _round(session, actor, round_id)
    query = (
        select(Unit.id, Unit.name)
        .join(Assessment, Assessment.unit_id == Unit.id)
        .where(Assessment.round_id == round_id, Unit.id.in_(actor.units))
    )
    units = tuple(session.execute(query.order_by(Unit.level, Unit.name)))
    if not units:
        raise NotFound("round")
    fields = []
    for set_id in rounds.sets_of(session, round_id).values() if actor.may(Action.APPRAISE) else ():
        if actor.units.issuperset(_units_of(session, round_id, set_id)):
            found = criteria.of(session, set_id).definition
            fields += [(set_id, each.id, f"{each.id}. {each.name} – {found.title.vi}") for each in found.fields]
    return Choices(title=row.title, year=row.year, units=units, fields=tuple(fields))


def packages(session: Session, actor: Actor, round_id: int) -> tuple[PackageLine, ...]:
    """The packages of a round that this person may take away, the latest first."""
    _round(session, actor, round_id)
    query = (
        select(Package, Account.name)
        .join(Account, Account.id == Package.asked_by)
        .where(Package.round_id == round_id)
        .order_by(Package.id.desc())
    )
    rows = session.execute(query).all()
    return tuple(_line(session, row, name) for row, name in rows if _may(session, actor, row))


def ready(session: Session, actor: Actor, package_id: int, folder: Path, given_out: Callable[[str], bool]) -> Ready:
    """A finished package; NotFound when there is none for this person or its file has been taken away.

    NotOpen "no_verdict" while a file in it may not be looked at by the verdict that it has by now: it was made before
    there was a scanner, or before one found something.
    """
    ensure(actor, Action.READ_ASSESSMENTS)
    row = session.get(Package, package_id)
    if row is None or not _may(session, actor, row) or row.path is None or row.sha256 is None:
        raise NotFound("package")
    path = folder / row.path
    if not path.is_file():
        raise NotFound("package")
    if not all(given_out(scan) for scan in _verdicts(session, row.round_id, path)):
        raise NotOpen("no_verdict")
    of = f"linh-vuc-{row.field}" if row.unit_id is None else session.get_one(Unit, row.unit_id).code
    year = session.get_one(Round, row.round_id).year
    return Ready(path=path, name=f"cchc-{year}-{of}-{row.id}.zip", sha256=row.sha256, at=row.at)


def _verdicts(session: Session, round_id: int, path: Path) -> set[str]:
    """What the scanner says by now of the files in a package."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(NAME))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise NotFound("package") from None  # nobody can tell what is in it
    documents = (document for unit in manifest["units"] for document in unit["documents"])
    parts = {part["sha256"] for document in documents for part in document["files"] if part["path"]}
    query = select(EvidenceFile.scan, EvidenceFile.sha256).join(Evidence, Evidence.id == EvidenceFile.evidence_id)
    rows = session.execute(query.where(Evidence.round_id == round_id))
    return {scan for scan, sha256 in rows if sha256 in parts}


def _round(session: Session, actor: Actor, round_id: int) -> Round:
    ensure(actor, Action.READ_ASSESSMENTS)
    row = session.get(Round, round_id)
    if row is None or row.state == PREPARED:
        raise NotFound("round")
    return row


def _ensure(session: Session, actor: Actor, round_id: int, scope: Scope) -> None:
    if scope.unit_id is not None and not scope.field and scope.set_id is None:
        ensure(actor, Action.READ_ASSESSMENTS, scope.unit_id)
        query = select(Assessment.id).where(Assessment.round_id == round_id, Assessment.unit_id == scope.unit_id)
        if session.scalars(query).first() is None:
            raise NotFound("unit")
        return
    if not actor.may(Action.APPRAISE):
        raise NotAllowed(Action.APPRAISE.value)
    units = _units_of(session, round_id, scope.set_id)
    if scope.unit_id is not None or scope.set_id is None or not units:
        raise NotFound("field")
    ensure(actor, Action.READ_ASSESSMENTS, units)
    if scope.field not in {each.id for each in criteria.of(session, scope.set_id).definition.fields}:
        raise NotFound("field")


def _units_of(session: Session, round_id: int, set_id: int | None) -> frozenset[int]:
    query = select(Assessment.unit_id).where(Assessment.round_id == round_id, Assessment.set_id == set_id)
    return frozenset(session.scalars(query))


def _may(session: Session, actor: Actor, row: Package) -> bool:
    """Units see their own, less what was made for appraisers; these see all of their scope."""
    if row.internal and not actor.may(Action.APPRAISE):
        return False
    if row.unit_id is not None:
        return row.unit_id in actor.units
    return actor.units.issuperset(_units_of(session, row.round_id, row.set_id))


def _line(session: Session, row: Package, asked_by: str) -> PackageLine:
    if row.unit_id is not None:
        of = session.get_one(Unit, row.unit_id).name
    else:
        of = f"Lĩnh vực {row.field} – {session.get_one(CriteriaSet, row.set_id).title}"
    return PackageLine(
        id=row.id,
        of=of,
        internal=row.internal,
        state=row.state,
        done=row.done,
        total=row.total,
        sha256=row.sha256 or "",
        reason=row.reason,
        damaged=row.damaged,
        asked_by=asked_by,
        at=row.at,
    )
