"""Methods of the index: what an answer is worth, and how items, factors, channels and units are put together."""

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
    DOMAINS = "X5"


class UnitRule(StrEnum):
    """How units become the rate of the province."""

    RESPONDENTS = "V1"
    UNITS = "V2"
    DOSSIERS = "V3"
    CELLS = "V4"


class ChannelRule(StrEnum):
    """How the channels that count become one rate."""

    POOLED = "C1"
    STRATA = "C2"


class FactorWeight(Model):
    """What a factor counts for, against the others."""

    factor: Key
    weight: Annotated[Decimal, Field(gt=0)]


class DomainWeight(Model):
    """What a domain of the questionnaire (policy, service) counts for; its factors count alike within it."""

    domain: Key
    weight: Annotated[Decimal, Field(gt=0)]


class ChannelWeight(Model):
    """What a class of channel counts for, against the others."""

    channel: Annotated[str, Field(pattern="^[ABC]$")]
    weight: Annotated[Decimal, Field(gt=0)]


class IndexMethod(Definition):
    """One way to compute the index, with its legal basis and its standing.

    ``verified: false``: no official text says that this is the formula.
    """

    measure: Measure
    factor_rule: FactorRule
    index_rule: IndexRule
    unit_rule: UnitRule
    channel_rule: ChannelRule = ChannelRule.POOLED
    weights: tuple[FactorWeight, ...] = ()
    domains: tuple[DomainWeight, ...] = ()
    channels: tuple[ChannelWeight, ...] = ()
    fewest_per_cell: Annotated[int, Field(ge=2)] | None = None
    verified: bool
    note: Text

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        unique(members("weights", (part.factor for part in self.weights)), "yếu tố", "factor")
        unique(members("domains", (part.domain for part in self.domains)), "lĩnh vực đo", "domain")
        unique(members("channels", (part.channel for part in self.channels)), "kênh", "channel")
        goes_with = (
            (self.index_rule is IndexRule.WEIGHTED, bool(self.weights), "X3", "weights"),
            (self.index_rule is IndexRule.DOMAINS, bool(self.domains), "X5", "domains"),
            (self.channel_rule is ChannelRule.STRATA, bool(self.channels), "C2", "channels"),
            (self.unit_rule is UnitRule.CELLS, self.fewest_per_cell is not None, "V4", "fewest_per_cell"),
        )
        for rule, given, sign, key in goes_with:
            if rule != given:
                raise problem(f"chỉ {sign} mới có (và phải có) {key}", f"{key} goes with the rule {sign}")
        if self.channel_rule is ChannelRule.STRATA and self.unit_rule is not UnitRule.RESPONDENTS:
            raise problem("C2 chỉ dùng cùng V1", "C2 goes with V1 only")
        return self

    @property
    def symbols(self) -> str:
        """The rules by their signs: ``M1, F1, X1, V1``; C1, which weighs nothing, is not named."""
        strata = (self.channel_rule,) if self.channel_rule is not ChannelRule.POOLED else ()
        return ", ".join((self.measure, self.factor_rule, self.index_rule, *strata, self.unit_rule))
