"""Validity rules as data: sound, honest about their standing, and each decides as it says."""

import datetime

import pytest

from questionnaires.coding import encode
from questionnaires.inspect import outline
from questionnaires.loader import DefinitionError, guess_model, parse, published, questionnaire, validity_rules
from questionnaires.model import Questionnaire
from questionnaires.validity import Checks, Returned, Rule, ValidityRules, checks
from tests.questionnaires.samples import Data, item

DAY, LAST = datetime.date(2026, 3, 16), datetime.date(2026, 6, 30)
STANDARD = validity_rules("standard@1").definition
SHORT = questionnaire("qr-short@1").definition
SOUND = """
schema_version: 1
id: x
version: 1
title: {vi: Quy tắc, en: Rules}
rules:
  - {key: empty, rule: half_empty, name: {vi: Trống, en: Empty}, share: 0.5, verified: true, note: {vi: A, en: A}}
  - {key: ticks, rule: two_ticks, name: {vi: Hai ô, en: Two}, verified: false, note: {vi: B, en: B}}
"""


def of_period(rules: ValidityRules | None, form: Questionnaire = SHORT) -> Checks:
    return checks(rules, form, DAY, LAST)


def returned(codes: str = "444444", day: datetime.date = DAY, *, duplicate: bool = False) -> Returned:
    return Returned(codes=codes, day=day, duplicate=duplicate)


@pytest.mark.parametrize("ref", list(published("validity")))
def test_published_rules_claim_nothing_that_was_not_read(ref: str) -> None:
    assert not any(rule.verified for rule in validity_rules(ref).definition.rules)


def test_the_usual_rules_have_one_of_each_kind_and_the_empty_set_none() -> None:
    assert {rule.rule for rule in STANDARD.rules} == set(Rule)
    assert STANDARD.of(Rule.HALF_EMPTY) is not None
    assert validity_rules("none@1").definition.rules == ()
    assert validity_rules("none@1").definition.of(Rule.TWO_TICKS) is None


def test_rules_can_be_outlined_and_their_kind_is_known() -> None:
    assert guess_model(SOUND, "x.yaml") is ValidityRules
    lines = list(outline(parse(SOUND, ValidityRules, name="x.yaml").definition))
    assert lines[1:] == ["  empty (half_empty 0.5) Trống", "  ticks (two_ticks) Hai ô [chưa đối chiếu]"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (" share: 0.5,", "", "share goes with half_empty"),
        ("two_ticks, name", "two_ticks, share: 0.5, name", "x.yaml:8: .*share goes with half_empty"),
        ("share: 0.5", "share: 0", "greater than 0"),
        ("share: 0.5", "share: 1.1", "less than or equal to 1"),
        ("key: ticks", "key: empty", "duplicate rule: empty"),
        ("key: ticks, rule: two_ticks", "key: ticks, rule: half_empty, share: 1", "duplicate kind of rule: half_empty"),
        ("rule: two_ticks", "rule: three_ticks", "'half_empty'"),
    ],
)
def test_what_does_not_fit_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        parse(SOUND.replace(old, new), ValidityRules, name="x.yaml")


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (returned(), None),
        (returned("444..."), None),  # half is enough
        (returned("44...."), "half_empty"),
        (returned("nnn..."), None),  # not applicable is an answer
        (returned("44nttt"), None),
        (returned("44tttt"), "half_empty"),  # two ticks are none
        (returned("......"), "half_empty"),
        (returned(day=DAY - datetime.timedelta(days=1)), "outside_period"),
        (returned(day=LAST), None),
        (returned(day=LAST + datetime.timedelta(days=1)), "outside_period"),
        (returned(duplicate=True), "duplicate_dossier"),
        (returned("......", LAST + datetime.timedelta(days=1), duplicate=True), "duplicate_dossier"),
        (returned("......", LAST + datetime.timedelta(days=1)), "outside_period"),
    ],
)
def test_the_first_rule_that_a_form_breaks_names_it(form: Returned, reason: str | None) -> None:
    assert of_period(STANDARD).broken(form) == reason


def test_without_a_last_day_no_form_is_too_late() -> None:
    late = returned(day=datetime.date(2030, 1, 1))
    assert checks(STANDARD, SHORT, DAY, None).broken(late) is None


@pytest.mark.parametrize("rules", [None, validity_rules("none@1").definition])
def test_without_rules_every_form_is_valid(rules: ValidityRules | None) -> None:
    worst = returned("......", datetime.date(2000, 1, 1), duplicate=True)
    assert of_period(rules).broken(worst) is None
    assert of_period(rules).two_ticks is None


def test_two_ticks_have_a_name_where_they_have_a_rule() -> None:
    assert of_period(STANDARD).two_ticks == "two_ticks"


@pytest.mark.parametrize(("share", "answered", "valid"), [("0.1", 1, True), ("0.3", 3, True), ("0.3", 2, False)])
def test_the_share_is_exact(small: Data, share: str, answered: int, valid: bool) -> None:
    """Ten questions and a share of 0.3 ask for three answers, whatever 10 · 0.3 is as a float."""
    lines = [item(f"Q{place}") for place in range(10)]
    small.update(
        counted_if=None, waiting=None, overall="Q0", factors=[{"code": "A", "name": small["title"], "criteria": ["Q1"]}]
    )
    small["sections"] = [{**small["sections"][0], "items": lines}]
    rules = parse(SOUND.replace("0.5", share), ValidityRules, name="x.yaml").definition
    found = of_period(rules, Questionnaire.model_validate(small)).broken(
        returned("4" * answered + "." * (10 - answered))
    )
    assert (found is None) == valid


def test_questions_that_were_not_asked_cannot_be_left_blank(small: Data) -> None:
    for question in small["sections"][0]["items"][1:]:
        question["only_if"] = {"item": "LOC", "options": ["1"]}
    form = Questionnaire.model_validate(small)
    found = {
        loc: of_period(STANDARD, form).broken(returned(encode(form, {"LOC": loc}, paper=True).codes)) for loc in "12"
    }
    assert found == {"1": "half_empty", "2": None}
