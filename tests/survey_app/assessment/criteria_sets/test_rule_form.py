"""The rule in the form of a node: which of its buttons was pressed, by fields or as text."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from questionnaires.loader import published
from questionnaires.par_nodes import Node
from questionnaires.par_texts import node_texts, read_node
from survey_app.assessment.criteria_sets.forms import NodeForm
from survey_app.assessment.criteria_sets.rule_fields import Fields
from survey_app.assessment.criteria_sets.rule_form import BROKEN, ONLY_TEXT, TURNED, RuleEditor
from survey_app.assessment.criteria_sets.rule_words import BY_HAND, SAYS
from survey_app.assessment.criteria_sets.sets import Clash
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import fields, leaf
from tests.survey_app.assessment.rule_boxes import at, sent

pytestmark = on_sqlite
RATIO = Node.model_validate(fields()[0]["children"][0])
LISTED = Node.model_validate(leaf("1", 3, rule={"kind": "all_of", "conditions": ["Một", "Hai"]}))


@pytest.fixture(autouse=True)
def request_of(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context():
        yield


def shown(editor: RuleEditor) -> Fields:
    found = editor.view()
    assert (found.by, found.why) == ("fields", "")
    assert found.fields is not None
    return found.fields


def editor(node: Node, **typed: str) -> RuleEditor:
    """The form of a node, opened and sent with some of it typed over; as text when it says so."""
    texts = node_texts(node)
    form = NodeForm(MultiDict())
    opened = RuleEditor(form, {})
    form.fill(texts, 1)
    found = opened.view()
    values = {"rule_as": found.by, "edition": "1", "before": json.dumps(texts)}
    values |= {name: text for name, text in texts.items() if name != "rule" or found.by == "text"}
    values |= sent(found.fields) if found.fields else {}
    values |= {name.replace("__", "."): text for name, text in typed.items()}
    return RuleEditor(NodeForm(MultiDict(values)), values)


def test_every_shipped_leaf_is_saved_unchanged() -> None:
    for loaded in published("par_index").values():
        for leaf_ in loaded.definition.leaves:
            found = editor(leaf_.node)
            assert found.may_save()
            change = found.form.change()
            assert change.texts == change.before
            assert read_node(change.texts) == leaf_.node


def test_points_by_hand_have_no_fields() -> None:
    view = editor(Node.model_validate(leaf("1", 3))).view()
    assert (view.by, view.fields, view.says) == ("fields", None, BY_HAND)
    assert len(view.kinds) == len(SAYS)


def test_a_changed_field_changes_the_text() -> None:
    found = editor(RATIO, **{"r__floor%": "75", "r__round": "2"})
    assert found.form.rule.data == "{floor: 0.75, full_at: 1, round: 2}"
    assert found.may_save()
    assert at(shown(found), "floor%").value == "75"


def test_the_engine_speaks_at_the_field() -> None:
    found = editor(RATIO, **{"r__floor%": "nhiều"})
    assert found.form.rule.data == "{floor: nhiều, full_at: 1}"
    assert at(shown(found), "floor%").error == "phải là số"
    above = editor(LISTED, r__conditions__1="Một")
    assert shown(above).parts[0].error == "có phần tử bị trùng"


@pytest.mark.parametrize(
    ("points", "error"),
    [("1", "Luật có thể cho nhiều điểm hơn điểm tối đa của tiêu chí."), ("3,5", ""), ("ba", ""), ("", "")],
)
def test_points_of_the_form_bound_the_rule(points: str, error: str) -> None:
    node = Node.model_validate(leaf("1", 3, rule={"kind": "count", "points_per_item": 1, "cap": 3}))
    assert shown(editor(node, max=points)).error == error


def test_buttons_of_the_rule() -> None:
    added = editor(LISTED, do="add:r.conditions")
    assert added.does == "add"
    assert [line.new for line in shown(added).parts[0].lines] == [False, False, True]
    assert added.form.rule.data == node_texts(LISTED)["rule"]
    dropped = editor(LISTED, do="drop:r.conditions.0")
    assert [line.boxes[0].value for line in shown(dropped).parts[0].lines] == ["Hai"]
    raised = editor(LISTED, do="up:r.conditions.1")
    assert [line.boxes[0].value for line in shown(raised).parts[0].lines] == ["Hai", "Một"]


def test_another_kind_shows_its_fields_before_it_is_saved() -> None:
    turned = editor(RATIO, kind="deduct", do="kind")
    parts = shown(turned).parts
    assert [part.name for part in parts][:3] == ["r.start", "r.per_violation", "r.floor"]
    assert all(part.box is None or not part.box.error for part in parts)
    saved = editor(RATIO, kind="deduct")
    assert not saved.may_save()
    assert saved.form.kind.errors == [TURNED]
    assert saved.view().says == SAYS["deduct"]
    assert editor(RATIO, kind="binary").may_save()  # nothing must be filled
    assert editor(RATIO, kind="").may_save()
    assert editor(RATIO, kind="").form.rule.data == ""


def test_what_is_wrong_elsewhere_comes_first() -> None:
    found = editor(RATIO, kind="deduct", name="")
    assert not found.may_save()
    assert list(found.form.errors) == ["name"]


def test_a_name_that_comes_twice_is_not_saved() -> None:
    node = Node.model_validate(leaf("1", 3, rule={"kind": "survey", "weights": {"Tốt": 100, "Kém": 0}}))
    found = editor(node, r__weights__1__name="Tốt")
    assert not found.may_save()
    assert found.form.rule.errors == ["Tên bị trùng: Tốt. Dòng sau đã được đánh số để không mất; sửa tên rồi lưu."]
    assert at(shown(found), "weights.1.name").value == "Tốt (2)"


def test_from_fields_to_text_and_back() -> None:
    texts = editor(RATIO, do="text", **{"r__floor%": "70"})
    view = texts.view()
    assert (view.by, view.fields, view.says) == ("text", None, SAYS["ratio"])
    assert texts.form.rule.data == "{floor: 0.7, full_at: 1}"
    back = editor(RATIO, rule_as="text", rule="{floor: 0.6, full_at: 1}", do="fields")
    assert at(shown(back), "floor%").value == "60"


def test_only_what_was_shown_counts() -> None:
    by_text = editor(RATIO, rule_as="text", rule="{floor: 0.6, full_at: 1}", **{"r__floor%": "1"})
    assert by_text.form.rule.data == "{floor: 0.6, full_at: 1}"
    by_fields = editor(RATIO, rule="{floor: 0.6, full_at: 1}")
    assert by_fields.form.rule.data == "{floor: 0.8, full_at: 1}"
    neither = {"kind": "ratio", "rule": "{floor: 0.5}"}
    assert RuleEditor(NodeForm(MultiDict(neither)), neither).view().by == "text"


def test_what_the_form_would_lose_is_text_only() -> None:
    odd = editor(Node.model_validate(leaf("1", 3, rule={"kind": "binary", "anew": 1})), do="fields")
    assert odd.view().why == f"{ONLY_TEXT} anew: luật loại này không có tham số này."
    opened = NodeForm(MultiDict())
    asked = RuleEditor(opened, {})
    opened.fill(node_texts(Node.model_validate(leaf("1", 3, rule={"kind": "binary", "note": 5}))), 1)
    assert (asked.view().by, asked.view().why) == ("text", ONLY_TEXT)


@pytest.mark.parametrize("text", ["{", "[1]", "5"])
def test_text_that_is_no_rule_stays_text(text: str) -> None:
    found = editor(RATIO, rule_as="text", rule=text, do="fields")
    assert (found.view().by, found.view().why) == ("text", BROKEN)


def test_a_kind_that_is_none_is_text() -> None:
    assert editor(RATIO, kind="anew", rule_as="text", do="text").view().says == ""


def test_what_someone_else_changed_is_said_in_words() -> None:
    name = Clash(name="name", before="a", now="b", typed="c")
    rule = Clash(
        name="rule", before="{floor: 0.8, full_at: 1}", now="{start: 2, per_violation: 1, floor: 0}", typed="{"
    )
    kind = Clash(name="kind", before="ratio", now="deduct", typed="")
    found = editor(RATIO).said([name, kind, rule])
    assert found[0] == name
    assert (found[1].before, found[1].now, found[1].typed) == (
        "Theo tỷ lệ, có mức sàn và mức đạt điểm tối đa",
        "Trừ dần theo số vi phạm",
        "",
    )
    assert found[2].before == "Mức sàn (%): 80\nMức được điểm tối đa (%): 100"
    assert found[2].now == "Điểm ban đầu: 2\nĐiểm trừ cho mỗi vi phạm: 1\nĐiểm thấp nhất: 0"
    assert found[2].typed == "{"
    assert editor(RATIO).said([rule])[0].before == found[2].before
