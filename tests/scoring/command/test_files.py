from pathlib import Path

import pytest

from scoring.command.files import fields_of, read_document, read_json, read_text
from scoring.command.problems import Problem
from tests.scoring.command.commands import written


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    assert read_text(str(written(tmp_path, "a.csv", "\ufeffxã\n1\n"))) == "xã\n1\n"


def test_files_that_are_not_there_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"nowhere.csv: không mở được tệp \(No such file"):
        read_text(str(tmp_path / "nowhere.csv"))
    with pytest.raises(Problem, match="không mở được tệp"):
        read_text(str(tmp_path))
    (tmp_path / "old.csv").write_bytes("a\nb\nđ".encode("cp1258"))
    with pytest.raises(Problem, match=r"old\.csv, dòng 3: tệp phải lưu bằng mã UTF-8"):
        read_text(str(tmp_path / "old.csv"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", 'psu: xa\nanswer: [c1, c2]\nlevel: 0.9\n"1.10": true\n'),
        ("a.YML", '{"psu": xa, answer: [c1, c2], level: 0.9, "1.10": true}'),
        ("a.toml", 'psu = "xa"\nanswer = ["c1", "c2"]\nlevel = 0.9\n"1.10" = true\n'),
        ("a.json", '{"psu": "xa", "answer": ["c1", "c2"], "level": 0.9, "1.10": true}'),
    ],
)
def test_the_three_languages_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    found = read_document(str(written(tmp_path, name, text)))
    assert found == {"psu": "xa", "answer": ["c1", "c2"], "level": 0.9, "1.10": True}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "a: [1"),
        ("a.yaml", "a: 1\na: 2"),
        ("a.yaml", "a: &a [*a]"),
        ("a.toml", "a = "),
        ("a.json", "{"),
        ("a.json", '{"a": NaN}'),
    ],
)
def test_broken_documents_are_named(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(Problem, match=f"{name}: sai cú pháp"):
        read_document(str(written(tmp_path, name, text)))


def test_a_number_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"mục 1\.1: khóa phải là chữ"):
        read_document(str(written(tmp_path, "a.yaml", "inputs: [{x: 1}, {1.1: 2}]")))


def test_other_kinds_of_documents_are_refused() -> None:
    with pytest.raises(Problem, match=r"\.yaml, \.yml, \.toml, \.json"):
        read_document("design.ini")


def test_json_has_no_infinity() -> None:
    with pytest.raises(ValueError, match="Infinity is not a JSON number"):
        read_json("[Infinity]")


def test_only_known_keys_are_taken() -> None:
    with pytest.raises(Problem, match="mục psuu: khóa lạ; các khóa được dùng: psu, weight"):
        fields_of({"psuu": 1}, frozenset({"weight", "psu"}), "a.yaml")
    with pytest.raises(Problem, match="phải là một bảng khóa"):
        fields_of([1], frozenset(), "a.yaml")
