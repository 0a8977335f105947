"""A draft in the browser: nodes and head are edited, rules are tried, two people lose nothing."""

import html
import re
from decimal import Decimal

import pytest

from survey_app.assessment.criteria_sets.faults import stored
from survey_app.assessment.criteria_sets.forms import REFUSALS
from survey_app.assessment.criteria_sets.rule_form import TURNED
from survey_app.db import Database
from survey_app.models import CriteriaSet
from survey_app.policy import Actor
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Browse, MakeSet

pytestmark = on_sqlite


RATIO = "{floor: 0.8, full_at: 1}"


@pytest.fixture
def browser(browse: Browse, analyst: Actor) -> Client:
    return browse(analyst)


@pytest.fixture
def path(make_set: MakeSet) -> str:
    return f"/assessment/sets/{make_set()}"


def body(database: Database, path: str) -> CriteriaSet:
    with database.transaction() as session:
        return session.get_one(CriteriaSet, int(path.rpartition("/")[2]))


def node(database: Database, path: str, number: str) -> object:
    return stored(body(database, path).body).node(number)


def form(browser: Client, url: str, **typed: str) -> dict[str, str]:
    """What the browser would send of the page's form, with some of it typed over."""
    page = browser.get(url).text
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, kind = re.search(r'name="([^"]+)"', tag), re.search(r'type="(\w+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and (kind is None or kind[1] not in ("checkbox", "radio") or " checked" in tag):
            found.setdefault(name[1], html.unescape(value[1]) if value else "")
    for name_, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?([^<]*)</textarea>', page):
        found[name_] = html.unescape(text)
    for name_, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        found[name_] = chosen[1] if chosen else ""
    found.pop("csrf_token")
    return found | typed


def test_a_node_is_edited(browser: Client, path: str, database: Database) -> None:
    sent = form(browser, f"{path}/nodes/1.1", max="3,5", id="1.7", verified="y")
    done = browser.send(f"{path}/nodes/1.1", sent)
    assert done.location == f"{path}/nodes/1.7"
    page = browser.get(done.location).text
    assert "Đã lưu mục 1.7." in page
    found = stored(body(database, path).body).node("1.7")
    assert (str(found.max), found.verified, found.evidence) == ("3.5", True, ("Kế hoạch", "Báo cáo"))
    assert browser.get(f"{path}/nodes/1.1").status_code == 404


def test_faults_of_a_node_stand_at_their_fields_and_what_was_typed_stays(browser: Client, path: str) -> None:
    sent = form(browser, f"{path}/nodes/1.1", name="Tên mới", max="ba")
    page = browser.send(f"{path}/nodes/1.1", sent)
    assert page.status_code == 422
    assert "Điểm tối đa: phải là số" in page.text
    assert 'value="Tên mới"' in page.text
    empty = browser.send(f"{path}/nodes/1.1", sent | {"name": ""})
    assert (empty.status_code, "Mục này cần được điền." in empty.text) == (422, True)


def test_two_people_edit_a_node(browser: Client, path: str, database: Database) -> None:
    url = f"{path}/nodes/1.3"
    first, second = form(browser, url, name="Một"), form(browser, url, name="Hai", max="0,5")
    browser.send(url, first)
    page = browser.send(url, second)
    assert page.status_code == 422
    assert "Người khác vừa sửa" in page.text
    assert re.search(r"<td[^>]*>Một</td><td[^>]*>Hai</td>", page.text)
    assert 'value="0,5"' in page.text
    again = {**second, **_hidden(page.text)}
    assert browser.send(url, again).location == url
    found = stored(body(database, path).body).node("1.3")
    assert (found.name, str(found.max)) == ("Hai", "0.5")


def _hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input id="(?:edition|before)" name="(edition|before)" type="hidden" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def test_a_node_that_is_gone_keeps_what_was_typed(browser: Client, path: str) -> None:
    sent = form(browser, f"{path}/nodes/1.3", name="Chữ đã gõ")
    browser.send(f"{path}/nodes/1.3/remove", {"edition": "1"})
    page = browser.send(f"{path}/nodes/1.3", sent)
    assert page.status_code == 422
    assert REFUSALS["node_gone"] in page.text
    assert 'value="Chữ đã gõ"' in page.text


def test_a_rule_is_tried_before_it_is_saved(browser: Client, path: str, database: Database) -> None:
    url = f"{path}/nodes/1.1"
    sent = form(browser, url, max="2", rule_as="text", rule=RATIO, **{"try": "1", "e.a": "9", "e.b": "10"})
    page = browser.send(url, sent)
    assert page.status_code == 200
    assert "9/10 × 2 = 1,8 điểm (tối đa 2 điểm)." in page.text
    assert 'name="e.a" value="9"' in page.text
    assert body(database, path).edition == 1
    assert "mẫu số" not in browser.send(url, sent | {"e.b": "0"}).text
    wrong = browser.send(url, sent | {"rule": "{floor: 8, full_at: 1}"})
    assert "Luật tính điểm chưa dùng được: Mức sàn (floor): không đúng thứ tự" in wrong.text
    broken = browser.send(url, sent | {"rule": "{"})
    assert (broken.status_code, "sai cú pháp YAML" in broken.text) == (422, True)
    assert "Mục này không có luật để thử." in browser.send(url, sent | {"kind": "", "rule": ""}).text


@pytest.mark.parametrize(
    ("kind", "rule", "shown"),
    [
        (
            "checklist",
            "{items: [{text_vi: Một, points: 1}, {text_vi: Hai, points: 2}]}",
            'type="checkbox" name="e.met"',
        ),
        ("binary", "", 'type="radio" name="e.answer"'),
        ("survey", "{weights: {Tốt: 100, Kém: 0}}", '<textarea id="try-votes"'),
        (
            "late_penalty",
            "{first_days: 1, first_penalty: -1, per_day_after: -0.5}",
            'name="e.submitted_on" value="" autocomplete="off" type="date"',
        ),
    ],
)
def test_each_kind_of_entry_has_its_field(kind: str, rule: str, shown: str, browser: Client, path: str) -> None:
    url = f"{path}/nodes/1.1"
    page = browser.send(url, form(browser, url, kind=kind, rule=rule, rule_as="text", inputs="", **{"try": "1"})).text
    assert shown in page


def test_a_rule_is_typed_into_fields(browser: Client, path: str, database: Database) -> None:
    url = f"{path}/nodes/1.1"
    sent = form(browser, url)
    assert (sent["rule_as"], sent["r.=kind"], sent["r.floor%"]) == ("fields", "ratio", "80")
    assert browser.send(url, sent).location == url
    assert body(database, path).edition == 1  # unchanged
    turned = browser.send(url, sent | {"kind": "tiers"})
    assert (turned.status_code, TURNED in turned.text) == (422, True)
    typed = sent | {"kind": "tiers", "r.=kind": "tiers", "r.otherwise": "0"}
    typed |= {"r.tiers.0.is": "gte", "r.tiers.0.bound%": "50", "r.tiers.0.points": "1,5"}
    added = browser.send(url, typed | {"do": "add:r.tiers", "e.a": "6"})
    assert added.status_code == 200
    assert 'name="r.tiers.1.points"' in added.text
    assert 'name="e.a" value="6"' in added.text
    tried = browser.send(url, typed | {"try": "1", "e.a": "6", "e.b": "10"})
    assert "1,5 điểm (tối đa 3 điểm)." in tried.text
    wrong = browser.send(url, typed | {"try": "1", "r.tiers.0.points": "nhiều"})
    assert '<p class="error" id="r.tiers.0.points-error">phải là số</p>' in wrong.text
    assert "Các bậc, dòng 1, điểm (tiers[0].points): phải là số" in wrong.text
    broken = browser.send(url, typed | {"max": "ba", "do": "kind"})
    assert (broken.status_code, 'value="ba"' in broken.text) == (200, True)
    assert browser.send(url, typed).location == url
    rule = stored(body(database, path).body).node("1.1").rule
    assert rule == {"kind": "tiers", "tiers": [{"gte": Decimal("0.5"), "points": Decimal("1.5")}], "otherwise": 0}


def test_two_people_edit_a_rule(browser: Client, path: str, database: Database) -> None:
    url = f"{path}/nodes/1.1"
    first = form(browser, url, **{"r.floor%": "70"})
    second, other = form(browser, url, **{"r.floor%": "60"}), form(browser, url, name="Khác")
    browser.send(url, first)
    clash = browser.send(url, second)
    assert (clash.status_code, "Mức sàn (%): 70\nMức được điểm tối đa (%): 100" in clash.text) == (422, True)
    assert 'id="r.floor%" name="r.floor%" value="60"' in clash.text
    left_alone = browser.send(url, other)
    assert 'id="r.floor%" name="r.floor%" value="70"' in left_alone.text
    assert browser.send(url, {**second, **_hidden(clash.text)}).location == url
    rule = stored(body(database, path).body).node("1.1").rule
    assert rule is not None
    assert rule["floor"] == Decimal("0.6")


def test_rules_within_rules_have_their_fields(browser: Client, path: str, database: Database) -> None:
    url = f"{path}/nodes/1.1"
    typed = {"kind": "conditional", "r.=kind": "conditional", "r.branch_on": "Loại xã", "inputs": ""}
    typed |= {"r.branches.0.name": "Vùng cao", "r.branches.0.kind": "checklist", "do": "kind"}
    page = browser.send(url, form(browser, url, **typed)).text
    assert 'name="r.branches.0.rule.items.0.text_vi"' in page
    typed |= {"r.branches.0.rule.=kind": "checklist", "r.branches.0.rule.items.0.text_vi": "Đủ", "do": ""}
    typed |= {"r.branches.0.rule.items.0.points": "2"}
    assert browser.send(url, form(browser, url, **typed)).location == url
    assert stored(body(database, path).body).node("1.1").rule == {
        "kind": "conditional",
        "branch_on": "Loại xã",
        "branches": {"Vùng cao": {"kind": "checklist", "items": [{"text_vi": "Đủ", "points": 2}]}},
    }


def test_buttons_of_the_rule_work_on_a_new_node(browser: Client, path: str) -> None:
    url = f"{path}/nodes?parent=1"
    sent = form(browser, url, kind="choice_na", do="kind")
    page = browser.send(url, sent)
    assert page.status_code == 200
    assert [place for place in range(4) if f'name="r.options.{place}"' in page.text] == [0, 1, 2]


def test_a_node_is_added(browser: Client, path: str, database: Database) -> None:
    assert browser.get(f"{path}/nodes?parent=9").status_code == 404
    assert "(lĩnh vực)" in browser.get(f"{path}/nodes").text
    url = f"{path}/nodes?parent=1"
    sent = form(browser, url, name="Mới", max="1", method="appraisal", kind="binary")
    assert (sent["id"], sent["points_basis"]) == ("1.4", "placeholder")
    tried = browser.send(url, sent | {"try": "1", "e.answer": "yes"})
    assert "1 điểm (tối đa 1 điểm)." in tried.text
    assert browser.send(url, sent).location == f"{path}/nodes/1.4"
    assert [child.id for child in stored(body(database, path).body).node("1").children][-1] == "1.4"
    taken = browser.send(url, sent)
    assert (taken.status_code, REFUSALS["number_taken"] in taken.text) == (422, True)
    assert browser.send(url, sent | {"max": ""}).status_code == 422


def test_nodes_are_moved_and_removed(browser: Client, path: str, database: Database) -> None:
    def numbers() -> list[str]:
        return [spot.node.id for spot in stored(body(database, path).body).spots]

    moved = browser.send(f"{path}/nodes/1.1/move", {"to": "down"})
    assert moved.location == f"{path}#n-1.1"
    assert numbers()[:4] == ["1", "1.2", "1.1", "1.3"]
    browser.send(f"{path}/nodes/1.3/move", {"to": "up"})
    browser.send(f"{path}/nodes/1.2/move", {"parent": "2"})
    assert numbers() == ["1", "1.3", "1.1", "2", "2.1", "1.2", "T", "T.1"]
    refused = browser.send(f"{path}/nodes/1/move", {"parent": "1.3"}, follow_redirects=True)
    assert REFUSALS["below_itself"] in refused.text
    stale = browser.send(f"{path}/nodes/1/remove", {"edition": "1"}, follow_redirects=True)
    assert REFUSALS["set_changed"] in stale.text
    done = browser.send(f"{path}/nodes/1/remove", {"edition": "4"}, follow_redirects=True)
    assert "Đã xóa mục 1." in done.text
    assert numbers() == ["2", "2.1", "1.2", "T", "T.1"]


def test_the_head_is_edited(browser: Client, path: str, database: Database) -> None:
    url = f"{path}/head"
    first, second = form(browser, url, title_vi="Tên một"), form(browser, url, title_vi="Tên hai", decimals="3")
    assert browser.send(url, first).location == path
    clash = browser.send(url, second)
    assert (clash.status_code, "Người khác vừa sửa" in clash.text) == (422, True)
    assert browser.send(url, {**second, **_hidden(clash.text)}).location == path
    found = body(database, path)
    assert (found.title, stored(found.body).decimals) == ("Tên hai", 3)
    wrong = browser.send(url, form(browser, url, bands="- {name: A}"))
    assert (wrong.status_code, "mỗi loại có một mốc" in wrong.text) == (422, True)
    assert browser.send(url, form(browser, url, title_vi="")).status_code == 422
