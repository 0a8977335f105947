"""Methods as data: sound, named by their rules, and honest about what the ministry published."""

from decimal import Decimal

import pytest

from questionnaires.index_methods import ChannelRule, FactorRule, IndexMethod, IndexRule, Measure, UnitRule
from questionnaires.inspect import outline
from questionnaires.loader import DefinitionError, index_method, parse, published, questionnaire

METHODS = list(published("methods"))
SOUND = """
schema_version: 1
id: m1-f1-x3-v1
version: 2
title: {vi: Cách tính, en: Method}
measure: M1
factor_rule: F1
index_rule: X3
unit_rule: V1
weights:
  - {factor: A, weight: 3}
  - {factor: B, weight: 2.5}
verified: false
note: {vi: Ghi chú, en: Note}
"""
CHANNELS = "channels: [{channel: A, weight: 2}, {channel: B, weight: 1}]"


@pytest.mark.parametrize("ref", METHODS)
def test_a_published_method_is_named_by_its_rules_and_claims_nothing(ref: str) -> None:
    method = index_method(ref).definition
    assert method.id == method.symbols.replace(", ", "-").lower()
    assert not method.verified  # no official text of the formula was found
    assert method.legal_basis
    assert not any(source.verified for source in method.legal_basis)


def test_the_methods_cover_every_rule() -> None:
    used = {sign for ref in METHODS for sign in index_method(ref).definition.symbols.split(", ")}
    rules = (Measure, FactorRule, IndexRule, ChannelRule, UnitRule)
    assert used == {sign.value for rule in rules for sign in rule} - {ChannelRule.POOLED}


def test_a_method_can_be_outlined() -> None:
    lines = list(outline(parse(SOUND, IndexMethod, name="x.yaml").definition))
    assert lines[1:] == ["  M1, F1, X3, V1 [chưa đối chiếu]", "  A: 3", "  B: 2.5"]
    domains = index_method("m1-f1-x5-v1@1").definition
    assert list(outline(domains))[-2:] == ["  policy: 0.63", "  service: 0.37"]
    channels = index_method("m1-f1-x1-c2-v1@1").definition
    assert list(outline(channels))[-2:] == ["  A: 0.7", "  B: 0.3"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("X3", "X1", "weights goes with the rule X3"),
        ("X3", "X5", "weights goes with the rule X3"),
        ("verified", "domains: [{domain: d, weight: 1}]\nverified", "domains goes with the rule X5"),
        ("verified", "channel_rule: C2\nverified", "channels goes with the rule C2"),
        ("verified", "fewest_per_cell: 5\nverified", "fewest_per_cell goes with the rule V4"),
        ("unit_rule: V1", "unit_rule: V4\nfewest_per_cell: 1", "greater than or equal to 2"),
        ("unit_rule: V1", f"unit_rule: V2\nchannel_rule: C2\n{CHANNELS}", "C2 goes with V1 only"),
        ("verified", f"channel_rule: C2\n{CHANNELS.replace('B', 'A')}\nverified", "duplicate channel: A"),
        ("verified", f"channel_rule: C2\n{CHANNELS.replace('B', 'D')}\nverified", "should match pattern"),
        ("factor: B", "factor: A", "duplicate factor: A"),
        ("weight: 3}", "weight: 0}", "greater than 0"),
        ("measure: M1", "measure: M4", "'M1', 'M2' or 'M3'"),
    ],
)
def test_what_does_not_fit_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        parse(SOUND.replace(old, new), IndexMethod, name="x.yaml")


# --- what published figures allow to say (percent, national)

FACTORS_2024 = [Decimal(x) for x in ("84.27", "84.23", "84.29", "84.12", "83.50")]
FACTORS_2023 = [Decimal(x) for x in ("83", "83.02", "83.12", "83.03", "82.27")]


def shown(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def weighted(values: list[Decimal]) -> Decimal:
    weights = {part.factor: part.weight for part in index_method("m1-f1-x3-v1@1").definition.weights}
    of_factors = [weights[factor.code] for factor in questionnaire("counter-2640@1").definition.factors]
    return sum((w * v for w, v in zip(of_factors, values, strict=True)), Decimal(0)) / sum(of_factors)


def test_equal_and_unequal_factors_both_fit_2024() -> None:
    assert shown(sum(FACTORS_2024, Decimal(0)) / 5) == Decimal("84.08")  # 84.09 was published, from unrounded parts
    assert shown(weighted(FACTORS_2024)) == Decimal("84.09")


def domains(policy: str, service: str) -> Decimal:
    weights = {part.domain: part.weight for part in index_method("m1-f1-x5-v1@1").definition.domains}
    return weights["policy"] * Decimal(policy) + weights["service"] * Decimal(service)


def test_one_weight_of_the_domains_nearly_fits_both_years() -> None:
    assert abs(domains("83.84", "84.09") - Decimal("83.94")) < Decimal("0.01")
    assert abs(domains("82.49", "82.97") - Decimal("82.66")) < Decimal("0.01")


def test_a_plain_mean_of_the_domains_fits_neither() -> None:
    assert (Decimal("83.84") + Decimal("84.09")) / 2 - Decimal("83.94") > Decimal("0.02")
    assert (Decimal("82.49") + Decimal("82.97")) / 2 - Decimal("82.66") > Decimal("0.06")


def test_neither_fits_2023_as_printed() -> None:
    published_value = Decimal("82.97")
    assert abs(sum(FACTORS_2023, Decimal(0)) / 5 - published_value) > Decimal("0.07")
    assert abs(weighted(FACTORS_2023) - published_value) > Decimal("0.06")
