"""What pages show of criteria sets."""

import pytest
from sqlalchemy.orm import Session

from questionnaires.loader import published
from survey_app.assessment.criteria_sets import queries, sets
from survey_app.errors import NotAllowed, NotFound
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import MakeRound, MakeSet

pytestmark = on_sqlite
SHIPPED = list(published("par_index"))


def test_sets_are_listed_with_what_is_shipped(
    analyst: Actor, make_set: MakeSet, make_round: MakeRound, session: Session, clock: Clock
) -> None:
    used, later = make_set(), make_set("department", year=2027)
    make_round(sets={"commune": used})
    adopted = sets.adopt(session, analyst, SHIPPED[0], clock())
    sets.remove_node(session, analyst, later, "1.2", 1, clock())
    own, shipped = queries.listed(session, analyst)
    assert [(line.id, line.frozen, line.faults, line.rounds) for line in own] == [
        (later, False, 1, ()),
        (adopted, False, 0, ()),
        (used, True, 0, ("Chỉ số CCHC năm 2025",)),
    ]
    assert [line.definition.ref for line in shipped] == SHIPPED[1:]
    assert all(line.id is None for line in shipped)


def test_a_page_has_every_node_with_its_sum_and_its_faults(
    analyst: Actor, make_set: MakeSet, session: Session, clock: Clock
) -> None:
    set_id = make_set(claims={"total": 10})
    sets.remove_node(session, analyst, set_id, "1.2", 1, clock())
    texts = dict.fromkeys(("id", "name", "source"), "9") | {
        "max": "0,5",
        "points_basis": "derived",
        "method": "appraisal",
    }
    sets.add_node(session, analyst, set_id, "", texts, clock())
    page = queries.page(session, analyst, set_id)
    assert (page.id, page.edition, page.frozen, page.rounds) == (set_id, 3, False, ())
    assert [(row.spot.node.id, row.sum) for row in page.rows] == [
        ("1", "4"),
        ("1.1", ""),
        ("1.3", ""),
        ("2", "4"),
        ("2.1", ""),
        ("T", "1"),
        ("T.1", ""),
        ("9", ""),
    ]
    assert page.wrong("1") == ("các mục con cộng lại 4 điểm, điểm tối đa ghi 6",)
    assert page.wrong("gone") == page.wrong("2") == ()
    assert page.general == ("Số liệu văn bản công bố: các lĩnh vực cộng lại 10,5 điểm, tổng ghi 10",)
    assert [fault.number for fault in page.faults] == ["1", ""]


def test_a_node_and_where_it_can_go(analyst: Actor, make_set: MakeSet, session: Session) -> None:
    page = queries.page(session, analyst, make_set())
    assert page.node("1.1").name == "Tiêu chí 1.1"
    assert page.has("9") is None
    assert [number for number, _ in page.parents("1")] == ["2", "2.1", "T", "T.1"]
    assert page.parents("1")[0] == ("2", "2 Tiêu chí 2")
    with pytest.raises(NotFound):
        page.node("9")
    with pytest.raises(NotFound):
        queries.page(session, analyst, 999)


def test_sets_to_compare(analyst: Actor, make_set: MakeSet, session: Session) -> None:
    set_id = make_set()
    assert [key for key, _ in queries.sources(session, analyst)] == [str(set_id), *SHIPPED]
    old, new = queries.pair(session, analyst, str(set_id), SHIPPED[0])
    assert (old.ref, new.ref) == ("commune-2025@1", SHIPPED[0])
    for key in ("999", "9" * 30, "nothing@1", "²"):
        with pytest.raises(NotFound):
            queries.pair(session, analyst, key, SHIPPED[0])


def test_only_those_who_edit_sets_see_them(inspector: Actor, make_set: MakeSet, session: Session) -> None:
    set_id = make_set()
    for refused in (
        lambda: queries.listed(session, inspector),
        lambda: queries.page(session, inspector, set_id),
        lambda: queries.sources(session, inspector),
        lambda: queries.pair(session, inspector, SHIPPED[0], SHIPPED[0]),
    ):
        with pytest.raises(NotAllowed):
            refused()
