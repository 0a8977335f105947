"""Signs of answers that citizens did not give, for people to look into; nothing is removed."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.loader import questionnaire
from questionnaires.model import Questionnaire
from scoring.integrity import Kind, Signal, bursts, excess, flagged, overflow, with_and_without
from scoring.patterns import repeats, straight_lined
from survey_app.campaigns.queries import dossiers_by_unit
from survey_app.definitions import code_matrix
from survey_app.errors import NotFound
from survey_app.models import Campaign, Counter, DefinitionVersion, Submission, Unit
from survey_app.policy import Action, Actor, ensure

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLine:
    """One sign: where, on which days (None: the whole time), how many submissions, and how many are usual."""

    kind: Kind
    place: str
    first: datetime.date | None
    last: datetime.date | None
    observed: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """The signs of a campaign, and the whole-service rate with and without the submissions that they concern."""

    lines: tuple[SignalLine, ...]
    submissions: int
    concerned: int
    with_all: float | None
    without: float | None


@dataclass(frozen=True, slots=True)
class _Rows:
    counter: Ints
    unit: Ints
    day: Ints
    codes: NDArray[np.uint8]


def signals(session: Session, actor: Actor, campaign_id: int) -> Signals:
    """What is unusual about the released submissions of the person's units; NotFound for an unknown campaign."""
    ensure(actor, Action.MANAGE_CAMPAIGNS)
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    definition = questionnaire(session.get_one(DefinitionVersion, campaign.definition_id).ref).definition
    rows = _rows(session, actor, campaign, definition)
    rated = rows.codes[:, [definition.closed.index(item) for item in definition.rated]]
    of_counters = list(_distinct([*bursts(rows.counter, rows.day), *repeats(rows.counter, rows.day, rated)]))
    straight = excess(Kind.STRAIGHT_LINING, rows.unit, straight_lined(rated))
    too_many = [found for found in _overflow(session, campaign_id, rows.unit) if found.observed >= campaign.fewest]
    of_units = [*straight, *too_many]
    counters, units = _names(session)
    flags = flagged(len(rows.day), [*of_counters, *of_units])
    compared = with_and_without(rated, flags, satisfied_from=definition.satisfied_from)
    whole = [item.code for item in definition.rated].index(definition.overall)
    return Signals(
        lines=(
            *(_line(found, counters) for found in _distinct(of_counters)),
            *(_line(found, units) for found in of_units),
        ),
        submissions=len(rows.day),
        concerned=int(flags.sum()),
        with_all=_known(compared.all[whole]),
        without=_known(compared.unflagged[whole]),
    )


def _rows(session: Session, actor: Actor, campaign: Campaign, definition: Questionnaire) -> _Rows:
    query = select(Submission.counter_id, Submission.unit_id, Submission.day, Submission.codes).where(
        Submission.campaign_id == campaign.id, Submission.channel.in_(list(campaign.counts))
    )
    rows = [row for row in session.execute(query) if row.unit_id in actor.units]
    return _Rows(
        np.array([row.counter_id for row in rows], np.int64),
        np.array([row.unit_id for row in rows], np.int64),
        np.array([row.day.toordinal() for row in rows], np.int64),
        code_matrix([row.codes for row in rows], len(definition.closed)),
    )


def _overflow(session: Session, campaign_id: int, unit: Ints) -> Iterator[Signal]:
    """Units with more submissions than completed dossiers, over the whole campaign."""
    dossiers = dossiers_by_unit(session, campaign_id)
    units, places = np.unique(unit, return_inverse=True)
    known = [[float(dossiers.get(int(unit_id), np.nan))] for unit_id in units]
    for found in overflow(places, np.zeros_like(places), np.array(known).reshape(len(units), 1)):
        yield replace(found, group=int(units[found.group]), first=None, last=None)


def _distinct(found: Sequence[Signal]) -> Iterator[Signal]:
    """Without the weeks that say no more than one of their days."""
    of_days = {(one.kind, one.group, one.observed) for one in found if one.first == one.last}
    for one in found:
        if one.first == one.last or (one.kind, one.group, one.observed) not in of_days:
            yield one


def _names(session: Session) -> tuple[dict[int, str], dict[int, str]]:
    """Counters, with their units, and units."""
    units = dict(session.execute(select(Unit.id, Unit.name)).all())
    rows = session.execute(select(Counter.id, Counter.unit_id, Counter.name))
    return {counter_id: f"{units[unit_id]}, {name}" for counter_id, unit_id, name in rows}, units


def _line(found: Signal, names: Mapping[int, str]) -> SignalLine:
    first, last = (None if day is None else datetime.date.fromordinal(day) for day in (found.first, found.last))
    return SignalLine(
        kind=found.kind,
        place=names[found.group],
        first=first,
        last=last,
        observed=found.observed,
        expected=found.expected,
    )


def _known(rate: float) -> float | None:
    return None if np.isnan(rate) else float(rate)
