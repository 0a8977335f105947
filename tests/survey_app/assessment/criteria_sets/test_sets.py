"""Criteria sets: taken over, cloned, edited by two people at once, frozen, discarded."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from questionnaires.loader import content_hash, published
from questionnaires.par_drafts import drafted
from questionnaires.par_sets import CriteriaSet as Definition
from questionnaires.par_texts import head_texts, node_texts
from questionnaires.par_yaml import canonical
from survey_app.assessment import criteria
from survey_app.assessment.criteria_sets import sets
from survey_app.assessment.criteria_sets.faults import faults, stored
from survey_app.assessment.criteria_sets.sets import Change, Clash
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import CriteriaSet
from survey_app.models.criteria import DRAFT, FROZEN
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import MakeRound, MakeSet, definition, events

REF = "province-2017@1"


@pytest.fixture
def set_id(make_set: MakeSet) -> int:
    return make_set()


def row(session: Session, set_id: int) -> CriteriaSet:
    return session.get_one(CriteriaSet, set_id)


def change(session: Session, set_id: int, number: str = "", **typed: str) -> Change:
    """A form that was opened now, with some of its texts typed over."""
    found = stored(row(session, set_id).body)
    before = node_texts(found.node(number)) if number else head_texts(found)
    return Change(texts=before | typed, before=before, edition=row(session, set_id).edition)


def numbers(session: Session, set_id: int) -> list[str]:
    return [spot.node.id for spot in stored(row(session, set_id).body).spots]


def test_a_shipped_set_becomes_a_draft(analyst: Actor, session: Session, clock: Clock) -> None:
    found = row(session, sets.adopt(session, analyst, REF, clock()))
    loaded = published("par_index")[REF]
    assert (found.key, found.version, found.block, found.year) == ("province-2017", 1, "province", 2017)
    assert (found.title, found.state, found.edition) == (loaded.definition.title.vi, DRAFT, 1)
    assert found.content_hash == loaded.content_hash
    assert stored(found.body) == drafted(loaded.definition)
    assert events(session, "set_created") == [{"ref": REF}]
    with pytest.raises(Conflict, match="set_taken"):
        sets.adopt(session, analyst, REF, clock())
    with pytest.raises(NotFound):
        sets.adopt(session, analyst, "nothing@1", clock())


@on_sqlite
def test_only_those_who_edit_sets_do(inspector: Actor, set_id: int, session: Session, clock: Clock) -> None:
    for refused in (
        lambda: sets.adopt(session, inspector, REF, clock()),
        lambda: sets.create(session, inspector, Definition.model_validate(definition(key="x")), clock()),
        lambda: sets.clone(session, inspector, set_id, 2026, clock()),
        lambda: sets.discard(session, inspector, set_id, 1, clock()),
    ):
        with pytest.raises(NotAllowed):
            refused()


@on_sqlite
def test_a_set_with_faults_is_not_created(analyst: Actor, session: Session, clock: Clock) -> None:
    faulty = drafted(Definition.model_validate(definition()), claims={"total": 11})
    with pytest.raises(Rejected) as refusal:
        sets.create(session, analyst, faulty, clock())
    assert refusal.value.problems["file"] == "faulty_set"


@on_sqlite
def test_a_clone_is_for_another_year_or_the_next_version(
    analyst: Actor, set_id: int, session: Session, clock: Clock
) -> None:
    for year, ref in ((2026, "commune-2026@1"), (2026, "commune-2026@2"), (2025, "commune-2025@2")):
        found = row(session, sets.clone(session, analyst, set_id, year, clock()))
        assert (f"{found.key}@{found.version}", found.year, found.state) == (ref, year, DRAFT)
        assert stored(found.body).fields == stored(row(session, set_id).body).fields
        assert faults(stored(found.body)) == ()


@on_sqlite
def test_what_cannot_be_cloned(analyst: Actor, make_set: MakeSet, session: Session, clock: Clock) -> None:
    long = make_set(key="x" * 40)
    for year in (2026, 1900):
        with pytest.raises(Rejected) as refusal:
            sets.clone(session, analyst, long, year, clock())
        assert refusal.value.problems == {"year": "bad_year"}
    sets.remove_node(session, analyst, long, "1.2", 1, clock())
    with pytest.raises(Rejected) as refusal:
        sets.clone(session, analyst, long, 2025, clock())
    assert refusal.value.problems["year"] == "faulty_set"
    with pytest.raises(NotFound):
        sets.clone(session, analyst, 999, 2026, clock())


def test_a_node_is_changed_though_sums_no_longer_fit(
    analyst: Actor, set_id: int, session: Session, clock: Clock
) -> None:
    before = row(session, set_id).content_hash
    typed = change(session, set_id, "1.3", id="1.9", max="2,5", verified="Có")
    assert sets.edit_node(session, analyst, set_id, "1.3", typed, clock()) == "1.9"
    found = row(session, set_id)
    assert (found.edition, found.content_hash) == (2, content_hash(canonical(stored(found.body))))
    assert [fault.vi for fault in faults(stored(found.body))] == ["1: các mục con cộng lại 7,5 điểm, điểm tối đa ghi 6"]
    (event,) = events(session, "set_changed")
    assert event["before"] == before
    assert [str(each).partition(":")[0] for each in event["changes"]] == ["1.9", "1.3"]  # type: ignore[attr-defined]


@on_sqlite
def test_a_form_that_changes_nothing_leaves_no_trace(
    analyst: Actor, set_id: int, session: Session, clock: Clock
) -> None:
    sets.edit_node(session, analyst, set_id, "1.3", change(session, set_id, "1.3"), clock())
    assert (row(session, set_id).edition, events(session, "set_changed")) == (1, [])


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        ({"max": "x"}, {"max": "phải là số"}),
        ({"id": "1.1"}, {"id": "number_taken"}),
        ({"rule": "{"}, {"rule": "sai cú pháp YAML"}),
    ],
)
def test_what_is_no_node_is_refused_at_its_field(
    typed: dict[str, str], problems: dict[str, str], analyst: Actor, set_id: int, session: Session, clock: Clock
) -> None:
    with pytest.raises(Rejected) as refusal:
        sets.edit_node(session, analyst, set_id, "1.3", change(session, set_id, "1.3", **typed), clock())
    assert problems.items() <= refusal.value.problems.items()
    assert row(session, set_id).edition == 1


@on_sqlite
def test_two_people_change_different_nodes_at_once(analyst: Actor, set_id: int, session: Session, clock: Clock) -> None:
    first, second = change(session, set_id, "1.1", name="Một"), change(session, set_id, "1.3", name="Hai")
    sets.edit_node(session, analyst, set_id, "1.1", first, clock())
    sets.edit_node(session, analyst, set_id, "1.3", second, clock())
    found = stored(row(session, set_id).body)
    assert (found.node("1.1").name, found.node("1.3").name, row(session, set_id).edition) == ("Một", "Hai", 3)


@on_sqlite
def test_the_second_sees_what_the_first_changed_and_loses_nothing(
    analyst: Actor, set_id: int, session: Session, clock: Clock
) -> None:
    first = change(session, set_id, "1.3", name="Một", note="Ghi")
    second = change(session, set_id, "1.3", name="Hai", evidence="Văn bản")
    sets.edit_node(session, analyst, set_id, "1.3", first, clock())
    with pytest.raises(Conflict, match="changed_meanwhile") as conflict:
        sets.edit_node(session, analyst, set_id, "1.3", second, clock())
    assert conflict.value.details["edition"] == 2
    now = node_texts(stored(row(session, set_id).body).node("1.3"))
    assert conflict.value.details["now"] == now
    texts, clashes = sets.merged(second, now)
    assert texts == now | {"name": "Hai", "evidence": "Văn bản"}
    assert clashes == (
        Clash(name="name", before="Tiêu chí 1.3", now="Một", typed="Hai"),
        Clash(name="note", before="", now="Ghi", typed="Ghi"),
    )
    again = Change(texts=texts, before=now, edition=2)
    sets.edit_node(session, analyst, set_id, "1.3", again, clock())
    node = stored(row(session, set_id).body).node("1.3")
    assert (node.name, node.note, node.evidence) == ("Hai", "Ghi", ("Văn bản",))


@on_sqlite
def test_the_head_is_changed_under_the_same_lock(analyst: Actor, set_id: int, session: Session, clock: Clock) -> None:
    first = change(session, set_id, **{"title.vi": "T" * 400, "decimals": "3"})
    second = change(session, set_id, decimals="1")
    sets.edit_head(session, analyst, set_id, first, clock())
    found = row(session, set_id)
    assert (stored(found.body).decimals, found.title, found.edition) == (3, "T" * 300, 2)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        sets.edit_head(session, analyst, set_id, second, clock())
    with pytest.raises(Rejected) as refusal:
        sets.edit_head(session, analyst, set_id, change(session, set_id, decimals="9"), clock())
    assert refusal.value.problems == {"decimals": "quá lớn"}


@on_sqlite
def test_nodes_come_go_and_move(analyst: Actor, set_id: int, session: Session, clock: Clock) -> None:
    texts = dict(change(session, set_id, "1.3", id="2.9", name="Mới").texts)
    assert sets.add_node(session, analyst, set_id, "2", texts, clock()) == "2.9"
    assert sets.add_node(session, analyst, set_id, "", texts | {"id": "3"}, clock()) == "3"
    sets.shift_node(session, analyst, set_id, "2.9", -1, clock())
    assert numbers(session, set_id) == ["1", "1.1", "1.2", "1.3", "2", "2.9", "2.1", "T", "T.1", "3"]
    sets.put_node(session, analyst, set_id, "2.9", "1", clock())
    sets.put_node(session, analyst, set_id, "1.1", "", clock())
    sets.remove_node(session, analyst, set_id, "3", row(session, set_id).edition, clock())
    assert numbers(session, set_id) == ["1", "1.2", "1.3", "2.9", "2", "2.1", "T", "T.1", "1.1"]
    assert len(events(session, "set_changed")) == 6


@on_sqlite
def test_what_cannot_be_done_with_nodes(analyst: Actor, set_id: int, session: Session, clock: Clock) -> None:
    texts = change(session, set_id, "1.3").texts
    for reason, refused in (
        ("node_gone", lambda: sets.add_node(session, analyst, set_id, "9", texts, clock())),
        ("node_gone", lambda: sets.put_node(session, analyst, set_id, "1", "9", clock())),
        ("node_gone", lambda: sets.shift_node(session, analyst, set_id, "9", 1, clock())),
        ("node_gone", lambda: sets.remove_node(session, analyst, set_id, "9", 1, clock())),
        ("below_itself", lambda: sets.put_node(session, analyst, set_id, "1", "1.2", clock())),
        ("set_changed", lambda: sets.remove_node(session, analyst, set_id, "1", 7, clock())),
    ):
        with pytest.raises(Conflict, match=reason):
            refused()
    for parent, typed, problem in (("2", {}, "number_taken"), ("", {"id": ""}, "thiếu mục bắt buộc")):
        with pytest.raises(Rejected) as refusal:
            sets.add_node(session, analyst, set_id, parent, {**texts, **typed}, clock())
        assert refusal.value.problems["id"] == problem
    sets.remove_node(session, analyst, set_id, "1", 1, clock())
    sets.remove_node(session, analyst, set_id, "2", 2, clock())
    with pytest.raises(Conflict, match="last_field"):
        sets.remove_node(session, analyst, set_id, "T", 3, clock())


@on_sqlite
def test_a_file_replaces_a_draft_of_the_same_set(analyst: Actor, set_id: int, session: Session, clock: Clock) -> None:
    found = Definition.model_validate(definition(decimals=4))
    sets.overwrite(session, analyst, set_id, found, 1, clock())
    assert (stored(row(session, set_id).body).decimals, row(session, set_id).edition) == (4, 2)
    with pytest.raises(Conflict, match="set_changed"):
        sets.overwrite(session, analyst, set_id, found, 1, clock())
    for other in (definition(key="commune-x"), definition(version=2), definition("department", key="commune-2025")):
        with pytest.raises(Rejected) as refusal:
            sets.overwrite(session, analyst, set_id, Definition.model_validate(other), 2, clock())
        assert refusal.value.problems == {"file": "other_set"}


def test_a_draft_is_discarded_unless_a_round_waits_for_it(
    analyst: Actor, set_id: int, make_set: MakeSet, make_round: MakeRound, session: Session, clock: Clock
) -> None:
    other = make_set(key="other")
    make_round(opened=False, sets={"commune": set_id})
    with pytest.raises(Conflict, match="set_used"):
        sets.discard(session, analyst, set_id, 1, clock())
    with pytest.raises(Conflict, match="set_changed"):
        sets.discard(session, analyst, other, 2, clock())
    sets.discard(session, analyst, other, 1, clock())
    assert session.scalars(select(CriteriaSet.id)).all() == [set_id]
    assert events(session, "set_discarded")[0]["ref"] == "other@1"
    with pytest.raises(NotFound):
        sets.discard(session, analyst, other, 1, clock())


def test_a_frozen_set_never_changes(analyst: Actor, set_id: int, session: Session, clock: Clock) -> None:
    typed, before = change(session, set_id, "1.3", name="Khác"), row(session, set_id).body
    sets.freeze(session, set_id)
    sets.freeze(session, set_id)
    assert row(session, set_id).state == FROZEN
    assert criteria.of(session, set_id).definition.id == "commune-2025"
    for refused in (
        lambda: sets.edit_node(session, analyst, set_id, "1.3", typed, clock()),
        lambda: sets.edit_head(session, analyst, set_id, change(session, set_id, decimals="1"), clock()),
        lambda: sets.add_node(session, analyst, set_id, "1", typed.texts, clock()),
        lambda: sets.remove_node(session, analyst, set_id, "1.3", 1, clock()),
        lambda: sets.shift_node(session, analyst, set_id, "1.3", -1, clock()),
        lambda: sets.put_node(session, analyst, set_id, "1.3", "2", clock()),
        lambda: sets.overwrite(session, analyst, set_id, Definition.model_validate(definition()), 1, clock()),
        lambda: sets.discard(session, analyst, set_id, 1, clock()),
    ):
        with pytest.raises(Conflict, match="set_frozen"):
            refused()
    for statement in ("UPDATE criteria_set SET edition = 9", "DELETE FROM criteria_set"):
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(text(statement))
    assert row(session, set_id).body == before


@on_sqlite
def test_only_a_sound_and_complete_set_is_frozen(analyst: Actor, set_id: int, session: Session, clock: Clock) -> None:
    sets.edit_head(session, analyst, set_id, change(session, set_id, complete=""), clock())
    with pytest.raises(Rejected) as refusal:
        sets.freeze(session, set_id)
    assert refusal.value.problems == {"sets": "incomplete_set"}
    sets.edit_head(session, analyst, set_id, change(session, set_id, complete="Có"), clock())
    sets.edit_node(session, analyst, set_id, "1.3", change(session, set_id, "1.3", max="2"), clock())
    with pytest.raises(Rejected) as refusal:
        sets.freeze(session, set_id)
    assert refusal.value.problems == {"sets": "faulty_set"}
    assert row(session, set_id).state == DRAFT
