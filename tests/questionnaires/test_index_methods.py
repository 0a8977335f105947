"""Methods as data: sound, named by their rules, and honest about what the ministry published."""

from decimal import Decimal

import pytest

from questionnaires.index_methods import IndexMethod
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


@pytest.mark.parametrize("ref", METHODS)
def test_a_published_method_is_named_by_its_rules_and_claims_nothing(ref: str) -> None:
    method = index_method(ref).definition
    assert method.id == method.symbols.replace(", ", "-").lower()
    assert not method.verified  # no official text of the formula was found
    assert method.legal_basis
    assert not any(source.verified for source in method.legal_basis)


def test_the_methods_cover_every_rule() -> None:
    used = {sign for ref in METHODS for sign in index_method(ref).definition.symbols.split(", ")}
    assert used == {*("M1", "M2", "M3"), *("F1", "F2", "F3"), *("X1", "X2", "X3", "X4"), *("V1", "V2", "V3")}


def test_a_method_can_be_outlined() -> None:
    lines = list(outline(parse(SOUND, IndexMethod, name="x.yaml").definition))
    assert lines[1:] == ["  M1, F1, X3, V1 [chưa đối chiếu]", "  A: 3", "  B: 2.5"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("X3", "X1", "weights go with the rule X3"),
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


def test_neither_fits_2023_as_printed() -> None:
    published_value = Decimal("82.97")
    assert abs(sum(FACTORS_2023, Decimal(0)) / 5 - published_value) > Decimal("0.07")
    assert abs(weighted(FACTORS_2023) - published_value) > Decimal("0.06")
