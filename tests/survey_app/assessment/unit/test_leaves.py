"""The leaves of a field as a unit fills them in."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.orm import Session

from survey_app.assessment.flow import State
from survey_app.assessment.marking import Entry
from survey_app.assessment.unit import leaves, pages
from survey_app.assessment.unit.leaves import Leaf, Typed
from survey_app.db import Database
from survey_app.errors import NotFound
from survey_app.models import Assessment, Correction, Round, UnitSuccession
from survey_app.models.assessment import COUNCIL, FIRST
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import (
    DATES,
    MakeFeed,
    MakeMark,
    MakeRound,
    MakeSet,
    Place,
    Put,
    Running,
    fields,
    leaf,
    node,
)

pytestmark = on_sqlite


@pytest.fixture
def mine(running: Running, place: Place) -> int:
    return running.of(place.communes[0])


def seen(session: Session, actor: Actor, mine: int, clock: Clock, number: str, typed: Typed | None = None) -> Leaf:
    work = pages.work(session, actor, mine, clock.today)
    return leaves.one(session, actor, work, number, typed)


def test_a_field_page_has_headings_and_leaves(mine: int, inspector: Actor, session: Session, clock: Clock) -> None:
    work = pages.work(session, inspector, mine, clock.today)
    items = leaves.items(session, inspector, work, "1", {})
    assert [(item.node.id, item.depth, item.leaf is None) for item in items] == [
        ("1", 1, True),
        ("1.1", 2, False),
        ("1.2", 2, False),
        ("1.3", 2, False),
    ]
    with pytest.raises(NotFound):
        leaves.items(session, inspector, work, "9", {})
    with pytest.raises(NotFound):
        leaves.one(session, inspector, work, "9")


def test_a_leaf_that_nobody_touched(mine: int, inspector: Actor, session: Session, clock: Clock) -> None:
    found = seen(session, inspector, mine, clock, "1.1")
    assert (found.own, found.by_hand, found.optional, found.lead_unit) == (True, False, False, "Sở Nội vụ")
    assert (found.points, found.fault, found.lacks, found.last, found.said) == ("", "", "no_score", (), ())
    assert (found.filled.edition, found.filled.claimed, found.filled.by) == (0, "", "")
    assert seen(session, inspector, mine, clock, "1.2").optional
    assert seen(session, inspector, mine, clock, "1.3").by_hand


def test_a_stored_leaf(
    mine: int, make_mark: MakeMark, inspector: Actor, analyst: Actor, session: Session, clock: Clock
) -> None:
    make_mark(mine, "1.1", "2.55", computed="2.55", inputs={"a": "34", "b": "40"})
    make_mark(mine, "1.3", "0.5", reason="Theo biên bản")
    found = seen(session, inspector, mine, clock, "1.1")
    assert [field.value for field in found.filled.fields] == ["34", "40"]
    assert (found.points, found.filled.claimed, found.filled.by) == ("2.55", "", analyst.name)
    assert found.computed.said.startswith("34/40 = 85")
    claimed = seen(session, inspector, mine, clock, "1.3")
    assert (claimed.points, claimed.filled.claimed, claimed.filled.reason) == ("0.5", "0,5", "Theo biên bản")


def test_what_is_typed_comes_before_what_is_stored(
    mine: int, make_mark: MakeMark, inspector: Actor, session: Session, clock: Clock
) -> None:
    make_mark(mine, "1.1", "2.55", computed="2.55", inputs={"a": "34", "b": "40"})
    entry = Entry(inputs={"a": "nhiều", "b": "40"}, reason="Đang viết", edition=1)
    found = seen(session, inspector, mine, clock, "1.1", Typed(leaf="1.1", entry=entry, conflict=True))
    assert [field.value for field in found.filled.fields] == ["nhiều", "40"]
    assert found.fault == "Số nhiệm vụ hoàn thành: không phải là số (viết 1234,5 hoặc 1.234,5)."
    assert found.points == ""
    assert found.theirs
    assert [field.value for field in found.theirs.fields] == ["34", "40"]
    worth = seen(session, inspector, mine, clock, "1.1", Typed(leaf="1.1", entry=Entry(inputs={"a": "40", "b": "40"})))
    assert (worth.points, worth.theirs) == ("3", None)
    claim = Entry(inputs={"a": "40", "b": "40"}, claimed="1.5")
    assert seen(session, inspector, mine, clock, "1.1", Typed(leaf="1.1", entry=claim)).points == "1.5"


def test_a_fed_leaf_is_read_only(
    mine: int, make_feed: MakeFeed, inspector: Actor, session: Session, clock: Clock
) -> None:
    assert seen(session, inspector, mine, clock, "2.1").filled.fields == ()
    session.rollback()
    make_feed(mine, "2.1", {"percent": 82.5}, source="Báo cáo SIPAS")
    found = seen(session, inspector, mine, clock, "2.1")
    assert (found.own, found.points, found.source) == (False, "3.3", "Báo cáo SIPAS")
    assert [field.shown for field in found.filled.fields] == ["82,5 %"]


def test_the_appraisal_is_shown_once_the_unit_is_asked(
    mine: int, put: Put, make_mark: MakeMark, inspector: Actor, session: Session, clock: Clock
) -> None:
    make_mark(mine, "1.3", "0.25", stage=FIRST, reason="Thiếu báo cáo")
    put(mine, State.IN_APPRAISAL)
    assert seen(session, inspector, mine, clock, "1.3").said == ()
    session.rollback()
    put(mine, State.EXPLANATION_ASKED)
    session.expire_all()
    (said,) = seen(session, inspector, mine, clock, "1.3").said
    assert (said.stage, said.points, said.reason) == (FIRST, "0.25", "Thiếu báo cáo")


@pytest.mark.parametrize(("state", "told"), [(State.APPRAISED, [FIRST]), (State.SETTLED, [FIRST, COUNCIL])])
def test_the_council_is_heard_once_the_unit_is_locked(
    mine: int, put: Put, make_mark: MakeMark, inspector: Actor, analyst: Actor, session: Session, clock: Clock,
    state: State, told: list[str],
) -> None:  # fmt: skip
    make_mark(mine, "1.3", "0.5", stage=FIRST, deducted="0.25")
    make_mark(mine, "1.3", "0.25", stage=COUNCIL, reason="Mật")
    put(mine, state)
    found = seen(session, inspector, mine, clock, "1.3").said
    assert [said.stage for said in found] == told
    assert found[0].deducted == Decimal("0.25")
    assert [said.stage for said in seen(session, analyst, mine, clock, "1.3").said] == [FIRST, COUNCIL]


def test_last_years_points_are_those_that_were_corrected(
    last_year: Running, mine: int, place: Place, make_mark: MakeMark, put: Put, inspector: Actor, analyst: Actor,
    appraiser: Actor, session: Session, clock: Clock,
) -> None:  # fmt: skip
    then = last_year.of(place.communes[0])
    make_mark(then, "1.3", "1", stage=FIRST)
    put(then, State.PUBLISHED)
    session.get_one(Round, last_year.id).state = "published"
    change = Correction(assessment_id=then, leaf="1.3", points="0.5", reason="Nhầm", proposed_at=clock())
    change.proposed_by = analyst.account_id
    session.add(change)
    session.flush()
    change.confirmed_by, change.confirmed_at = appraiser.account_id, clock()
    session.flush()
    (last,) = seen(session, inspector, mine, clock, "1.3").last
    assert (last.stage, last.points) == ("corrected", Fraction(1, 2))


@pytest.fixture
def last_year(make_round: MakeRound, make_set: MakeSet, place: Place) -> Running:
    """The round of 2024 over the communes, with a leaf that was called otherwise then."""
    older = fields()
    older[0]["children"][2]["name"] = "Tiêu chí cũ"
    sets = {"commune": make_set("commune", key="commune-2024", year=2024, index_year=2024, fields=older)}
    earlier = {name: day.replace(year=2025) for name, day in DATES.items()}
    return make_round(sets=sets, year=2024, title="Chỉ số CCHC năm 2024", dates=earlier)


def test_last_years_figures_stand_beside(
    last_year: Running,
    mine: int,
    place: Place,
    make_mark: MakeMark,
    inspector: Actor,
    session: Session,
    clock: Clock,
) -> None:
    then = last_year.of(place.communes[0])
    make_mark(then, "1.1", "2.4", inputs={"a": "32", "b": "40"})
    make_mark(then, "1.1", "2", stage=COUNCIL, inputs={"a": "32", "b": "40"}, deducted="0.5")
    make_mark(then, "1.1", "2.1", stage=FIRST)
    make_mark(then, "1.3", None, stage=FIRST, applies=False)
    assert seen(session, inspector, mine, clock, "1.1").last == ()  # what is not published is not for the unit
    session.get_one(Round, last_year.id).state = "published"
    session.flush()
    (last,) = seen(session, inspector, mine, clock, "1.1").last
    assert last.unit == ""
    assert (last.year, last.stage, last.points, last.applies, last.name) == (2024, COUNCIL, Fraction(3, 2), True, "")
    assert last.figures == (("Số nhiệm vụ hoàn thành", "32"), ("Số nhiệm vụ được giao", "40"))
    (other,) = seen(session, inspector, mine, clock, "1.3").last
    assert (other.applies, other.name, other.figures) == (False, "Tiêu chí cũ", ())
    assert seen(session, inspector, mine, clock, "1.2").last == ()


@pytest.fixture
def took_over(database: Database, place: Place) -> Callable[[int], None]:
    """took_over(1): Xã An Cọ took over that other commune."""

    def took(number: int) -> None:
        with database.transaction() as session:
            session.add(UnitSuccession(predecessor_id=place.communes[number].id, successor_id=place.communes[0].id))

    return took


@pytest.mark.parametrize("state", ["running", "published"])
def test_last_years_figures_of_a_unit_that_was_taken_over(
    last_year: Running, mine: int, place: Place, make_mark: MakeMark, inspector: Actor, session: Session, clock: Clock,
    took_over: Callable[[int], None], state: str,
) -> None:  # fmt: skip
    """Beside the unit's own, each with its name, once they are published."""
    for number, points in enumerate(("2", "2.5")):
        make_mark(last_year.of(place.communes[number]), "1.1", points, stage=FIRST)
    make_mark(last_year.of(place.communes[1]), "1.3", "1", stage=FIRST)
    took_over(1)
    session.get_one(Round, last_year.id).state = state
    session.flush()
    found = [(last.unit, last.points) for last in seen(session, inspector, mine, clock, "1.1").last]
    only = [(last.unit, last.points) for last in seen(session, inspector, mine, clock, "1.3").last]
    if state == "running":
        assert (found, only) == ([], [])
    else:
        both = [("Xã An Cọ", Fraction(2)), ("Xã Bình Thủy", Fraction(5, 2))]
        assert (found, only) == (both, [("Xã Bình Thủy", Fraction(1))])


def test_last_years_figures_under_the_old_name(
    last_year: Running, mine: int, place: Place, make_mark: MakeMark, inspector: Actor, session: Session, clock: Clock,
    took_over: Callable[[int], None],
) -> None:  # fmt: skip
    """The unit itself was not scored last year."""
    make_mark(last_year.of(place.communes[1]), "1.1", "2.5", stage=FIRST)
    took_over(1)
    session.delete(session.get_one(Assessment, last_year.of(place.communes[0])))
    session.get_one(Round, last_year.id).state = "published"
    session.flush()
    found = seen(session, inspector, mine, clock, "1.1").last
    assert [(last.unit, last.points, last.year) for last in found] == [("Xã Bình Thủy", Fraction(5, 2), 2024)]


def test_what_a_form_sends(mine: int, inspector: Actor, session: Session) -> None:
    found = pages.set_of(session, inspector, mine)
    sent: dict[str, list[str]] = {"e.a": ["34"], "e.b": [], "claimed": [" 1,5 "], "reason": ["Lý do"], "edition": ["3"]}
    assert leaves.entry(found, "1.1", sent) == Entry(
        inputs={"a": "34"}, claimed="1.5", applies=True, reason="Lý do", edition=3
    )
    assert leaves.entry(found, "1.2", {"na": ["1"], "edition": ["x"]}).inputs == {"not_applicable": True}
    with pytest.raises(NotFound):
        leaves.entry(found, "9", {})


def test_a_rule_that_may_not_apply_hears_it(
    make_set: MakeSet, make_round: MakeRound, place: Place, inspector: Actor, session: Session, clock: Clock
) -> None:
    rule: dict[str, Any] = {"kind": "binary", "not_applicable": "không phát sinh"}
    sets = {
        "commune": make_set("commune", fields=[node("1", 1, leaf("1.1", 1, rule=rule, not_applicable_allowed=True))])
    }
    mine = make_round(sets=sets).of(place.communes[0])
    found = pages.set_of(session, inspector, mine)
    entry = leaves.entry(found, "1.1", {"na": ["1"], "e.answer": ["yes"]})
    assert entry == Entry(inputs={"answer": True, "not_applicable": True}, applies=False)
    leaf_seen = seen(session, inspector, mine, clock, "1.1", Typed(leaf="1.1", entry=entry))
    assert (leaf_seen.optional, leaf_seen.points, leaf_seen.computed.applies) == (True, "", False)
