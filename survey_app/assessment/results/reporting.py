"""From sheets and outcomes to one frozen content, which every page and document of a round's results shows."""

import datetime
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.par_content import BlockResult, Meeting, RoundReport, UnitResult
from survey_app.assessment import standing, succession
from survey_app.assessment.outcomes import Outcome, Sheet, indices, outcomes
from survey_app.assessment.remits import Remit, remit
from survey_app.assessment.results import earlier
from survey_app.assessment.results import units as unit_results
from survey_app.assessment.results.kept import Kept
from survey_app.errors import NotFound
from survey_app.letterhead import letterhead
from survey_app.models import (
    Assessment,
    Correction,
    CouncilAttendance,
    CouncilMeeting,
    CouncilMember,
    CriteriaSet,
    Feed,
    Letterhead,
    Level,
    Mark,
    Round,
    RoundSet,
    Unit,
)
from survey_app.models.assessment import PUBLISHED
from survey_app.policy import Action, Actor, ensure

LEVEL, DRAWS = 0.95, 10_000
CONTENTS, BEFORE = 4, 2  # of a province: some megabytes each


@dataclass(frozen=True, slots=True)
class Opened:
    """The content of a round, and by unit what it was made of.

    Of units without a sheet the person sees places and points alone, and nothing of what stands behind them; ``public``
    are all units so. ``judging`` are those who appraise and the members of the council.
    """

    report: RoundReport
    sheets: Mapping[int, Sheet]
    public: Mapping[int, UnitResult] = field(default_factory=dict)
    judging: bool = True


@dataclass(frozen=True, slots=True)
class Memory:
    """The last contents, and the earlier rounds that stood beside them, which hardly ever change."""

    contents: Kept[Opened] = field(default_factory=lambda: Kept(CONTENTS))
    before: Kept[tuple[BlockResult, ...]] = field(default_factory=lambda: Kept(BEFORE))


def results(
    session: Session, actor: Actor, round_id: int, *, today: datetime.date, memory: Memory | None = None
) -> Opened:
    """What this person may see of a round.

    Before publication Home Affairs and appraisers see the units that they appraise; the others their own, without
    places, and what appraisers said only once the unit was asked to explain itself. After it everybody who may read
    assessments sees places and points of every unit, and what stands behind them of the units in their scope; those who
    appraise and the members of the council see it of all. NotFound when there is no such round.
    """
    ensure(actor, Action.READ_ASSESSMENTS)
    row = session.get(Round, round_id)
    if row is None:
        raise NotFound("round")
    found = whole(session, row, today=today, memory=memory)
    judging = actor.may(Action.APPRAISE)
    if row.state == PUBLISHED:
        seated = session.get(CouncilMember, (round_id, actor.account_id)) is not None
        return found if judging or seated else _published(found, actor.units)
    touched = remit(session, actor, round_id) if judging else Remit()
    units = frozenset(unit for unit in found.sheets if unit in actor.units and touched.touches(unit))
    blocks = tuple(_seen(found, block, units, judging=judging) for block in found.report.blocks)
    shown = replace(found.report, blocks=tuple(block for block in blocks if block.units), ranked=judging)
    sheets = {unit: found.sheets[unit] if judging else own_sheet(found, unit) for unit in units}
    return Opened(shown, sheets, judging=judging)


def own_sheet(found: Opened, unit_id: int) -> Sheet:
    """The sheet of a unit as it may use it: without appraisal and council until they are open to it."""
    return unit_results.open_sheet(found.sheets[unit_id], of_unit(found, unit_id)[1].state)


def of_unit(opened: Opened, unit_id: int) -> tuple[BlockResult, UnitResult]:
    """A unit of the content; NotFound when this person does not see it."""
    found = opened.report.unit(unit_id)
    if found is None:
        raise NotFound("unit")
    return found


def inside(opened: Opened, unit_id: int) -> tuple[BlockResult, UnitResult]:
    """A unit of which this person sees what stands behind its points; else NotFound."""
    if unit_id not in opened.sheets:
        raise NotFound("unit")
    return of_unit(opened, unit_id)


def insides(opened: Opened) -> RoundReport:
    """The content with those units alone; NotFound when there are none."""
    report, seen = opened.report, opened.sheets.keys()
    blocks = [replace(each, units=tuple(unit for unit in each.units if unit.unit_id in seen)) for each in report.blocks]
    if not seen:
        raise NotFound("unit")
    return replace(report, blocks=tuple(each for each in blocks if each.units))


def view(opened: Opened, *, points: bool) -> tuple[object, ...]:
    """What somebody sees of a round: two who see the same at the same moment get the same documents.

    Of a document of ``points`` alone it does not matter who sees what stands behind them.
    """
    report = opened.report
    units = tuple(unit.unit_id for block in report.blocks for unit in block.units)
    behind = () if points else (opened.judging, frozenset(opened.sheets))
    return report.round_id, report.made_on, report.ranked, units, *behind


def whole(session: Session, row: Round, *, today: datetime.date, memory: Memory | None = None) -> Opened:
    """The content of a whole round, for nobody in particular."""
    memory = memory or Memory()
    before, old = _before(session, row), succession.predecessors(session)
    key = (stamp(session, row), stamp(session, before) if before else None, frozenset(old.items()), today)

    def make() -> Opened:
        was = memory.before.get(key[1], lambda: _plain(session, before)) if before else ()
        return _content(session, row, before, was, old, today)

    return memory.contents.get(key, make)


def stamp(session: Session, row: Round) -> tuple[object, ...]:
    """Changes with everything that a content is made of: marks, feeds, corrections, states, names."""
    ids = select(Assessment.id).where(Assessment.round_id == row.id)
    marks = select(func.count(), func.sum(Mark.edition), func.max(Mark.at)).where(Mark.assessment_id.in_(ids))
    feeds = select(func.count(), func.sum(Feed.edition), func.max(Feed.at)).where(Feed.assessment_id.in_(ids))
    corrected = select(func.count(Correction.confirmed_by), func.max(Correction.id)).where(
        Correction.assessment_id.in_(ids)
    )
    units = (
        select(Unit.id, Unit.name, Unit.code, Assessment.edition, Assessment.late)
        .join(Assessment, Assessment.unit_id == Unit.id)
        .where(Assessment.round_id == row.id)
        .order_by(Unit.id)
    )
    facts = [tuple(session.execute(query).one()) for query in (marks, feeds, corrected)]
    head = session.execute(select(Letterhead)).scalars().first()
    issued = (head.superior, head.issuer, head.symbol, head.place, head.signer, head.recipients) if head else None
    known = tuple(map(tuple, session.execute(units)))
    return (row.id, row.title, row.state, *facts, known, issued, _meetings(session, row.id))


def _plain(session: Session, row: Round) -> tuple[BlockResult, ...]:
    """A round without intervals, to be compared with."""
    sheets = standing.sheets(session, row.id)
    return _blocks(session, row.id, sheets, indices(sheets))


def _content(
    session: Session,
    row: Round,
    before: Round | None,
    was: tuple[BlockResult, ...],
    old: Mapping[int, frozenset[int]],
    today: datetime.date,
) -> Opened:
    sheets = standing.sheets(session, row.id)
    blocks = _blocks(session, row.id, sheets, outcomes(sheets, level=LEVEL, draws=DRAWS))
    if before is not None:
        found = earlier.changes(blocks, was, before.year, old)
        blocks = tuple(
            replace(b, units=tuple(replace(unit, change=found.get(unit.unit_id)) for unit in b.units)) for b in blocks
        )
    head, fictional = letterhead(session)
    report = RoundReport(
        letterhead=head,
        fictional=fictional,
        round_id=row.id,
        title=row.title,
        year=row.year,
        published_on=row.published_on,
        made_on=today,
        blocks=blocks,
        meetings=_meetings(session, row.id),
        earlier=f"{before.title} (năm {before.year})" if before else "",
        level=LEVEL,
        draws=DRAWS,
        digest=_digest(blocks),
        program=version("sipas-survey"),
    )
    public = {unit.unit_id: unit_results.public(unit) for each in blocks for unit in each.units}
    return Opened(report, {sheet.unit_id: sheet for sheet in sheets}, public if row.state == PUBLISHED else {})


def _blocks(
    session: Session, round_id: int, sheets: tuple[Sheet, ...], found: Mapping[int, Outcome]
) -> tuple[BlockResult, ...]:
    """Every block with its units, in the order of the levels."""
    query = select(Assessment.unit_id, Assessment.state, Assessment.late).where(Assessment.round_id == round_id)
    states = {unit_id: (state, late) for unit_id, state, late in session.execute(query)}
    sets = (
        select(RoundSet.block, CriteriaSet.content_hash)
        .join(CriteriaSet, CriteriaSet.id == RoundSet.set_id)
        .join(Level, Level.key == RoundSet.block)
        .where(RoundSet.round_id == round_id)
        .order_by(Level.position, Level.key)
    )
    by_block: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_block[sheet.block].append(sheet)
    return tuple(
        unit_results.block(key, by_block[key], found, states, fingerprint)
        for key, fingerprint in session.execute(sets)
        if by_block[key]
    )


def _meetings(session: Session, round_id: int) -> tuple[Meeting, ...]:
    members = session.scalar(select(func.count()).where(CouncilMember.round_id == round_id)) or 0
    query = (
        select(CouncilMeeting.held_on, CouncilMeeting.in_writing, func.count(CouncilAttendance.account_id))
        .outerjoin(CouncilAttendance, CouncilAttendance.meeting_id == CouncilMeeting.id)
        .where(CouncilMeeting.round_id == round_id)
        .group_by(CouncilMeeting.id, CouncilMeeting.held_on, CouncilMeeting.in_writing)
        .order_by(CouncilMeeting.held_on, CouncilMeeting.id)
    )
    return tuple(
        Meeting(held_on=held_on, in_writing=in_writing, present=present, members=members)
        for held_on, in_writing, present in session.execute(query)
    )


def _before(session: Session, row: Round) -> Round | None:
    """The last round that was published for an earlier year."""
    query = select(Round).where(Round.state == PUBLISHED, Round.year < row.year)
    return session.scalars(query.order_by(Round.year.desc(), Round.id.desc()).limit(1)).first()


def _digest(blocks: tuple[BlockResult, ...]) -> str:
    """A fingerprint of the sets and of every point that counts."""
    facts = [
        [block.criteria.fingerprint, unit.unit_id, [[line.criterion.number, str(line.points)] for line in unit.leaves]]
        for block in blocks
        for unit in sorted(block.units, key=lambda unit: unit.unit_id)
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _published(found: Opened, units: Collection[int]) -> Opened:
    """A published round for those who judge nobody."""
    blocks = [
        replace(each, units=tuple(u if u.unit_id in units else found.public[u.unit_id] for u in each.units))
        for each in found.report.blocks
    ]
    sheets = {unit: sheet for unit, sheet in found.sheets.items() if unit in units}
    return Opened(replace(found.report, blocks=tuple(blocks)), sheets, judging=False)


def _seen(found: Opened, block: BlockResult, units: Collection[int], *, judging: bool) -> BlockResult:
    """These units of a block as people see them before publication: who does not judge sees no places."""
    mine = [unit for unit in block.units if unit.unit_id in units]
    if not judging:
        mine = [unit_results.unjudged(unit, found.sheets[unit.unit_id]) for unit in mine]
    return replace(block, units=tuple(mine))
