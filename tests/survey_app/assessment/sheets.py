"""Sheets of the small set with marks written by hand, without a database."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from survey_app.assessment import criteria, outcomes
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.outcomes import Fed, Outcome, Said, Sheet
from survey_app.models.assessment import FIRST
from tests.survey_app.assessment.conftest import body, definition

Stages = dict[str, dict[str, Said]]


def small(**changes: Any) -> Criteria:
    return criteria.read(body(definition(**changes)), "trial")


def said(points: str | None, **more: Any) -> Said:
    return Said(points=None if points is None else Decimal(points), **more)


def first(**points: str) -> Stages:
    """Marks of a first appraisal: first(a="2") is 2 points for 1.1; b is 1.2, c is 1.3, t the bonus."""
    numbers = {"a": "1.1", "b": "1.2", "c": "1.3", "t": "T.1"}
    return {numbers[name]: {FIRST: said(value)} for name, value in points.items()}


def sipas(percent: float = 80, error: float | None = None) -> dict[str, Fed]:
    share = None if error is None else percent / 100
    return {"2.1": Fed(inputs={"percent": percent}, share=share, standard_error=error)}


def sheet(
    marks: Mapping[str, Mapping[str, Said]],
    feeds: Mapping[str, Fed] | None = None,
    *,
    found: Criteria | None = None,
    unit_id: int = 1,
    corrections: Mapping[str, Decimal] | None = None,
    exempt: frozenset[str] = frozenset(),
    block: str = "commune",
) -> Sheet:
    return Sheet(
        unit_id=unit_id,
        name=f"Xã {unit_id}",
        block=block,
        criteria=found or small(),
        marks=marks,
        feeds=sipas() if feeds is None else feeds,
        corrections=corrections or {},
        exempt=exempt,
    )


def one(given: Sheet, **more: Any) -> Outcome:
    return outcomes.outcomes([given], **more)[given.unit_id]


def places(found: Mapping[int, Outcome]) -> Iterator[tuple[int, int, int] | None]:
    for each in found.values():
        yield (each.place.rank, each.place.of, each.place.tied) if each.place else None
