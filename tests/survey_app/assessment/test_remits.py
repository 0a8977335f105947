"""What an appraiser appraises."""

import pytest
from sqlalchemy.orm import Session

from survey_app.assessment.remits import Remit, remit
from survey_app.db import Database
from survey_app.models import Duty
from survey_app.policy import Actor, Role
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Place, Running


@pytest.mark.parametrize(
    ("pairs", "one", "other_field", "other_unit", "touched"),
    [
        (None, True, True, True, True),
        (frozenset(), False, False, False, False),
        (frozenset({("1", None)}), True, False, True, True),
        (frozenset({("", 7)}), True, True, False, True),
        (frozenset({("1", 7)}), True, False, False, True),
        (frozenset({("1", 8)}), False, False, True, False),
    ],
)
def test_duties_are_by_field_and_unit(
    pairs: frozenset[tuple[str, int | None]] | None, one: bool, other_field: bool, other_unit: bool, touched: bool
) -> None:
    mine = Remit(pairs)
    assert (mine.covers(7, "1"), mine.covers(7, "2"), mine.covers(8, "1")) == (one, other_field, other_unit)
    assert mine.touches(7) is touched


@on_sqlite
def test_without_duties_everyone_appraises_everything(session: Session, running: Running, appraiser: Actor) -> None:
    assert remit(session, appraiser, running.id) == Remit()


@on_sqlite
def test_with_duties_only_those_who_have_some_do(
    database: Database, running: Running, place: Place, appraiser: Actor, analyst: Actor, make_actor: MakeActor
) -> None:
    other = make_actor(Role.APPRAISER, place.province)
    unit = place.communes[0].id
    with database.transaction() as session:
        session.add(Duty(round_id=running.id, account_id=appraiser.account_id, field="1", unit_id=unit))
    with database.reading() as session:
        assert remit(session, appraiser, running.id) == Remit(frozenset({("1", unit)}))
        assert remit(session, other, running.id) == Remit(frozenset())
        assert remit(session, analyst, running.id) == Remit()
