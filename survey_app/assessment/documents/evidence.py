"""Documents as evidence: added with a file or a link, described, versioned, tied to leaves, withdrawn."""

import datetime
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment import criteria, marking, rounds
from survey_app.assessment.documents.uploading import Upload
from survey_app.assessment.flow import APPRAISING, SELF_SCORING, State, missed
from survey_app.assessment.remits import Remit, remit
from survey_app.errors import Conflict, NotAllowed, NotFound, NotOpen, Rejected
from survey_app.models import Assessment, Evidence, EvidenceFile, Explanation, RemedyTask, Support
from survey_app.policy import Action, Actor

ADDING = SELF_SCORING | {State.EXPLANATION_ASKED}  # what supports an explanation comes late
PROVING = ADDING | {State.PUBLISHED}  # what shows that a task of the remedy plan is done comes last


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is said of a document: number, date, issuer, summary; a link where it is published, with a note."""

    number: str = ""
    issued_on: datetime.date | None = None
    issuer: str = ""
    summary: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An assessment locked for a change of its evidence, whether an appraiser makes it, and what they appraise."""

    row: Assessment
    by_appraiser: bool
    mine: Remit
    today: datetime.date


def ready(session: Session, actor: Actor, assessment_id: int, now: datetime.datetime, *, quota: int) -> None:
    """Refuse before anything is stored what would be refused afterwards: a person, a state, a full quota."""
    row = _addable(session, actor, assessment_id, now).row
    if used(session, row) >= quota:
        raise Rejected("evidence", problems={"file": "quota"})


def add(
    session: Session,
    actor: Actor,
    assessment_id: int,
    details: Details,
    upload: Upload | None,
    leaves: Sequence[str],
    now: datetime.datetime,
    *,
    quota: int,
) -> int:
    """A new document that supports these leaves; returns its id.

    The unit's officer adds while the unit scores or explains itself, and after publication, for no leaf, what shows
    that a task of its remedy plan is done (Conflict without a task); an appraiser adds while appraising. Others are
    refused (NotAllowed), other states too (Conflict), explaining after the last day (NotOpen), a leaf that the
    person does not score or appraise (NotFound), while explaining a leaf that nobody asks about, and a document
    without summary, without file or link, with a link but no note, beyond the quota, or that is there already
    (Rejected).
    """
    held = _addable(session, actor, assessment_id, now)
    problems = _problems(details)
    if upload is None and not details.url:
        problems["file"] = "file_or_link"
    if leaves and State(held.row.state) is State.PUBLISHED:
        problems["leaves"] = "published"
    if not leaves and (held.by_appraiser or State(held.row.state) is State.EXPLANATION_ASKED):
        problems["leaves"] = "no_leaf"
    if problems:
        raise Rejected("evidence", problems=problems)
    if _known(session, held, details, upload, leaves):
        raise Rejected("evidence", problems={"file" if upload else "url": "same_document"})
    document = Evidence(round_id=held.row.round_id, unit_id=held.row.unit_id)
    _describe(document, details)
    session.add(document)
    session.flush()
    for leaf in dict.fromkeys(leaves):
        _support(session, held, document.id, leaf)
    detail: dict[str, object] = {"number": details.number, "leaves": list(leaves)}
    if upload is not None:
        detail["sha256"] = _version(session, actor, held.row, document.id, upload, now, quota=quota).sha256
    audit.record(session, actor, "evidence_added", f"evidence {document.id}", now=now, detail=detail)
    return document.id


def add_version(
    session: Session, actor: Actor, evidence_id: int, upload: Upload, now: datetime.datetime, *, quota: int
) -> int:
    """A new version of the file beside the old ones; returns its number. Refuses as `add`."""
    document, held = _document(session, actor, evidence_id, ADDING, now)
    file = _version(session, actor, held.row, document.id, upload, now, quota=quota)
    detail = {"version": file.version, "sha256": file.sha256}
    audit.record(session, actor, "evidence_versioned", f"evidence {evidence_id}", now=now, detail=detail)
    return file.version


def describe(
    session: Session, actor: Actor, evidence_id: int, details: Details, before: str, now: datetime.datetime
) -> None:
    """Change what is said of a document; ``before`` is the `stamp` of what the form was made from.

    Refuses what others changed meanwhile (Conflict), a unit that has been sent on (Conflict), and bad details.
    """
    document, _ = _document(session, actor, evidence_id, SELF_SCORING, now)
    if stamp(document) != before:
        raise Conflict("changed_meanwhile")
    problems = _problems(details)
    if not details.url and not newest(session, evidence_id):
        problems["url"] = "file_or_link"
    if problems:
        raise Rejected("evidence", problems=problems)
    _describe(document, details)
    session.flush()
    detail = {"number": details.number, "issuer": details.issuer, "summary": details.summary}
    audit.record(session, actor, "evidence_changed", f"evidence {evidence_id}", now=now, detail=detail)


def use(session: Session, actor: Actor, evidence_id: int, leaf: str, now: datetime.datetime) -> None:
    """Let a document support a leaf, too; nothing happens when it does."""
    document, held = _document(session, actor, evidence_id, ADDING, now)
    if session.get(Support, (held.row.id, leaf, document.id)) is None:
        _support(session, held, document.id, leaf)
        audit.record(session, actor, "evidence_used", f"evidence {evidence_id}", now=now, detail={"leaf": leaf})


def drop(session: Session, actor: Actor, evidence_id: int, leaf: str, now: datetime.datetime) -> None:
    """Untie a unit's document from a leaf; it stays with the unit. Refused once it has been sent on (Conflict)."""
    document, held = _document(session, actor, evidence_id, SELF_SCORING, now)
    support = session.get(Support, (held.row.id, leaf, document.id))
    if support is None or held.by_appraiser:
        raise NotFound("support")
    session.delete(support)
    session.flush()
    audit.record(session, actor, "evidence_unused", f"evidence {evidence_id}", now=now, detail={"leaf": leaf})


def withdraw(session: Session, actor: Actor, evidence_id: int, now: datetime.datetime) -> int:
    """Take a document out of every leaf and list; row and files stay. Returns the assessment that it was for.

    Refused once the unit has been sent on (Conflict); an appraiser withdraws what appraisers brought along.
    """
    document, held = _document(session, actor, evidence_id, SELF_SCORING, now)
    of_document = Support.assessment_id == held.row.id, Support.evidence_id == document.id
    supported = session.scalars(select(Support).where(*of_document)).all()
    detail = {"leaves": sorted(support.leaf for support in supported)}
    for support in supported:
        session.delete(support)
    document.withdrawn = True
    session.flush()
    audit.record(session, actor, "evidence_withdrawn", f"evidence {evidence_id}", now=now, detail=detail)
    return held.row.id


def used(session: Session, row: Assessment) -> int:
    """The bytes of a unit's files in a round."""
    of_unit = (Evidence.round_id == row.round_id, Evidence.unit_id == row.unit_id)
    query = select(func.coalesce(func.sum(EvidenceFile.size), 0)).join(Evidence).where(*of_unit)
    return int(session.scalars(query).one())


def stamp(document: Evidence) -> str:
    """Tells one description of a document from another."""
    said = (document.number, document.issued_on, document.issuer, document.summary, document.url, document.note)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def newest(session: Session, evidence_id: int) -> int:
    """The number of the newest version of a document's file; 0 where it is a link alone."""
    query = select(func.coalesce(func.max(EvidenceFile.version), 0)).where(EvidenceFile.evidence_id == evidence_id)
    return int(session.scalars(query).one())


def asked(session: Session, assessment_id: int, today: datetime.date) -> frozenset[str]:
    """The leaves of a unit about which a question may still be answered."""
    open_ = Explanation.assessment_id == assessment_id, Explanation.due >= today
    return frozenset(session.scalars(select(Explanation.leaf).where(*open_)))


def of_appraisers() -> Select[int]:
    """The documents that appraisers brought along."""
    return select(Support.evidence_id).where(Support.by_appraiser.is_(True))


def _open(
    session: Session, actor: Actor, assessment_id: int, states: Collection[State], now: datetime.datetime
) -> _Open:
    """Locked: uploads of a unit follow each other, so that its quota holds."""
    by_appraiser = not actor.may(Action.SCORE_SELF)
    if by_appraiser and not actor.may(Action.APPRAISE):
        raise NotAllowed(Action.SCORE_SELF.value)
    row = rounds.assessment(session, actor, assessment_id, Action.APPRAISE if by_appraiser else Action.SCORE_SELF)
    mine = remit(session, actor, row.round_id) if by_appraiser else Remit()
    if not mine.touches(row.unit_id):
        raise NotFound("assessment")
    state = State(row.state)
    if state not in (APPRAISING if by_appraiser else states):
        raise Conflict("other_state")
    explaining = state is State.EXPLANATION_ASKED and not by_appraiser
    days = rounds.dates(session, row)
    if missed(state, days, now.date()) or (explaining and now.date() > days.explain_until):
        raise NotOpen("date_passed")
    return _Open(row=row, by_appraiser=by_appraiser, mine=mine, today=now.date())


def _addable(session: Session, actor: Actor, assessment_id: int, now: datetime.datetime) -> _Open:
    held = _open(session, actor, assessment_id, PROVING, now)
    if State(held.row.state) is State.PUBLISHED:
        planned = RemedyTask.assessment_id == held.row.id, RemedyTask.withdrawn_on.is_(None)
        if session.scalar(select(RemedyTask.id).where(*planned).limit(1)) is None:
            raise Conflict("no_task")
    return held


def _document(
    session: Session, actor: Actor, evidence_id: int, states: Collection[State], now: datetime.datetime
) -> tuple[Evidence, _Open]:
    """A document of the person's own side, unit or appraisers; the other side's does not exist for a change."""
    document = session.get(Evidence, evidence_id)
    if document is None or document.withdrawn:
        raise NotFound("evidence")
    of_unit = (Assessment.round_id == document.round_id, Assessment.unit_id == document.unit_id)
    held = _open(session, actor, session.scalars(select(Assessment.id).where(*of_unit)).one(), states, now)
    session.refresh(document)  # as it is now that nobody else changes it
    theirs = session.scalar(of_appraisers().where(Support.evidence_id == evidence_id).limit(1)) is not None
    if theirs != held.by_appraiser:
        raise NotFound("evidence")
    return document, held


def _support(session: Session, held: _Open, evidence_id: int, leaf: str) -> None:
    found = criteria.of(session, held.row.set_id)
    if leaf not in marking.applicable(session, held.row, found):
        raise NotFound("leaf")
    if not held.mine.covers(held.row.unit_id, found.field_of[leaf]):
        raise NotFound("leaf")
    explaining = State(held.row.state) is State.EXPLANATION_ASKED and not held.by_appraiser
    if explaining and leaf not in asked(session, held.row.id, held.today):
        raise Rejected("evidence", problems={"leaves": "not_asked"})
    support = Support(assessment_id=held.row.id, leaf=leaf, evidence_id=evidence_id, by_appraiser=held.by_appraiser)
    session.add(support)
    session.flush()


def _known(session: Session, held: _Open, details: Details, upload: Upload | None, leaves: Collection[str]) -> bool:
    """Whether a form was sent twice: the same file or link, under the same number, supports these leaves already."""
    ours = Evidence.id.in_(of_appraisers()) if held.by_appraiser else Evidence.id.not_in(of_appraisers())
    query = select(Evidence.id).where(
        Evidence.round_id == held.row.round_id,
        Evidence.unit_id == held.row.unit_id,
        Evidence.withdrawn.is_(False),
        Evidence.number == details.number,
        ours,
    )
    if upload is None:
        query = query.where(Evidence.url == details.url, Evidence.summary == details.summary)
    else:
        query = query.join(EvidenceFile).where(EvidenceFile.sha256 == upload.stored.sha256)
    supports = select(Support.evidence_id, Support.leaf).where(Support.evidence_id.in_(query))
    tied: dict[int, set[str]] = {key: set() for key in session.scalars(query)}
    for key, leaf in session.execute(supports):
        tied[key].add(leaf)
    return any(those.issuperset(leaves) for those in tied.values())


def _version(
    session: Session,
    actor: Actor,
    row: Assessment,
    evidence_id: int,
    upload: Upload,
    now: datetime.datetime,
    *,
    quota: int,
) -> EvidenceFile:
    if used(session, row) + upload.stored.size > quota:
        raise Rejected("evidence", problems={"file": "quota"})
    file = EvidenceFile(
        evidence_id=evidence_id,
        version=newest(session, evidence_id) + 1,
        store_key=upload.stored.key,
        sha256=upload.stored.sha256,
        size=upload.stored.size,
        name=upload.name,
        media_type=upload.media_type,
        scan=upload.scan,
        account_id=actor.account_id,
        at=now,
    )
    session.add(file)
    session.flush()
    return file


def _describe(document: Evidence, details: Details) -> None:
    document.number, document.issued_on, document.issuer = details.number, details.issued_on, details.issuer
    document.summary, document.url, document.note = details.summary, details.url or None, details.note


def _problems(details: Details) -> dict[str, str]:
    found = {}
    if not details.summary:
        found["summary"] = "needed"
    if details.url and not _published(details.url):
        found["url"] = "bad_url"
    if details.url and not details.note:
        found["note"] = "note_needed"
    return found


def _published(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
