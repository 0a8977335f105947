"""A small criteria set, a round over three communes and a department, and people who act in it.

The set of a block has 10 points in two fields, and a bonus group:

    1    6 points
    1.1  3  a ratio a/b, 0 below 80 %, everything from 100 %; wants a plan and a report
    1.2  2  yes or no; may not apply
    1.3  1  points by hand
    2    4 points
    2.1  4  SIPAS, percent × 4; fed by Home Affairs
    T    bonus up to 1
    T.1  1  points by hand

Everything that stores does so at once, in a transaction of its own: use it before the `session` of a test.
"""

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.loader import parse
from questionnaires.par_sets import CriteriaSet as Definition
from questionnaires.par_yaml import to_yaml
from survey_app.assessment import marking, rounds
from survey_app.assessment.flow import State
from survey_app.assessment.rounds import RoundDraft
from survey_app.db import Database
from survey_app.models import Account, Assessment, AuditEvent, CriteriaSet, Evidence, Feed, Mark, Support, Unit
from survey_app.models.assessment import SELF
from survey_app.policy import Actor, Role
from tests.conftest import Client, Clock, SignIn
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit

YEAR = 2025
DATES: Mapping[str, datetime.date] = MappingProxyType(
    {
        "score_until": datetime.date(2026, 3, 31),
        "approve_until": datetime.date(2026, 4, 5),
        "appraise_until": datetime.date(2026, 4, 30),
        "explain_until": datetime.date(2026, 5, 10),
        "settle_until": datetime.date(2026, 5, 31),
        "publish_until": datetime.date(2026, 6, 15),
    }
)
LEAVES = ("1.1", "1.2", "1.3", "2.1", "T.1")
OWN = ("1.1", "1.2", "1.3", "T.1")  # those that a unit scores itself
TITLES = {"commune": "Bộ tiêu chí xã, phường năm 2025", "department": "Bộ tiêu chí sở, ngành năm 2025"}
BASIS: dict[str, Any] = {"source": "Phép thử", "points_basis": "placeholder", "verified": False}

Data = dict[str, Any]
MakeSet = Callable[..., int]
MakeRound = Callable[..., "Running"]
MakeMark = Callable[..., None]
MakeFeed = Callable[..., None]
Put = Callable[[int, State], None]
Browse = Callable[[Actor], Client]


def node(number: str, points: Any, *children: Data, **more: Any) -> Data:
    """A node of a set; with children a group."""
    data = {"id": number, "name": f"Tiêu chí {number}", "max": points, **BASIS, **more}
    return {**data, "children": list(children)} if children else data


def leaf(number: str, points: Any, **more: Any) -> Data:
    return node(number, points, **{"method": "appraisal", **more})


def fields() -> list[Data]:
    """The fields of the small set, for a test to change."""
    ratio = leaf(
        "1.1",
        3,
        rule={"kind": "ratio", "floor": 0.8, "full_at": 1},
        legal_text="Đạt 100%: 3; từ 80% đến dưới 100%: (a/b) x 3; dưới 80%: 0",
        inputs=[{"key": "a", "label": "Số nhiệm vụ hoàn thành"}, {"key": "b", "label": "Số nhiệm vụ được giao"}],
        evidence=["Kế hoạch", "Báo cáo"],
    )
    answer = leaf("1.2", 2, rule={"kind": "binary"}, legal_text="Có: 2; không: 0", not_applicable_allowed=True)
    sipas = leaf("2.1", 4, method="survey_sipas", rule={"kind": "external_pct"}, legal_text="Điểm = tỷ lệ (%) x 4")
    return [
        node("1", 6, ratio, answer, leaf("1.3", 1), lead_unit="Sở Nội vụ"),
        node("2", 4, sipas),
        node("T", 1, leaf("T.1", 1), role="bonus", cap=1),
    ]


def definition(block: str = "commune", *, key: str = "", year: int = YEAR, **changes: Any) -> Data:
    """The small set as plain data, for a test to change."""
    data: Data = {
        "id": key or f"{block}-{year}",
        "version": 1,
        "title": {"vi": TITLES.get(block, block), "en": block},
        "legal_basis": [{"title": "Quyết định", "date": "2025-10-15", "verified": False}],
        "block": block,
        "index_year": year,
        "denominator": "applicable",
        "verified": False,
        "bands": [{"name": "Tốt", "gte": 80}, {"name": "Khá", "gte": 65}, {"name": "Trung bình", "gte": 0}],
        "fields": fields(),
    }
    return data | changes


def body(data: Data) -> str:
    """A set as it is stored."""
    return to_yaml(Definition.model_validate(data))


@pytest.fixture
def make_set(database: Database) -> MakeSet:
    """make_set("department", fields=[...]): a stored draft; returns its id."""

    def make(block: str = "commune", **changes: Any) -> int:
        text = body(definition(block, **changes))
        loaded = parse(text, Definition, name=block)
        found = loaded.definition
        with database.transaction() as session:
            row = CriteriaSet(
                key=found.id,
                version=found.version,
                block=block,
                year=found.index_year,
                title=found.title.vi,
                body=text,
                content_hash=loaded.content_hash,
            )
            session.add(row)
            session.flush()
        return row.id

    return make


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rounds of the tests are held."""

    province: Unit
    communes: tuple[Unit, Unit, Unit]
    department: Unit


@pytest.fixture
def place(province: Unit, make_unit: MakeUnit) -> Place:
    names = ("Xã An Cọ", "Xã Bình Thủy", "Phường Cao Sơn")
    communes = [make_unit(name, parent=province, code=f"xa-{n}") for n, name in enumerate(names, start=1)]
    department = make_unit("Sở Tư pháp", level="department", parent=province, code="so-tp")
    return Place(province, (communes[0], communes[1], communes[2]), department)


@pytest.fixture
def analyst(place: Place, make_actor: MakeActor) -> Actor:
    """Home Affairs, over the province."""
    return make_actor(Role.ANALYST, place.province)


@pytest.fixture
def appraiser(place: Place, make_actor: MakeActor) -> Actor:
    return make_actor(Role.APPRAISER, place.province)


@pytest.fixture
def inspector(place: Place, make_actor: MakeActor) -> Actor:
    """The officer of Xã An Cọ who scores it."""
    return make_actor(Role.INSPECTOR, place.communes[0])


@pytest.fixture
def leader(place: Place, make_actor: MakeActor) -> Actor:
    """The leader of Xã An Cọ who approves it."""
    return make_actor(Role.LEADER, place.communes[0])


@pytest.fixture
def browse(database: Database, sign_in: SignIn) -> Browse:
    """browse(analyst): a browser in which this person is signed in."""

    def browsing(actor: Actor) -> Client:
        with database.reading() as session:
            account = session.get_one(Account, actor.account_id)
            session.expunge(account)
        return sign_in(account)

    return browsing


@dataclass(frozen=True, slots=True)
class Running:
    """A round; `assessments` by unit are there once it is open."""

    id: int
    sets: Mapping[str, int]
    assessments: Mapping[int, int]

    def of(self, unit: Unit) -> int:
        """The assessment of a unit."""
        return self.assessments[unit.id]


def draft(sets: Mapping[str, int], **changes: Any) -> RoundDraft:
    """What a form holds of a round."""
    values: Data = {"title": "Chỉ số CCHC năm 2025", "year": YEAR, "dates": dict(DATES), "sets": dict(sets)}
    return RoundDraft(**(values | changes))


@pytest.fixture
def make_round(database: Database, analyst: Actor, make_set: MakeSet, clock: Clock) -> MakeRound:
    """make_round(opened=False, sets={"commune": set_id}): both blocks of the small set by default."""

    def make(*, opened: bool = True, sets: Mapping[str, int] | None = None, **changes: Any) -> Running:
        used = {block: make_set(block) for block in TITLES} if sets is None else sets
        with database.transaction() as session:
            round_id = rounds.create(session, analyst, draft(used, **changes), clock())
            if opened:
                rounds.open_round(session, analyst, round_id, clock())
        with database.reading() as session:
            rows = session.scalars(select(Assessment).where(Assessment.round_id == round_id))
            return Running(round_id, used, {row.unit_id: row.id for row in rows})

    return make


@pytest.fixture
def running(make_round: MakeRound, place: Place) -> Running:
    """An open round over the three communes and the department; nobody has begun."""
    del place  # its units have to be there
    return make_round()


@pytest.fixture
def put(database: Database) -> Put:
    """put(assessment_id, State.SUBMITTED): an assessment in a state, without the steps that lead there."""

    def put_in(assessment_id: int, state: State) -> None:
        with database.transaction() as session:
            row = session.get_one(Assessment, assessment_id)
            row.state, row.edition = state, row.edition + 1

    return put_in


@pytest.fixture
def make_mark(database: Database, analyst: Actor, clock: Clock) -> MakeMark:
    """make_mark(assessment_id, "1.3", "0.5", stage="first"): what a stage says of a leaf."""

    def make(
        assessment_id: int,
        number: str,
        points: str | None,
        *,
        stage: str = SELF,
        inputs: Mapping[str, object] = MappingProxyType({}),
        **more: Any,
    ) -> None:
        with database.transaction() as session:
            row = Mark(assessment_id=assessment_id, leaf=number, stage=stage, points=points)
            row.inputs, row.account_id, row.at = json.dumps(dict(inputs)), analyst.account_id, clock()
            for name, value in more.items():
                setattr(row, name, value)
            session.add(row)

    return make


@pytest.fixture
def make_feed(database: Database, analyst: Actor, clock: Clock) -> MakeFeed:
    """make_feed(assessment_id, "2.1", {"percent": 82.5}, share=0.825, standard_error=0.01)."""

    def make(
        assessment_id: int,
        number: str,
        inputs: Mapping[str, object],
        *,
        share: float | None = None,
        standard_error: float | None = None,
        kind: str = "figure",
        source: str = "Báo cáo năm 2025",
    ) -> None:
        data = {"inputs": dict(inputs), "share": share, "standard_error": standard_error}
        with database.transaction() as session:
            row = Feed(assessment_id=assessment_id, leaf=number, kind=kind, data=json.dumps(data), source=source)
            row.account_id, row.at = analyst.account_id, clock()
            session.add(row)

    return make


@pytest.fixture
def make_support(database: Database) -> Callable[..., int]:
    """make_support(assessment_id, "1.1"): a link that supports a mark; returns the document's id."""

    def make(assessment_id: int, number: str, *, by_appraiser: bool = False, **more: Any) -> int:
        with database.transaction() as session:
            found = session.get_one(Assessment, assessment_id)
            given = {"url": "https://example.org/van-ban", **more}
            document = Evidence(round_id=found.round_id, unit_id=found.unit_id, summary="Kế hoạch CCHC", **given)
            session.add(document)
            session.flush()
            support = Support(assessment_id=assessment_id, leaf=number, evidence_id=document.id)
            support.by_appraiser = by_appraiser
            session.add(support)
        return document.id

    return make


@pytest.fixture
def complete(database: Database, inspector: Actor, clock: Clock) -> Callable[[int], None]:
    """complete(assessment_id of Xã An Cọ): every own leaf scored, by 34 of 40, "yes" and claims with reasons."""

    def fill(assessment_id: int) -> None:
        given = {
            "1.1": marking.Entry(inputs={"a": 34, "b": 40}, reason="Giải trình"),
            "1.2": marking.Entry(inputs={"answer": True}, reason="Giải trình"),
            "1.3": marking.Entry(inputs={}, claimed="0,75", reason="Giải trình"),
        }
        with database.transaction() as session:
            for number, entry in given.items():
                marking.save(session, inspector, assessment_id, number, entry, clock())

    return fill


def events(session: Session, action: str) -> list[dict[str, object]]:
    """The details of the audit events of an action, oldest first."""
    found = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == action).order_by(AuditEvent.id))
    return [json.loads(detail) for detail in found]
