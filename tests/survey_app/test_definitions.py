"""Questionnaire versions in use: kept, frozen, and laid out for tallies."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from questionnaires.coding import encode
from questionnaires.index_methods import FactorRule
from questionnaires.loader import Loaded, index_method, published, questionnaire
from questionnaires.model import Kind
from scoring.tally import count
from survey_app import audit, create_app, definitions
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.definitions import FrozenDefinition, check_frozen, code_matrix, layout, plan, register, target
from survey_app.errors import Conflict, NotFound
from survey_app.models import Campaign, DefinitionItem, DefinitionVersion, Unit
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign, fitting
from tests.factories.submissions import MakeReleased, answers
from tests.factories.units import MakeCounter

REFS = tuple(published("satisfaction"))


# --- kept from the first use on


def test_a_version_is_kept_with_its_content_at_its_first_use(session: Session) -> None:
    stored = register(session, "qr-short@1")
    loaded = questionnaire("qr-short@1")
    assert (stored.ref, stored.content_hash, stored.body) == ("qr-short@1", loaded.content_hash, loaded.source)
    places = session.execute(
        select(DefinitionItem.position, DefinitionItem.item).order_by(DefinitionItem.position)
    ).all()
    assert places == [(i, item.code) for i, item in enumerate(loaded.definition.closed, start=1)]
    assert register(session, "qr-short@1") is stored
    register(session, "counter-2640@1")
    assert len(session.scalars(select(DefinitionVersion)).all()) == 2


def test_an_unknown_version_is_not_found(session: Session) -> None:
    for ref in ("qr-short@2", "", "bac-giang-2022@1"):
        with pytest.raises(NotFound):
            register(session, ref)


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has edited the file of the short form."""
    sound = published("satisfaction")
    edited = {ref: replace(loaded, content_hash="0" * 64) for ref, loaded in sound.items() if ref == "qr-short@1"}
    found: Mapping[str, Loaded[Any]] = {**sound, **edited}
    monkeypatch.setattr(definitions, "published", lambda _family: found)
    monkeypatch.setattr(definitions, "questionnaire", lambda ref: found[ref])


@pytest.mark.usefixtures("changed")
def test_a_changed_file_is_free_until_its_first_use(session: Session) -> None:
    check_frozen(session)
    assert register(session, "qr-short@1").content_hash == "0" * 64


def test_a_used_version_must_not_change_or_vanish(
    session: Session, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    register(session, "qr-short@1")
    check_frozen(session)
    request.getfixturevalue("changed")
    with pytest.raises(FrozenDefinition, match="qr-short@1 is in use and must not change"):
        check_frozen(session)
    with pytest.raises(Conflict, match="definition_changed"):
        register(session, "qr-short@1")
    monkeypatch.setattr(definitions, "published", lambda _family: {})
    with pytest.raises(FrozenDefinition, match="qr-short@1"):
        check_frozen(session)


@on_sqlite
def test_the_program_does_not_start_on_a_changed_form(
    make_campaign: MakeCampaign, settings: Settings, request: pytest.FixtureRequest
) -> None:
    make_campaign()
    request.getfixturevalue("changed")
    with pytest.raises(FrozenDefinition, match="publish a new version"):
        create_app(settings)


FROZEN = (
    "UPDATE definition_version SET body = ''",
    "DELETE FROM definition_version",
    "UPDATE definition_item SET item = 'X'",
    "DELETE FROM definition_item",
    "UPDATE submission SET codes = '555555'",
    "UPDATE submission SET unit_id = unit_id",
    "UPDATE submission_extra SET value = '0'",
    "UPDATE audit_event SET action = 'nothing'",
    "DELETE FROM audit_event",
    "UPDATE campaign SET starts_on = '2020-01-01'",
    "UPDATE campaign SET definition_id = definition_id + 1",
    "UPDATE campaign SET state = 'draft'",
)


def test_what_figures_rest_on_is_frozen_whoever_asks_the_database(
    database: Database,
    province: Unit,
    clock: Clock,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_released: MakeReleased,
) -> None:
    campaign: Campaign = make_campaign()
    make_released(campaign, make_counter(province), [answers(CHO=5)])
    with database.transaction() as session:
        register(session, "counter-2640@1")
        audit.record(session, None, "released", now=clock())
    for statement in FROZEN:
        with pytest.raises(DatabaseError, match="frozen"), database.engine.begin() as connection:
            connection.execute(text(statement))
    with database.engine.begin() as connection:
        assert connection.execute(text("UPDATE campaign SET title = 'Tên khác'")).rowcount == 1


# --- laid out for tallies and scores


@pytest.mark.parametrize("ref", REFS)
def test_layout_and_plan_speak_of_the_same_items(ref: str) -> None:
    definition, laid = questionnaire(ref).definition, layout(ref)
    made = plan(definition, index_method(fitting(ref)).definition)
    assert laid.closed == len(definition.closed)
    assert [definition.closed[place].code for place in laid.rated] == list(made.rated)
    assert laid.numbers == len(made.numbers)
    assert len(laid.choices) == len(made.choices)
    assert made.rated[made.overall] == definition.overall
    for factor, found in zip(definition.factors, made.factors, strict=True):
        assert tuple(made.rated[place] for place in found.criteria) == factor.criteria
        assert (made.rated[found.general] if found.general is not None else None) == factor.general
    singles = [item for item in definition.closed if item.kind is Kind.SINGLE]
    assert [(s.code, s.options) for s in made.singles] == [(item.code, len(item.options)) for item in singles]
    assert [definition.closed[single.place].code for single in made.singles] == [single.code for single in made.singles]


def test_rules_that_do_not_fit_the_form_are_refused() -> None:
    short, full = (questionnaire(ref).definition for ref in ("qr-short@1", "counter-2640@1"))
    for ref, loaded in published("methods").items():
        method = loaded.definition
        if method.domains:  # neither form names domains
            for form in (short, full):
                with pytest.raises(ValueError, match="have different domains"):
                    plan(form, method)
            continue
        assert plan(full, method).index_rule == method.index_rule
        if method.factor_rule is not FactorRule.GENERAL:
            with pytest.raises(ValueError, match="has no questions for the rule"):
                plan(short, method)
        else:
            assert plan(short, method).measure == method.measure, ref


def test_domains_share_their_weight_among_their_factors() -> None:
    both, method = questionnaire("two-domains@1").definition, index_method("m1-f1-x5-v1@1").definition
    made = plan(both, method)
    assert made.index_rule == "X3"
    assert made.weights == pytest.approx([0.63 / 4] * 4 + [0.37 / 5] * 5)
    policy_only = method.model_copy(update={"domains": method.domains[:1]})
    with pytest.raises(ValueError, match="different domains"):
        plan(both, policy_only)


def test_weights_reach_their_factors_and_none_is_missing() -> None:
    full = questionnaire("counter-2640@1").definition
    method = index_method("m1-f1-x3-v1@1").definition
    assert plan(full, method).weights == (3, 4, 3, 3, 3)
    fewer = method.model_copy(update={"weights": method.weights[1:]})
    with pytest.raises(ValueError, match="no weight for each factor"):
        plan(full, fewer)


def test_packed_answers_become_numbers() -> None:
    assert code_matrix(["5n.1", "9..n"], 4).tolist() == [[5, 10, 0, 1], [9, 0, 0, 10]]
    assert code_matrix([], 4).shape == (0, 4)
    definition = questionnaire("qr-short@1").definition
    packed = encode(definition, answers()).codes
    assert code_matrix([packed], layout("qr-short@1").closed).tolist() == [[4, 5, 4, 3, 10, 4]]


@pytest.mark.parametrize("packed", [["5x.1"], ["5á.1"], ["51"], ["5n.1", "5n."]])
def test_foreign_characters_are_never_counted(packed: list[str]) -> None:
    def counted() -> None:
        count(replace(layout("qr-short@1"), closed=4, rated=(0,), numbers=0), code_matrix(packed, 4))

    with pytest.raises(ValueError, match=r".+"):
        counted()


def test_every_option_has_a_number_of_its_own() -> None:
    signs = ".123456789n"
    assert np.array_equal(code_matrix([signs], 11)[0], range(11))


# --- targets and months


def test_targets_are_found_by_their_set_and_key() -> None:
    found_set, found = target("bac-giang-2021-2030@1", "bg-2025-land")
    assert (found_set.ref, found.field, int(found.value)) == ("bac-giang-2021-2030@1", "land", 85)
    everything = list(definitions.all_targets())
    assert len(everything) == sum(len(loaded.definition.targets) for loaded in published("targets").values())
    assert all(target(one.ref, other.key) == (one, other) for one, other in everything)


@pytest.mark.parametrize(
    "reference", [("bac-giang-2021-2030@1", "bg-2022-waiting"), ("bac-giang-2022@9", "bg-2022-waiting"), ("", "")]
)
def test_an_unknown_target_is_not_found(reference: tuple[str, str]) -> None:
    with pytest.raises(NotFound):
        target(*reference)


def test_a_month_is_named_by_its_first_day() -> None:
    assert definitions.month_of(datetime.date(2026, 2, 28)) == datetime.date(2026, 2, 1)
    assert definitions.month_of(datetime.date(2026, 2, 1)) == datetime.date(2026, 2, 1)


@pytest.fixture(autouse=True)
def _no_kept_layouts() -> Iterator[None]:
    """A layout is kept by its ref; here a ref may stand for an edited file."""
    yield
    layout.cache_clear()
