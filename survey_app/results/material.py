"""Everything a report needs, read and computed, before it is put into words."""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from questionnaires.index_methods import IndexMethod
from questionnaires.loader import index_method, questionnaire
from questionnaires.model import Questionnaire
from questionnaires.targets import Scope, Target
from reports.content import PriorityLine
from scoring.clusters import Clusters
from scoring.results import GroupScore
from survey_app import definitions
from survey_app.hiding import Hidden, hidden
from survey_app.results import disclosing, groups, queries, weighting
from survey_app.results.clusters import clusters
from survey_app.results.groups import WHOLE, CellPlace, channel_key, field_key, level_key, month_key, unit_key
from survey_app.results.priorities import priorities

CLUSTERED = "clustered"
Dossiers = Mapping[tuple[int, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything read for one report, before it is put into words."""

    campaign: queries.CampaignFacts
    definition: Questionnaire
    index_method: IndexMethod
    units: tuple[queries.UnitFacts, ...]
    levels: tuple[queries.LevelFacts, ...]
    fields: Mapping[str, str]
    scores: Mapping[str, GroupScore]
    targets: tuple[Target, ...]
    months: tuple[datetime.date, ...]
    digest: str
    priorities: tuple[PriorityLine, ...]

    @property
    def whole(self) -> GroupScore:
        return self.scores[WHOLE]

    def overall_target(self) -> Target | None:
        """The target that units are held against: that of the nearest year."""
        wanted = (target for target in self.targets if target.scope in (Scope.OVERALL, Scope.PROCEDURES))
        return next(wanted, None)


def read(
    session: Session, campaign: queries.CampaignFacts, units: tuple[queries.UnitFacts, ...], dossiers: Dossiers
) -> Material:
    """What a report on these units is made of, less what must not be shown."""
    definition, method = questionnaire(campaign.ref).definition, index_method(campaign.method_ref).definition
    places = _Places(campaign, method, _levels(units))
    sums = _sums(session, campaign, places)
    found = _scores(session, campaign, places, sums, dossiers)
    unseen = hidden(session, campaign.id, campaign.counts, fewest=campaign.fewest)
    scores = disclosing.shown(found, unseen, units[0].id, fewest=campaign.fewest)
    return Material(
        campaign=campaign,
        definition=definition,
        index_method=method,
        units=units,
        levels=queries.levels(session),
        fields=queries.fields(session),
        scores=scores,
        targets=tuple(sorted((definitions.target(*ref)[1] for ref in campaign.targets), key=_place)),
        months=tuple(month for month in sorted(places.months) if month_key(month) in scores),
        digest=_digest(sums.digest, campaign, dossiers),
        priorities=priorities(sums, definition, scores[WHOLE], level=campaign.confidence),
    )


def overall(
    session: Session,
    campaign: queries.CampaignFacts,
    units: tuple[queries.UnitFacts, ...],
    dossiers: Dossiers,
    unseen: Hidden,
) -> tuple[GroupScore, str]:
    """The whole of a report on these units and the report's fingerprint, as `read` has them, without the parts."""
    places = _Places(campaign, index_method(campaign.method_ref).definition, _levels(units), whole_only=True)
    sums = _counted(session, campaign, places)
    found = _scores(session, campaign, places, sums, dossiers)
    shown = disclosing.shown({WHOLE: found[WHOLE]}, unseen, units[0].id, fewest=campaign.fewest)
    return shown[WHOLE], _digest(sums.digest, campaign, dossiers)


def _levels(units: tuple[queries.UnitFacts, ...]) -> dict[int, str]:
    return {unit.id: unit.level for unit in units}


@dataclass(slots=True)
class _Places:
    """Which groups a cell or a submission belongs to; notes which units and months have answers.

    ``whole_only``: no other groups than those that the whole is made of.
    """

    campaign: queries.CampaignFacts
    method: IndexMethod
    levels: Mapping[int, str]
    whole_only: bool = False
    answering: dict[str, set[int]] = field(default_factory=dict)
    months: set[datetime.date] = field(default_factory=set)

    def groups(self, place: CellPlace) -> Iterator[str]:
        if not self.whole_only:
            yield channel_key(place.channel)
        if place.channel not in self.campaign.counts:
            return
        self.months.add(place.month)
        names = [WHOLE, unit_key(place.unit_id)]
        if not self.whole_only:
            yield channel_key(place.channel, place.month)
            names += [level_key(self.levels[place.unit_id]), month_key(place.month)]
            names += [field_key(place.field_key)] if place.field_key else []
        for name in names:
            self.answering.setdefault(name, set()).add(place.unit_id)
        yield from names
        yield from weighting.names(self.method, names, place)


def _sums(session: Session, campaign: queries.CampaignFacts, places: _Places) -> groups.Sums:
    """The channels that count, and beside them the others, which leave no mark on the fingerprint."""
    sums = _counted(session, campaign, places)
    aside = "".join(sorted(set(campaign.accepts) - set(campaign.counts)))
    others = groups.add_up(sums.layout, queries.cells(session, campaign.id, list(places.levels), aside), places.groups)
    sums.by_group |= others.by_group
    return sums


def _counted(session: Session, campaign: queries.CampaignFacts, places: _Places) -> groups.Sums:
    """The channels that count; their cells are what the fingerprint is of."""
    cells = queries.cells(session, campaign.id, list(places.levels), campaign.counts)
    return groups.add_up(definitions.layout(campaign.ref), cells, places.groups)


def _scores(
    session: Session, campaign: queries.CampaignFacts, places: _Places, sums: groups.Sums, dossiers: Dossiers
) -> dict[str, GroupScore]:
    """Every group by the method of the campaign, before anything is hidden."""
    strata = weighting.strata(sums, places.method, dossiers, places.levels)
    known = groups.group_populations(dossiers, places.answering, places.levels) | dict(strata.populations)
    plan = definitions.plan(questionnaire(campaign.ref).definition, places.method)
    drawn = _clusters(session, campaign, places, sums, strata) if campaign.design == CLUSTERED else None
    found = groups.scores(sums, plan, known, level=campaign.confidence, clusters=drawn)
    return weighting.combined(found, strata, level=campaign.confidence)


def _clusters(
    session: Session, campaign: queries.CampaignFacts, places: _Places, sums: groups.Sums, strata: weighting.Strata
) -> Clusters:
    def groups_of(place: CellPlace) -> Iterator[str]:
        return (strata.joined.get(key, key) for key in places.groups(place))

    rows = queries.drawn(session, campaign, list(places.levels))
    return clusters(rows, sums.layout, places.method.measure, list(sums.by_group), groups_of)


def _digest(cells: str, campaign: queries.CampaignFacts, dossiers: Dossiers) -> str:
    """A fingerprint of everything the figures come from: same data and method, same fingerprint."""
    method = [campaign.content_hash, campaign.counts, campaign.method_hash, campaign.confidence, *campaign.rules]
    facts = [cells, method, sorted([unit, field, number] for (unit, field), number in dossiers.items())]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def _place(target: Target) -> tuple[int, int, str]:
    """Targets stand by what they speak about, then by year."""
    return list(Scope).index(target.scope), target.year, target.key
