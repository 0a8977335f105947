"""The files of the command par: a criteria set, and the entries of a unit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from scoring.command.files import fields_of, read_document
from scoring.command.problems import Problem
from scoring.par.index import PLAIN, Mark, check_marks, mark
from scoring.par.inputs import InputError, InputProblem
from scoring.par.kinds import evaluate
from scoring.par.kinds_totals import Total
from scoring.par.numbers import exact, rounded
from scoring.par.parameters import RuleError, RuleProblem
from scoring.par.rules import read_rule
from scoring.par.steps import Score, explain, numeral
from scoring.par.tree import Node, leaves, read_tree
from scoring.par.uncertainty import UncertainLeaf, points_at

# What is wrong with an entry or a rule; both engines give codes.
WRONG: Mapping[str, str] = MappingProxyType(
    {
        InputProblem.MISSING: "thiếu số liệu này",
        InputProblem.UNKNOWN: "quy tắc không hỏi số liệu này",
        InputProblem.NOT_A_NUMBER: "phải là số",
        InputProblem.TOO_MANY_DIGITS: "nhiều nhất 15 chữ số",
        InputProblem.NOT_WHOLE: "phải là số nguyên",
        InputProblem.NEGATIVE: "không được âm",
        InputProblem.OUT_OF_RANGE: "nằm ngoài khoảng cho phép",
        InputProblem.ZERO_DENOMINATOR: "mẫu số bằng 0",
        InputProblem.PART_EXCEEDS_WHOLE: "phần lớn hơn tổng số",
        InputProblem.NOT_YES_NO: "phải là true hoặc false",
        InputProblem.NOT_AN_OPTION: "không thuộc các lựa chọn",
        InputProblem.WRONG_LENGTH: "danh sách không đủ hoặc thừa phần tử",
        InputProblem.NOT_A_DATE: "phải là ngày dạng 2025-12-15",
        InputProblem.NOT_A_LIST: "phải là danh sách",
        InputProblem.NO_VOTES: "không có lượt trả lời nào",
        InputProblem.BOUNDS_REVERSED: "mốc thấp cao hơn mốc cao",
        InputProblem.ALWAYS_APPLIES: "tiêu chí này luôn áp dụng",
        RuleProblem.NOT_A_RULE: "không phải là quy tắc",
        RuleProblem.UNKNOWN_KIND: "không có loại quy tắc này",
        RuleProblem.UNKNOWN_PARAMETER: "mục không được dùng ở đây",
        RuleProblem.MISSING_PARAMETER: "thiếu mục bắt buộc",
        RuleProblem.NOT_A_TEXT: "phải là chữ",
        RuleProblem.EMPTY: "không được trống",
        RuleProblem.TWICE: "bị lặp lại",
        RuleProblem.OUT_OF_ORDER: "sai thứ tự",
        RuleProblem.BAD_TIER: "bậc không hợp lệ",
        RuleProblem.BAD_SUM: "điểm không bằng tổng của các mục con",
        RuleProblem.ABOVE_MAXIMUM: "quy tắc cho điểm vượt điểm tối đa",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaSet:
    """The tree of criteria and its total."""

    tree: Node
    total: Total


@dataclass(frozen=True, slots=True)
class ScoredLeaf:
    """The mark of a leaf, the sentence that explains it, and the estimate behind it where there is one."""

    mark: Mark
    sentence: str
    estimate: UncertainLeaf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit with its scored leaves by code; ``block`` is what it is ranked in."""

    name: str
    block: str
    leaves: Mapping[str, ScoredLeaf]

    @property
    def marks(self) -> dict[str, Mark]:
        """Of all scored leaves."""
        return {code: leaf.mark for code, leaf in self.leaves.items()}

    @property
    def estimates(self) -> tuple[UncertainLeaf, ...]:
        """Of the leaves that are estimated."""
        return tuple(leaf.estimate for leaf in self.leaves.values() if leaf.estimate is not None)


def read_criteria(file: str) -> CriteriaSet:
    """The list of fields, or a mapping with ``fields`` and where wanted ``total``; other keys are notes.

    Raises
    ------
    Problem
        If the file, the tree or a rule is wrong; with the place in the tree.
    """
    data = read_document(file)
    whole = data if isinstance(data, Mapping) else {"fields": data}
    try:
        tree = read_tree(whole.get("fields"))
        given = whole.get("total")
        total = PLAIN if given is None else read_rule({"kind": "total", **fields_of(given, TOTAL_KEYS, file)})
    except RuleError as error:
        raise Problem(WRONG[error.problem], str(error.problem), file=file, place=error.where) from None
    return CriteriaSet(tree=tree, total=cast(Total, total))


def read_unit(file: str, criteria: CriteriaSet) -> Unit:
    """What a unit reports, scored.

    Parameters
    ----------
    file : str
        A mapping: ``inputs`` (code of a leaf to the entries of its rule), ``points`` (code to points given by hand,
        null where the leaf does not apply), ``estimates`` (code to ``share`` and ``standard_error``), ``deducted``
        (code to points taken off); ``unit`` is its name and ``block`` what it is ranked in.
    criteria : CriteriaSet
        The leaves.

    Returns
    -------
    Unit

    Raises
    ------
    Problem
        If a code is no leaf or comes twice, or an entry is wrong; with the place.
    """
    data = fields_of(read_document(file), UNIT_KEYS, file)
    found = {leaf.code: leaf for leaf in leaves(criteria.tree)}
    off = _codes(file, "deducted", data, found)
    scored: dict[str, ScoredLeaf] = {}
    for way, score in WAYS.items():
        for code, value in _codes(file, way, data, found).items():
            where = _Where(file, f"{way}.{code}")
            if code in scored:
                raise where.problem("tiêu chí được chấm bằng hai cách", "scored in two ways")
            less = _Where(file, f"deducted.{code}").number(off.get(code, 0))
            scored[code] = score(where, found[code], value, less)
    idle = next((code for code in off if code not in scored), None)
    if idle is not None:
        raise Problem("trừ điểm một tiêu chí chưa chấm", "not scored", file=file, place=f"deducted.{idle}")
    return Unit(name=str(data.get("unit", Path(file).stem)), block=str(data.get("block", "")), leaves=scored)


def _codes(file: str, way: str, data: Mapping[str, Any], found: Mapping[str, Node]) -> Mapping[str, Any]:
    """A part of the document: codes of leaves to values."""
    given = data.get(way)
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise Problem("phải là một bảng khóa", "must be a mapping", file=file, place=way)
    odd = next((code for code in given if code not in found), None)
    if odd is not None:
        raise Problem("bộ tiêu chí không có mã này", "no such leaf", file=file, place=f"{way}.{odd}")
    return given


@dataclass(frozen=True, slots=True)
class _Where:
    """A place in the file of a unit."""

    file: str
    place: str

    def problem(self, vietnamese: str, english: str) -> Problem:
        return Problem(vietnamese, english, file=self.file, place=self.place)

    def number(self, value: object) -> Decimal:
        try:
            return exact(value)
        except ValueError:
            raise self.problem("phải là số", "not a number") from None

    def mark(self, leaf: Node, points: Score | Decimal | None, less: Decimal) -> Mark:
        """The mark, which must fit the leaf."""
        try:
            given = mark(points, deducted=less)
            check_marks(leaf, {leaf.code: given})
        except ValueError as error:
            raise self.problem(f"điểm phải từ 0 đến {numeral(leaf.maximum)}", str(error)) from None
        return given


def _less(sentence: str, less: Decimal) -> str:
    return f"{sentence}, trừ {numeral(less)} điểm" if less else sentence


def _by_rule(where: _Where, leaf: Node, value: Any, less: Decimal) -> ScoredLeaf:
    if leaf.rule is None:
        raise where.problem("tiêu chí này không có quy tắc: cho điểm ở points", "no rule: give points")
    if not isinstance(value, Mapping):
        raise where.problem("phải là một bảng khóa", "must be a mapping")
    try:
        score = evaluate(leaf.rule, value, leaf.maximum)
    except InputError as error:
        place = _Where(where.file, f"{where.place}.{error.name}")
        raise place.problem(WRONG[error.problem], str(error.problem)) from None
    return ScoredLeaf(where.mark(leaf, score, less), _less(explain(score), less))


def _by_hand(where: _Where, leaf: Node, value: Any, less: Decimal) -> ScoredLeaf:
    points = None if value is None else where.number(value)
    said = "Không áp dụng" if points is None else f"Chấm {numeral(points)} điểm"
    return ScoredLeaf(where.mark(leaf, points, less), _less(said, less))


def _by_estimate(where: _Where, leaf: Node, value: Any, less: Decimal) -> ScoredLeaf:
    names = ("share", "standard_error")
    if not isinstance(value, Mapping) or value.keys() != set(names):
        raise where.problem("cần share và standard_error", "needs share and standard_error")
    share, error = (where.number(value[name]) for name in names)
    if not 0 <= share <= 1 or error < 0:
        raise where.problem("share từ 0 đến 1, standard_error không âm", "out of range")
    try:
        points = points_at(leaf.rule, np.array([float(share)]), float(leaf.maximum))[0]
    except ValueError as fault:
        raise where.problem("quy tắc của tiêu chí không tính từ một tỷ lệ", str(fault)) from None
    worth = rounded(exact(float(points)), 9).normalize()  # beyond nine decimals is binary noise
    said = f"Ước lượng {_points(share)} % (sai số chuẩn {_points(error)} điểm %): {numeral(worth)} điểm"
    uncertain = UncertainLeaf(code=leaf.code, share=float(share), standard_error=float(error))
    return ScoredLeaf(where.mark(leaf, worth, less), _less(said, less), uncertain)


def _points(share: Decimal) -> str:
    return numeral(share * 100)


WAYS: Mapping[str, Callable[[_Where, Node, Any, Decimal], ScoredLeaf]] = MappingProxyType(
    {"inputs": _by_rule, "points": _by_hand, "estimates": _by_estimate}
)
TOTAL_KEYS = frozenset(parameter.name for parameter in Total.PARAMETERS)
UNIT_KEYS = frozenset({"unit", "block", "deducted", *WAYS})
