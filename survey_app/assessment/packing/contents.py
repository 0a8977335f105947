"""What goes into a package: everything said about its units, read from one state of the data, and the files."""

import datetime
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.metadata import version
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria, standing
from survey_app.assessment.outcomes import Sheet
from survey_app.assessment.packing.files import Item, documents
from survey_app.assessment.packing.manifest import (
    FORMAT,
    CorrectionPart,
    DocumentPart,
    ExplanationPart,
    FeedPart,
    FrozenPart,
    Manifest,
    MarkPart,
    MeetingPart,
    RoundPart,
    SetPart,
    UnitPart,
)
from survey_app.assessment.packing.outcomes import outcome
from survey_app.assessment.sight import opens
from survey_app.errors import NotFound
from survey_app.models import (
    Assessment,
    AuditHead,
    Campaign,
    Correction,
    CouncilAttendance,
    CouncilMeeting,
    CouncilMember,
    CriteriaSet,
    Explanation,
    Feed,
    FrozenResult,
    Mark,
    Package,
    Round,
    Unit,
)

Row = TypeVar("Row", Mark, Feed, Correction, Explanation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The manifest as it will be if every file is there, and the files to copy; ``total`` in bytes."""

    manifest: Manifest
    files: tuple[Item, ...]

    @property
    def total(self) -> int:
        return sum(item.size for item in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Which leaves of which assessments: those of a field, and those whose marks the unit sees already."""

    session: Session
    field: str
    internal: bool

    def leaf(self, row: Assessment, leaf: str) -> bool:
        of = criteria.of(self.session, row.set_id).field_of
        return self.field in ("", of.get(leaf))

    def stage(self, row: Assessment, stage: str) -> bool:
        return self.internal or opens(row.state, stage)

    def correction(self, row: Correction) -> bool:
        """One that nobody confirmed counts for nothing, and is a matter of Home Affairs."""
        return self.internal or row.confirmed_by is not None


def contents(session: Session, package: Package, given_out: Callable[[str], bool], now: datetime.datetime) -> Contents:
    """Everything that a package holds; ``given_out`` says whether a file with that verdict may leave the store."""
    rows = assessments(session, package)
    if not rows:
        raise NotFound("assessment")
    chosen = _Chosen(session=session, field=package.field, internal=package.internal)
    found, items = documents(session, rows, package, given_out)
    sheets = {sheet.unit_id: sheet for sheet in standing.sheets(session, package.round_id, [r.unit_id for r in rows])}
    parts = _Parts(session, [row.id for row in rows])
    units = tuple(_unit(parts, chosen, row, sheets[row.unit_id], found[row.id]) for row in rows)
    sets = [session.get_one(CriteriaSet, set_id) for set_id in sorted({row.set_id for row in rows})]
    head = session.get(AuditHead, 1)
    manifest = Manifest(
        format=FORMAT,
        program=f"sipas-survey {version('sipas-survey')}",
        made_at=now,
        internal=package.internal,
        round=_round(session.get_one(Round, package.round_id)),
        field=package.field,
        sets=tuple(SetPart(ref=_ref(each), content_hash=each.content_hash, body=each.body) for each in sets),
        units=units,
        members=tuple(_members(session, package.round_id)),
        meetings=tuple(_meetings(session, package.round_id, minutes=package.internal)),
        audit_id=head.last_id if head else 0,
        audit_mac=head.mac if head else "",
    )
    return Contents(manifest=manifest, files=items)


def assessments(session: Session, package: Package) -> Sequence[Assessment]:
    """The assessments of a package: one of its unit, or those of all units of its set."""
    query = select(Assessment).where(Assessment.round_id == package.round_id)
    if package.unit_id is not None:
        return session.scalars(query.where(Assessment.unit_id == package.unit_id)).all()
    query = query.join(Unit, Unit.id == Assessment.unit_id).where(Assessment.set_id == package.set_id)
    return session.scalars(query.order_by(Unit.name, Unit.id)).all()


class _Parts:
    """The rows of all assessments, read in one statement each."""

    def __init__(self, session: Session, ids: Sequence[int]) -> None:
        self.session = session
        self.marks = self._by(Mark, ids, Mark.leaf, Mark.at)
        self.feeds = self._by(Feed, ids, Feed.leaf)
        self.corrections = self._by(Correction, ids, Correction.id)
        self.explanations = self._by(Explanation, ids, Explanation.id)

    def _by(self, table: type[Row], ids: Sequence[int], *order: Any) -> Mapping[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.session.scalars(select(table).where(table.assessment_id.in_(ids)).order_by(*order)):
            found[row.assessment_id].append(row)
        return found


def _unit(parts: _Parts, chosen: _Chosen, row: Assessment, sheet: Sheet, found: tuple[DocumentPart, ...]) -> UnitPart:
    def kept(rows: Mapping[int, list[Row]]) -> Iterable[Row]:
        return (each for each in rows.get(row.id, ()) if chosen.leaf(row, each.leaf))

    session, unit = parts.session, parts.session.get_one(Unit, row.unit_id)
    seen = {
        leaf: {stage: said for stage, said in stages.items() if chosen.stage(row, stage)}
        for leaf, stages in sheet.marks.items()
        if chosen.leaf(row, leaf)
    }
    feeds = {leaf: fed for leaf, fed in sheet.feeds.items() if chosen.leaf(row, leaf)}
    corrected = {leaf: points for leaf, points in sheet.corrections.items() if chosen.leaf(row, leaf)}
    shown = replace(sheet, marks=seen, feeds=feeds, corrections=corrected)
    return UnitPart(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        block=unit.level,
        set_ref=_ref(session.get_one(CriteriaSet, row.set_id)),
        state=row.state,
        submitted_on=row.submitted_on,
        late=row.late,
        exempt=tuple(sorted(sheet.exempt)),
        marks=tuple(_mark(each) for each in kept(parts.marks) if chosen.stage(row, each.stage)),
        feeds=tuple(_feed(session, each) for each in kept(parts.feeds)),
        corrections=tuple(_correction(each) for each in kept(parts.corrections) if chosen.correction(each)),
        explanations=tuple(_explanation(each) for each in kept(parts.explanations)),
        documents=found,
        outcome=outcome(shown, chosen.field),
    )


def _ref(row: CriteriaSet) -> str:
    return f"{row.key}@{row.version}"


def _round(row: Round) -> RoundPart:
    return RoundPart(id=row.id, title=row.title, year=row.year, state=row.state, published_on=row.published_on)


def _mark(row: Mark) -> MarkPart:
    return MarkPart.model_validate(
        {
            "leaf": row.leaf,
            "stage": row.stage,
            "inputs": json.loads(row.inputs),
            "computed": row.computed,
            "points": row.points,
            "deducted": row.deducted,
            "applies": row.applies,
            "reason": row.reason,
            "account": row.account_id,
            "at": row.at,
        }
    )


def _feed(session: Session, row: Feed) -> FeedPart:
    fed, taken = standing.fed(row), None if row.result_id is None else session.get_one(FrozenResult, row.result_id)
    return FeedPart(
        leaf=row.leaf,
        kind=row.kind,
        inputs=dict(fed.inputs),
        share=fed.share,
        standard_error=fed.standard_error,
        source=row.source,
        result=None if taken is None else _frozen(session, taken),
        account=row.account_id,
        at=row.at,
    )


def _frozen(session: Session, row: FrozenResult) -> FrozenPart:
    return FrozenPart(
        campaign=session.get_one(Campaign, row.campaign_id).title,
        unit=session.get_one(Unit, row.unit_id).name,
        value=row.value,
        lower=row.lower,
        upper=row.upper,
        level=row.level,
        answers=row.answers,
        standard_error=row.standard_error,
        method_ref=row.method_ref,
        method_hash=row.method_hash,
        data_hash=row.data_hash,
        made_on=row.made_on,
    )


def _correction(row: Correction) -> CorrectionPart:
    return CorrectionPart(
        leaf=row.leaf,
        points=Decimal(row.points),
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
    )


def _explanation(row: Explanation) -> ExplanationPart:
    return ExplanationPart(
        leaf=row.leaf,
        question=row.question,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        due=row.due,
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )


def _members(session: Session, round_id: int) -> Iterable[int]:
    query = select(CouncilMember.account_id).where(CouncilMember.round_id == round_id)
    return session.scalars(query.order_by(CouncilMember.account_id))


def _meetings(session: Session, round_id: int, *, minutes: bool) -> Iterable[MeetingPart]:
    """A minute speaks of all units of the round: it stays with those who keep it."""
    present: dict[int, list[int]] = defaultdict(list)
    for seat in session.scalars(select(CouncilAttendance).order_by(CouncilAttendance.account_id)):
        present[seat.meeting_id].append(seat.account_id)
    query = select(CouncilMeeting).where(CouncilMeeting.round_id == round_id).order_by(CouncilMeeting.id)
    for row in session.scalars(query):
        yield MeetingPart(
            id=row.id,
            held_on=row.held_on,
            in_writing=row.in_writing,
            minute=row.minute if minutes else "",
            present=tuple(present[row.id]),
        )
