"""Units that are not shown, and those that go with them."""

from sqlalchemy.orm import Session

from survey_app.hiding import among, hidden
from survey_app.models import Unit
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, answers
from tests.factories.units import MakeCounter, MakeUnit

LEVELS = {unit: "commune" if unit < 6 else "department" for unit in range(9)}


def test_a_small_unit_takes_another_along_and_no_more() -> None:
    assert among({0: 3, 1: 20, 2: 30, 6: 40, 7: 50}, LEVELS, fewest=5).units == {0, 1}
    assert among({0: 3, 1: 20, 2: 4}, LEVELS, fewest=5).units == {0, 2}
    nothing = among({0: 5, 1: 20}, LEVELS, fewest=5)
    assert (nothing.units, nothing.levels, nothing.everyone) == (set(), set(), {0, 1})
    assert among({}, LEVELS, fewest=5).everyone == frozenset()


def test_a_level_of_one_small_unit_is_hidden_with_it_and_so_is_another() -> None:
    found = among({0: 20, 1: 30, 6: 3}, LEVELS, fewest=5)
    assert (found.units, found.levels) == ({0, 6}, {"commune", "department"})
    # Two small units of one level hide each other, and their level is not small.
    assert among({0: 20, 1: 30, 6: 3, 7: 4}, LEVELS, fewest=5).levels == frozenset()


def test_only_channels_that_count_are_reckoned(
    session: Session,
    province: Unit,
    make_unit: MakeUnit,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    make_released: MakeReleased,
) -> None:
    an, binh = (make_unit(name, parent=province) for name in ("Xã An", "Xã Bình"))
    campaign = make_campaign(accepts="AC", counts="A")
    make_released(campaign, make_counter(an), [answers()] * 9, channel="A")
    make_released(campaign, make_counter(binh), [answers()] * 3, channel="A")
    make_released(campaign, make_counter(binh, "Quầy 2"), [answers()] * 9, channel="C")
    assert hidden(session, campaign.id, "A", fewest=5).units == {an.id, binh.id}
    assert hidden(session, campaign.id, "AC", fewest=5).units == frozenset()
