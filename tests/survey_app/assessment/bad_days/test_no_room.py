"""The disk is full or the database locked while people work: they are told, and what they typed stands there."""

from collections.abc import Callable

import pytest

from survey_app.assessment.appraisal import appraising
from survey_app.assessment.feeds import feeding
from survey_app.assessment.results import remedies
from survey_app.assessment.settling import council
from survey_app.errors import Unavailable
from survey_app.policy import Actor
from tests.databases import on_sqlite
from tests.survey_app.assessment.cases import MakeSupport, appraise, submit
from tests.survey_app.assessment.conftest import Browse, MakeMark, Place, Put, Running
from tests.survey_app.assessment.judged import Judged, judged

__all__ = ["judged"]
pytestmark = on_sqlite
WORDS = "Viết rất lâu"
TOLD = "Hệ thống tạm thời chưa ghi được."


def full(*_given: object, **_more: object) -> None:
    raise Unavailable("database")


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[object, str], None]:
    """refuse(module, "save"): from now on the store cannot take what this service writes."""

    def refused(module: object, name: str) -> None:
        monkeypatch.setattr(module, name, full)

    return refused


def test_appraisal_council_and_figures(
    running: Running, place: Place, browse: Browse, analyst: Actor, make_mark: MakeMark, make_support: MakeSupport,
    put: Put, refuse: Callable[[object, str], None],
) -> None:  # fmt: skip
    key, office = running.of(place.communes[0]), browse(analyst)
    submit(make_mark, make_support, put, key)
    unit = f"/assessment/units/{key}"
    for module, name in ((appraising, "save"), (council, "decide"), (feeding, "enter")):
        refuse(module, name)
    page = office.send(f"{unit}/appraisal/marks/1.3", {"points": "0,5", "reason": WORDS, "stage": "first"})
    assert (page.status_code, TOLD in page.text, WORDS in page.text) == (503, True, True)
    page = office.send(f"{unit}/feeds/2.1", {"kind": "figure", "e.percent": "81,5", "source": WORDS, "edition": "0"})
    assert (page.status_code, TOLD in page.text, WORDS in page.text) == (503, True, True)
    appraise(make_mark, put, key, l1_3="0.5")
    page = office.send(f"/assessment/rounds/{running.id}/council/cases/{key}/1.3", {"points": "0,6", "reason": WORDS})
    assert (page.status_code, TOLD in page.text, WORDS in page.text) == (503, True, True)


def test_remedy_plans(judged: Judged, browse: Browse, inspector: Actor, refuse: Callable[[object, str], None]) -> None:
    judged.publish()
    officer = browse(inspector)
    plan = f"/assessment/rounds/{judged.id}/units/{judged.place.communes[0].id}/remedies"
    task = {"leaf": "1.1", "task": "Kế hoạch", "responsible": "Ông A", "due": "2026-04-01", "evidence_id": ""}
    assert officer.send(plan, task).status_code == 302
    for name in ("add", "edit", "withdraw"):
        refuse(remedies, name)
    url = "/assessment/remedies/1"
    page = officer.send(plan, {**task, "task": WORDS})
    assert (page.status_code, TOLD in page.text, WORDS in page.text) == (422, True, True)
    page = officer.send(url, {**task, "edition": "1", "task": WORDS})
    assert (page.status_code, TOLD in page.text, WORDS in page.text) == (503, True, True)
    page = officer.send(f"{url}/withdraw", {"edition": "1", "reason": WORDS})
    assert (page.status_code, TOLD in page.text, WORDS in page.text) == (503, True, True)
