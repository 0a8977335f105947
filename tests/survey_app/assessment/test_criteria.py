"""A stored set as the rooms use it."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from questionnaires.loader import DefinitionError, published
from scoring.par.index import Convention
from scoring.par.kinds import evaluate
from scoring.par.kinds_shares import Proportional
from scoring.par.kinds_totals import Total
from survey_app.assessment import criteria
from survey_app.errors import NotFound
from tests.survey_app.assessment.conftest import LEAVES, OWN, MakeSet, body, definition, fields, leaf, node


def read(**changes: Any) -> criteria.Criteria:
    return criteria.read(body(definition(**changes)), "trial")


def test_a_stored_set_is_read_by_its_key(make_set: MakeSet, session: Session) -> None:
    set_id = make_set()
    found = criteria.of(session, set_id)
    assert found.definition.id == "commune-2025"
    assert criteria.of(session, set_id) is found  # parsed once
    with pytest.raises(NotFound, match="criteria_set"):
        criteria.of(session, 999)


def test_leaves_are_found_by_number_as_people_read_them_and_as_they_score() -> None:
    found = read()
    assert tuple(found.spots) == tuple(found.nodes) == LEAVES
    assert found.spots["1.1"].node.legal_text is not None
    assert found.nodes["1.1"].maximum == Decimal(3)
    assert found.own == OWN
    assert found.field_of == {"1.1": "1", "1.2": "1", "1.3": "1", "2.1": "2", "T.1": "T"}


def test_the_field_of_a_deep_leaf_and_of_a_field_that_is_a_leaf() -> None:
    deep = read(fields=[node("1", 1, node("1.1", 1, leaf("1.1.1", 1))), leaf("2", 1)])
    assert deep.field_of == {"1.1.1": "1", "2": "2"}


def test_the_rule_of_a_leaf() -> None:
    found = read()
    rule = found.rule("1.1")
    assert isinstance(rule, Proportional)
    assert rule.text_vi == fields()[0]["children"][0]["legal_text"]
    assert found.rule("1.3") is None  # points by hand
    with pytest.raises(NotFound, match="leaf"):
        found.rule("9.9")


def test_a_leaf_that_may_not_apply_says_so_in_its_rule() -> None:
    rule = read().rule("1.2")
    assert rule is not None
    assert not evaluate(rule, {"not_applicable": True}, Decimal(2)).applies


def test_denominators_and_classes() -> None:
    assert read().convention is Convention.APPLICABLE
    assert read(denominator="blocks").convention is Convention.BLOCKS
    assert [band.name for band in read().total.classes] == ["Tốt", "Khá", "Trung bình"]


def test_a_set_with_a_fault_is_refused() -> None:
    with pytest.raises(DefinitionError, match="block"):
        criteria.read("id: x", "trial")


def test_a_total_is_a_rule_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(criteria, "total_data", lambda _definition: {"kind": "binary"})
    with pytest.raises(TypeError, match="kind total"):
        read(title={"vi": "Bộ khác", "en": "Another"})


@pytest.mark.parametrize("ref", sorted(published("par_index")))
def test_every_shipped_set_is_read(ref: str) -> None:
    shipped = published("par_index")[ref]
    found = criteria.read(shipped.source, ref)
    assert set(found.own) <= set(found.nodes) == set(found.field_of)
    assert isinstance(found.total, Total)
