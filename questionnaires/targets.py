"""Targets that satisfaction is held against, each with the sentence it comes from."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from questionnaires.base import Definition, Key, Line, Model, Source, Text, members, problem, unique


class Scope(StrEnum):
    """What a target speaks about."""

    OVERALL = "overall"
    PROCEDURES = "procedures"
    FIELD = "field"
    WAITING = "waiting"
    EXPECTATION = "expectation"


class Target(Model):
    """One target: `value` percent (or minutes) to be met by `year`, quoted from its source."""

    key: Key
    name: Text
    scope: Scope
    field: Key | None = None
    operator: Literal[">=", ">", "<=", "<"]
    value: Annotated[Decimal, Field(gt=0)]
    unit: Literal["percent", "minutes"] = "percent"
    year: Annotated[int, Field(ge=2011, le=2100)]
    quote: Line
    source: Source

    @model_validator(mode="after")
    def _fits_its_scope(self) -> Self:
        if (self.scope is Scope.FIELD) != (self.field is not None):
            raise problem("chỉ mục tiêu theo lĩnh vực mới có (và phải có) field", "field goes with the scope field")
        if (self.scope is Scope.WAITING) != (self.unit == "minutes"):
            raise problem(
                "thời gian chờ tính bằng phút, còn lại tính bằng %", "waiting is in minutes, the rest in percent"
            )
        if self.unit == "percent" and self.value > 100:
            raise problem("tỷ lệ không vượt quá 100 %", "a rate is at most 100 %")
        return self


class TargetSet(Definition):
    """The targets of one plan or decision."""

    targets: Annotated[tuple[Target, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        unique(members("targets", (target.key for target in self.targets)), "mã mục tiêu", "target key")
        return self
