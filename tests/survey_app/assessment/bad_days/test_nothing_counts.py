"""A criterion with maximum 0, and a unit to which nothing applies, on every page and in every document of a round."""

import pytest

from survey_app.assessment.flow import State
from survey_app.assessment.results.routes import PAGES, PAPERS
from survey_app.db import Database
from survey_app.models import Assessment, CouncilMember, Letterhead, Mark
from survey_app.policy import Actor, Role
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Browse, Data, MakeFeed, MakeRound, MakeSet, Place, Running, leaf, node

pytestmark = on_sqlite


def fields() -> list[Data]:
    """Two leaves that may not apply, one of which brings nothing; a survey that does not concern xa-1."""
    return [
        node(
            "1", 6,
            leaf("1.1", 6, rule={"kind": "binary"}, not_applicable_allowed=True),
            leaf("1.2", 0, rule={"kind": "binary"}, not_applicable_allowed=True),
        ),
        node("2", 4, leaf("2.1", 4, method="survey_sipas", rule={"kind": "external_pct"}, special=["xa-1"])),
    ]  # fmt: skip


@pytest.fixture
def held(make_set: MakeSet, make_round: MakeRound, place: Place, letterhead: Letterhead) -> Running:
    del place, letterhead  # the communes have to be there, and a report needs a letterhead
    return make_round(sets={"commune": make_set("commune", fields=fields())})


@pytest.fixture
def office(
    browse: Browse, analyst: Actor, held: Running, place: Place, database: Database, make_actor: MakeActor
) -> Client:
    council = [analyst.account_id, *(make_actor(Role.ANALYST, place.department).account_id for _ in range(2))]
    with database.transaction() as session:
        session.add_all(CouncilMember(round_id=held.id, account_id=each, title="Thành viên") for each in council)
    return browse(analyst)


def test_from_scoring_to_the_documents(
    office: Client, held: Running, place: Place, browse: Browse, make_actor: MakeActor, make_feed: MakeFeed,
    database: Database,
) -> None:  # fmt: skip
    for number, unit in enumerate(place.communes):
        key = held.of(unit)
        officer, chief = (browse(make_actor(role, unit)) for role in (Role.INSPECTOR, Role.LEADER))
        _score(officer, chief, key, database, applies=number > 0)
        page = office.get(f"/assessment/units/{key}/appraisal/1").text
        assert ("Có văn bản" if number else "không áp dụng") in page
        for each in ("1.1", "1.2"):
            url = f"/assessment/units/{key}/appraisal/marks/{each}"
            assert office.send(url, {"stage": "first", "edition": "0", "accept": "1"}).status_code == 302
        assert office.send(f"/assessment/units/{key}/appraisal/1/steps/finish").status_code == 302
        if number:
            make_feed(key, "2.1", {"percent": "80"})
    here = f"/assessment/rounds/{held.id}"
    met = {"held_on": "2026-03-16", "attended": _members(database), "minute": "Thống nhất."}
    assert office.send(f"{here}/council/meetings/new", met).status_code == 302
    assert office.send(f"{here}/council/settle").status_code == 302
    assert office.send(f"{here}/publish").status_code == 302
    assert office.get(f"{here}/board").status_code == 200
    for name in PAGES:
        assert office.get(f"{here}/results/{name}").status_code == 200
    for unit in place.communes:
        assert office.get(f"{here}/results/units/{unit.id}").status_code == 200
        assert office.get(f"{here}/results/units/{unit.id}/moves").status_code == 200
        assert office.get(f"{here}/papers/units/{unit.id}/form.pdf").data.startswith(b"%PDF")
    for paper in PAPERS:
        for ending in ("pdf", "xlsx", "docx"):
            assert office.get(f"{here}/papers/{paper}.{ending}").status_code == 200
    ranking = office.get(f"{here}/results/ranking").text
    assert "2 xã, phường có chỉ số" in ranking  # the third is there, without a place and without a zero
    assert place.communes[0].name in ranking
    # 6 of 6 for the answer and 3,2 of 4 for the survey; the criterion of 0 points adds to neither side
    assert "92,00\u00a0%" in ranking


def _score(officer: Client, chief: Client, key: int, database: Database, *, applies: bool) -> None:
    url = f"/assessment/units/{key}"
    given = {"e.answer": "yes"} if applies else {"na": "1"}
    for each in ("1.1", "1.2"):
        sent = {**given, "reason": "Có văn bản" if applies else "Không phát sinh", "edition": "0"}
        assert officer.send(f"{url}/leaves/{each}", sent).status_code == 303
    for client, step in ((officer, "send"), (chief, "approve")):
        assert client.send(f"{url}/{step}", {"edition": _row(database, key).edition}).status_code == 303
    assert _row(database, key).state == State.SUBMITTED
    with database.reading() as session:
        mark = session.get_one(Mark, (key, "1.2", "self"))
        assert (mark.applies, mark.points) == (applies, "0" if applies else None)


def _row(database: Database, key: int) -> Assessment:
    with database.reading() as session:
        found = session.get_one(Assessment, key)
        session.expunge(found)
        return found


def _members(database: Database) -> list[int]:
    with database.reading() as session:
        return [each.account_id for each in session.query(CouncilMember)]
