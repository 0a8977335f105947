"""From tally to one frozen report content, which every face of a result shows."""

import datetime
import math
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from importlib.metadata import version
from threading import Lock

from sqlalchemy.orm import Session

from questionnaires.index_methods import IndexMethod, Measure, UnitRule
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
    SatisfactionReport,
    TargetLine,
)
from scoring.deciding import Rule, decide
from scoring.results import Estimate, GroupScore, Interval, Reason, Verdict
from scoring.sequential import confidence_sequence
from scoring.small_areas import fit_likelihood, shrink
from scoring.standings import rank
from survey_app.letterhead import letterhead
from survey_app.policy import Actor
from survey_app.results import changes, groups, queries, validity
from survey_app.results.groups import WHOLE, field_key, level_key, unit_key
from survey_app.results.material import Material, read

DOMAINS = {"policy": "Chính sách công", "service": "Dịch vụ hành chính công"}
Held = tuple[str, str, Target | None]  # a group, its name, and its own target where it has one
NOT_ASKED = Estimate(value=None, n=0, reason=Reason.NOT_ASKED)


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
    issued = queries.issued(session, campaign_id, [unit.id for unit in covered])
    key = (
        campaign,
        covered,
        queries.tree(session),
        stamp,
        frozenset(dossiers.items()),
        frozenset(issued.items()),
        today,
    )
    found = cache.get(key) if cache else None
    if found is None:
        found = _content(session, read(session, campaign, covered, dossiers), issued, stamp, today)
        if cache:
            cache.put(key, found)
    return found


def _content(
    session: Session, material: Material, issued: validity.Issued, stamp: queries.Stamp, today: datetime.date
) -> SatisfactionReport:
    campaign, whole, root = material.campaign, material.whole, material.units[0]
    head, fictional = letterhead(session)
    ids = [unit.id for unit in material.units]
    breaks = tuple(_breaks(session, material))
    received = queries.received_by_channel(session, campaign.id, ids)
    return SatisfactionReport(
        letterhead=head,
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
        validity=validity.forms(session, campaign, material.scores, ids, issued),
        scale=tuple(level.vi for level in material.definition.scale),
        method=_method(material),
    )


def _daily(material: Material) -> Interval | None:
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


def _verdict(material: Material, score: GroupScore, target: Target | None = None, together: int = 1) -> Verdict | None:
    target = target or material.overall_target()
    if target is None:
        return None
    value = float(target.value) / 100
    return _judge(material, score.index, target, value, score, together=together)


def _target_line(material: Material, target: Target) -> TargetLine:
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
        verdict=_judge(material, estimate, target, value, group),
        source=name,
        verified=source.verified,
    )


def _judge(
    material: Material, estimate: Estimate, target: Target, value: float, group: GroupScore, *, together: int = 1
) -> Verdict:
    return decide(
        estimate,
        target=value,
        operator=target.operator,
        rule=Rule(multiplicity=material.campaign.multiplicity, looks=material.campaign.looks),
        together=together,
        population=group.population,
        sample=group.counted,
    )


def _held(material: Material, target: Target) -> tuple[Estimate, GroupScore]:
    """The estimate that a target speaks about, with the group it is of."""
    whole = material.whole
    if target.scope in (Scope.OVERALL, Scope.PROCEDURES):
        return whole.index, whole
    if target.scope is Scope.FIELD:
        key = field_key(target.field or "")
        group = whole if whole.withheld else material.scores.get(key) or groups.nothing(key)
        return group.index, group
    if target.scope is Scope.WAITING:
        waiting = [n.estimate for n in whole.numbers if n.code == material.definition.waiting]
        return (waiting[0] if waiting else NOT_ASKED), whole
    return NOT_ASKED, whole


def _comparisons(material: Material) -> Iterator[Comparison]:
    """The ranked levels, the units of each, then the service fields; a comparison needs two rows."""
    target = material.overall_target()
    value = float(target.value) / 100 if target else None
    ranked = [level for level in material.levels if level.ranked]
    held = [(level_key(level.key), level.plural, None) for level in ranked if level_key(level.key) in material.scores]
    if len(held) > 1:
        yield Comparison(title="Theo cấp đơn vị", target=value, rows=tuple(_lines(material, held)))
    for level in ranked:
        members = [unit for unit in material.units if unit.level == level.key and _shown(material, unit)]
        if len(members) > 1:
            rows = _lines(material, [(unit_key(unit.id), unit.name, None) for unit in members])
            yield Comparison(title=level.plural, target=value, rows=tuple(_placed(material, rows)))
    fields = _lines(material, list(_fields(material)))
    if len(fields) > 1:
        yield Comparison(title="Lĩnh vực", target=None, rows=tuple(fields))


def _placed(material: Material, rows: Sequence[GroupLine]) -> Iterator[GroupLine]:
    """Units of one level with their ranks, and beside their rates what they are when drawn to that of all."""
    indices, level = [row.score.index for row in rows], material.campaign.confidence
    sizes = [float(found.effective_n or 0) if found.value is not None else 0.0 for found in indices]
    sizes = [size if math.isfinite(size) else 0.0 for size in sizes]
    satisfied = [float(found.value or 0) * size for found, size in zip(indices, sizes, strict=True)]
    prior = fit_likelihood(satisfied, sizes)
    drawn = shrink(satisfied, sizes, prior, level=level)
    alike = material.index_method.measure is not Measure.SATISFIED or prior.alpha is None
    for row, place, area, size in zip(rows, rank(indices, level=level), drawn, sizes, strict=True):
        yield replace(row, rank=place, shrunk=None if alike or not size else area)


def _fields(material: Material) -> Iterator[Held]:
    """The service fields that have answers, each held against its own target where there is one."""
    own: dict[str | None, Target] = {}
    for target in material.targets:  # the nearest year comes first
        if target.scope is Scope.FIELD:
            own.setdefault(target.field, target)
    for key, name in material.fields.items():
        if field_key(key) in material.scores:
            yield field_key(key), name, own.get(key)


def _shown(material: Material, unit: queries.UnitFacts) -> bool:
    """A unit with answers is shown; one without only while it lives, if the campaign reaches it."""
    if unit_key(unit.id) in material.scores:
        return True
    campaign = material.campaign
    began = campaign.ends_on is None or unit.valid_from <= campaign.ends_on
    return began and unit.valid_to is None and (campaign.reach is None or unit.id in campaign.reach)


def _lines(material: Material, rows: Sequence[Held]) -> list[GroupLine]:
    """Rows that are compared, each with its verdict; those with a rate are judged together."""
    found = [material.scores.get(key) or groups.nothing(key) for key, _, _ in rows]
    together = max(1, sum(score.index.value is not None for score in found))
    return [
        GroupLine(key=key, name=name, score=score, verdict=_verdict(material, score, target, together))
        for (key, name, target), score in zip(rows, found, strict=True)
    ]


def _item_lines(material: Material) -> Iterator[ItemLine]:
    definition = material.definition
    factor_of = {code: f.name.vi for f in definition.factors for code in (*f.criteria, f.general) if code}
    for item, found in zip(definition.rated, material.whole.items, strict=True):
        factor = factor_of.get(item.code, "Đánh giá chung")
        yield ItemLine(code=item.code, text=item.text.vi, factor=factor, verified=item.verified, score=found)


def _choice_lines(material: Material) -> Iterator[ChoiceLine]:
    for found in material.whole.choices:
        item = material.definition.item(found.code)
        shares: Sequence[float | None] = found.shares or [None] * len(item.options)
        options = tuple((option.text.vi, share) for option, share in zip(item.options, shares, strict=True))
        yield ChoiceLine(
            code=item.code, text=item.text.vi, answered=found.answered, options=options, verified=item.verified
        )


def _breaks(session: Session, material: Material) -> Iterator[Break]:
    for day in queries.border_days(session, [unit.id for unit in material.units]):
        if material.months and material.months[0] < day <= material.months[-1]:
            yield Break(month=day, label=f"Sắp xếp đơn vị hành chính {words.day(day)}")


def _method(material: Material) -> Method:
    campaign, definition, index = material.campaign, material.definition, material.index_method
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
        channel_rule=index.channel_rule,
        fewest_per_cell=index.fewest_per_cell,
        weights=_weights(definition, index),
        channel_weights=tuple((words.CHANNELS[part.channel], part.weight) for part in index.channels),
        design=campaign.design,
        multiplicity=campaign.multiplicity,
        looks=campaign.looks,
        rules=validity.rule_lines(campaign.rules_ref),
        rules_ref=campaign.rules_ref,
        rules_hash=campaign.rules_hash,
        level=campaign.confidence,
        satisfied_from=definition.satisfied_from,
        fewest=campaign.fewest,
        classes=tuple(words.CHANNELS[channel] for channel in campaign.counts),
        unverified_items=tuple(item.text.vi for item in definition.unverified),
        scale_verified=definition.scale_verified,
        program=version("sipas-survey"),
        data_hash=material.digest,
    )


def _weights(definition: Questionnaire, index: IndexMethod) -> tuple[tuple[str, Decimal], ...]:
    """The weights of factors or of domains, by their names."""
    names = {factor.code: factor.name.vi for factor in definition.factors}
    return (
        *((names[part.factor], part.weight) for part in index.weights),
        *((DOMAINS.get(part.domain, part.domain), part.weight) for part in index.domains),
    )


def _basis(title: str, number: str | None) -> str:
    return f"{title} ({number})" if number else title
