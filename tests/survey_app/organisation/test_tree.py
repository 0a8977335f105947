"""The rules of the tree, on trees made of numbers."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.organisation.tree import Node, Tree, place_problems

SINCE, TODAY = datetime.date(2025, 7, 1), datetime.date(2026, 3, 16)


def tree(parents: dict[int, int | None], until: dict[int, datetime.date] | None = None) -> Tree:
    return Tree({one: Node(parent, SINCE, (until or {}).get(one)) for one, parent in parents.items()})


FAMILY = {1: None, 2: 1, 3: 2, 4: 1}


def test_above_and_under() -> None:
    found = tree(FAMILY)
    assert list(found.above(3)) == [2, 1]
    assert found.under(3, 1)
    assert found.under(3, 3)
    assert not found.under(2, 3)
    assert not found.under(4, 2)


@given(st.dictionaries(st.integers(1, 6), st.one_of(st.none(), st.integers(1, 6)), min_size=6))
def test_going_up_always_ends(parents: dict[int, int | None]) -> None:
    found = tree(parents)
    for one in parents:
        above = list(found.above(one))
        assert len(above) == len(set(above))


def test_a_unit_lives_from_its_first_day_to_the_day_before_it_is_gone() -> None:
    node = Node(None, SINCE, TODAY)
    day = datetime.timedelta(days=1)
    assert [node.alive(d) for d in (SINCE - day, SINCE, TODAY - day, TODAY)] == [False, True, True, False]


def test_children_are_those_not_gone_by_the_day() -> None:
    found = tree(FAMILY, until={2: TODAY})
    assert found.children(1, TODAY) == [4]
    assert found.children(1, TODAY - datetime.timedelta(days=1)) == [2, 4]


@pytest.mark.parametrize(
    ("moved", "parent", "reason"),
    [
        (2, 3, "circle"),  # below its own child
        (2, 2, "circle"),
        (2, None, "no_parent"),  # a second root
        (1, 4, "root_stays"),
        (3, 4, None),
    ],
)
def test_places(moved: int, parent: int | None, reason: str | None) -> None:
    found = tree(FAMILY)
    before = found.nodes[moved]
    found.nodes[moved] = Node(parent, SINCE, None)
    problems = list(place_problems(found, moved, before, TODAY))
    assert problems == ([("parent_id", reason)] if reason else [])


@pytest.mark.parametrize("start", [SINCE, datetime.date(2026, 5, 1)])
def test_the_parent_must_be_alive_now_and_at_the_start(start: datetime.date) -> None:
    found = tree(FAMILY, until={4: datetime.date(2026, 4, 1) if start > TODAY else TODAY})
    found.nodes[9] = Node(4, start, None)
    assert list(place_problems(found, 9, None, TODAY)) == [("parent_id", "parent_not_alive")]


def test_a_parent_to_come_takes_only_units_to_come() -> None:
    future = datetime.date(2026, 7, 1)
    found = tree(FAMILY)
    found.nodes[4] = Node(1, future, None)
    found.nodes[9] = Node(4, future, None)
    assert list(place_problems(found, 9, None, TODAY)) == []
    found.nodes[9] = Node(4, SINCE, None)
    assert list(place_problems(found, 9, None, TODAY)) == [("parent_id", "parent_not_alive")]
