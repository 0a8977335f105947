"""A small province with a person of every role, to walk every URL as each of them.

All people answer for one commune; the other commune and what belongs to it is foreign to them.
"""

import datetime
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from questionnaires.loader import published
from survey_app import codes
from survey_app.assessment import rounds
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.models import (
    Account,
    Assessment,
    Campaign,
    Correction,
    CouncilMeeting,
    CouncilMember,
    Counter,
    CriteriaSet,
    Duty,
    Letterhead,
    Package,
    RemedyTask,
    Round,
    RoundSet,
    Unit,
)
from survey_app.policy import Role
from tests.factories.accounts import MakeAccount
from tests.factories.assessments import FIELD, LEAF, Papers, make_papers
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.factories.units import MakeCounter, MakeField, MakeUnit

NOWHERE = 999_999
# What a path needs besides the things of the province.
WORDS = {"kind": "csv", "form": "a4", "receipt": codes.derive("key", "secret"), "suffix": "yaml", "number": "1"}
WORDS |= {"block": "commune", "step": "finish"}
FED = "3.5"  # a leaf that Home Affairs feeds, and that comes before the council as long as it has no figure
WORDS |= {"leaf": LEAF, "field": FIELD, "page": "1", "paper": "details", "ending": "xlsx"}
NAMES = {"results.page": "overview", "results.chart": "trend", "assessment.result_page": "ranking"}


@dataclass(frozen=True, slots=True)
class World:
    """`own` is in everyone's scope, `foreign` in nobody's."""

    own: Unit
    foreign: Unit
    own_counter: Counter
    foreign_counter: Counter
    own_account: Account
    foreign_account: Account
    campaign: Campaign
    set_id: int
    round_id: int
    own_assessment: int
    foreign_assessment: int
    own_papers: Papers
    foreign_papers: Papers
    own_package: int
    foreign_package: int
    duty_id: int
    meeting_id: int
    correction_id: int
    own_task: int
    foreign_task: int
    people: dict[Role, Account]

    def path(self, app: Flask, endpoint: str, *, foreign: bool = False) -> str:
        """The path of an endpoint about a thing that exists: in scope, or (foreign) outside it."""
        rule = rule_of(app, endpoint)
        things: dict[str, Any] = {
            **WORDS,
            "name": NAMES.get(endpoint),
            "unit_id": (self.foreign if foreign else self.own).id,
            "counter_id": (self.foreign_counter if foreign else self.own_counter).id,
            "code": (self.foreign_counter if foreign else self.own_counter).code,
            "account_id": (self.foreign_account if foreign else self.own_account).id,
            "campaign_id": self.campaign.id,
            "set_id": self.set_id,
            "round_id": self.round_id,
            "assessment_id": self.foreign_assessment if foreign else self.own_assessment,
            "duty_id": self.duty_id,
            "case_id": self.own_assessment,
            "meeting_id": self.meeting_id,
            "correction_id": self.correction_id,
            "task_id": self.foreign_task if foreign else self.own_task,
            "member_id": self.own_account.id,
            "package_id": self.foreign_package if foreign else self.own_package,
            **(self.foreign_papers if foreign else self.own_papers).keys(),
        }
        if endpoint.startswith(("assessment.feed", "assessment.council")):
            things["leaf"] = FED
        found = app.url_map.bind("localhost").build(endpoint, {name: things[name] for name in rule.arguments})
        if endpoint == "results.choose":
            return f"{found}?campaign={self.campaign.id}"
        # Campaigns are the province's; their results are of a unit.
        if foreign and rule.arguments & {"campaign_id"}:
            if endpoint.startswith("results."):
                return f"{found}?unit={self.foreign.id}"
            return found.replace(f"/{self.campaign.id}", f"/{NOWHERE}")
        return found


def _criteria_set(database: Database) -> int:
    """A draft of a criteria set."""
    loaded = published("par_index")["province-2017@1"]
    with database.transaction() as session:
        found = CriteriaSet(key="province-2017", version=1, block="province", year=2017, title="Bộ tiêu chí")
        found.body, found.content_hash = loaded.source, loaded.content_hash
        session.add(found)
        session.flush()
        return found.id


def _round(database: Database, units: tuple[Unit, Unit]) -> tuple[int, int, int]:
    """A running round of these communes; returns its id and those of their assessments."""
    loaded = published("par_index")["commune-2026@1"]
    days = dict.fromkeys(rounds.DATES, datetime.date(2026, 12, 31))
    with database.transaction() as session:
        found = CriteriaSet(key="commune-2026", version=1, block="commune", year=2026, title="Bộ tiêu chí xã")
        found.body, found.content_hash, found.state = loaded.source, loaded.content_hash, "frozen"
        made = Round(title="Chỉ số CCHC năm 2026", year=2026, state="running", **days)
        session.add_all([found, made])
        session.flush()
        session.add(RoundSet(round_id=made.id, block="commune", set_id=found.id))
        rows = [Assessment(round_id=made.id, unit_id=unit.id, set_id=found.id) for unit in units]
        session.add_all(rows)
        session.flush()
        return made.id, rows[0].id, rows[1].id


def _package(database: Database, settings: Settings, round_id: int, unit: Unit, account: Account) -> int:
    """A finished package of a unit."""
    folder = settings.data_dir / "packages"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{unit.id}.zip", "w") as archive:
        archive.writestr("manifest.json", '{"units": []}')
    with database.transaction() as session:
        made = Package(round_id=round_id, unit_id=unit.id, internal=False, state="done", path=f"{unit.id}.zip")
        made.sha256, made.asked_by, made.at = "0" * 64, account.id, datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
        session.add(made)
        session.flush()
        return made.id


def _staff(database: Database, round_id: int, people: Mapping[Role, Account], member: Account) -> int:
    """The appraiser may appraise everything, a leader sits in the council; returns the key of the duty."""
    with database.transaction() as session:
        duty = Duty(round_id=round_id, account_id=people[Role.APPRAISER].id)
        session.add_all([duty, CouncilMember(round_id=round_id, account_id=member.id)])
        session.flush()
        return duty.id


def _council(database: Database, round_id: int, people: dict[Role, Account], assessment_id: int) -> tuple[int, int]:
    """Everyone sits in the council, which met once; the ids of the meeting and of a correction that waits."""
    now = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    by = people[Role.APPRAISER].id
    with database.transaction() as session:
        session.add_all(CouncilMember(round_id=round_id, account_id=person.id) for person in people.values())
        meeting = CouncilMeeting(round_id=round_id, held_on=now.date(), minute="Thống nhất.", recorded_by=by)
        correction = Correction(assessment_id=assessment_id, leaf=LEAF, points="1", reason="Nhầm", proposed_by=by)
        correction.proposed_at = now
        session.add_all((meeting, correction))
        session.flush()
        return meeting.id, correction.id


def _remedy(database: Database, assessment_id: int) -> int:
    """A task of a remedy plan."""
    with database.transaction() as session:
        task = RemedyTask(assessment_id=assessment_id, leaf=LEAF, task="Ban hành kế hoạch", responsible="Văn phòng")
        task.due = datetime.date(2026, 12, 31)
        session.add(task)
        session.flush()
        return task.id


def rule_of(app: Flask, endpoint: str) -> Rule:
    """The one rule of an endpoint."""
    (rule,) = app.url_map.iter_rules(endpoint)
    return rule


def views(app: Flask) -> Iterator[tuple[str, str]]:
    """Every endpoint with every method that it answers itself."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method


@pytest.fixture
def world(
    app: Flask,
    database: Database,
    settings: Settings,
    province: Unit,
    letterhead: Letterhead,
    make_unit: MakeUnit,
    make_field: MakeField,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    make_population: MakePopulation,
    make_account: MakeAccount,
    make_waiting: MakeWaiting,
    make_released: MakeReleased,
) -> World:
    field = make_field()
    own, foreign = make_unit("Xã An Cọ", parent=province), make_unit("Xã Bình Thủy", parent=province)
    own_counter, foreign_counter = make_counter(own, field=field), make_counter(foreign, field=field)
    campaign = make_campaign()
    for unit, counter in ((own, own_counter), (foreign, foreign_counter)):
        make_population(campaign, unit, field, 100)
        make_released(campaign, counter, [answers(), answers(TC0="2")] * 4)
        make_waiting(campaign, counter, [answers()] * 2)
    round_id, own_assessment, foreign_assessment = _round(database, (own, foreign))
    own_account = make_account(Role.LEADER, own, username="nguoi.xem")
    with database.transaction() as session:
        both = (own_assessment, foreign_assessment)
        own_papers, foreign_papers = (make_papers(app, session, number, own_account) for number in both)
    people = {role: make_account(role, own) for role in Role}
    meeting_id, correction_id = _council(database, round_id, people, own_assessment)
    return World(
        own=own,
        foreign=foreign,
        own_counter=own_counter,
        foreign_counter=foreign_counter,
        own_account=own_account,
        foreign_account=make_account(Role.LEADER, foreign, username="nguoi.la"),
        campaign=campaign,
        set_id=_criteria_set(database),
        round_id=round_id,
        own_assessment=own_assessment,
        foreign_assessment=foreign_assessment,
        own_papers=own_papers,
        foreign_papers=foreign_papers,
        own_package=_package(database, settings, round_id, own, own_account),
        foreign_package=_package(database, settings, round_id, foreign, own_account),
        duty_id=_staff(database, round_id, people, own_account),
        meeting_id=meeting_id,
        correction_id=correction_id,
        own_task=_remedy(database, own_assessment),
        foreign_task=_remedy(database, foreign_assessment),
        people=people,
    )
