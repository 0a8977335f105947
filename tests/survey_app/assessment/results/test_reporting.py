"""The content of a round, and who sees what of it."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from survey_app.assessment.flow import State
from survey_app.assessment.results import reporting
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import CouncilAttendance, CouncilMeeting, CouncilMember, Duty, Letterhead, Round, Unit
from survey_app.models.assessment import COUNCIL, PUBLISHED
from survey_app.policy import Actor, Role
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import DATES, MakeMark, MakeRound, MakeSet
from tests.survey_app.assessment.judged import Judged, judged

__all__ = ["judged"]
Open = Callable[..., reporting.Opened]


@pytest.fixture
def open_(judged: Judged) -> Open:
    def opening(actor: Actor, *, memory: reporting.Memory | None = None) -> reporting.Opened:
        with judged.database.reading() as session:
            return reporting.results(session, actor, judged.id, today=judged.today, memory=memory)

    return opening


def names(opened: reporting.Opened) -> list[str]:
    return [unit.name for block in opened.report.blocks for unit in block.units]


def test_home_affairs_sees_every_block_ranked(open_: Open, judged: Judged, analyst: Actor) -> None:
    found = open_(analyst).report
    assert [block.key for block in found.blocks] == ["commune", "department"]
    assert names(open_(analyst)) == ["Xã An Cọ", "Phường Cao Sơn", "Xã Bình Thủy", "Sở Tư pháp"]
    best = found.blocks[0].units[0]
    assert best.counted.index == Fraction(177, 2)
    assert best.place is not None
    assert (best.place.rank, best.interval is not None, best.ranks is not None) == (1, True, True)
    assert (found.title, found.year, found.published_on, found.ranked) == ("Chỉ số CCHC năm 2025", 2025, None, True)
    assert (found.letterhead.issuer, found.fictional, found.made_on) == ("SỞ NỘI VỤ", True, judged.today)
    assert not found.verified


@on_sqlite
def test_before_publication_a_unit_sees_itself_without_a_place(open_: Open, inspector: Actor) -> None:
    found = open_(inspector)
    (block,) = found.report.blocks
    (unit,) = block.units
    assert (unit.name, unit.place, unit.ranks, found.report.ranked) == ("Xã An Cọ", None, None, False)
    assert unit.leaves[0].first is not None  # it is appraised: open to it
    assert list(found.sheets) == [unit.unit_id]


@on_sqlite
def test_before_the_appraisal_is_open_it_sees_none(open_: Open, judged: Judged, leader: Actor) -> None:
    judged.all_to(State.IN_APPRAISAL)
    found = open_(leader)
    (unit,) = found.report.blocks[0].units
    assert unit.leaves[0].first is None
    assert {stage for marks in found.sheets[unit.unit_id].marks.values() for stage in marks} == {"self"}


@on_sqlite
def test_an_appraiser_sees_the_units_of_the_duties(open_: Open, judged: Judged, appraiser: Actor) -> None:
    assert len(names(open_(appraiser))) == 4
    unit = judged.place.communes[1]
    judged.add(Duty(round_id=judged.id, account_id=appraiser.account_id, unit_id=unit.id))
    found = open_(appraiser)
    assert names(found) == ["Xã Bình Thủy"]
    assert found.report.blocks[0].units[0].place is not None


@on_sqlite
def test_after_publication_everybody_sees_places_and_points(open_: Open, judged: Judged, inspector: Actor) -> None:
    own, other, third = (unit.id for unit in judged.place.communes)
    judged.make_mark(judged.running.of(judged.place.communes[1]), "1.3", "1", stage=COUNCIL, reason="Nội bộ")
    judged.publish()
    found = open_(inspector)
    assert len(names(found)) == 4
    assert (found.report.ranked, found.report.published_on) == (True, judged.today)
    assert set(found.sheets) == {own}
    assert reporting.inside(found, own)[1].leaf("1.1").own.inputs
    for unit in (other, third):
        seen = reporting.of_unit(found, unit)[1]
        assert seen.place is not None
        words = [word for line in seen.leaves for word in (line.own, line.council) if word]
        assert {(word.reason, tuple(word.inputs)) for word in words} == {("", ())}
        with pytest.raises(NotFound):
            reporting.inside(found, unit)
    assert [unit.unit_id for block in reporting.insides(found).blocks for unit in block.units] == [own]


@on_sqlite
def test_after_publication_the_council_and_those_who_judge_see_everything(
    open_: Open, judged: Judged, inspector: Actor, analyst: Actor, make_actor: MakeActor
) -> None:
    judged.publish()
    stranger = make_actor(Role.LEADER, judged.place.department)
    with pytest.raises(NotFound):
        reporting.insides(replace(open_(stranger), sheets={}))
    assert not open_(inspector).judging
    judged.add(CouncilMember(round_id=judged.id, account_id=inspector.account_id))
    for actor in (inspector, analyst):
        found = open_(actor)
        assert (found.judging, len(found.sheets), len(reporting.insides(found).blocks)) == (True, 4, 2)


@on_sqlite
def test_a_unit_hears_nothing_of_the_council_before_it_is_locked(
    open_: Open, judged: Judged, inspector: Actor, analyst: Actor
) -> None:
    commune = judged.place.communes[0]
    was = open_(inspector).report.unit(commune.id)
    judged.make_mark(judged.running.of(commune), "1.1", "1", stage=COUNCIL, reason="Mật")
    found = open_(inspector)
    assert (was is not None, found.report.unit(commune.id)) == (True, was)
    assert all(COUNCIL not in stages for stages in found.sheets[commune.id].marks.values())
    assert COUNCIL in open_(analyst).sheets[commune.id].marks["1.1"]


@on_sqlite
def test_who_may_not_read_assessments_and_what_is_not_there(
    judged: Judged, analyst: Actor, make_actor: MakeActor, session: Session
) -> None:
    surveyor = make_actor(Role.SURVEYOR, judged.place.province)
    with pytest.raises(NotAllowed):
        reporting.results(session, surveyor, judged.id, today=judged.today)
    with pytest.raises(NotFound):
        reporting.results(session, analyst, 999, today=judged.today)


@on_sqlite
def test_a_unit_is_found_or_does_not_exist(open_: Open, judged: Judged, inspector: Actor) -> None:
    found = open_(inspector)
    block, unit = reporting.of_unit(found, judged.place.communes[0].id)
    assert (block.key, unit.name) == ("commune", "Xã An Cọ")
    with pytest.raises(NotFound):
        reporting.of_unit(found, judged.place.communes[1].id)


@on_sqlite
def test_a_province_without_a_letterhead_has_no_report(open_: Open, judged: Judged, analyst: Actor) -> None:
    with judged.database.transaction() as other:
        other.delete(other.get_one(Letterhead, 1))
    with pytest.raises(NotFound):
        open_(analyst)


@on_sqlite
def test_a_content_is_kept_until_something_changes(
    open_: Open, judged: Judged, analyst: Actor, make_mark: MakeMark
) -> None:
    memory = reporting.Memory()
    first = open_(analyst, memory=memory)
    assert open_(analyst, memory=memory) is not first  # filtered anew
    assert len(memory.contents.held) == 1
    make_mark(judged.running.of(judged.place.communes[0]), "1.1", "1", stage=COUNCIL)
    later = open_(analyst, memory=memory)
    assert len(memory.contents.held) == 2
    assert len(memory.before.held) == 0
    assert later.report.digest != first.report.digest
    assert later.report.blocks[0].units[0].name != "Xã An Cọ"


@on_sqlite
def test_a_new_name_is_seen_at_once(open_: Open, judged: Judged, analyst: Actor) -> None:
    memory = reporting.Memory()
    open_(analyst, memory=memory)
    with judged.database.transaction() as other:
        other.get_one(Unit, judged.place.communes[0].id).name = "Xã An Mới"
    assert "Xã An Mới" in names(open_(analyst, memory=memory))


@on_sqlite
def test_corrections_count_and_change_the_fingerprint(
    open_: Open, judged: Judged, analyst: Actor, appraiser: Actor
) -> None:
    before = open_(analyst).report
    judged.correct(appraiser, "1.3", "0.5")
    after = open_(analyst).report
    line = next(unit.leaf("1.3") for unit in after.blocks[0].units if unit.name == "Xã An Cọ")
    assert line is not None
    assert (line.corrected, line.points) == (Decimal("0.5"), Fraction(1, 2))
    assert before.digest != after.digest


@on_sqlite
def test_meetings_count_those_who_took_part(open_: Open, judged: Judged, analyst: Actor, appraiser: Actor) -> None:
    meeting = CouncilMeeting(round_id=judged.id, held_on=judged.today, minute="Họp", recorded_by=analyst.account_id)
    members = [CouncilMember(round_id=judged.id, account_id=each.account_id) for each in (analyst, appraiser)]
    judged.add(meeting, *members)
    judged.add(CouncilAttendance(meeting_id=meeting.id, account_id=analyst.account_id))
    (found,) = open_(analyst).report.meetings
    assert (found.held_on, found.in_writing, found.present, found.members) == (judged.today, False, 1, 2)


@on_sqlite
def test_the_last_published_round_stands_beside(
    judged: Judged, analyst: Actor, make_set: MakeSet, make_round: MakeRound, make_mark: MakeMark, session: Session
) -> None:
    judged.publish()
    sets = {"commune": make_set("commune", key="commune-2026", year=2026)}
    dates = {name: day + datetime.timedelta(days=365) for name, day in DATES.items()}
    later = make_round(sets=sets, title="Chỉ số CCHC năm 2026", year=2026, dates=dates)
    make_mark(later.of(judged.place.communes[0]), "1.1", "3", stage="first")
    memory = reporting.Memory()
    found = reporting.results(session, analyst, later.id, today=judged.today, memory=memory).report
    unit = next(unit for unit in found.blocks[0].units if unit.name == "Xã An Cọ")
    assert found.earlier == "Chỉ số CCHC năm 2025 (năm 2025)"
    assert unit.change is not None
    assert (unit.change.year, unit.change.now) == (2025, Fraction(100))
    assert unit.change.before == Fraction(250, 3)
    session.rollback()
    make_mark(later.of(judged.place.communes[1]), "1.1", "3", stage="first")
    reporting.results(session, analyst, later.id, today=judged.today, memory=memory)
    assert (len(memory.contents.held), len(memory.before.held)) == (2, 1)  # the earlier round is as it was


@on_sqlite
def test_a_round_that_is_not_open_has_no_units(make_round: MakeRound, analyst: Actor, session: Session) -> None:
    held = make_round(opened=False)
    session.add(Letterhead(id=1, superior="U", issuer="S", symbol="BC", place="M", signer="A", recipients="B"))
    found = reporting.results(session, analyst, held.id, today=datetime.date(2026, 1, 1))
    assert found.report.blocks == ()
    assert session.get_one(Round, held.id).state != PUBLISHED
    assert replace(found.report, blocks=()) == found.report
