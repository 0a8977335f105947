"""Numbers are read as they are written, and what cannot be read ends in a fault, not in a crash."""

from decimal import Decimal
from typing import Any

import pytest

from questionnaires import loader
from questionnaires.loader import DEEPEST, DefinitionError, content_hash, plain_value
from questionnaires.par_sets import CriteriaSet


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.5", "0.5"),
        ("0.50", "0.50"),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("1e3", "1E+3"),
        ("1_000.5", "1000.5"),
        ("&a 0.3", "0.3"),
    ],
)
def test_a_number_is_the_decimal_that_was_written(text: str, number: str) -> None:
    found = plain_value(text, "x")
    assert (type(found), str(found)) == (Decimal, number)


def test_what_is_no_decimal_stays_what_it_is() -> None:
    assert plain_value("[1, .inf, '0.5', 2025-10-15, null]", "x") == [1, float("inf"), "0.5", "2025-10-15", None]
    assert type(plain_value("1", "x")) is int


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", f"0.{'0' * 30}1"])
def test_a_number_without_end_is_refused(number: str) -> None:
    with pytest.raises(DefinitionError, match="YAML syntax: too many digits"):
        plain_value(f"a: {number}", "x")


@pytest.mark.parametrize(
    ("text", "line"),
    [("[" * 100_000, 1), ("{" * 200, 1), (f"a:\n  {'- ' * 200}", 2), (f"a: b\nc: {'[' * 200}", 2), ("? " * 200, 1)],
)
def test_what_is_too_deep_is_refused_on_its_line(text: str, line: int) -> None:
    with pytest.raises(DefinitionError, match=rf"x\.yaml:{line}: \(tệp\): lồng quá sâu \(quá {DEEPEST} cấp\)"):
        plain_value(text, "x.yaml")


def test_the_scanner_stops_where_it_is_too_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading on takes seconds for what is open a hundred thousand times at once."""
    opened = []
    fetch = loader.RoundTripScanner.fetch_flow_collection_start

    def count(self: Any, *given: Any) -> None:
        opened.append(given)
        fetch(self, *given)

    monkeypatch.setattr(loader.RoundTripScanner, "fetch_flow_collection_start", count)
    with pytest.raises(DefinitionError, match="nested too deeply"):
        plain_value("[" * 100_000, "x")
    assert len(opened) <= DEEPEST


def test_what_is_just_not_too_deep_is_read() -> None:
    depth = DEEPEST - 2
    found = plain_value(f"# YAML\na: {'[' * depth}1{']' * depth}", "x")["a"]
    for _ in range(depth):
        (found,) = found
    assert found == 1


@pytest.mark.parametrize("text", [f"{'[' * 600}{']' * 600}", "&a [*a]"])
def test_what_is_too_deep_or_holds_itself_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"x\.yaml:1: \(tệp\): lồng quá sâu .*nested too deeply"):
        plain_value(text, "x.yaml")


def test_aliases_of_aliases_are_not_written_out() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(DefinitionError, match=r"x:1: \(tệp\): tệp quá lớn | the file is too large"):
        plain_value("\n".join(lines), "x")
    assert len(plain_value("\n".join(lines[:3]), "x")["a2"]) == 10


def test_a_tree_that_is_too_deep_is_refused() -> None:
    node = "{id: x, children: ["
    with pytest.raises(DefinitionError, match="nested too deeply"):
        loader.parse(f"fields: [{node * 200}{']}' * 200}]", CriteriaSet, name="x.yaml")


# --- JSON is YAML that is read another way: with a remark before it, it is read as any other YAML


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, 0.50, 1e3, -0.5, true, null, "0.5", "a\\u00e0\\n"], "1": {}}',
        "0.1234567890123456789",
        '{"a": NaN, "b": Infinity, "c": 1e99999999999999999999}',
        '"yes"',
    ],
)
def test_json_says_the_same_as_yaml(text: str) -> None:
    found, other = plain_value(text, "x"), plain_value(f"# YAML\n{text}", "x")
    assert repr(found) == repr(other)


@pytest.mark.parametrize(
    ("text", "line", "en"),
    [
        ('{"id": "x",\n "id": "y"}', 2, "duplicate key"),
        ('{"id": 1e999999999}', 1, "too many digits"),
        ('{"id": "x"', 1, "expected ',' or '}'"),
        (f'{{"id": {"[" * 600}{"]" * 600}}}', 1, "nested too deeply"),
        (f'{{"id": {"[" * 100_000}{"]" * 100_000}}}', 1, "nested too deeply"),
        ('["id"]', 1, "the file must be a mapping"),
        ('{"id": "set",\n "version": "x"}', 2, "valid integer"),
    ],
)
def test_json_is_refused_as_yaml_is(text: str, line: int, en: str) -> None:
    with pytest.raises(DefinitionError) as error:
        loader.parse(text, CriteriaSet, name="x")
    assert (line, True) in {(problem.line, en in problem.en) for problem in error.value.problems}


def test_the_hash_goes_by_the_number_not_by_its_zeros() -> None:
    assert content_hash(Decimal("0.50")) == content_hash(0.5)
    assert content_hash(Decimal("1.0")) == content_hash(1)
    exact = [Decimal("0.12345678901234567"), Decimal("0.123456789012345678")]
    assert len({content_hash(number) for number in exact}) == 2


def test_a_criteria_set_is_found_by_its_ref_and_known_by_its_block() -> None:
    assert loader.criteria_set("province-2022@1").definition.id == "province-2022"
    with pytest.raises(KeyError):
        loader.criteria_set("province-2022@99")


def test_a_file_of_any_kind_is_read_as_what_it_is() -> None:
    path = loader.FOLDER / "par_index" / "province-2017.v1.yaml"
    assert loader.read_any(path) == loader.criteria_set("province-2017@1")
