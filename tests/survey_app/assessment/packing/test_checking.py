"""A package that nobody touched agrees; whatever is changed in it is named. All without a database."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from questionnaires.loader import parse
from questionnaires.par_sets import CriteriaSet as Definition
from survey_app import cli
from survey_app.assessment.packing import checking, report
from survey_app.assessment.packing.checking import check
from survey_app.assessment.packing.manifest import NAME
from tests.factories.packed import PDF, PLAN, Data, packed
from tests.survey_app.assessment.conftest import body, definition, fields, leaf

Change = Callable[[Data], None]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(packed())
    return path


@pytest.fixture
def of_field(tmp_path: Path) -> Path:
    path = tmp_path / "field.zip"
    path.write_bytes(packed("1"))
    return path


def manifest_of(path: Path) -> Data:
    with zipfile.ZipFile(path) as archive:
        found: Data = json.loads(archive.read(NAME))
        return found


def rewritten(
    path: Path,
    change: Change | None = None,
    *,
    files: dict[str, bytes] | None = None,
    without: tuple[str, ...] = (),
    method: int = zipfile.ZIP_STORED,
) -> Path:
    """A copy with another manifest, with other or further files, or without some."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(held[NAME])
    if change is not None:
        change(manifest)
    held[NAME] = json.dumps(manifest).encode()
    held |= files or {}
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in held.items():
            if name not in without:
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED if name == NAME else method)
    return target


def kinds(path: Path) -> dict[str, str]:
    """The kind of each difference, with its place."""
    return {each.kind: each.place for each in check(path).differences}


def mark(data: Data, number: str, stage: str = "self") -> Data:
    (found,) = [each for each in data["units"][0]["marks"] if (each["leaf"], each["stage"]) == (number, stage)]
    return dict_of(found)


def dict_of(found: Any) -> Data:
    assert isinstance(found, dict)
    return found


# --- a package as it was made


def test_a_package_agrees_and_says_what_it_is(good: Path) -> None:
    checked = check(good)
    assert checked.differences == ()
    assert checked.absent == ()
    assert checked.manifest is not None
    (unit,) = checked.manifest.units
    assert unit.outcome.leaves == {"1.1": "51/20", "1.2": "2", "1.3": "1/2", "2.1": "82/25", "T.1": "1"}
    assert unit.outcome.fields["1"].points == "101/20"
    index = unit.outcome.index
    assert index is not None
    assert (index.percent, index.index, index.band) == ("833/10", "843/10", "Tốt")
    assert index.lower is not None
    said = "\n".join(report.lines(checked, "0" * 64))
    assert "Xã An Cọ, 1 tệp" in said
    assert "Chỉ số: 84,30 %, xếp loại Tốt" in said
    assert report.NO_RANK in said
    assert said.endswith(report.AGREES)


def test_rewriting_without_a_change_agrees(good: Path) -> None:
    assert kinds(rewritten(good)) == {}


def test_of_a_field_there_is_no_index(of_field: Path) -> None:
    checked = check(of_field)
    assert checked.differences == ()
    assert checked.manifest is not None
    found = checked.manifest.units[0].outcome
    assert (set(found.leaves), set(found.fields), found.index) == ({"1.1", "1.2", "1.3"}, {"1"}, None)
    said = "\n".join(report.lines(checked, ""))
    assert "Lĩnh vực 1, 1 đơn vị, 1 tệp" in said
    assert report.NO_RANK not in said


# --- files


def test_a_changed_file_is_found(good: Path) -> None:
    other = PDF[:-1] + b"x"
    (found,) = check(rewritten(good, files={PLAN: other})).differences
    assert (found.kind, found.place) == ("other_content", PLAN)
    assert (found.stated, found.found) == (hashlib.sha256(PDF).hexdigest(), hashlib.sha256(other).hexdigest())
    assert kinds(rewritten(good, files={PLAN: PDF + b"more"})) == {"other_size": PLAN}


def test_files_too_many_and_too_few_are_found(good: Path) -> None:
    assert kinds(rewritten(good, files={"1.1/them.pdf": PDF})) == {"extra_file": "1.1/them.pdf"}
    assert kinds(rewritten(good, without=(PLAN,))) == {"missing_file": PLAN}


def test_a_damaged_entry_is_found(good: Path) -> None:
    content = good.read_bytes()
    at = content.index(PDF)
    good.write_bytes(content[:at] + b"X" + content[at + 1 :])
    assert kinds(good) == {"unreadable": PLAN}


def test_a_file_that_was_gone_before_is_named_and_one_left_out_told(good: Path) -> None:
    def gone(problem: str) -> Change:
        def change(data: Data) -> None:
            data["units"][0]["documents"][0]["files"][0] |= {"path": None, "problem": problem}

        return change

    assert kinds(rewritten(good, gone("gone"), without=(PLAN,))) == {"gone_file": "ke-hoach.pdf"}
    infected = check(rewritten(good, gone("infected"), without=(PLAN,)))
    assert (infected.differences, infected.absent) == ((), ("ke-hoach.pdf (infected)",))
    assert "không có trong gói: ke-hoach.pdf (infected)" in list(report.lines(infected, ""))


@pytest.mark.parametrize("name", ["../ngoai.pdf", "/etc/passwd", "a\\..\\b.pdf", "C:x.pdf", "1.1/../../x", "thu-muc/"])
def test_names_that_lead_outside_are_found(good: Path, name: str) -> None:
    found = kinds(rewritten(good, files={name: b"x"}))
    assert found == {"unsafe_name": name, "extra_file": name}


def test_links_and_names_that_come_twice_are_found(good: Path) -> None:
    link = zipfile.ZipInfo("lien-ket")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(good, "a") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr(PLAN.upper(), PDF)
    found = [(each.kind, each.place) for each in check(good).differences]
    assert ("unsafe_name", "lien-ket") in found
    assert ("twice", PLAN) in found
    assert ("twice", PLAN.upper()) in found


def test_what_would_unpack_to_something_huge_is_not_unpacked(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = bytes(5_000_000)
    assert kinds(rewritten(good, files={PLAN: bomb}, method=zipfile.ZIP_DEFLATED)) == {"other_size": PLAN}

    def believed(data: Data) -> None:
        file = data["units"][0]["documents"][0]["files"][0]
        file |= {"size": len(bomb), "sha256": hashlib.sha256(bomb).hexdigest()}

    assert kinds(rewritten(good, believed, files={PLAN: bomb}, method=zipfile.ZIP_DEFLATED)) == {"other_size": PLAN}
    monkeypatch.setattr(checking, "MOST_ENTRIES", 1)
    assert kinds(good) == {"too_large": NAME}


def test_entries_that_overlap_are_not_read(good: Path) -> None:
    """Many names for the same bytes: together they are larger than the file that holds them."""
    content = bytearray(good.read_bytes())
    at = content.index(b"PK\x01\x02")
    for place in (20, 24):
        content[at + place : at + place + 4] = (10**8).to_bytes(4, "little")
    good.write_bytes(content)
    assert kinds(good) == {"too_large": NAME}


# --- the manifest


def test_without_a_manifest_nothing_can_be_computed(good: Path, tmp_path: Path) -> None:
    checked = check(rewritten(good, without=(NAME,)))
    assert [each.kind for each in checked.differences] == ["no_manifest"]
    assert checked.manifest is None
    text = tmp_path / "text.zip"
    text.write_text("not a package")
    assert kinds(text) == {"not_a_package": "BadZipFile"}
    lines = list(report.lines(check(text), "0"))
    assert lines == [
        "SHA-256 của gói: 0",
        "không phải gói ZIP đọc được\tBadZipFile",
        "KHÔNG KHỚP: 1 chỗ",
    ]


def test_a_manifest_that_is_none_is_refused(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kinds(rewritten(good, files={NAME: b"{}"}))["bad_manifest"] == "format"
    assert kinds(rewritten(good, files={NAME: b"not json"})) == {"bad_manifest": NAME}
    assert "bad_manifest" in kinds(rewritten(good, lambda data: data.update(more=1)))
    endless = rewritten(good, lambda data: mark(data, "1.3").update(points="1e999999999"))
    assert kinds(endless)["bad_manifest"].endswith(".points")
    monkeypatch.setattr(checking, "MOST_MANIFEST", 10)
    assert kinds(good) == {"too_large": NAME}


def test_a_manifest_that_lies_about_its_size_or_is_damaged_is_refused(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(good.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    monkeypatch.setattr(checking, "MOST_MANIFEST", 50)
    lying = bytearray(content)
    lying[at + 24 : at + 28] = (20).to_bytes(4, "little")
    good.write_bytes(lying)
    assert kinds(good) == {"bad_manifest": NAME}  # what is read beyond 20 bytes has another checksum


def test_whatever_byte_is_damaged_it_is_noticed_or_means_nothing(good: Path) -> None:
    content = good.read_bytes()
    at = content.index(NAME.encode())
    for place in (*range(0, at, 7), *range(at, len(content), 101), *range(len(content) - 90, len(content), 3)):
        good.write_bytes(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])
        check(good)
    inside = at + len(NAME) + 40
    good.write_bytes(content[:inside] + bytes([content[inside] ^ 255]) + content[inside + 1 :])
    assert kinds(good) == {"bad_manifest": NAME}


# --- marks and figures


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: mark(data, "1.1")["inputs"].update(a=40), {"other_rule": "Xã An Cọ, 1.1, self"}),
        (
            lambda data: mark(data, "1.1").update(computed="3", points="3"),
            {"other_rule": "Xã An Cọ, 1.1, self", "other_index": "Xã An Cọ, own"},
        ),
        (lambda data: mark(data, "1.3", "first").update(points="1"), {"other_points": "Xã An Cọ, 1.3"}),
        (lambda data: data["units"][0]["feeds"][0]["inputs"].update(percent=90), {"other_points": "Xã An Cọ, 2.1"}),
        (lambda data: mark(data, "1.2").update(applies=False, reason=""), {"no_reason": "Xã An Cọ, 1.2, self"}),
        (
            lambda data: mark(data, "1.1").update(points="3", reason=""),
            {"no_reason": "Xã An Cọ, 1.1, self", "other_index": "Xã An Cọ, own"},
        ),
        (
            lambda data: mark(data, "1.2").update(inputs={"not_applicable": True}, computed=None),
            {"other_rule": "Xã An Cọ, 1.2, self", "no_reason": "Xã An Cọ, 1.2, self"},
        ),
        (
            lambda data: mark(data, "1.2").update(inputs={}, computed=None),
            {"no_reason": "Xã An Cọ, 1.2, self"},
        ),
        (lambda data: mark(data, "1.1")["inputs"].update(a="many"), {"other_rule": "Xã An Cọ, 1.1, self"}),
        (
            lambda data: mark(data, "1.1")["inputs"].update(a="1" + "0" * 6000, b="1" + "0" * 6000),
            {"other_rule": "Xã An Cọ, 1.1, self"},
        ),
        (lambda data: mark(data, "1.1")["inputs"].update(a="1e-6000"), {"other_rule": "Xã An Cọ, 1.1, self"}),
        (lambda data: mark(data, "1.3").update(leaf="9.9"), {"no_leaf": "Xã An Cọ, 9.9, self"}),
        (lambda data: mark(data, "1.3", "first").update(points="99"), {"impossible": "Xã An Cọ"}),
        (
            lambda data: data["units"][0]["marks"].append(dict(mark(data, "1.3"))),
            {"impossible": "Xã An Cọ"},
        ),
        (lambda data: data["units"][0]["feeds"][0]["inputs"].update(percent="?"), {"impossible": "Xã An Cọ"}),
        (
            lambda data: data["units"][0]["corrections"].append(
                {
                    "leaf": "1.1",
                    "points": "3",
                    "reason": "Nhầm",
                    "proposed_by": 1,
                    "proposed_at": "2026-06-01T00:00:00Z",
                    "confirmed_by": 2,
                    "confirmed_at": "2026-06-01T00:00:00Z",
                }
            ),
            {"other_points": "Xã An Cọ, 1.1"},
        ),
        (
            lambda data: data["units"][0]["outcome"]["leaves"].pop("1.1"),
            {"other_points": "Xã An Cọ, 1.1"},
        ),
        (lambda data: data["units"][0]["outcome"]["leaves"].update({"1.1": None}), {"other_points": "Xã An Cọ, 1.1"}),
        (
            lambda data: data["units"][0]["outcome"]["fields"]["1"].update(points="6"),
            {"other_field": "Xã An Cọ, 1"},
        ),
        (
            lambda data: data["units"][0]["outcome"]["index"].update(index="90"),
            {"other_index": "Xã An Cọ, index"},
        ),
        (
            lambda data: data["units"][0]["outcome"]["index"].update(band="Khá"),
            {"other_index": "Xã An Cọ, band"},
        ),
        (lambda data: data["units"][0]["outcome"]["index"].update(lower=1.0), {"other_index": "Xã An Cọ, lower"}),
        (lambda data: data["units"][0]["outcome"].update(index=None), {"other_index": "Xã An Cọ"}),
        (lambda data: data["units"][0].update(exempt=["1.1"]), {"other_exempt": "Xã An Cọ"}),
        (lambda data: data["units"][0].update(set_ref="other@1"), {"no_set": "Xã An Cọ"}),
    ],
)
def test_a_changed_mark_or_figure_is_found(good: Path, change: Change, expected: dict[str, str]) -> None:
    found = [(each.kind, each.place) for each in check(rewritten(good, change)).differences]
    for pair in expected.items():
        assert pair in found


def test_a_tiny_difference_of_an_interval_is_none(good: Path) -> None:
    def change(data: Data) -> None:
        data["units"][0]["outcome"]["index"]["lower"] += 1e-9

    assert kinds(rewritten(good, change)) == {}


def test_an_index_of_a_field_is_not_believed(of_field: Path, good: Path) -> None:
    index = manifest_of(good)["units"][0]["outcome"]["index"]
    changed = rewritten(of_field, lambda data: data["units"][0]["outcome"].update(index=index))
    assert kinds(changed) == {"other_index": "Xã An Cọ"}


def test_a_unit_without_an_index_is_said_to_have_none(good: Path) -> None:
    def unscored(data: Data) -> None:
        data["units"][0]["outcome"]["index"]["index"] = None

    checked = check(rewritten(good, unscored))
    assert any(line.startswith("Chỉ số: chưa có") for line in report.lines(checked, ""))
    no_band = check(rewritten(good, lambda data: data["units"][0]["outcome"]["index"].update(band=None)))
    assert "Chỉ số: 84,30 %" in list(report.lines(no_band, ""))


# --- the set


def test_a_changed_set_is_found(good: Path) -> None:
    easier = fields()
    easier[0]["children"][0] |= leaf("1.1", 3, rule={"kind": "ratio", "floor": 0.1, "full_at": 0.5})
    text = body(definition(fields=easier))

    def change(data: Data) -> None:
        data["sets"][0]["body"] = text

    found = kinds(rewritten(good, change))
    assert found == {"other_set": "commune-2025@1", "no_set": "Xã An Cọ"}

    def with_hash(data: Data) -> None:
        change(data)
        data["sets"][0]["content_hash"] = parse(text, Definition, name="").content_hash

    assert kinds(rewritten(good, with_hash))["other_rule"] == "Xã An Cọ, 1.1, first"


def test_a_set_that_cannot_be_read_or_has_another_name_is_found(good: Path) -> None:
    assert kinds(rewritten(good, lambda data: data["sets"][0].update(body="a: [")))["bad_set"] == "commune-2025@1"
    assert kinds(rewritten(good, lambda data: data["sets"][0].update(ref="other@1")))["other_set"] == "other@1"


# --- the command


def test_the_command_says_whether_a_package_agrees(good: Path) -> None:
    agreed = CliRunner().invoke(cli.cli, ["package", "check", str(good)])
    assert agreed.exit_code == 0
    assert agreed.output.splitlines()[0] == f"SHA-256 của gói: {hashlib.sha256(good.read_bytes()).hexdigest()}"
    assert "KHỚP" in agreed.output
    changed = rewritten(good, lambda data: mark(data, "1.3", "first").update(points="1"))
    differs = CliRunner().invoke(cli.cli, ["package", "check", str(changed)])
    assert differs.exit_code == 1
    assert "điểm được tính của tiêu chí khác\tXã An Cọ, 1.3: ghi 1/2, tính lại 1" in differs.output
    assert "KHÔNG KHỚP" in differs.output


def test_every_kind_of_difference_has_words() -> None:
    source = Path(checking.__file__).read_text("utf-8")
    used = set(re.findall(r'(?:kind=|_useless\(|_unequal\()"(\w+)"', source))
    assert used == set(report.WORDS)
