"""A criteria set as a table and back: a row for each node, and a short list of what holds for the whole set.

Rows go by Vietnamese column titles, so a spreadsheet made of them can be edited and read again without loss.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from questionnaires.base import Place
from questionnaires.loader import DefinitionError, Problem, plain_value, said
from questionnaires.par_nodes import Node, Spot
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_words import CHOICES, WORDS
from questionnaires.par_yaml import canonical, in_lines, on_a_line

Cell = str | int | float | None
Cells = Mapping[str, Cell]
Data = dict[str, Any]
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "Số hiệu",
        "parent": "Thuộc mục",
        "name": "Tên",
        "name_en": "Tên tiếng Anh",
        "max": "Điểm tối đa",
        "role": "Vai trò",
        "cap": "Mức trần",
        "method": "Phương pháp",
        "kind": "Loại luật",
        "rule": "Tham số của luật",
        "legal_text": "Cách chấm điểm",
        "inputs": "Số liệu (mã | tên | đơn vị tính)",
        "evidence": "Tài liệu kiểm chứng",
        "lead_unit": "Cơ quan chủ trì",
        "lead_unit_code": "Mã cơ quan chủ trì",
        "not_applicable_allowed": "Có thể không áp dụng",
        "special": "Đơn vị đặc thù không đánh giá",
        "source": "Nguồn",
        "points_basis": "Căn cứ của điểm",
        "verified": "Đã đối chiếu văn bản gốc",
        "name_verified": "Tên đã đối chiếu",
        "note": "Ghi chú",
    }
)
HEADER: Mapping[str, str] = MappingProxyType(
    {
        "id": "Mã bộ tiêu chí",
        "version": "Phiên bản",
        "title.vi": "Tên bộ tiêu chí",
        "title.en": "Tên tiếng Anh",
        "block": "Khối",
        "index_year": "Năm chỉ số",
        "denominator": "Mẫu số",
        "decimals": "Số chữ số thập phân",
        "complete": "Đủ mọi cấp",
        "verified": "Đã đối chiếu văn bản gốc",
        "note": "Ghi chú",
        "legal_basis": "Căn cứ pháp lý",
        "claims": "Số liệu văn bản công bố",
        "bands": "Xếp loại",
    }
)
GENERAL = "Thông tin chung"
YES, NO = "Có", "Không"
FLAGS = ("verified", "name_verified", "not_applicable_allowed", "complete")
CHOSEN = ("role", "method", "points_basis", "block", "denominator")
NUMBERS = ("max", "cap")
TABLES = ("legal_basis", "claims", "bands")
LISTED = ("rule", "inputs", "evidence", "special")
SAID = {YES.casefold(): True, "x": True, NO.casefold(): False, "": False}


def set_rows(criteria: CriteriaSet) -> tuple[dict[str, Cell], list[dict[str, Cell]]]:
    """What holds for the whole set, and its nodes, each before its children; both by Vietnamese titles."""
    data = {"decimals": criteria.decimals, "complete": criteria.complete, **canonical(criteria)}
    data |= {f"title.{language}": words for language, words in criteria.title}
    header = {title: _cell(name, data.get(name)) for name, title in HEADER.items()}
    return header, [_row(spot) for spot in criteria.spots]


def _row(spot: Spot) -> dict[str, Cell]:
    data = {**node_data(spot.node), "parent": spot.parent}
    return {title: _cell(name, data.get(name)) for name, title in COLUMNS.items()}


def node_data(node: Node) -> Data:
    """What stands in the columns of a node, before it is put in words: lists as lines, the rule apart from its kind."""
    data = dict(node)
    if node.rule is not None:
        data["kind"] = node.rule["kind"]
        data["rule"] = {key: value for key, value in node.rule.items() if key != "kind"}
    data["inputs"] = "\n".join(" | ".join((each.key, each.label, each.unit or "")).rstrip(" |") for each in node.inputs)
    data["evidence"] = "\n".join(node.evidence)
    data["special"] = ", ".join(node.special)
    return data


def _cell(name: str, value: Any) -> Cell:
    if value is None:
        return None
    if name in FLAGS:
        return YES if value else NO
    if name in CHOSEN:
        return WORDS[value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if name == "rule" or name == "claims":
        return on_a_line(value) if value else None
    if name in TABLES:
        return in_lines(value)
    return value if isinstance(value, int) else str(value)


def from_rows(header: Cells, rows: Sequence[tuple[int, Cells]], *, name: str) -> CriteriaSet:
    """The set of a header and of rows with their numbers in the spreadsheet; a parent stands above its children.

    Refuses what is wrong (DefinitionError), every fault with the number of its row and the title of its column.
    """
    reader = Reader(name)
    data = reader.header(header)
    data["fields"] = reader.nodes(rows)
    reader.stop_if_faulty()
    try:
        return CriteriaSet.model_validate(data)
    except ValidationError as error:
        raise DefinitionError(name, tuple(reader.problem(*said(detail)) for detail in error.errors())) from None


@dataclass(slots=True)
class Reader:
    """Makes plain data of cells; remembers where each node stood, and what could not be read (``faults``)."""

    name: str
    rows: dict[Place, int] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)

    def header(self, cells: Cells) -> Data:
        """What holds for the whole set, from its list."""
        data: Data = {"title": {}}
        for line, (name, title) in enumerate(HEADER.items(), start=1):
            text = _text(cells.get(title))
            if name.startswith("title."):
                data["title"] |= {name.removeprefix("title."): text} if text else {}
            elif name in TABLES and text:
                data[name] = self._yaml(text, line, f"{GENERAL}: {title}")
            elif text or name == "verified":
                data[name] = _value(name, text)
        return data

    def nodes(self, rows: Sequence[tuple[int, Cells]]) -> list[Data]:
        """The fields with all that is below them, from rows with their numbers."""
        fields: list[Data] = []
        known: dict[str, tuple[Place, Data]] = {}
        for number, cells in rows:
            node, parent = self.node(number, cells), _text(cells.get(COLUMNS["parent"]))
            if parent and parent not in known:
                vi, en = f"không có mục {parent} ở dòng trên", f"no {parent} in a row above"
                self.faults.append(Problem(number, COLUMNS["parent"], vi, en))
                continue
            above, holder = known[parent] if parent else ((), {"children": fields})
            siblings = holder.setdefault("children", [])
            at = (*above, "children" if parent else "fields", len(siblings))
            siblings.append(node)
            self.rows[at] = number
            known.setdefault(str(node.get("id", "")), (at, node))
        return fields

    def node(self, number: int, cells: Cells) -> Data:
        """One node without its children, from its row."""
        texts = {name: _text(cells.get(title)) for name, title in COLUMNS.items()}
        simple = (name for name in COLUMNS if name not in ("parent", "kind", *LISTED))
        data = {name: _value(name, texts[name]) for name in simple if texts[name] or name in FLAGS}
        data["inputs"] = self._inputs(texts["inputs"], number)
        data["evidence"] = [line for line in texts["evidence"].splitlines() if line.strip()]
        data["special"] = [code for code in re.split(r"[,;\s]+", texts["special"]) if code]
        if texts["kind"] or texts["rule"]:
            data["rule"] = self._rule(texts["kind"], texts["rule"], number)
        return data

    def _rule(self, kind: str, parameters: str, number: int) -> Data:
        found = self._yaml(parameters or "{}", number, COLUMNS["rule"])
        if not isinstance(found, dict):
            vi, en = "phải là bảng khóa, ví dụ {floor: 0.8, full_at: 1}", "must be a mapping: {floor: 0.8, full_at: 1}"
            self.faults.append(Problem(number, COLUMNS["rule"], vi, en))
            return {}
        return {"kind": kind, **found} if kind else found

    def _inputs(self, text: str, number: int) -> list[Data]:
        found = []
        for line in text.splitlines():
            parts = [part.strip() for part in line.split("|")]
            if len(parts) not in (2, 3):
                vi, en = "mỗi dòng gồm: mã | tên | đơn vị tính", "each line: key | label | unit"
                self.faults.append(Problem(number, COLUMNS["inputs"], vi, en))
            else:
                found.append({name: part for name, part in zip(("key", "label", "unit"), parts, strict=False) if part})
        return found

    def _yaml(self, text: str, number: int, title: str) -> Any:
        try:
            return plain_value(text, self.name)
        except DefinitionError as error:
            self.faults += [Problem(number, title, fault.vi, fault.en) for fault in error.problems]
            return {}

    def stop_if_faulty(self) -> None:
        if self.faults:
            raise DefinitionError(self.name, tuple(self.faults))

    def problem(self, location: Place, vi: str, en: str) -> Problem:
        """A fault of the model by row and column."""
        depth = 0
        while depth + 2 <= len(location) and location[: depth + 2] in self.rows:
            depth += 2
        if depth:
            column = str(location[depth]) if len(location) > depth else "id"
            return Problem(self.rows[location[:depth]], COLUMNS.get(column, column), vi, en)
        path = ".".join(map(str, location[:2]))
        name = next((name for name in HEADER if path == name or path.partition(".")[0] == name), path)
        place = list(HEADER).index(name) + 1 if name in HEADER else 1
        return Problem(place, f"{GENERAL}: {HEADER.get(name, name)}", vi, en)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return YES if cell else NO
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _value(name: str, text: str) -> object:
    if name in FLAGS:
        return SAID.get(text.casefold(), text)
    if name in CHOSEN:
        return CHOICES.get(text.casefold(), text)
    if name in NUMBERS:
        return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    return text
