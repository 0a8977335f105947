"""Remedy plans."""

import datetime
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.orm import Session

from survey_app.assessment.flow import State
from survey_app.assessment.results import remedies, reporting
from survey_app.assessment.results.remedies import TaskDraft
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Evidence
from survey_app.policy import Actor
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import DATES, MakeRound, MakeSet, events
from tests.survey_app.assessment.judged import Judged, judged

__all__ = ["judged"]
DUE = datetime.date(2026, 9, 1)
DRAFT = TaskDraft(leaf="1.1", task="Ban hành kế hoạch", responsible="Ông A", due=DUE)


@pytest.fixture
def planned(judged: Judged) -> Judged:
    judged.publish()
    return judged


def add(session: Session, judged: Judged, actor: Actor, draft: TaskDraft = DRAFT, place: int = 0) -> int:
    return remedies.add(session, actor, judged.id, judged.place.communes[place].id, draft, judged.clock())


def test_a_unit_plans_and_says_when_it_is_done(planned: Judged, inspector: Actor, session: Session) -> None:
    document = planned.document(number="9/KH")
    key = add(session, planned, inspector)
    (found,) = remedies.of_round(session, inspector, planned.id)
    assert (found.id, found.leaf, found.name, found.task, found.responsible, found.due, found.year) == (
        key, "1.1", "Tiêu chí 1.1", "Ban hành kế hoạch", "Ông A", DUE, 2025,
    )  # fmt: skip
    done = replace(DRAFT, done_on=DUE, evidence_id=document)
    remedies.edit(session, inspector, key, done, planned.clock(), edition=1)
    found = remedies.task(session, inspector, key)
    assert (found.done_on, found.evidence_id, found.evidence) == (DUE, document, "9/KH: Kế hoạch CCHC")
    assert events(session, "remedy_added") == [{"leaf": "1.1", "due": "2026-09-01"}]
    assert events(session, "remedy_changed")[0]["evidence"] == document


@on_sqlite
def test_the_same_task_is_planned_once_while_it_is_open(planned: Judged, inspector: Actor, session: Session) -> None:
    key = add(session, planned, inspector)
    with pytest.raises(Conflict, match="same_task"):
        add(session, planned, inspector)
    add(session, planned, inspector, replace(DRAFT, leaf="1.2"))
    remedies.withdraw(session, inspector, key, "Làm lại", planned.clock(), edition=1)
    add(session, planned, inspector)
    assert len(remedies.of_round(session, inspector, planned.id)) == 3


def test_the_second_of_two_people_sees_that_it_changed(planned: Judged, inspector: Actor, analyst: Actor) -> None:
    with planned.database.transaction() as session:
        key = add(session, planned, inspector)
        remedies.edit(session, inspector, key, replace(DRAFT, responsible="Bà B"), planned.clock(), edition=1)
    with pytest.raises(Conflict, match="changed_meanwhile"), planned.database.transaction() as session:
        remedies.edit(session, analyst, key, replace(DRAFT, responsible="Ông C"), planned.clock(), edition=1)
    with planned.database.transaction() as session:
        again = replace(DRAFT, responsible="Bà B")  # whoever got no answer sends the same again
        remedies.edit(session, inspector, key, again, planned.clock(), edition=1)
        remedies.edit(session, analyst, key, replace(DRAFT, responsible="Ông C"), planned.clock(), edition=2)
    with planned.database.reading() as session:
        found = remedies.task(session, analyst, key)
        assert (found.responsible, found.edition) == ("Ông C", 3)
        assert len(events(session, "remedy_changed")) == 2


def test_a_task_is_withdrawn_with_a_reason(planned: Judged, inspector: Actor, session: Session) -> None:
    key = add(session, planned, inspector)
    for reason, problem in ((" ", "reason_needed"), ("x" * 1001, "too_long")):
        with pytest.raises(Rejected) as refusal:
            remedies.withdraw(session, inspector, key, reason, planned.clock(), edition=1)
        assert refusal.value.problems == {"reason": problem}
    with pytest.raises(Conflict, match="changed_meanwhile"):
        remedies.withdraw(session, inspector, key, "Trùng", planned.clock(), edition=9)
    remedies.withdraw(session, inspector, key, " Trùng với nhiệm vụ khác ", planned.clock(), edition=1)
    found = remedies.task(session, inspector, key)
    assert (found.withdrawn_on, found.withdrawal_reason, found.edition) == (
        planned.today, "Trùng với nhiệm vụ khác", 2,
    )  # fmt: skip
    assert not found.open
    assert not found.overdue(DUE + datetime.timedelta(days=1))
    assert remedies.open_before(session, inspector, found.unit_id, 2026) == ()
    assert events(session, "remedy_withdrawn") == [{"leaf": "1.1", "reason": "Trùng với nhiệm vụ khác"}]
    for act in (
        lambda: remedies.edit(session, inspector, key, DRAFT, planned.clock(), edition=2),
        lambda: remedies.withdraw(session, inspector, key, "Lại", planned.clock(), edition=2),
    ):
        with pytest.raises(Conflict, match="withdrawn"):
            act()


@on_sqlite
def test_what_is_done_is_not_withdrawn(
    planned: Judged, analyst: Actor, appraiser: Actor, inspector: Actor, session: Session
) -> None:
    key = add(session, planned, analyst, replace(DRAFT, done_on=DUE))
    with pytest.raises(Conflict, match="done"):
        remedies.withdraw(session, analyst, key, "Trùng", planned.clock(), edition=1)
    with pytest.raises(NotAllowed):
        remedies.withdraw(session, appraiser, key, "Trùng", planned.clock(), edition=1)
    foreign = add(session, planned, analyst, place=1)
    with pytest.raises(NotFound):
        remedies.withdraw(session, inspector, foreign, "Trùng", planned.clock(), edition=1)


@on_sqlite
def test_a_plan_is_made_after_publication(judged: Judged, analyst: Actor, session: Session) -> None:
    with pytest.raises(Conflict, match="not_published"):
        add(session, judged, analyst)


@on_sqlite
def test_who_may_plan_what(
    planned: Judged, analyst: Actor, appraiser: Actor, inspector: Actor, leader: Actor, session: Session
) -> None:
    for actor in (analyst, inspector, leader):
        key = add(session, planned, actor, replace(DRAFT, task=f"Việc của {actor.username}"))
    with pytest.raises(NotAllowed):
        add(session, planned, appraiser)
    with pytest.raises(NotAllowed):
        remedies.edit(session, appraiser, key, DRAFT, planned.clock(), edition=1)
    with pytest.raises(NotFound):
        add(session, planned, inspector, place=1)
    foreign = add(session, planned, analyst, place=1)
    with pytest.raises(NotFound):
        remedies.edit(session, inspector, foreign, DRAFT, planned.clock(), edition=1)
    with pytest.raises(NotFound):
        remedies.task(session, inspector, foreign)
    assert len(remedies.of_round(session, analyst, planned.id)) == 4
    assert len(remedies.of_round(session, inspector, planned.id)) == 3


@on_sqlite
def test_what_is_not_there(planned: Judged, analyst: Actor, session: Session) -> None:
    unit_id = planned.place.communes[0].id
    with pytest.raises(NotFound):
        remedies.add(session, analyst, 999, unit_id, DRAFT, planned.clock())
    with pytest.raises(NotFound):
        remedies.edit(session, analyst, 999, DRAFT, planned.clock(), edition=1)
    with pytest.raises(NotFound):
        remedies.task(session, analyst, 999)
    with pytest.raises(NotFound):
        remedies.of_round(session, analyst, 999)


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"leaf": "9.9"}, {"leaf": "unknown_leaf"}),
        ({"evidence_id": 999, "done_on": DUE}, {"evidence_id": "unknown_evidence"}),
    ],
)
def test_what_does_not_fit_is_named(
    planned: Judged, analyst: Actor, session: Session, changes: dict[str, Any], problems: dict[str, str]
) -> None:
    with pytest.raises(Rejected) as refusal:
        add(session, planned, analyst, replace(DRAFT, **changes))
    assert refusal.value.problems == problems


@on_sqlite
def test_documents_must_be_the_units_own_and_come_with_a_day(planned: Judged, analyst: Actor, session: Session) -> None:
    own, foreign = planned.document(0), planned.document(1)
    with pytest.raises(Rejected) as refusal:
        add(session, planned, analyst, replace(DRAFT, evidence_id=foreign, done_on=DUE))
    assert refusal.value.problems == {"evidence_id": "unknown_evidence"}
    with pytest.raises(Rejected) as refusal:
        add(session, planned, analyst, replace(DRAFT, evidence_id=own))
    assert refusal.value.problems == {"done_on": "evidence_without_day"}
    unit_id = planned.place.communes[0].id
    assert remedies.documents(session, analyst, unit_id) == ((own, "Kế hoạch CCHC"),)
    session.get_one(Evidence, own).withdrawn = True
    session.flush()
    assert remedies.documents(session, analyst, unit_id) == ()


@on_sqlite
@pytest.mark.parametrize(("state", "offered"), [(State.IN_APPRAISAL, False), (State.EXPLANATION_ASKED, True)])
def test_what_appraisers_brought_is_offered_once_the_unit_may_open_it(
    judged: Judged, inspector: Actor, session: Session, state: State, offered: bool
) -> None:
    theirs = judged.document(0, "1.1", by_appraiser=True)
    own = judged.document(0, "1.1")
    judged.all_to(state)
    found = remedies.documents(session, inspector, judged.place.communes[0].id)
    assert [key for key, _ in found] == [own, theirs] if offered else [own]


@on_sqlite
def test_open_tasks_are_carried_into_the_next_round(
    planned: Judged, inspector: Actor, analyst: Actor, session: Session
) -> None:
    unit_id = planned.place.communes[0].id
    open_ = add(session, planned, inspector)
    add(session, planned, inspector, replace(DRAFT, done_on=DUE))
    assert [task.id for task in remedies.open_before(session, inspector, unit_id, 2026)] == [open_]
    assert remedies.open_before(session, inspector, unit_id, 2025) == ()
    assert remedies.open_before(session, inspector, planned.place.communes[1].id, 2026) == ()
    assert [task.id for task in remedies.open_before(session, analyst, unit_id, 2026)] == [open_]


@on_sqlite
def test_a_task_is_overdue_after_its_day_until_it_is_done(planned: Judged, analyst: Actor, session: Session) -> None:
    found = remedies.task(session, analyst, add(session, planned, analyst))
    later = DUE + datetime.timedelta(days=1)
    assert (found.overdue(DUE), found.overdue(later), replace(found, done_on=DUE).overdue(later)) == (
        False,
        True,
        False,
    )


@on_sqlite
def test_the_list_names_the_points_that_were_lost(planned: Judged, analyst: Actor, session: Session) -> None:
    add(session, planned, analyst)
    add(session, planned, analyst, place=1)
    report = reporting.results(session, analyst, planned.id, today=planned.today).report
    found = remedies.lines(remedies.of_round(session, analyst, planned.id), report)
    assert [(line.unit, line.number, line.lost) for line in found] == [
        ("Xã An Cọ", "1.1", Fraction(1, 2)), ("Xã Bình Thủy", "1.1", Fraction(1)),
    ]  # fmt: skip
    assert remedies.lines(remedies.of_round(session, analyst, planned.id), replace(report, blocks=()))[0].lost == 0


@on_sqlite
def test_a_task_of_an_earlier_round_is_not_of_this_one(
    planned: Judged, analyst: Actor, session: Session, make_set: MakeSet, make_round: MakeRound
) -> None:
    sets = {"commune": make_set("commune", key="commune-2026", year=2026)}
    later = make_round(sets=sets, year=2026, dates=dict(DATES))
    add(session, planned, analyst)
    assert remedies.of_round(session, analyst, later.id) == ()
