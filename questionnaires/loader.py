"""Reads definition files; an error names the file, the line and the path, in both languages."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scanner import RoundTripScanner

from questionnaires.base import Definition, Place
from questionnaires.index_methods import IndexMethod
from questionnaires.model import Questionnaire
from questionnaires.par_sets import CriteriaSet
from questionnaires.provinces import Province
from questionnaires.targets import TargetSet
from questionnaires.validity import ValidityRules

D = TypeVar("D", bound=Definition)

FOLDER = Path(__file__).parent
MODELS: Mapping[str, type[Definition]] = {
    "satisfaction": Questionnaire,
    "methods": IndexMethod,
    "validity": ValidityRules,
    "targets": TargetSet,
    "provinces": Province,
    "par_index": CriteriaSet,
}
MOST_DIGITS = 30  # before or after the point; a longer number is a slip, and 1e999999999 would never end
MOST_VALUES = 1_000_000
DEEPEST = 100  # a set of 40 levels has less; the time to read YAML grows with the square of what is open at once

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
    "decimal_max_places": "quá nhiều chữ số thập phân",
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
    plain = _expanded(_mapping(_data(text, name), name), name)
    try:
        definition = model.model_validate(plain)
    except ValidationError as error:
        data = _mapping(_yaml(text, name), name)
        faults = tuple(_problem(data, detail) for detail in error.errors())
        raise DefinitionError(name, faults) from None
    return Loaded(definition, content_hash(plain), text)


def plain_value(text: str, name: str) -> Any:
    """The plain data of any YAML text, numbers exact as written; DefinitionError when it is none."""
    return _expanded(_data(text, name), name)


def content_hash(plain: object) -> str:
    """SHA-256 of the canonical JSON of plain data; 0.5 counts the same as 0.50, and 1.0 as 1."""
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_in_json)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _in_json(value: object) -> float | str:
    """What JSON has no form for: a decimal as a number where that is exact, anything else as text."""
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


@cache
def published(family: str) -> Mapping[str, Loaded[Any]]:
    """Every definition of a family (a key of `MODELS`) by its ref.

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


def criteria_set(ref: str) -> Loaded[CriteriaSet]:
    """The published criteria set of that ref; KeyError when there is none."""
    return published("par_index")[ref]


def validity_rules(ref: str) -> Loaded[ValidityRules]:
    """The published validity rules of that ref; KeyError when there are none."""
    return published("validity")[ref]


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
        "rules": ValidityRules,
        "block": CriteriaSet,
    }
    data = _mapping(_data(text, name), name)
    for key, model in keys.items():
        if key in data:
            return model
    vi, en = "không rõ loại định nghĩa", "unknown kind of definition"
    raise DefinitionError(name, (Problem(1, "", f"{vi}: cần {', '.join(keys)}", f"{en}: needs {', '.join(keys)}"),))


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if number.adjusted() > MOST_DIGITS or int(number.as_tuple().exponent) < -MOST_DIGITS:
        raise ValueError(f"too many digits: {text[:MOST_DIGITS]}")
    return number


class _Deep(Exception):
    """More is open at once than `DEEPEST`, on this line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Shallow(RoundTripScanner):
    """Stops at the first thing that is nested too deeply, before what is in it is looked at."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:
        self._refuse_deep()
        super().fetch_flow_collection_start(TokenClass, to_push)

    def add_indent(self, column: int) -> bool:
        self._refuse_deep()
        return bool(super().add_indent(column))

    def _refuse_deep(self) -> None:
        if len(self.flow_context) + len(self.indents) >= DEEPEST:
            raise _Deep(self.reader.line + 1)


class _AsWritten(RoundTripConstructor):
    """Leaves dates to the models, which name the wrong ones, and reads 0.3 as three tenths."""

    def exact_number(self, node: ScalarNode) -> object:
        try:
            return _number(node.value.replace("_", ""))
        except InvalidOperation:  # .inf, .nan
            return self.construct_yaml_float(node)


_AsWritten.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)
_AsWritten.add_constructor("tag:yaml.org,2002:float", _AsWritten.exact_number)


@lru_cache(maxsize=8)  # reading is slow, and a stored set is read by several models one after the other
def _document(text: str) -> Any:
    yaml = YAML(typ="rt")
    yaml.Scanner, yaml.Constructor = _Shallow, _AsWritten
    return yaml.load(text)


def _data(text: str, name: str) -> Any:
    """What a text says. JSON is YAML that can be read thirty times as fast; stored sets are written in it."""
    found = _json(text)
    return _yaml(text, name) if found is None else found


def _json(text: str) -> Any:
    """None for what is no JSON, or must be refused: the reader of YAML knows why, and on which line."""
    try:
        return json.loads(text, parse_float=_number, parse_constant=_no_number, object_pairs_hook=_unique)
    except (ValueError, InvalidOperation, RecursionError):
        return None


def _no_number(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are words in YAML


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate key")
    return found


def _yaml(text: str, name: str) -> Any:
    try:
        return _document(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        fault = Problem(line, "", "sai cú pháp YAML", f"YAML syntax: {error.problem}")
        raise DefinitionError(name, (fault,)) from None
    except (YAMLError, ValueError) as error:
        raise DefinitionError(name, (Problem(1, "", "sai cú pháp YAML", f"YAML syntax: {error}"),)) from None
    except _Deep as deep:
        vi, en = f"lồng quá sâu (quá {DEEPEST} cấp)", f"nested too deeply (more than {DEEPEST} levels)"
        raise DefinitionError(name, (Problem(deep.line, "", vi, en),)) from None


def _mapping(data: Any, name: str) -> Any:
    if not isinstance(data, dict):
        raise DefinitionError(name, (Problem(1, "", "tệp phải là một bảng khóa", "the file must be a mapping"),))
    return data


def _expanded(data: object, name: str) -> Any:
    try:
        if _size(data, {}) <= MOST_VALUES:
            return _plain(data)
    except RecursionError:
        raise _too_deep(name) from None
    raise DefinitionError(name, (Problem(1, "", "tệp quá lớn", "the file is too large"),))


def _size(node: object, known: dict[int, int]) -> int:
    """How many values there are once every alias is written out; a few aliases of aliases can be billions."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in known:
        members = node.values() if isinstance(node, dict) else node
        known[id(node)] = 1 + sum(_size(member, known) for member in members)
    return known[id(node)]


def _too_deep(name: str) -> DefinitionError:
    vi, en = "lồng quá sâu hoặc tự trỏ vào mình", "nested too deeply, or refers to itself"
    return DefinitionError(name, (Problem(1, "", vi, en),))


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, ScalarBoolean):  # true or false with an anchor
        return bool(node)
    return node


def _problem(data: Any, detail: ErrorDetails) -> Problem:
    location, vi, en = said(detail)
    return Problem(_line(data, location), ".".join(str(step) for step in location), vi, en)


def said(detail: ErrorDetails) -> tuple[Place, str, str]:
    """Where a fault stands and what it is, in both languages."""
    if detail["type"] == "definition":
        context = detail["ctx"]
        return (*detail["loc"], *context["at"]), context["vi"], context["en"]
    return detail["loc"], VIETNAMESE.get(detail["type"], VIETNAMESE[""]), detail["msg"]


def line_of(text: str, location: Place, *, name: str) -> int:
    """The line of a place in the YAML text of a definition."""
    return _line(_mapping(_yaml(text, name), name), location)


def _line(node: Any, location: Place) -> int:
    """The line of the deepest part of the location that stands in the file."""
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
