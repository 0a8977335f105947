"""A unit scores itself: points by the rule, claims, what is missing, two people at once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria, marking
from survey_app.assessment.flow import State
from survey_app.assessment.marking import Entry, compute, lacks
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, NotOpen, Rejected
from survey_app.models import Assessment, Evidence, EvidenceFile, Mark
from survey_app.models.evidence import CLEAN, INFECTED
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import (
    MakeMark,
    MakeRound,
    MakeSet,
    Place,
    Put,
    Running,
    events,
    fields,
    leaf,
    node,
)
from tests.survey_app.assessment.sheets import small

RATIO = {"a": 34, "b": 40}
Complete = Callable[[int], None]
MakeSupport = Callable[..., int]


@pytest.fixture
def own(running: Running, place: Place) -> int:
    """The assessment of Xã An Cọ."""
    return running.of(place.communes[0])


def stored(session: Session, assessment_id: int, number: str) -> Mark:
    return session.get_one(Mark, (assessment_id, number, "self"))


# --- points


def test_points_come_from_the_rule() -> None:
    found = compute(small(), "1.1", RATIO)
    assert (found.points, found.applies, found.fault) == (Decimal("2.55"), True, "")
    assert found.said.replace("\u00a0", " ").endswith("34/40 × 3 = 2,55 điểm")
    assert compute(small(), "1.2", {"not_applicable": True}) == marking.Computed(
        applies=False, said=compute(small(), "1.2", {"not_applicable": True}).said
    )


def test_what_cannot_be_scored_names_the_entry() -> None:
    found = compute(small(), "1.1", {"a": 34})
    assert (found.points, found.fault, found.problem) == (None, "b", "missing")


def test_without_a_rule_or_entries_there_are_no_points_yet() -> None:
    assert compute(small(), "1.3", {"a": 1}) == compute(small(), "1.1", {}) == marking.Computed()


def test_an_entry_is_stored_with_its_points(own: int, inspector: Actor, session: Session, clock: Clock) -> None:
    marking.save(session, inspector, own, "1.1", Entry(inputs=RATIO, reason=" Vì "), clock())
    mark = stored(session, own, "1.1")
    assert (mark.computed, mark.points, mark.applies, mark.reason, mark.edition) == ("2.55", "2.55", True, "Vì", 1)
    assert (mark.account_id, mark.at) == (inspector.account_id, clock())
    assert marking.entries(mark) == RATIO
    assert marking.entries(None) == {}
    assert session.get_one(Assessment, own).state == State.DRAFT
    assert events(session, "self_scored") == [{"applies": True, "edition": 1, "leaf": "1.1", "points": "2.55"}]
    marking.save(session, inspector, own, "1.3", Entry(inputs={}, claimed="0,5"), clock())
    assert session.get_one(Assessment, own).edition == 2  # it began once


def test_points_that_no_decimal_holds_fit_the_database(
    own: int, inspector: Actor, session: Session, clock: Clock
) -> None:
    marking.save(session, inspector, own, "1.1", Entry(inputs={"a": 6, "b": 7}), clock())
    session.expire_all()
    assert stored(session, own, "1.1").computed == "2." + "571428" * 8 + "6"


@pytest.mark.parametrize(
    ("claimed", "points"),
    [("", "2.55"), ("3", "3"), (" 2,5 ", "2.5"), ("0.000001", "0.000001"), ("0", "0"), ("-0", "0")],
)
@on_sqlite
def test_a_unit_may_claim_other_points(
    own: int, inspector: Actor, session: Session, clock: Clock, claimed: str, points: str
) -> None:
    marking.save(session, inspector, own, "1.1", Entry(inputs=RATIO, claimed=claimed, reason="Vì"), clock())
    assert (stored(session, own, "1.1").points, stored(session, own, "1.1").computed) == (points, "2.55")


@pytest.mark.parametrize(
    ("entry", "problems"),
    [
        ({"claimed": "ba"}, {"claimed": "not_a_number"}),
        ({"claimed": "1e1"}, {"claimed": "not_a_number"}),
        ({"claimed": "0.0000001"}, {"claimed": "not_a_number"}),
        ({"claimed": "NaN"}, {"claimed": "not_a_number"}),
        ({"claimed": "3,01"}, {"claimed": "out_of_range"}),
        ({"claimed": "1.500"}, {"claimed": "out_of_range"}),
        ({"claimed": "-1"}, {"claimed": "out_of_range"}),
        ({"applies": False}, {"applies": "always_applies"}),
        ({"reason": "x" * 4001}, {"reason": "too_long"}),
    ],
)
@on_sqlite
def test_a_claim_that_cannot_be_is_refused_and_nothing_is_stored(
    own: int, inspector: Actor, database: Database, clock: Clock, entry: dict[str, Any], problems: dict[str, str]
) -> None:
    with pytest.raises(Rejected) as refused, database.transaction() as session:
        marking.save(session, inspector, own, "1.1", Entry(inputs=RATIO, **entry), clock())
    assert refused.value.problems == problems
    with database.reading() as session:
        assert session.scalars(select(Mark)).all() == []
        assert session.get_one(Assessment, own).state == State.NOT_STARTED


@on_sqlite
def test_a_leaf_that_may_not_apply_is_said_so_by_tick_or_by_entry(
    own: int, inspector: Actor, session: Session, clock: Clock
) -> None:
    marking.save(session, inspector, own, "1.2", Entry(inputs={}, applies=False, reason="Không phát sinh"), clock())
    mark = stored(session, own, "1.2")
    assert (mark.points, mark.applies) == (None, False)
    said = Entry(inputs={"not_applicable": True}, reason="Không phát sinh", edition=1)
    marking.save(session, inspector, own, "1.2", said, clock())
    assert (mark.points, mark.applies, mark.edition) == (None, False, 2)


@on_sqlite
def test_a_penalty_is_claimed_below_nothing(
    make_round: MakeRound, make_set: MakeSet, place: Place, inspector: Actor, database: Database, clock: Clock
) -> None:
    sets = {"commune": make_set(fields=[*fields(), leaf("P", -2, role="penalty", cap=2)])}
    own = make_round(sets=sets).of(place.communes[0])
    with database.transaction() as session:
        marking.save(session, inspector, own, "P", Entry(inputs={}, claimed="-1,5"), clock())
        assert stored(session, own, "P").points == "-1.5"
        with pytest.raises(Rejected, match="mark"):
            marking.save(session, inspector, own, "P", Entry(inputs={}, claimed="1", edition=1), clock())


# --- who and when


@on_sqlite
def test_units_score_their_own_leaves_and_nothing_else(
    own: int, running: Running, place: Place, inspector: Actor, leader: Actor, session: Session, clock: Clock
) -> None:
    for number in ("2.1", "9.9", "1"):  # fed by Home Affairs, not there, a field
        with pytest.raises(NotFound, match="leaf"):
            marking.save(session, inspector, own, number, Entry(inputs={}), clock())
    with pytest.raises(NotFound, match="unit"):
        marking.save(session, inspector, running.of(place.communes[1]), "1.1", Entry(inputs=RATIO), clock())
    with pytest.raises(NotAllowed):
        marking.save(session, leader, own, "1.1", Entry(inputs=RATIO), clock())


@pytest.mark.parametrize("state", [State.AWAITING_APPROVAL, State.SUBMITTED, State.SETTLED])
@on_sqlite
def test_what_was_sent_on_is_not_scored_any_more(
    own: int, inspector: Actor, put: Put, session: Session, clock: Clock, state: State
) -> None:
    put(own, state)
    with pytest.raises(Conflict, match="other_state"):
        marking.save(session, inspector, own, "1.1", Entry(inputs=RATIO), clock())


def test_the_second_of_two_sees_what_the_first_wrote(
    own: int, inspector: Actor, session: Session, clock: Clock
) -> None:
    marking.save(session, inspector, own, "1.1", Entry(inputs=RATIO), clock())
    for edition in (0, 2):
        with pytest.raises(Conflict, match="changed_meanwhile") as refused:
            marking.save(session, inspector, own, "1.1", Entry(inputs={"a": 40, "b": 40}, edition=edition), clock())
        seen = refused.value.details["mark"]
        assert isinstance(seen, Mark) or seen is None
        assert seen is stored(session, own, "1.1")
    marking.save(session, inspector, own, "1.1", Entry(inputs={"a": 40, "b": 40}, edition=1), clock())
    assert (stored(session, own, "1.1").points, stored(session, own, "1.1").edition) == ("3", 2)


@on_sqlite
def test_after_its_last_day_a_form_is_still_taken(own: int, inspector: Actor, session: Session, clock: Clock) -> None:
    marking.save(session, inspector, own, "1.3", Entry(inputs={}, claimed="1", reason="Vì"), clock())
    clock.move(days=60)
    marking.save(session, inspector, own, "1.1", Entry(inputs=RATIO), clock())
    assert stored(session, own, "1.1").points == "2.55"


@on_sqlite
def test_what_was_not_begun_in_time_is_not_begun(own: int, inspector: Actor, session: Session, clock: Clock) -> None:
    clock.move(days=60)
    with pytest.raises(NotOpen, match="date_passed"):
        marking.save(session, inspector, own, "1.1", Entry(inputs=RATIO), clock())
    assert session.get(Mark, (own, "1.1", "self")) is None


# --- what is missing


def mark(points: str | None = "2", computed: str | None = "2", *, applies: bool = True, reason: str = "") -> Mark:
    return Mark(points=points, computed=computed, applies=applies, reason=reason)


@pytest.mark.parametrize(
    ("given", "evidence", "word"),
    [
        (None, True, "no_score"),
        (mark(None), True, "no_score"),
        (mark(), False, "no_evidence"),
        (mark(), True, ""),
        (mark(reason="Vì"), False, ""),
        (mark("1"), True, "no_reason"),
        (mark("1", reason="Vì"), True, ""),
        (mark("2.0"), True, ""),
        (mark("1", None), True, ""),
        (mark(None, applies=False), True, "no_reason"),
        (mark(None, applies=False, reason="Vì"), False, ""),
    ],
)
def test_what_a_leaf_lacks(given: Mark | None, evidence: bool, word: str) -> None:
    assert lacks(given, evidence=evidence) == word


@pytest.mark.parametrize(
    ("given", "extra", "word"),
    [
        (mark("3", None), False, "no_reason"),
        (mark("0", None), False, "no_reason"),
        (mark("3", None, reason="Vì"), False, ""),
        (mark("1", None), True, "no_reason"),
        (mark("0", None), True, ""),
    ],
)
def test_points_beside_a_rule_without_its_figures_need_a_reason(given: Mark, extra: bool, word: str) -> None:
    assert lacks(given, evidence=True, extra=extra, ruled=True) == word


def test_a_unit_cannot_send_full_points_without_figures_and_reason(
    own: int, complete: Complete, make_support: MakeSupport, session: Session
) -> None:
    make_support(own, "1.1")
    complete(own)
    marks = {"1.1": stored(session, own, "1.1"), "1.3": stored(session, own, "1.3")}
    for each in marks.values():
        each.inputs, each.computed, each.points, each.reason = "{}", None, "1", ""
    session.flush()
    lacking = {each.leaf: each.reason for each in marking.missing(session, session.get_one(Assessment, own))}
    assert lacking == {"1.1": "no_reason", "1.3": "no_evidence"}  # only the first has a rule


def test_no_bonus_needs_no_proof() -> None:
    assert lacks(mark("0", None), evidence=False, extra=True) == ""
    assert lacks(mark("1", None), evidence=False, extra=True) == "no_evidence"


def test_a_unit_sends_its_work_once_nothing_is_missing(
    own: int, inspector: Actor, complete: Complete, database: Database, clock: Clock
) -> None:
    with pytest.raises(Rejected, match="incomplete") as refused, database.transaction() as session:
        marking.send(session, inspector, own, clock())
    assert refused.value.problems == dict.fromkeys(("1.1", "1.2", "1.3"), "no_score")
    complete(own)
    with database.transaction() as session:
        marking.send(session, inspector, own, clock())
    with database.reading() as session:
        assert session.get_one(Assessment, own).state == State.AWAITING_APPROVAL
        bonus = stored(session, own, "T.1")  # nothing was said: nothing is claimed, and it can be appraised
        assert (bonus.points, bonus.applies, bonus.account_id) == ("0", True, inspector.account_id)
        assert list(marking.missing(session, session.get_one(Assessment, own))) == []


def test_a_claimed_bonus_has_to_be_proved(
    own: int, inspector: Actor, complete: Complete, make_mark: MakeMark, session: Session
) -> None:
    complete(own)
    make_mark(own, "T.1", "0.5")
    assert list(marking.missing(session, session.get_one(Assessment, own))) == [
        marking.Missing(leaf="T.1", reason="no_evidence")
    ]


@on_sqlite
def test_a_unit_is_not_asked_for_leaves_from_which_its_kind_is_exempt(
    make_round: MakeRound, make_set: MakeSet, place: Place, session: Session
) -> None:
    special = node("1", 5, leaf("1.1", 3, special=["xa-1"]), leaf("1.2", 2))
    running = make_round(sets={"commune": make_set(fields=[special])})
    rows = [session.get_one(Assessment, running.of(unit)) for unit in place.communes[:2]]
    found = criteria.of(session, rows[0].set_id)
    assert [marking.applicable(session, row, found) for row in rows] == [("1.2",), ("1.1", "1.2")]


@on_sqlite
def test_only_documents_that_stand_prove_a_leaf(
    own: int, make_mark: MakeMark, make_support: MakeSupport, database: Database, analyst: Actor, clock: Clock
) -> None:
    for number, points in (("1.1", "3"), ("1.2", "2"), ("1.3", "1")):
        make_mark(own, number, points, computed=points)

    def lacking() -> set[str]:
        with database.reading() as session:
            return {each.leaf for each in marking.missing(session, session.get_one(Assessment, own))}

    def scanned(evidence_id: int, scan: str) -> None:
        with database.transaction() as session:
            file = EvidenceFile(evidence_id=evidence_id, version=1, store_key=scan, sha256="0", size=1, name="x.pdf")
            file.media_type, file.scan, file.account_id, file.at = "application/pdf", scan, analyst.account_id, clock()
            session.add(file)

    assert lacking() == {"1.1", "1.2", "1.3"}
    make_support(own, "1.1", url="https://example.org/van-ban")
    make_support(own, "1.2", url="https://example.org/van-ban", by_appraiser=True)
    bare, sick = make_support(own, "1.2", url=None), make_support(own, "1.3", url=None)
    assert lacking() == {"1.2", "1.3"}  # an appraiser's own file proves nothing, nor does a document without a file
    scanned(bare, CLEAN)
    scanned(sick, INFECTED)
    assert lacking() == {"1.3"}
    with database.transaction() as session:
        session.get_one(Evidence, bare).withdrawn = True
    assert lacking() == {"1.2", "1.3"}


def test_leaves_without_points_are_filled_with_none(
    own: int, inspector: Actor, make_mark: MakeMark, session: Session, clock: Clock
) -> None:
    make_mark(own, "1.1", None, reason="Đang làm")
    make_mark(own, "1.2", None, applies=False, reason="Không phát sinh")
    make_mark(own, "1.3", "1")
    row = session.get_one(Assessment, own)
    assert marking.fill(session, inspector, row, clock(), reason="Không gửi") == ["1.1", "T.1"]
    assert (stored(session, own, "1.1").points, stored(session, own, "1.1").reason) == ("0", "Đang làm")
    assert (stored(session, own, "T.1").points, stored(session, own, "T.1").reason) == ("0", "Không gửi")
    assert (stored(session, own, "1.2").points, stored(session, own, "1.3").points) == (None, "1")
    assert marking.fill(session, inspector, row, clock()) == []
