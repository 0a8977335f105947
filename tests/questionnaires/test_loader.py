import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from questionnaires import loader
from questionnaires.loader import DefinitionError, Problem
from questionnaires.model import Questionnaire
from questionnaires.provinces import Province
from questionnaires.targets import TargetSet
from tests.questionnaires.samples import Data

FILES = [(family, path) for family in loader.MODELS for path in sorted((loader.FOLDER / family).glob("*.yaml"))]
SHORT = (loader.FOLDER / "satisfaction" / "qr-short.v1.yaml").read_text("utf-8")
PLAN = (loader.FOLDER / "targets" / "bac-giang-2022.v1.yaml").read_text("utf-8")


def faults(text: str, model: type[Questionnaire | TargetSet | Province]) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionError) as error:
        loader.parse(text, model, name="x.yaml")
    return error.value.problems


def line_of(text: str, words: str) -> int:
    """The only line with these words."""
    (line,) = (n for n, line in enumerate(text.splitlines(), 1) if words in line)
    return line


@pytest.mark.parametrize(("family", "path"), FILES, ids=[path.name for _, path in FILES])
def test_published_files_load_and_are_named_after_their_ref(family: str, path: Path) -> None:
    loaded = loader.read(path, loader.MODELS[family])
    definition = loaded.definition
    assert path.name == f"{definition.id}.v{definition.version}.yaml"
    assert loader.published(family)[definition.ref] == loaded
    assert loader.guess_model(loaded.source, path.name) is loader.MODELS[family]
    assert len(loaded.content_hash) == 64


def test_a_questionnaire_is_found_by_its_ref() -> None:
    assert loader.questionnaire("qr-short@1").definition.id == "qr-short"
    with pytest.raises(KeyError):
        loader.questionnaire("qr-short@99")


# The faulty line of each case ends in "# here".
FAULTS = [
    ("minutes: 1", "minutes: một # here", "minutes", "phải là số nguyên", "valid integer"),
    ("minutes: 1", "minutes: 90 # here", "minutes", "quá lớn", "less than or equal to 60"),
    ("satisfied_from: 4", "satisfied_form: 4 # here", "satisfied_form", "gõ sai tên", "Extra inputs"),
    ("vi: Phiếu khảo sát ngắn qua mã QR", "vi: ' ' # here", "title.vi", "không được để trống", "must not be empty"),
    ("kind: number", "kind: slider # here", "sections.1.items.0.kind", "danh sách cho phép", "'rating'"),
    ("- code: CC0", "- code: TT0 # here", "sections.0.items.2", "bị trùng: TT0", "duplicate item code: TT0"),
    ("general: PA0", "general: CHO # here", "factors.4.general", "CHO không phải", "CHO is not a rating item"),
    ("overall: CHUNG", "overall: X # here", "overall", "X không phải", "X is not a rating item"),
    ("date: 2017-10-10", "date: 2017-02-30 # here", "legal_basis.0.date", "ngày không đúng", "day value"),
    ("date: 2017-10-10", "date: 10/10/2017 # here", "legal_basis.0.date", "ngày không đúng", "valid date"),
    ("verified: false", "verified: chưa # here", "legal_basis.0.verified", "true hoặc false", "valid boolean"),
    ("scale:\n  - {vi: Rất không hài lòng, en: Very dissatisfied}", "scale: # here", "scale", "thiếu", "at least 5"),
]


@pytest.mark.parametrize(("old", "new", "path", "vi", "en"), FAULTS, ids=[new for _, new, *_ in FAULTS])
def test_a_fault_is_named_by_line_and_path_in_both_languages(old: str, new: str, path: str, vi: str, en: str) -> None:
    assert old in SHORT
    broken = SHORT.replace(old, new, 1)
    (fault,) = faults(broken, Questionnaire)
    assert (fault.line, fault.path) == (line_of(broken, "# here"), path)
    assert vi in fault.vi
    assert en in fault.en


def test_a_missing_key_is_named_where_its_parent_stands() -> None:
    (fault,) = faults(SHORT.replace("scale_verified: false", ""), Questionnaire)
    assert (fault.line, fault.path, fault.vi) == (1, "scale_verified", "thiếu mục bắt buộc")
    broken = SHORT.replace("        longest: 1000\n", "")
    (fault,) = faults(broken, Questionnaire)
    assert (fault.line, fault.path) == (line_of(broken, "- code: YK"), "sections.1.items.1")
    assert fault.en == "longest goes with text"


def test_a_condition_on_a_later_question_is_named_where_it_stands() -> None:
    condition = "        only_if: {item: KQ0, options: ['4']}\n"
    broken = SHORT.replace("        required: true\n", condition, 1)
    (fault,) = faults(broken, Questionnaire)
    assert (fault.line, fault.path) == (line_of(broken, "only_if"), "sections.0.items.0.only_if")
    assert fault.vi == "điều kiện theo KQ0: câu này phải được hỏi trước"
    assert fault.en == "condition on KQ0: it must be asked before"


@pytest.mark.parametrize(
    ("old", "new", "path", "en"),
    [
        ('"level": "district"', '"level": "town"', "units.3.level", "no level town"),
        ('"parent": "p"', '"parent": "q"', "units.1.parent", "no unit q"),
        ('"field": "land"', '"field": "lan"', "counters.0.field", "no field lan"),
        ('"land": 10', '"lan": 10', "dossiers.0.by_field.lan", "no field lan"),
        ('"until": "2025-07-01"', '"until": "1990-07-01"', "units.3.until", "until must come after since"),
    ],
)
def test_a_wrong_reference_in_a_province_is_named(tiny: Data, old: str, new: str, path: str, en: str) -> None:
    broken = json.dumps(tiny, indent=1).replace(old, new, 1)
    (fault,) = faults(broken, Province)
    assert (fault.line, fault.path, fault.en) == (line_of(broken, new), path, en)


def test_a_duplicate_target_is_named() -> None:
    broken = PLAN.replace("- key: bg-2022-land", "- key: bg-2022-overall # here")
    (fault,) = faults(broken, TargetSet)
    assert (fault.line, fault.path) == (line_of(broken, "# here"), "targets.1")
    assert fault.vi == "mã mục tiêu bị trùng: bg-2022-overall"


@pytest.mark.parametrize(
    ("text", "line", "vi", "en"),
    [
        ("id: x\ntitle: [a", 2, "sai cú pháp YAML", "YAML syntax: expected ',' or ']'"),
        ("id: x\nid: y\n", 2, "sai cú pháp YAML", "duplicate key"),
        ("id: x\n\ttitle: y\n", 2, "sai cú pháp YAML", "YAML syntax"),
        ("id: !!int x\n", 1, "sai cú pháp YAML", "YAML syntax: invalid literal"),
        ("id: \x07", 1, "sai cú pháp YAML", "special characters are not allowed"),
        ("- a\n- b\n", 1, "tệp phải là một bảng khóa", "the file must be a mapping"),
        ("", 1, "tệp phải là một bảng khóa", "the file must be a mapping"),
    ],
)
def test_broken_yaml(text: str, line: int, vi: str, en: str) -> None:
    (fault,) = faults(text, Questionnaire)
    assert (fault.line, fault.path, fault.vi) == (line, "", vi)
    assert en in fault.en


def test_a_syntax_error_without_a_place_is_still_a_definition_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(self: YAML, stream: str) -> None:
        raise MarkedYAMLError(problem="lost")

    monkeypatch.setattr(YAML, "load", lost)
    (fault,) = faults("id: x", Questionnaire)
    assert (fault.line, fault.en) == (1, "YAML syntax: lost")


def test_all_faults_are_reported_with_the_name_of_the_file() -> None:
    broken = SHORT.replace("minutes: 1", "minutes: 0").replace("overall: CHUNG", "overal: CHUNG")
    with pytest.raises(DefinitionError) as error:
        loader.parse(broken, Questionnaire, name="phieu.yaml")
    assert len(error.value.problems) == 3
    lines = str(error.value).splitlines()
    assert lines[0] == f"phieu.yaml:{line_of(broken, 'minutes: 0')}: minutes: quá nhỏ | " + error.value.problems[0].en
    assert all(line.startswith("phieu.yaml:") for line in lines)
    with pytest.raises(DefinitionError, match=r"x\.yaml:1: \(tệp\): tệp phải là"):
        loader.parse("", Questionnaire, name="x.yaml")


def test_a_fault_without_a_translation_still_says_something() -> None:
    (fault,) = faults(SHORT.replace("\nversion: 1", f"\nversion: '{'9' * 5000}'"), Questionnaire)
    assert (fault.path, fault.vi) == ("version", "giá trị không hợp lệ")


def test_utf_8_with_or_without_mark_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "phieu.yaml"
    path.write_text(SHORT, "utf-8-sig")
    assert loader.read(path, Questionnaire).definition.id == "qr-short"
    path.write_bytes(b"id: x\ntitle: \xe0\xff\n")
    with pytest.raises(DefinitionError) as error:
        loader.read(path, Questionnaire)
    assert error.value.problems == (Problem(2, "", "tệp phải lưu bằng mã UTF-8", "the file must be saved as UTF-8"),)
    assert error.value.file == "phieu.yaml"


# --- the hash of the content


def hashed(text: str) -> str:
    return loader.parse(text, TargetSet, name="x.yaml").content_hash


def test_comments_layout_and_order_do_not_change_the_hash() -> None:
    yaml = YAML(typ="safe", pure=True)
    plain = yaml.load(PLAN)
    compact = json.dumps(plain, default=str)
    upside_down = json.dumps(dict(reversed(plain.items())), indent=4, default=str)
    anchored = PLAN.replace("verified: true", "verified: &yes true", 1)
    for text in (f"# ghi chú\n{PLAN}\n# hết\n", compact, upside_down, anchored):
        assert hashed(text) == hashed(PLAN)


@pytest.mark.parametrize(
    ("old", "new"), [("value: 90", "value: 91"), ("đạt tối thiểu", "đạt trên"), ("verified: true", "verified: false")]
)
def test_content_changes_the_hash(old: str, new: str) -> None:
    assert old in PLAN.replace("\n      ", " ")
    assert hashed(PLAN.replace("\n      tối", " tối").replace(old, new)) != hashed(PLAN)


def test_the_hash_is_sha_256_of_canonical_json() -> None:
    expected = hashlib.sha256('{"a":["Hài lòng",1,true,null],"b":2}'.encode()).hexdigest()
    assert loader.content_hash({"b": 2, "a": ["Hài lòng", 1, True, None]}) == expected


# --- families of files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Puts files into an empty family of questionnaires."""
    (tmp_path / "satisfaction").mkdir()
    monkeypatch.setattr(loader, "FOLDER", tmp_path)
    loader.published.cache_clear()

    def put(name: str, text: str) -> None:
        (tmp_path / "satisfaction" / name).write_text(text, "utf-8")

    yield put
    loader.published.cache_clear()


def test_two_files_may_not_claim_the_same_ref(folder: Callable[..., None]) -> None:
    folder("a.yaml", SHORT)
    folder("b.yaml", SHORT)
    with pytest.raises(DefinitionError, match=r"b\.yaml:1: id: trùng qr-short@1 \| duplicate qr-short@1"):
        loader.published("satisfaction")


def test_versions_stand_side_by_side(folder: Callable[..., None]) -> None:
    folder("a.yaml", SHORT)
    folder("b.yaml", SHORT.replace("\nversion: 1", "\nversion: 2"))
    assert list(loader.published("satisfaction")) == ["qr-short@1", "qr-short@2"]


def test_a_definition_of_no_kind() -> None:
    with pytest.raises(DefinitionError, match="không rõ loại định nghĩa: cần sections, measure, targets, units"):
        loader.guess_model("id: x\nversion: 1\n", "x.yaml")
