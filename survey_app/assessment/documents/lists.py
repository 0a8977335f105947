"""The documents of a unit as pages show them, and single files for those who may have them."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment.documents import evidence
from survey_app.assessment.documents.pictures import SHOWN
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.sight import sees_appraisal, visible
from survey_app.errors import NotFound, NotOpen
from survey_app.models import Account, Assessment, Evidence, EvidenceFile, Support
from survey_app.policy import Action, Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A version of a document's file; ``given_out`` says whether it may be looked at, ``drawn`` whether it has a
    preview."""

    id: int
    version: int
    key: str
    name: str
    media_type: str
    size: int
    sha256: str
    scan: str
    given_out: bool
    drawn: bool
    by: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document with its versions, the newest first, and the leaves that it supports."""

    id: int
    assessment_id: int
    number: str
    issued_on: datetime.date | None
    issuer: str
    summary: str
    url: str | None
    note: str
    by_appraiser: bool
    leaves: tuple[str, ...]
    files: tuple[File, ...]
    stamp: str


def of_assessment(session: Session, actor: Actor, assessment_id: int, shelf: Shelf) -> tuple[Document, ...]:
    """A unit's documents in a round as this person may see them, without those withdrawn."""
    row = visible(session, actor, assessment_id)
    query = select(Evidence).where(
        Evidence.round_id == row.round_id, Evidence.unit_id == row.unit_id, Evidence.withdrawn.is_(False)
    )
    rows = session.scalars(query.order_by(Evidence.id)).all()
    found = _documents(session, row.id, rows, shelf)
    return tuple(each for each in found if not each.by_appraiser or sees_appraisal(actor, row.state))


def document(session: Session, actor: Actor, evidence_id: int, shelf: Shelf) -> Document:
    """One document; NotFound outside what the person may see."""
    stored = session.get(Evidence, evidence_id)
    if stored is None or stored.withdrawn:
        raise NotFound("evidence")
    return _seen(session, actor, stored, shelf)


def file(session: Session, actor: Actor, file_id: int, shelf: Shelf) -> tuple[Document, File]:
    """One version of a file with its document.

    NotFound outside what the person may see, and where the document was withdrawn for all but those who appraise:
    withdrawing unties it, so that nobody can tell any more whether an appraiser had brought it. NotOpen while a scanner
    has not found it clean.
    """
    stored = session.get(EvidenceFile, file_id)
    if stored is None:
        raise NotFound("evidence_file")
    document = session.get_one(Evidence, stored.evidence_id)
    if document.withdrawn and not actor.may(Action.APPRAISE):
        raise NotFound("evidence_file")
    found = _seen(session, actor, document, shelf)
    version = next(each for each in found.files if each.id == file_id)
    if not version.given_out:
        raise NotOpen("no_verdict")
    return found, version


def usage(session: Session, actor: Actor, assessment_id: int) -> int:
    """The bytes of a unit's files in a round."""
    return evidence.used(session, visible(session, actor, assessment_id))


def by_leaf(documents: Iterable[Document]) -> Mapping[str, tuple[Document, ...]]:
    """The documents of each leaf."""
    found: dict[str, list[Document]] = defaultdict(list)
    for each in documents:
        for leaf in each.leaves:
            found[leaf].append(each)
    return {leaf: tuple(those) for leaf, those in found.items()}


def _seen(session: Session, actor: Actor, stored: Evidence, shelf: Shelf) -> Document:
    of_unit = (Assessment.round_id == stored.round_id, Assessment.unit_id == stored.unit_id)
    row = visible(session, actor, session.scalars(select(Assessment.id).where(*of_unit)).one())
    (found,) = _documents(session, row.id, [stored], shelf)
    if found.by_appraiser and not sees_appraisal(actor, row.state):
        raise NotFound("evidence")
    return found


def _documents(session: Session, assessment_id: int, rows: Collection[Evidence], shelf: Shelf) -> Iterable[Document]:
    ids = [row.id for row in rows]
    files, supports = _files(session, ids, shelf), _supports(session, ids)
    for row in rows:
        tied = supports.get(row.id, [])
        yield Document(
            id=row.id,
            assessment_id=assessment_id,
            number=row.number,
            issued_on=row.issued_on,
            issuer=row.issuer,
            summary=row.summary,
            url=row.url,
            note=row.note,
            by_appraiser=any(support.by_appraiser for support in tied),
            leaves=tuple(support.leaf for support in tied),
            files=tuple(files.get(row.id, ())),
            stamp=evidence.stamp(row),
        )


def _files(session: Session, ids: Collection[int], shelf: Shelf) -> Mapping[int, list[File]]:
    query = select(EvidenceFile, Account.name).join(Account, Account.id == EvidenceFile.account_id)
    query = query.where(EvidenceFile.evidence_id.in_(ids)).order_by(EvidenceFile.version.desc())
    found: dict[int, list[File]] = defaultdict(list)
    for row, by in session.execute(query):
        version = File(
            id=row.id,
            version=row.version,
            key=row.store_key,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            sha256=row.sha256,
            scan=row.scan,
            given_out=shelf.given_out(row.scan),
            drawn=row.media_type in SHOWN,
            by=by,
            at=row.at,
        )
        found[row.evidence_id].append(version)
    return found


def _supports(session: Session, ids: Collection[int]) -> Mapping[int, list[Support]]:
    query = select(Support).where(Support.evidence_id.in_(ids)).order_by(Support.leaf)
    found: dict[int, list[Support]] = defaultdict(list)
    for support in session.scalars(query):
        found[support.evidence_id].append(support)
    return found
