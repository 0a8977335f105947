"""An editor has a page of a set open while a round opens with it: refused, what was typed stays, the set as it was."""

import pytest

from survey_app.assessment import rounds
from survey_app.assessment.criteria_sets.forms import REFUSALS
from survey_app.db import Database
from survey_app.models import CriteriaSet
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Browse, MakeRound, Place
from tests.survey_app.assessment.criteria_sets.test_edit_routes import form

pytestmark = on_sqlite


TYPED = "Tên vừa gõ"


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("nodes/1.3", {"name": TYPED}),
        ("head", {"title_vi": TYPED}),
        ("nodes", {"id": "9", "name": TYPED, "max": "1", "points_basis": "placeholder", "source": "Phép thử"}),
    ],
)
def test_a_form_that_was_open_when_the_round_opened(
    place: Place, browse: Browse, analyst: Actor, make_round: MakeRound, database: Database, clock: Clock,
    page: str, typed: dict[str, str],
) -> None:  # fmt: skip
    del place  # its communes are in the round
    prepared, editor = make_round(opened=False), browse(analyst)
    set_id = prepared.sets["commune"]
    url = f"/assessment/sets/{set_id}/{page}"
    sent = form(editor, url, **typed)
    with database.transaction() as session:
        before = session.get_one(CriteriaSet, set_id).body
        rounds.open_round(session, analyst, prepared.id, clock())
    refused = editor.send(url, sent)
    assert refused.status_code == 422
    assert REFUSALS["set_frozen"] in refused.text
    assert TYPED in refused.text
    with database.reading() as session:
        assert session.get_one(CriteriaSet, set_id).body == before
