"""From tally to one frozen report content, which every face of a result shows."""

import datetime
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from threading import Lock

from sqlalchemy.orm import Session

from questionnaires.index_methods import IndexMethod, Measure, UnitRule
from questionnaires.loader import index_method, questionnaire
from questionnaires.model import Kind, Questionnaire
from questionnaires.targets import Scope, Target
from reports import words
from reports.content import (
    Break,
    ChoiceLine,
    Comparison,
    FactorLine,
    GroupLine,
    ItemLine,
    Method,
    NumberLine,
    PriorityLine,
    SatisfactionReport,
    TargetLine,
)
from scoring.results import Estimate, GroupScore, Interval, Reason, Verdict
from scoring.sequential import confidence_sequence
from scoring.standings import rank
from scoring.verdict import judge
from survey_app import definitions
from survey_app.hiding import hidden
from survey_app.policy import Actor
from survey_app.results import changes, disclosing, groups, queries
from survey_app.results.groups import WHOLE, channel_key, field_key, level_key, month_key, unit_key
from survey_app.results.priorities import priorities

NOT_ASKED = Estimate(value=None, n=0, reason=Reason.NOT_ASKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
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


class Cache:
    """The last contents, each as long as nothing it depends on has changed."""

    def __init__(self, size: int = 32) -> None:
        self._held: OrderedDict[tuple[object, ...], SatisfactionReport] = OrderedDict()
        self._size, self._lock = size, Lock()

    def get(self, key: tuple[object, ...]) -> SatisfactionReport | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: tuple[object, ...], content: SatisfactionReport) -> None:
        with self._lock:
            self._held[key] = content
            while len(self._held) > self._size:
                self._held.popitem(last=False)


def report(
    session: Session, actor: Actor, campaign_id: int, unit_id: int, *, today: datetime.date, cache: Cache | None = None
) -> SatisfactionReport:
    """The results of a campaign for a unit and all it covers; refuses units out of scope (NotFound)."""
    campaign = queries.campaign(session, actor, campaign_id)
    covered = queries.units(session, actor, unit_id)
    stamp = queries.stamp(session, campaign_id)
    dossiers = queries.populations(session, campaign_id, [unit.id for unit in covered])
    key = (campaign, covered, stamp, frozenset(dossiers.items()), today)
    found = cache.get(key) if cache else None
    if found is None:
        found = _content(session, _material(session, campaign, covered, dossiers), stamp, today)
        if cache:
            cache.put(key, found)
    return found


def _material(
    session: Session,
    campaign: queries.CampaignFacts,
    units: tuple[queries.UnitFacts, ...],
    dossiers: Mapping[tuple[int, str], int],
) -> _Material:
    definition = questionnaire(campaign.ref).definition
    method = index_method(campaign.method_ref).definition
    plan = definitions.plan(definition, method)
    ids = [unit.id for unit in units]
    level_of = {unit.id: unit.level for unit in units}
    answering: dict[str, set[int]] = {}
    months: set[datetime.date] = set()

    def groups_of(row: queries.CellRow) -> Iterator[str]:
        months.add(row.month)
        names = [WHOLE, unit_key(row.unit_id), level_key(level_of[row.unit_id]), month_key(row.month)]
        for name in [*names, field_key(row.field_key)] if row.field_key else names:
            answering.setdefault(name, set()).add(row.unit_id)
            yield name
        yield channel_key(row.channel)
        yield channel_key(row.channel, row.month)

    layout = definitions.layout(campaign.ref)
    rows = queries.cells(session, campaign.id, ids, campaign.counts)
    sums = groups.add_up(layout, rows, groups_of)
    aside = queries.cells(session, campaign.id, ids, "".join(sorted(set(campaign.accepts) - set(campaign.counts))))
    sums.by_group |= groups.add_up(layout, aside, lambda row: iter([channel_key(row.channel)])).by_group
    known = groups.group_populations(dossiers, answering, level_of)
    found = groups.scores(sums, plan, known, level=campaign.confidence)
    if method.unit_rule is not UnitRule.RESPONDENTS:
        found |= groups.over_units(found, method.unit_rule, level_of, level=campaign.confidence)
    scores = disclosing.shown(
        found,
        hidden(session, campaign.id, campaign.counts, fewest=campaign.fewest),
        ids,
        [
            [key for key in found if key.startswith(field_key(""))],
            [key for key in found if key.startswith(month_key(""))],
            [key for key in map(channel_key, campaign.counts) if key in found],
        ],
        fewest=campaign.fewest,
    )
    return _Material(
        campaign=campaign,
        definition=definition,
        index_method=method,
        units=units,
        levels=queries.levels(session),
        fields=queries.fields(session),
        scores=scores,
        targets=tuple(sorted((definitions.target(*ref)[1] for ref in campaign.targets), key=_place)),
        months=tuple(sorted(months)),
        digest=_digest(sums.digest, campaign, dossiers),
        priorities=priorities(sums, definition, scores[WHOLE], level=campaign.confidence),
    )


def _digest(cells: str, campaign: queries.CampaignFacts, dossiers: Mapping[tuple[int, str], int]) -> str:
    """A fingerprint of everything the figures come from: same data and method, same fingerprint."""
    method = [campaign.content_hash, campaign.counts, campaign.method_hash, campaign.confidence]
    facts = [cells, method, sorted([unit, field, number] for (unit, field), number in dossiers.items())]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def _content(session: Session, material: _Material, stamp: queries.Stamp, today: datetime.date) -> SatisfactionReport:
    campaign, whole, root = material.campaign, material.whole, material.units[0]
    letterhead, fictional = queries.letterhead(session)
    ids = [unit.id for unit in material.units]
    breaks = tuple(_breaks(session, material))
    received = queries.received_by_channel(session, campaign.id, ids)
    return SatisfactionReport(
        letterhead=letterhead,
        subject=f"của người dân, tổ chức đối với sự phục vụ của {_in_sentence(root.name)}",
        scope=root.name,
        campaign=campaign.title,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        data_as_of=stamp.as_of or campaign.starts_on,
        made_on=today,
        fictional=fictional,
        whole=GroupLine(key=WHOLE, name=root.name, score=whole, verdict=_verdict(material, whole)),
        targets=tuple(_target_line(material, target) for target in material.targets),
        comparisons=tuple(_comparisons(material)),
        factors=tuple(
            FactorLine(name=factor.name.vi, score=found)
            for factor, found in zip(material.definition.factors, whole.factors, strict=True)
        ),
        items=tuple(_item_lines(material)),
        numbers=tuple(
            NumberLine(text=item.text.vi, unit=item.unit.vi if item.unit else "", score=found)
            for item, found in zip(material.definition.of_kind(Kind.NUMBER), whole.numbers, strict=True)
        ),
        choices=tuple(_choice_lines(material)),
        trend=changes.trend(material.scores, material.months, breaks, campaign.counts),
        breaks=breaks,
        channels=()
        if whole.withheld
        else changes.channel_lines(material.scores, campaign.accepts, campaign.counts, received),
        priorities=material.priorities,
        daily=_daily(material),
        scale=tuple(level.vi for level in material.definition.scale),
        method=_method(material),
    )


def _daily(material: _Material) -> Interval | None:
    overall, method = material.whole.overall, material.index_method
    # A sequence is of people one after the other: not of points, and not of a mean over units.
    pooled = method.measure is Measure.SATISFIED and method.unit_rule is UnitRule.RESPONDENTS
    if overall.value is None or not pooled:
        return None
    level = material.campaign.confidence
    lower, upper = confidence_sequence(round(overall.value * overall.n), overall.n, level)
    return Interval(lower=float(lower), upper=float(upper), level=level, method="confidence_sequence")


def _in_sentence(name: str) -> str:
    """ "Sở Nội vụ" → "Sở Nội vụ", "Tỉnh Minh Họa" → "tỉnh Minh Họa", as names stand inside a sentence."""
    first, _, rest = name.partition(" ")
    return f"{first.lower()} {rest}" if first in ("Tỉnh", "Xã", "Phường", "Thành") else name


def _verdict(material: _Material, score: GroupScore, target: Target | None = None) -> Verdict | None:
    target = target or material.overall_target()
    if target is None:
        return None
    value = float(target.value) / 100
    return _judge(score.index, target, value, score)


def _place(target: Target) -> tuple[int, int, str]:
    """Targets stand by what they speak about, then by year."""
    return list(Scope).index(target.scope), target.year, target.key


def _target_line(material: _Material, target: Target) -> TargetLine:
    percent = target.unit == "percent"
    estimate, group = _held(material, target)
    value = float(target.value) / (100 if percent else 1)
    source = target.source
    name = f"{source.title} ({source.number})" if source.number else source.title
    return TargetLine(
        name=target.name.vi,
        operator=target.operator,
        value=value,
        percent=percent,
        year=target.year,
        estimate=estimate,
        verdict=_judge(estimate, target, value, group),
        source=name,
        verified=source.verified,
    )


def _judge(estimate: Estimate, target: Target, value: float, group: GroupScore) -> Verdict:
    population, sample = group.population, group.counted
    return judge(estimate, target=value, operator=target.operator, population=population, sample=sample)


def _held(material: _Material, target: Target) -> tuple[Estimate, GroupScore]:
    """The estimate that a target speaks about, with the group it is of."""
    whole = material.whole
    if target.scope in (Scope.OVERALL, Scope.PROCEDURES):
        return whole.index, whole
    if target.scope is Scope.FIELD:
        key = field_key(target.field or "")
        group = material.scores.get(key) or groups.nothing(key)
        return group.index, group
    if target.scope is Scope.WAITING:
        waiting = [n.estimate for n in whole.numbers if n.code == material.definition.waiting]
        return (waiting[0] if waiting else NOT_ASKED), whole
    return NOT_ASKED, whole


def _comparisons(material: _Material) -> Iterator[Comparison]:
    """The ranked levels, the units of each, then the service fields; a comparison needs two rows."""
    target = material.overall_target()
    value = float(target.value) / 100 if target else None
    ranked = [level for level in material.levels if level.ranked]
    levels = [
        _line(material, level_key(level.key), level.plural)
        for level in ranked
        if level_key(level.key) in material.scores
    ]
    if len(levels) > 1:
        yield Comparison(title="Theo cấp đơn vị", target=value, rows=tuple(levels))
    for level in ranked:
        members = [unit for unit in material.units if unit.level == level.key and _shown(material, unit)]
        if len(members) > 1:
            rows = [_line(material, unit_key(unit.id), unit.name) for unit in members]
            ranks = rank([row.score.index for row in rows], level=material.campaign.confidence)
            placed = tuple(replace(row, rank=place) for row, place in zip(rows, ranks, strict=True))
            yield Comparison(title=level.plural, target=value, rows=placed)
    fields = list(_field_lines(material))
    if len(fields) > 1:
        yield Comparison(title="Lĩnh vực", target=None, rows=tuple(fields))


def _field_lines(material: _Material) -> Iterator[GroupLine]:
    """The service fields that have answers, each held against its own target where there is one."""
    own: dict[str | None, Target] = {}
    for target in material.targets:  # the nearest year comes first
        if target.scope is Scope.FIELD:
            own.setdefault(target.field, target)
    for key, name in material.fields.items():
        if field_key(key) in material.scores:
            yield _line(material, field_key(key), name, own.get(key))


def _shown(material: _Material, unit: queries.UnitFacts) -> bool:
    """A unit with answers is shown; one without only while it lives, if the campaign reaches it."""
    if unit_key(unit.id) in material.scores:
        return True
    campaign = material.campaign
    began = campaign.ends_on is None or unit.valid_from <= campaign.ends_on
    return began and unit.valid_to is None and (campaign.reach is None or unit.id in campaign.reach)


def _line(material: _Material, key: str, name: str, target: Target | None = None) -> GroupLine:
    found = material.scores.get(key) or groups.nothing(key)
    return GroupLine(key=key, name=name, score=found, verdict=_verdict(material, found, target))


def _item_lines(material: _Material) -> Iterator[ItemLine]:
    definition = material.definition
    factor_of = {code: f.name.vi for f in definition.factors for code in (*f.criteria, f.general) if code}
    for item, found in zip(definition.rated, material.whole.items, strict=True):
        factor = factor_of.get(item.code, "Đánh giá chung")
        yield ItemLine(code=item.code, text=item.text.vi, factor=factor, verified=item.verified, score=found)


def _choice_lines(material: _Material) -> Iterator[ChoiceLine]:
    for found in material.whole.choices:
        item = material.definition.item(found.code)
        shares: Sequence[float | None] = found.shares or [None] * len(item.options)
        options = tuple((option.text.vi, share) for option, share in zip(item.options, shares, strict=True))
        yield ChoiceLine(
            code=item.code, text=item.text.vi, answered=found.answered, options=options, verified=item.verified
        )


def _breaks(session: Session, material: _Material) -> Iterator[Break]:
    for day in queries.border_days(session, [unit.id for unit in material.units]):
        if material.months and material.months[0] < day <= material.months[-1]:
            yield Break(month=day, label=f"Sắp xếp đơn vị hành chính {words.day(day)}")


def _method(material: _Material) -> Method:
    campaign, definition, index = material.campaign, material.definition, material.index_method
    names = {factor.code: factor.name.vi for factor in definition.factors}
    return Method(
        questionnaire=definition.title.vi,
        questionnaire_ref=definition.ref,
        questionnaire_hash=campaign.content_hash,
        legal_basis=tuple((_basis(source.title, source.number), source.verified) for source in definition.legal_basis),
        index_method=index.ref,
        index_method_hash=campaign.method_hash,
        index_method_note=index.note.vi,
        index_method_verified=index.verified,
        measure=index.measure,
        factor_rule=index.factor_rule,
        index_rule=index.index_rule,
        unit_rule=index.unit_rule,
        weights=tuple((names[part.factor], part.weight) for part in index.weights),
        level=campaign.confidence,
        satisfied_from=definition.satisfied_from,
        fewest=campaign.fewest,
        classes=tuple(words.CHANNELS[channel] for channel in campaign.counts),
        unverified_items=tuple(item.text.vi for item in definition.unverified),
        scale_verified=definition.scale_verified,
        program=version("sipas-survey"),
        data_hash=material.digest,
    )


def _basis(title: str, number: str | None) -> str:
    return f"{title} ({number})" if number else title
