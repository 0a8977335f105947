"""What feeds what, as pages show it."""

from decimal import Decimal

import pytest

from questionnaires.par_nodes import Method
from survey_app.assessment.feeds import queries
from survey_app.assessment.feeds.queries import FedLeaf
from survey_app.db import Database
from survey_app.errors import NotFound
from survey_app.policy import Actor
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import MakeFeed, MakeRound, MakeSet, Place, Running
from tests.survey_app.assessment.fed_round import fed_fields

pytestmark = on_sqlite


@pytest.fixture
def fed(make_round: MakeRound, make_set: MakeSet, place: Place) -> Running:
    del place
    return make_round(sets={"commune": make_set("commune", fields=fed_fields())})


def test_how_many_units_have_figures(
    database: Database, fed: Running, place: Place, analyst: Actor, make_feed: MakeFeed
) -> None:
    make_feed(fed.of(place.communes[0]), "2.1", {"percent": "82.5"}, share=0.825, standard_error=0.012, kind="share")
    with database.reading() as session:
        held, blocks = queries.overview(session, analyst, fed.id)
        page = queries.leaf_page(session, analyst, fed.id, "commune", "2.1")
    assert held.id == fed.id
    sipas = FedLeaf(leaf="2.1", name="Tiêu chí 2.1", method=Method.SURVEY_SIPAS, units=3, fed=1, has_rule=True)
    assert blocks["commune"][0] == sipas
    assert [leaf.has_rule for leaf in blocks["commune"]] == [True, True, True, False]
    rows = {row.code: row for row in page.rows}
    assert (rows["xa-1"].points, rows["xa-1"].typed_error, rows["xa-1"].source) == (
        Decimal("3.3"),
        "1,2",
        "Báo cáo năm 2025",
    )
    assert (rows["xa-2"].kind, rows["xa-2"].points, rows["xa-2"].typed_error) == ("", None, "")
    assert page.campaigns == ()


def test_counts_in_lines(database: Database, fed: Running, place: Place, analyst: Actor, make_feed: MakeFeed) -> None:
    key = fed.of(place.communes[0])
    votes = [{"Tốt": 6, "Khá": 3, "Kém": 1}] * 4
    make_feed(key, "2.2", {"votes": votes}, share=0.78, kind="counts")
    with database.reading() as session:
        page = queries.entry_page(session, analyst, key, "2.2")
    assert page.options == ("Tốt", "Khá", "Kém")
    assert queries.lines(page, page.fields) == [["6", "3", "1"]] * 4 + [[""] * 3]
    sent = queries.read(page, {"e.votes": ["1; 2"]})  # of another length: kept as it was typed
    assert queries.lines(page, queries.filled(page, sent))[0] == ["1", "2", ""]
    assert queries.filled(page, None) == page.fields


def test_what_is_not_there(database: Database, fed: Running, analyst: Actor) -> None:
    with database.reading() as session:
        for look in (
            lambda: queries.overview(session, analyst, 999),
            lambda: queries.leaf_page(session, analyst, fed.id, "vertical", "2.1"),
            lambda: queries.leaf_page(session, analyst, fed.id, "commune", "9"),
            lambda: queries.entry_page(session, analyst, 999, "2.1"),
        ):
            with pytest.raises(NotFound):
                look()
