"""Everything said about the units of a round, read in a handful of statements whatever their number."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria
from survey_app.assessment.outcomes import Fed, Said, Sheet, inputs_of
from survey_app.models import Assessment, Correction, Feed, Mark, Unit

NOTHING: Mapping[str, object] = MappingProxyType({})
Stages = dict[str, dict[str, Said]]


def sheets(session: Session, round_id: int, units: Collection[int] | None = None) -> tuple[Sheet, ...]:
    """The sheets of a round, of these units only when they are named, in the order of blocks and names.

    A unit is compared with those that were scored by the set of its block, whatever becomes of it later.
    """
    of_round = select(Assessment.id).where(Assessment.round_id == round_id)
    if units is not None:
        of_round = of_round.where(Assessment.unit_id.in_(units))
    query = (
        select(Assessment.id, Assessment.set_id, Unit.id.label("unit_id"), Unit.code, Unit.name)
        .join(Unit, Unit.id == Assessment.unit_id)
        .where(Assessment.id.in_(of_round))
        .order_by(Unit.level, Unit.name)
    )
    rows = session.execute(query).all()
    sets = {set_id: criteria.of(session, set_id) for set_id in {row.set_id for row in rows}}
    marks, feeds, corrections = _marks(session, of_round), _feeds(session, of_round), _corrections(session, of_round)
    return tuple(
        Sheet(
            unit_id=row.unit_id,
            name=row.name,
            block=sets[row.set_id].definition.block.value,
            criteria=sets[row.set_id],
            marks=marks.get(row.id, {}),
            feeds=feeds.get(row.id, {}),
            corrections=corrections.get(row.id, {}),
            exempt=frozenset(sets[row.set_id].definition.not_for(row.code)),
        )
        for row in rows
    )


def said(mark: Mark) -> Said:
    """A stored mark as it counts."""
    return Said(
        points=_decimal(mark.points),
        computed=_decimal(mark.computed),
        deducted=Decimal(mark.deducted),
        applies=mark.applies,
        inputs=_inputs(mark.inputs),
        reason=mark.reason,
    )


def fed(row: Feed) -> Fed:
    """What feeds a leaf; ``data`` is ``{"inputs": ..., "share": ..., "standard_error": ...}`` whatever its kind."""
    return _fed(row.data)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _inputs(text: str) -> Mapping[str, object]:
    """Entries as they are stored; most leaves of a first appraisal have none."""
    return NOTHING if text == "{}" else inputs_of(text)


def _fed(text: str) -> Fed:
    data = json.loads(text)
    return Fed(inputs=data["inputs"], share=data.get("share"), standard_error=data.get("standard_error"))


def _marks(session: Session, of_round: Select[int]) -> Mapping[int, Stages]:
    """Plain columns: twenty thousand marks would take four times as long as rows of the session."""
    found: dict[int, Stages] = defaultdict(lambda: defaultdict(dict))
    columns = (Mark.points, Mark.computed, Mark.deducted, Mark.applies, Mark.inputs, Mark.reason)
    query = select(Mark.assessment_id, Mark.leaf, Mark.stage, *columns).where(Mark.assessment_id.in_(of_round))
    for assessment_id, leaf, stage, points, computed, deducted, applies, inputs, reason in session.execute(query):
        found[assessment_id][leaf][stage] = Said(
            points=_decimal(points),
            computed=_decimal(computed),
            deducted=Decimal(deducted),
            applies=applies,
            inputs=_inputs(inputs),
            reason=reason,
        )
    return found


def _feeds(session: Session, of_round: Select[int]) -> Mapping[int, dict[str, Fed]]:
    found: dict[int, dict[str, Fed]] = defaultdict(dict)
    query = select(Feed.assessment_id, Feed.leaf, Feed.data).where(Feed.assessment_id.in_(of_round))
    for assessment_id, leaf, data in session.execute(query):
        found[assessment_id][leaf] = _fed(data)
    return found


def _corrections(session: Session, of_round: Select[int]) -> Mapping[int, dict[str, Decimal]]:
    """Confirmed corrections; a later one of the same leaf replaces the earlier."""
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    query = select(Correction).where(Correction.assessment_id.in_(of_round), Correction.confirmed_by.is_not(None))
    for row in session.scalars(query.order_by(Correction.id)):
        found[row.assessment_id][row.leaf] = Decimal(row.points)
    return found
