"""People of the demonstration."""

import pytest
from sqlalchemy.orm import Session

from survey_app.demo import people
from survey_app.models import Account, Unit
from survey_app.policy import Role
from tests.databases import on_sqlite
from tests.factories.units import MakeUnit

pytestmark = on_sqlite


@pytest.fixture
def commune(province: Unit, make_unit: MakeUnit) -> Unit:
    return make_unit("Xã An Cọ", parent=province)


def test_people_are_added_and_found_with_their_scope(session: Session, province: Unit, commune: Unit) -> None:
    given = [("mot", "Một", Role.APPRAISER, province.id), ("hai", "Hai", Role.INSPECTOR, commune.id)]
    first, second = people.added(session, given)
    assert people.known(session, "mot") == first
    assert (first.role, first.units) == (Role.APPRAISER, frozenset({province.id, commune.id}))
    assert (second.name, second.units) == ("Hai", frozenset({commune.id}))
    assert people.find(session, "hai") == second.account_id
    assert people.find(session, "ba") is None


def test_nobody_signs_in_as_them(session: Session, commune: Unit) -> None:
    (first,), (second,) = (people.added(session, [(name, name, Role.LEADER, commune.id)]) for name in ("x", "y"))
    hashes = {session.get_one(Account, each.account_id).password_hash for each in (first, second)}
    assert all(each.startswith("$argon2") for each in hashes)
    assert len(hashes) == 2
