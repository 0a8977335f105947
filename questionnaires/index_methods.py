"""Methods of the index: what an answer is worth, and how items, factors and units are put together."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from questionnaires.base import Definition, Key, Model, Text, members, problem, unique


class Measure(StrEnum):
    """What an answer is worth."""

    SATISFIED = "M1"
    LEVEL = "M2"
    STEPS = "M3"


class FactorRule(StrEnum):
    """How the criteria of a factor become its rate."""

    MEAN = "F1"
    POOLED = "F2"
    GENERAL = "F3"


class IndexRule(StrEnum):
    """How factors become the index."""

    FACTORS = "X1"
    CRITERIA = "X2"
    WEIGHTED = "X3"
    OVERALL = "X4"


class UnitRule(StrEnum):
    """How units become the rate of the province."""

    RESPONDENTS = "V1"
    UNITS = "V2"
    DOSSIERS = "V3"


class FactorWeight(Model):
    """What a factor counts for, against the others."""

    factor: Key
    weight: Annotated[Decimal, Field(gt=0)]


class IndexMethod(Definition):
    """One way to compute the index, with its legal basis and its standing.

    ``verified: false``: no official text says that this is the formula.
    """

    measure: Measure
    factor_rule: FactorRule
    index_rule: IndexRule
    unit_rule: UnitRule
    weights: tuple[FactorWeight, ...] = ()
    verified: bool
    note: Text

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        unique(members("weights", (part.factor for part in self.weights)), "yếu tố", "factor")
        if (self.index_rule is IndexRule.WEIGHTED) != bool(self.weights):
            raise problem("chỉ X3 mới có (và phải có) weights", "weights go with the rule X3")
        return self

    @property
    def symbols(self) -> str:
        """The rules by their signs: ``M1, F1, X1, V1``."""
        return ", ".join((self.measure, self.factor_rule, self.index_rule, self.unit_rule))
