"""Reads definition files; an error names the file, the line and the path, in both languages."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from questionnaires.base import Definition
from questionnaires.index_methods import IndexMethod
from questionnaires.model import Questionnaire
from questionnaires.provinces import Province
from questionnaires.targets import TargetSet

D = TypeVar("D", bound=Definition)

FOLDER = Path(__file__).parent
MODELS: Mapping[str, type[Definition]] = {
    "satisfaction": Questionnaire,
    "methods": IndexMethod,
    "targets": TargetSet,
    "provinces": Province,
}

# What pydantic says in English, in Vietnamese; other types fall back to the last line.
VIETNAMESE = {
    "missing": "thiếu mục bắt buộc",
    "extra_forbidden": "mục không được dùng ở đây (gõ sai tên?)",
    "string_type": "phải là chữ",
    "string_too_long": "quá dài",
    "string_pattern_mismatch": "mã không đúng dạng",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "decimal_parsing": "phải là số",
    "decimal_type": "phải là số",
    "finite_number": "phải là số",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "tuple_type": "phải là danh sách",
    "dict_type": "phải là bảng khóa",
    "model_type": "phải là bảng khóa",
    "enum": "không thuộc danh sách cho phép",
    "literal_error": "không thuộc danh sách cho phép",
    "too_short": "danh sách thiếu phần tử",
    "too_long": "danh sách thừa phần tử",
    "greater_than": "quá nhỏ",
    "greater_than_equal": "quá nhỏ",
    "less_than_equal": "quá lớn",
    "date_type": "ngày không đúng (cần dạng 2025-07-01)",
    "date_from_datetime_inexact": "ngày không đúng (cần dạng 2025-07-01)",
    "date_from_datetime_parsing": "ngày không đúng (cần dạng 2025-07-01)",
    "": "giá trị không hợp lệ",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a definition file, where it stands, in both languages."""

    line: int
    path: str
    vi: str
    en: str


class DefinitionError(Exception):
    """A definition file that cannot be used, with all its faults."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        self.file = file
        self.problems = problems
        lines = (f"{file}:{p.line}: {p.path or '(tệp)'}: {p.vi} | {p.en}" for p in problems)
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Loaded(Generic[D]):
    """A sound definition with the hash of its content (comments and layout do not count)."""

    definition: D
    content_hash: str
    source: str


def read(path: Path, model: type[D]) -> Loaded[D]:
    """Read and check one file.

    Raises
    ------
    DefinitionError
        With every fault that was found, not only the first.
    """
    return parse(_text(path), model, name=path.name)


def read_any(path: Path) -> Loaded[Any]:
    """Like `read`, for a file of whichever kind it turns out to be."""
    text = _text(path)
    return parse(text, guess_model(text, path.name), name=path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fault = Problem(line, "", "tệp phải lưu bằng mã UTF-8", "the file must be saved as UTF-8")
        raise DefinitionError(path.name, (fault,)) from None


def parse(text: str, model: type[D], *, name: str) -> Loaded[D]:
    """Like `read`, for text that is at hand."""
    data = _yaml(text, name)
    plain = _plain(data)
    try:
        definition = model.model_validate(plain)
    except ValidationError as error:
        faults = tuple(_problem(data, detail) for detail in error.errors())
        raise DefinitionError(name, faults) from None
    return Loaded(definition, content_hash(plain), text)


def content_hash(plain: object) -> str:
    """SHA-256 of the canonical JSON of plain data."""
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


@cache
def published(family: str) -> Mapping[str, Loaded[Any]]:
    """Every definition of a family ("satisfaction", "methods", "targets", "provinces") by its ref.

    Raises
    ------
    DefinitionError
        If a file is broken or two files claim the same id and version.
    """
    found: dict[str, Loaded[Any]] = {}
    for path in sorted((FOLDER / family).glob("*.yaml")):
        loaded = read(path, MODELS[family])
        ref = loaded.definition.ref
        if ref in found:
            raise DefinitionError(path.name, (Problem(1, "id", f"trùng {ref}", f"duplicate {ref}"),))
        found[ref] = loaded
    return found


def questionnaire(ref: str) -> Loaded[Questionnaire]:
    """The published questionnaire of that ref; KeyError when there is none."""
    return published("satisfaction")[ref]


def index_method(ref: str) -> Loaded[IndexMethod]:
    """The published method of that ref; KeyError when there is none."""
    return published("methods")[ref]


def guess_model(text: str, name: str) -> type[Definition]:
    """Which kind of definition a file holds, by the key that only this kind has.

    Raises
    ------
    DefinitionError
        If it is none of them.
    """
    keys: dict[str, type[Definition]] = {
        "sections": Questionnaire,
        "measure": IndexMethod,
        "targets": TargetSet,
        "units": Province,
    }
    data = _yaml(text, name)
    for key, model in keys.items():
        if key in data:
            return model
    vi, en = "không rõ loại định nghĩa", "unknown kind of definition"
    raise DefinitionError(name, (Problem(1, "", f"{vi}: cần {', '.join(keys)}", f"{en}: needs {', '.join(keys)}"),))


class _DatesAsText(RoundTripConstructor):
    """Leaves dates to the models, which name the wrong ones."""


_DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


def _yaml(text: str, name: str) -> CommentedMap:
    try:
        yaml = YAML(typ="rt")
        yaml.Constructor = _DatesAsText
        data = yaml.load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        fault = Problem(line, "", "sai cú pháp YAML", f"YAML syntax: {error.problem}")
        raise DefinitionError(name, (fault,)) from None
    except (YAMLError, ValueError) as error:
        raise DefinitionError(name, (Problem(1, "", "sai cú pháp YAML", f"YAML syntax: {error}"),)) from None
    if not isinstance(data, CommentedMap):
        raise DefinitionError(name, (Problem(1, "", "tệp phải là một bảng khóa", "the file must be a mapping"),))
    return data


def _plain(node: Any) -> Any:
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, ScalarBoolean):  # true or false with an anchor
        return bool(node)
    return node


def _problem(data: CommentedMap, detail: ErrorDetails) -> Problem:
    location = detail["loc"]
    vi, en = VIETNAMESE.get(detail["type"], VIETNAMESE[""]), detail["msg"]
    if detail["type"] == "definition":
        context = detail["ctx"]
        location, vi, en = (*location, *context["at"]), context["vi"], context["en"]
    return Problem(_line(data, location), ".".join(str(step) for step in location), vi, en)


def _line(data: CommentedMap, location: tuple[int | str, ...]) -> int:
    """The line of the deepest part of the location that stands in the file."""
    node: Any = data
    line = 1
    for step in location:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1
        else:
            break
        node = node[step]
    return line
