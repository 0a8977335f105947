"""A set while it is edited: faults are listed, never lost; nodes go in, out and elsewhere."""

import pytest
from pydantic import ValidationError

from questionnaires.loader import published
from questionnaires.par_drafts import CriteriaDraft, Fault, added, below, drafted, moved, replaced, shifted
from questionnaires.par_nodes import Node
from questionnaires.par_sets import CriteriaSet
from tests.questionnaires.par_samples import criteria, leaf, small


def draft(**changes: object) -> CriteriaDraft:
    return CriteriaDraft.model_validate(criteria() | changes)


def numbers(found: CriteriaDraft) -> list[str]:
    return [spot.node.id for spot in found.spots]


def new(number: str = "9", points: float = 1) -> Node:
    return Node.model_validate(leaf(number, points))


ALL = ["1", "1.1", "1.1.1", "1.1.2", "1.2", "2", "T", "T.1", "P"]


@pytest.mark.parametrize("ref", published("par_index"))
def test_a_sound_set_has_nothing_to_list(ref: str) -> None:
    found = drafted(published("par_index")[ref].definition)
    assert found.listed == ()
    assert CriteriaSet.model_validate(found.model_dump()) == published("par_index")[ref].definition


def test_faults_name_their_node_and_their_part() -> None:
    data = criteria()
    data["fields"][0]["children"][0]["max"] = 3
    data["fields"][2].pop("cap")
    data["bands"] = [{"name": "A", "gte": 80}, {"name": "A", "gte": 90}]
    data["claims"]["total"] = 7
    found = CriteriaDraft.model_validate(data)
    assert found.listed == (
        Fault(number="1", part="max", vi="1: các mục con cộng lại 3,5 điểm, điểm tối đa ghi 3"),
        Fault(number="1.1", part="max", vi="1.1: các mục con cộng lại 2,5 điểm, điểm tối đa ghi 3"),
        Fault(number="T", part="id", vi="T: nhóm điểm thưởng, điểm trừ phải có cap"),
        Fault(number="", part="bands", vi="loại bị trùng: A"),
        Fault(number="", part="bands", vi="mốc xếp loại phải giảm dần"),
        Fault(number="", part="claims", vi="các lĩnh vực cộng lại 5 điểm, tổng ghi 7"),
    )
    with pytest.raises(ValidationError):
        CriteriaSet.model_validate(data)


def test_each_part_must_be_sound_by_itself() -> None:
    with pytest.raises(ValidationError):
        draft(index_year=1900)
    with pytest.raises(ValidationError):
        drafted(small(), fields=())


def test_changing_one_part_keeps_the_others() -> None:
    found = drafted(small(), decimals=4)
    assert (found.decimals, found.fields, found.claims) == (4, small().fields, small().claims)


def test_a_node_is_replaced_wherever_it_stands() -> None:
    found = replaced(draft(), "1.1.2", new("1.1.9", 1))
    assert numbers(found) == [*ALL[:3], "1.1.9", *ALL[4:]]
    assert found.listed == ()
    assert numbers(replaced(draft(), "1.1")) == ["1", "1.2", "2", "T", "T.1", "P"]
    assert numbers(replaced(draft(), "2", new("a"), new("b"))) == [*ALL[:5], "a", "b", *ALL[6:]]
    with pytest.raises(KeyError):
        replaced(draft(), "7", new())


def test_a_node_is_added_last() -> None:
    assert numbers(added(draft(), "", new())) == [*ALL, "9"]
    assert numbers(added(draft(), "1.1", new())) == [*ALL[:4], "9", *ALL[4:]]
    found = added(draft(), "1.2", new())
    assert [child.id for child in found.node("1.2").children] == ["9"]
    assert ("1.2", "method") in [(fault.number, fault.part) for fault in found.listed]
    with pytest.raises(KeyError):
        added(draft(), "7", new())


@pytest.mark.parametrize(
    ("number", "by", "after"),
    [
        ("1.2", -1, ["1", "1.2", "1.1", "1.1.1", "1.1.2", "2", "T", "T.1", "P"]),
        ("1.1", 1, ["1", "1.2", "1.1", "1.1.1", "1.1.2", "2", "T", "T.1", "P"]),
        ("1.1.2", -1, ["1", "1.1", "1.1.2", "1.1.1", "1.2", "2", "T", "T.1", "P"]),
        ("2", -1, ["2", "1", "1.1", "1.1.1", "1.1.2", "1.2", "T", "T.1", "P"]),
        ("1", -1, ALL),
        ("P", 1, ALL),
        ("T.1", 1, ALL),
    ],
)
def test_a_node_is_shifted_among_its_siblings(number: str, by: int, after: list[str]) -> None:
    assert numbers(shifted(draft(), number, by)) == after


def test_a_node_is_moved_with_all_below_it() -> None:
    assert numbers(moved(draft(), "1.1", "2")) == ["1", "1.2", "2", "1.1", "1.1.1", "1.1.2", "T", "T.1", "P"]
    assert numbers(moved(draft(), "1.1", "")) == ["1", "1.2", "2", "T", "T.1", "P", "1.1", "1.1.1", "1.1.2"]
    assert numbers(moved(draft(fields=[leaf("1", 5)]), "1", "")) == ["1"]


@pytest.mark.parametrize("parent", ["1", "1.1", "1.1.2"])
def test_a_node_cannot_stand_below_itself(parent: str) -> None:
    with pytest.raises(ValueError, match="below itself"):
        moved(draft(), "1", parent)


@pytest.mark.parametrize(("number", "parent"), [("7", "1"), ("1", "7")])
def test_only_what_is_there_is_moved(number: str, parent: str) -> None:
    with pytest.raises(KeyError):
        moved(draft(), number, parent)
    with pytest.raises(KeyError):
        shifted(draft(), "7", 1)


def test_below() -> None:
    assert below(draft().node("1")) == {"1.1", "1.1.1", "1.1.2", "1.2"}
    assert below(draft().node("2")) == frozenset()
