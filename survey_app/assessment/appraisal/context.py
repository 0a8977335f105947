"""What is known beside a mark: documents, questions and answers, last round's mark, other units' points."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria
from survey_app.assessment.appraisal.appraising import STAGE
from survey_app.assessment.facts import Asked
from survey_app.assessment.flow import State
from survey_app.models import Assessment, Correction, Evidence, Explanation, Mark, Round, Support
from survey_app.models.assessment import COUNCIL, FIRST, PUBLISHED, SECOND, SELF

LATEST = (SECOND, FIRST, SELF)
DECIDING = (FIRST, SECOND, COUNCIL)  # whose word counts, the last one last
TOLD = (*STAGE, State.APPRAISED, State.SETTLED, State.PUBLISHED)
Key = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document behind a mark."""

    evidence_id: int
    number: str
    issued_on: datetime.date | None
    issuer: str
    summary: str
    url: str | None
    by_appraiser: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What a unit got for the leaf of the same number in the last published round, and out of how much."""

    year: int
    points: Decimal | None
    maximum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """By assessment and leaf, the earlier marks by unit and leaf, the points of all units by leaf."""

    documents: Mapping[Key, list[Document]]
    questions: Mapping[Key, list[Asked]]
    earlier: Mapping[Key, Earlier]
    values: Mapping[str, list[tuple[int, Decimal]]]


def context(session: Session, round_id: int, set_id: int, units: Mapping[int, int], leaves: Collection[str]) -> Context:
    """What stands beside these leaves of these assessments (by id, with their units) of a set."""
    return Context(
        documents=_documents(session, units.keys(), leaves),
        questions=_questions(session, units.keys(), leaves),
        earlier=_earlier(session, round_id, units.values(), leaves),
        values=_values(session, round_id, set_id, leaves),
    )


def _documents(session: Session, ids: Collection[int], leaves: Collection[str]) -> Mapping[Key, list[Document]]:
    query = (
        select(Support, Evidence)
        .join(Evidence, Evidence.id == Support.evidence_id)
        .where(Support.assessment_id.in_(ids), Support.leaf.in_(leaves), Evidence.withdrawn.is_(False))
        .order_by(Evidence.id)
    )
    found: dict[Key, list[Document]] = defaultdict(list)
    for support, evidence in session.execute(query):
        document = Document(
            evidence_id=evidence.id,
            number=evidence.number,
            issued_on=evidence.issued_on,
            issuer=evidence.issuer,
            summary=evidence.summary,
            url=evidence.url,
            by_appraiser=support.by_appraiser,
        )
        found[support.assessment_id, support.leaf].append(document)
    return found


def _questions(session: Session, ids: Collection[int], leaves: Collection[str]) -> Mapping[Key, list[Asked]]:
    query = select(Explanation).where(Explanation.assessment_id.in_(ids), Explanation.leaf.in_(leaves))
    found: dict[Key, list[Asked]] = defaultdict(list)
    for asked in session.scalars(query.order_by(Explanation.id)):
        found[asked.assessment_id, asked.leaf].append(Asked.of(asked))
    return found


def _earlier(session: Session, round_id: int, units: Collection[int], leaves: Collection[str]) -> Mapping[Key, Earlier]:
    """From the last published round of an earlier year in which each unit took part."""
    year = session.get_one(Round, round_id).year
    query = (
        select(Assessment.unit_id, Assessment.id, Assessment.set_id, Round.year)
        .join(Round, Round.id == Assessment.round_id)
        .where(Round.state == PUBLISHED, Round.year < year, Assessment.unit_id.in_(units))
        .order_by(Round.year, Round.id)
    )
    last = {unit_id: (key, set_id, of) for unit_id, key, set_id, of in session.execute(query)}
    given = _given(session, [key for key, _, _ in last.values()], leaves)
    sets = {set_id: criteria.of(session, set_id) for _, set_id, _ in last.values()}
    return {
        (unit_id, leaf): Earlier(year=of, points=given[key, leaf], maximum=sets[set_id].nodes[leaf].maximum)
        for unit_id, (key, set_id, of) in last.items()
        for leaf in leaves
        if (key, leaf) in given
    }


def _given(session: Session, ids: Collection[int], leaves: Collection[str]) -> Mapping[Key, Decimal | None]:
    """The points that counted, after deductions; None where a leaf did not apply."""
    found: dict[Key, Decimal | None] = {}
    query = select(Mark).where(Mark.assessment_id.in_(ids), Mark.leaf.in_(leaves), Mark.stage.in_(DECIDING))
    for mark in sorted(session.scalars(query), key=lambda mark: DECIDING.index(mark.stage)):
        applies = mark.applies and mark.points is not None
        found[mark.assessment_id, mark.leaf] = Decimal(mark.points or 0) - Decimal(mark.deducted) if applies else None
    corrected = select(Correction).where(
        Correction.assessment_id.in_(ids), Correction.leaf.in_(leaves), Correction.confirmed_by.is_not(None)
    )
    for row in session.scalars(corrected.order_by(Correction.id)):
        found[row.assessment_id, row.leaf] = Decimal(row.points)
    return found


def _values(
    session: Session, round_id: int, set_id: int, leaves: Collection[str]
) -> Mapping[str, list[tuple[int, Decimal]]]:
    """The latest points of every submitted unit that the set scores, with the unit."""
    query = (
        select(Assessment.unit_id, Mark)
        .join(Assessment, Assessment.id == Mark.assessment_id)
        .where(Assessment.round_id == round_id, Assessment.set_id == set_id, Assessment.state.in_(TOLD))
        .where(Mark.leaf.in_(leaves), Mark.stage.in_(LATEST))
    )
    latest: dict[Key, Mark] = {}
    for unit_id, mark in session.execute(query):
        known = latest.get((unit_id, mark.leaf))
        if known is None or LATEST.index(mark.stage) < LATEST.index(known.stage):
            latest[unit_id, mark.leaf] = mark
    found: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
    for (unit_id, leaf), mark in latest.items():
        if mark.applies and mark.points is not None:
            found[leaf].append((unit_id, Decimal(mark.points) - Decimal(mark.deducted)))
    return found
