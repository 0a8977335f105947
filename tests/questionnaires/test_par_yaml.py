"""A set written as YAML is the same set, with the same content hash."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.loader import DefinitionError, content_hash, parse, plain_value, published
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_yaml import canonical, in_lines, on_a_line, to_json, to_yaml
from tests.questionnaires.par_samples import criteria, leaf, small

WORDS = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)
NUMBERS = st.decimals(min_value=0, max_value=100, places=4)


def test_a_set_comes_back_with_its_hash() -> None:
    text = to_yaml(small())
    loaded = parse(text, CriteriaSet, name="x.yaml")
    assert loaded.definition == small()
    assert loaded.content_hash == content_hash(canonical(small()))
    assert to_yaml(loaded.definition) == text


def test_it_reads_well() -> None:
    text = to_yaml(small())
    assert '      - id: "1.1"\n        name: Mục 1.1\n        max: 2.5\n' in text
    assert "            rule: {kind: ratio, floor: 0.8, full_at: 1}\n" in text
    assert "              - {key: a, label: Số đạt, unit: hồ sơ}\n" in text
    assert "  - {name: A, gt: 90}\n" in text
    assert "max: 0.5\n" in text


def test_long_lines_are_folded_and_long_tables_opened() -> None:
    items = [{"text_vi": f"Yêu cầu thứ {n} dài", "points": 0.5} for n in range(4)]
    long = " ".join(["chữ"] * 100)
    fields = [leaf("1", 2, rule={"kind": "checklist", "items": items}, legal_text=long)]
    text = to_yaml(CriteriaSet.model_validate({**criteria(), "claims": None, "fields": fields}))
    assert "        - {text_vi: Yêu cầu thứ 0 dài, points: 0.5}\n" in text
    assert max(map(len, text.splitlines())) <= 121
    assert not any(line.endswith(" ") for line in text.splitlines())
    assert parse(text, CriteriaSet, name="x.yaml").definition.fields[0].legal_text == long


def test_a_set_is_stored_as_json_that_is_yaml_too() -> None:
    text = to_json(small())
    assert '\n       "id": "1.1.1",\n' in text
    for each in (text, f"# YAML\n{text}"):
        loaded = parse(each, CriteriaSet, name="x.yaml")
        assert loaded.definition == small()
        assert loaded.content_hash == content_hash(canonical(small()))
    bad = text.replace('"version": 3', '"version": "x"')
    with pytest.raises(DefinitionError, match=r"x\.yaml:4: version: phải là số nguyên"):
        parse(bad, CriteriaSet, name="x.yaml")


@pytest.mark.parametrize("ref", ["province-2017@1", "province-2022@1", "commune-2026@1"])
def test_shipped_sets_are_stored_with_their_hash(ref: str) -> None:
    shipped = published("par_index")[ref]
    stored = parse(to_json(shipped.definition), CriteriaSet, name="x")
    assert (stored.definition, stored.content_hash) == (shipped.definition, shipped.content_hash)


@pytest.mark.parametrize("value", ["0.80", "1e-7", "[{}, [], '', null, yes]", '"\\x7f\\u2028\\uFEFF\\\\"'])
def test_what_is_stored_is_what_is_written(value: str) -> None:
    rule = {"kind": "x", "floor": plain_value(value, "x")}
    found = CriteriaSet.model_validate({**criteria(), "claims": None, "fields": [leaf("1", 1, rule=rule)]})
    for text in (to_json(found), f"# YAML\n{to_json(found)}", to_yaml(found)):
        assert repr(parse(text, CriteriaSet, name="x").definition) == repr(found)


def test_what_goes_without_saying_is_left_out() -> None:
    data = canonical(small())
    assert data["schema_version"] == 1
    assert "decimals" not in data
    assert "complete" not in data
    assert data["fields"][1]["max"] == 2
    assert type(data["fields"][1]["max"]) is int
    assert data["legal_basis"] == [{"title": "Quyết định", "date": "2025-10-15", "verified": False}]
    assert data["claims"]["by_method"] == {"appraisal": 3, "survey_leaders": 2}


def test_a_file_that_says_it_anyway_is_the_same_set_with_another_hash() -> None:
    text = to_yaml(small())
    said = parse(f"{text}decimals: 2\n", CriteriaSet, name="x.yaml")
    assert said.definition == small()
    assert said.content_hash != content_hash(canonical(small()))
    assert to_yaml(said.definition) == text


@given(words=WORDS, number=NUMBERS)
def test_any_words_and_numbers_come_back(words: str, number: Decimal) -> None:
    rule = {"kind": "x", "label": words, "list": [number, {"deep": [words, None, True]}]}
    fields = [leaf("1", number, name=words, legal_text=words, rule=rule, note="1.10")]
    found = CriteriaSet.model_validate({**criteria(), "claims": None, "fields": fields})
    for written in (to_yaml, to_json):
        loaded = parse(written(found), CriteriaSet, name="x.yaml")
        assert loaded.definition == found
        assert loaded.content_hash == content_hash(canonical(found))


@pytest.mark.parametrize(
    ("value", "line", "lines"),
    [
        ({"a": Decimal("0.80"), "b": [{"gte": 1, "c": ""}]}, "{a: 0.80, b: [{gte: 1, c: ''}]}", None),
        ([{"a": "A", "b": 1}, {"a": "B", "b": 0}], "[{a: A, b: 1}, {a: B, b: 0}]", "- {a: A, b: 1}\n- {a: B, b: 0}"),
        ([{"a": 10**90}], None, f"- a: {10**90}"),
    ],
)
def test_values_on_a_line_and_on_lines(value: Any, line: str | None, lines: str | None) -> None:
    assert on_a_line(value) == (line or on_a_line(value))
    assert in_lines(value) == (lines or line)
    assert plain_value(on_a_line(value), "x") == plain_value(in_lines(value), "x") == value
