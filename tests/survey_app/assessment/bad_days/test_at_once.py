"""Two people save the same mark at the same moment: one is stored, the other sees it and keeps what was typed."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from survey_app.db import Database
from survey_app.models import Mark
from survey_app.policy import Actor
from tests.conftest import Client
from tests.survey_app.assessment.cases import MakeSupport, submit
from tests.survey_app.assessment.conftest import OWN, Browse, MakeMark, Place, Put, Running, events

WORDS = ("Ý kiến của người thứ nhất", "Ý kiến của người thứ hai")


@pytest.fixture
def mine(running: Running, place: Place, make_mark: MakeMark, make_support: MakeSupport, put: Put) -> int:
    """The assessment of Xã An Cọ, submitted."""
    key = running.of(place.communes[0])
    submit(make_mark, make_support, put, key)
    return key


def together(browsers: tuple[Client, Client], url: str, forms: list[Mapping[str, str]]) -> list[tuple[int, str]]:
    """Status and page of each when both send at once."""
    start = Barrier(2)

    def send(number: int) -> tuple[int, str]:
        start.wait()
        answer = browsers[number].send(url, dict(forms[number]))
        return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send, (0, 1)))


@pytest.mark.parametrize("edition", [0, 1])
def test_two_appraisers_save_one_mark(
    database: Database, browse: Browse, appraiser: Actor, analyst: Actor, make_mark: MakeMark, mine: int, edition: int
) -> None:
    """From nothing, and from a mark that both have seen."""
    browsers = browse(appraiser), browse(analyst)
    for leaf in OWN:
        if edition:
            make_mark(mine, leaf, "0", stage="first", reason="Cũ")
        sent = {"points": "0,1", "stage": "first", "edition": str(edition), "view": "unit"}
        url = f"/assessment/units/{mine}/appraisal/marks/{leaf}"
        answers = together(browsers, url, [{**sent, "reason": words} for words in WORDS])
        assert sorted(status for status, _ in answers) == [302, 409]
        lost = next(number for number, (status, _) in enumerate(answers) if status == 409)
        page = answers[lost][1]
        assert "Người khác vừa lưu" in page
        assert re.search(rf"<(input|textarea)[^>]*>?[^<]*{WORDS[lost]}", page)  # still in its field
        assert WORDS[1 - lost] in page
        with database.reading() as session:
            stored = session.get_one(Mark, (mine, leaf, "first"))
            assert (stored.reason, stored.edition) == (WORDS[1 - lost], edition + 1)
        assert browsers[lost].send(url, {**sent, "edition": str(edition + 1), "reason": WORDS[lost]}).status_code == 302
    with database.reading() as session:
        noted = [(each["leaf"], each["edition"]) for each in events(session, "appraised")]
    assert noted == [(leaf, edition + number) for leaf in OWN for number in (1, 2)]


def test_two_officers_save_one_leaf(
    database: Database, browse: Browse, inspector: Actor, running: Running, place: Place
) -> None:
    mine = running.of(place.communes[0])
    browsers = browse(inspector), browse(inspector)
    sent = {"claimed": "0,5", "edition": "0"}
    url = f"/assessment/units/{mine}/leaves/1.3"
    answers = together(browsers, url, [{**sent, "reason": words} for words in WORDS])
    assert sorted(status for status, _ in answers) == [303, 409]
    lost = next(number for number, (status, _) in enumerate(answers) if status == 409)
    assert all(words in answers[lost][1] for words in WORDS)
    with database.reading() as session:
        stored = session.get_one(Mark, (mine, "1.3", "self"))
        assert (stored.reason, stored.edition) == (WORDS[1 - lost], 1)
        assert len(events(session, "self_scored")) == 1
