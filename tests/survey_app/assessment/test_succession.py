"""Units of the past."""

from sqlalchemy.orm import Session

from survey_app.assessment import succession
from survey_app.models import Unit, UnitSuccession
from survey_app.policy import Role
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit


@on_sqlite
def test_a_unit_took_over_those_of_every_merger_between(province: Unit, make_unit: MakeUnit, session: Session) -> None:
    now = make_unit("Xã Nay", parent=province)
    between = make_unit("Xã Giữa", parent=province, successors=(now,))
    other = make_unit("Xã Kia", parent=province)
    first = make_unit("Xã Đầu", parent=province, successors=(between,))
    split = make_unit("Xã Chia", parent=province, successors=(now, other))
    assert succession.predecessors(session) == {
        now.id: {between.id, first.id, split.id}, between.id: {first.id}, other.id: {split.id},
    }  # fmt: skip


@on_sqlite
def test_people_act_for_their_own_unit_and_for_those_that_it_took_over(
    province: Unit, make_unit: MakeUnit, make_actor: MakeActor, session: Session
) -> None:
    now = make_unit("Xã Nay", parent=province)
    before = make_unit("Xã Đầu", parent=province, successors=(now,))
    other = make_unit("Xã Kia", parent=province)
    split = make_unit("Xã Chia", parent=province, successors=(now, other))
    officer, above = make_actor(Role.INSPECTOR, now), make_actor(Role.LEADER, province)
    acts = [succession.acts_for(session, officer, unit.id) for unit in (now, before, other, split)]
    assert acts == [True, True, False, False]  # of a unit that was divided nobody is the successor alone
    assert not succession.acts_for(session, above, now.id)


@on_sqlite
def test_a_ring_of_names_ends(province: Unit, make_unit: MakeUnit, session: Session) -> None:
    """Two units that took each other over, by a mistake in what was imported."""
    one = make_unit("Xã Một", parent=province)
    two = make_unit("Xã Hai", parent=province, successors=(one,))
    session.add(UnitSuccession(predecessor_id=one.id, successor_id=two.id))
    session.flush()
    assert succession.predecessors(session) == {one.id: {two.id}, two.id: {one.id}}
