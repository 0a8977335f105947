"""Questionnaire versions in use: registered, frozen, and laid out for tallies and scores."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.coding import BLANK, NOT_APPLICABLE, TWO_TICKS, counts
from questionnaires.index_methods import IndexMethod, IndexRule
from questionnaires.loader import Loaded, published, questionnaire, validity_rules
from questionnaires.model import Kind, Questionnaire
from questionnaires.targets import Target, TargetSet
from questionnaires.validity import Checks, Returned, ValidityRules, checks
from scoring.satisfaction import Factor, Plan, Single
from scoring.tally import BLANK as BLANK_CODE
from scoring.tally import NOT_APPLICABLE as NOT_APPLICABLE_CODE
from scoring.tally import Layout
from survey_app.errors import Conflict, NotFound
from survey_app.models import DefinitionItem, DefinitionVersion
from survey_app.models.submission import DUPLICATE

FROZEN = ("satisfaction", "methods", "validity")  # families whose versions must not change once they are in use


class FrozenDefinition(Exception):
    """A definition that collected answers was changed or removed; the start is refused."""


def register(session: Session, ref: str) -> DefinitionVersion:
    """The stored version of a published questionnaire, method or set of validity rules, kept from its first use on.

    Refuses an unknown ref (NotFound), and content that differs from what is stored (Conflict).
    """
    loaded = _frozen().get(ref)
    if loaded is None:
        raise NotFound("definition")
    stored = session.scalars(select(DefinitionVersion).where(DefinitionVersion.ref == ref)).one_or_none()
    if stored is None:
        stored = DefinitionVersion(ref=ref, content_hash=loaded.content_hash, body=loaded.source)
        session.add(stored)
        session.flush()
        closed = loaded.definition.closed if isinstance(loaded.definition, Questionnaire) else ()
        for place, item in enumerate(closed, start=1):
            session.add(DefinitionItem(definition_id=stored.id, position=place, item=item.code))
    elif stored.content_hash != loaded.content_hash:
        raise Conflict("definition_changed")
    return stored


def check_frozen(session: Session) -> None:
    """Refuse to go on when a version in use no longer has the content it was used with."""
    for stored in session.scalars(select(DefinitionVersion)):
        loaded = _frozen().get(stored.ref)
        if loaded is None or loaded.content_hash != stored.content_hash:
            raise FrozenDefinition(
                f"questionnaires: {stored.ref} is in use and must not change; "
                "publish a new version instead (restore the file as it was)"
            )


def _frozen() -> dict[str, Loaded[Questionnaire | IndexMethod | ValidityRules]]:
    return {ref: loaded for family in FROZEN for ref, loaded in published(family).items()}


@lru_cache(maxsize=64)
def layout(ref: str) -> Layout:
    """How submissions of a version are counted."""
    definition = questionnaire(ref).definition
    places = {item.code: place for place, item in enumerate(definition.closed)}
    return Layout(
        closed=len(definition.closed),
        rated=tuple(places[item.code] for item in definition.rated),
        satisfied_from=definition.satisfied_from,
        numbers=len(definition.of_kind(Kind.NUMBER)),
        choices=tuple(len(item.options) for item in definition.of_kind(Kind.MULTI)),
    )


def plan(definition: Questionnaire, method: IndexMethod) -> Plan:
    """What is estimated from a version's tallies; ValueError when the method does not fit its questions."""
    weights = _factor_weights(definition, method)
    places = {item.code: place for place, item in enumerate(definition.rated)}
    closed = enumerate(definition.closed)
    return Plan(
        rated=tuple(places),
        factors=tuple(
            Factor(f.code, tuple(places[c] for c in f.criteria), places[f.general] if f.general else None)
            for f in definition.factors
        ),
        overall=places[definition.overall],
        numbers=tuple(item.code for item in definition.of_kind(Kind.NUMBER)),
        choices=tuple(item.code for item in definition.of_kind(Kind.MULTI)),
        singles=tuple(Single(i.code, place, len(i.options)) for place, i in closed if i.kind is Kind.SINGLE),
        measure=method.measure,
        factor_rule=method.factor_rule,
        index_rule=IndexRule.WEIGHTED if weights else method.index_rule,
        weights=weights,
    )


def _factor_weights(definition: Questionnaire, method: IndexMethod) -> tuple[float, ...]:
    """A weight for each factor, or none; the weight of a domain is shared by its factors."""
    if method.domains:
        size = Counter(factor.domain for factor in definition.factors)
        given = {part.domain: float(part.weight) for part in method.domains}
        if set(size) != set(given):
            raise ValueError(f"{method.ref} and {definition.ref} have different domains")
        return tuple(given[f.domain] / size[f.domain] for f in definition.factors if f.domain is not None)
    weights = {part.factor: float(part.weight) for part in method.weights}
    if weights and weights.keys() != {factor.code for factor in definition.factors}:
        raise ValueError(f"{method.ref} has no weight for each factor of {definition.ref}")
    return tuple(weights[factor.code] for factor in definition.factors) if weights else ()


_CODES = np.full(256, 255, np.uint8)
_CODES[ord(BLANK)], _CODES[ord(NOT_APPLICABLE)] = BLANK_CODE, NOT_APPLICABLE_CODE
_CODES[ord(TWO_TICKS)] = BLANK_CODE
for _digit in range(1, 10):
    _CODES[ord(str(_digit))] = _digit


def code_matrix(packed: Sequence[str], columns: int) -> NDArray[np.uint8]:
    """Packed answers as numbers, (submissions, closed items), two ticks as blank; ValueError for foreign characters."""
    signs = np.frombuffer("".join(packed).encode("ascii"), np.uint8)
    return _CODES[signs].reshape(len(packed), columns)


def form_checks(ref: str, rules: str | None, starts_on: datetime.date, ends_on: datetime.date | None) -> Checks:
    """The validity rules of a campaign as they apply to its questionnaire; without rules every form is valid."""
    kept = validity_rules(rules).definition if rules else None
    return checks(kept, questionnaire(ref).definition, starts_on, ends_on)


def returned(codes: str, day: datetime.date, invalid: str | None) -> Returned:
    """A stored submission as the validity rules look at it."""
    return Returned(codes=codes, day=day, duplicate=invalid == DUPLICATE)


def enters(definition: Questionnaire, rules: Checks, codes: str, day: datetime.date, invalid: str | None) -> bool:
    """Whether a stored submission enters the rates: it is valid, and its first question lets it in."""
    return counts(definition, codes) and rules.broken(returned(codes, day, invalid)) is None


def target(set_ref: str, key: str) -> tuple[TargetSet, Target]:
    """A published target and the set it stands in; NotFound when there is none."""
    for target_set, found in all_targets():
        if target_set.ref == set_ref and found.key == key:
            return target_set, found
    raise NotFound("target")


def all_targets() -> Iterable[tuple[TargetSet, Target]]:
    """Every published target, latest version of each set first in order of its ref."""
    for loaded in published("targets").values():
        for found in loaded.definition.targets:
            yield loaded.definition, found


def month_of(day: datetime.date) -> datetime.date:
    return day.replace(day=1)
