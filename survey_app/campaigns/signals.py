"""Signs of answers that citizens did not give, for people to look into; nothing is removed."""

import datetime
from collections.abc import Iterator, Sequence
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
from survey_app.campaigns.tallying import bases
from survey_app.definitions import code_matrix, enters
from survey_app.errors import NotFound
from survey_app.hiding import hidden
from survey_app.models import Campaign, Counter, DefinitionVersion, Submission, Unit
from survey_app.policy import Action, Actor, ensure

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLine:
    """One sign: where, on which days (None: the whole time), how many submissions, and how many are usual.

    Both numbers are None where the results do not show the unit.
    """

    kind: Kind
    place: str
    first: datetime.date | None
    last: datetime.date | None
    observed: int | None
    expected: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """The signs of a campaign, and the whole-service rate with and without the submissions that they concern.

    Forms that are not valid may bear signs, but enter neither rate.
    ``concerned`` and ``without`` leave out the signs of units that are not shown. Where the results of the
    person's own unit are not shown, there are no numbers (None).
    """

    lines: tuple[SignalLine, ...]
    submissions: int | None
    concerned: int | None
    with_all: float | None
    without: float | None


@dataclass(frozen=True, slots=True)
class _Rows:
    counter: Ints
    unit: Ints
    day: Ints
    codes: NDArray[np.uint8]
    counted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Place:
    unit_id: int
    name: str


def signals(session: Session, actor: Actor, campaign_id: int) -> Signals:
    """What is unusual about the released submissions of the person's units; NotFound for an unknown campaign."""
    ensure(actor, Action.MANAGE_CAMPAIGNS)
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    definition = questionnaire(session.get_one(DefinitionVersion, campaign.definition_id).ref).definition
    rows = _rows(session, actor, campaign, definition)
    rated = rows.codes[:, [definition.closed.index(item) for item in definition.rated]]
    counters, units = _places(session)
    of_counters = [*bursts(rows.counter, rows.day), *repeats(rows.counter, rows.day, rated)]
    straight = excess(Kind.STRAIGHT_LINING, rows.unit, straight_lined(rated))
    too_many = [found for found in _overflow(session, campaign_id, rows.unit) if found.observed >= campaign.fewest]
    found = [(one, counters[one.group]) for one in _distinct(of_counters)]
    found += [(one, units[one.group]) for one in (*straight, *too_many)]
    unseen = hidden(session, campaign_id, campaign.counts, fewest=campaign.fewest)
    flags = flagged(len(rows.day), [one for one, place in found if place.unit_id not in unseen.units])
    compared = with_and_without(rated[rows.counted], flags[rows.counted], satisfied_from=definition.satisfied_from)
    whole = [item.code for item in definition.rated].index(definition.overall)
    shows = not unseen.reports[actor.unit_id].whole
    return Signals(
        lines=tuple(_line(one, place, shows=place.unit_id not in unseen.units) for one, place in found),
        submissions=len(rows.day) if shows else None,
        concerned=int(flags.sum()) if shows else None,
        with_all=_known(compared.all[whole]) if shows else None,
        without=_known(compared.unflagged[whole]) if shows else None,
    )


def _rows(session: Session, actor: Actor, campaign: Campaign, definition: Questionnaire) -> _Rows:
    query = select(
        Submission.counter_id, Submission.unit_id, Submission.day, Submission.codes, Submission.invalid
    ).where(Submission.campaign_id == campaign.id, Submission.channel.in_(list(campaign.counts)))
    rules = bases(session)[campaign.id].checks
    rows = [row for row in session.execute(query) if row.unit_id in actor.units]
    return _Rows(
        np.array([row.counter_id for row in rows], np.int64),
        np.array([row.unit_id for row in rows], np.int64),
        np.array([row.day.toordinal() for row in rows], np.int64),
        code_matrix([row.codes for row in rows], len(definition.closed)),
        np.array([enters(definition, rules, row.codes, row.day, row.invalid) for row in rows], bool),
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


def _places(session: Session) -> tuple[dict[int, _Place], dict[int, _Place]]:
    """Counters, named with their units, and units."""
    units = {unit_id: _Place(unit_id, name) for unit_id, name in session.execute(select(Unit.id, Unit.name))}
    rows = session.execute(select(Counter.id, Counter.unit_id, Counter.name))
    counters = {counter: _Place(unit_id, f"{units[unit_id].name}, {name}") for counter, unit_id, name in rows}
    return counters, units


def _line(found: Signal, place: _Place, *, shows: bool) -> SignalLine:
    first, last = (None if day is None else datetime.date.fromordinal(day) for day in (found.first, found.last))
    return SignalLine(
        kind=found.kind,
        place=place.name,
        first=first,
        last=last,
        observed=found.observed if shows else None,
        expected=found.expected if shows else None,
    )


def _known(rate: float) -> float | None:
    return None if np.isnan(rate) else float(rate)
