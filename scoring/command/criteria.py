"""The command par: points of each criterion with their reasons, the index, its interval and rank."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from scoring.command.par_files import CriteriaSet, Unit, read_criteria, read_unit
from scoring.command.printing import Answer, Column, Form, Sheet, percent
from scoring.command.problems import Problem
from scoring.par.chances import RankInterval, rank_intervals
from scoring.par.index import Convention, NoIndex, UnitIndex, roll_up
from scoring.par.ranking import Place, rank
from scoring.par.tree import Node, leaves
from scoring.par.uncertainty import UncertainUnit, index_interval

NO_INDEX: Mapping[NoIndex, str] = {
    NoIndex.UNSCORED: "chưa chấm đủ tiêu chí",
    NoIndex.NOTHING_APPLIES: "không tiêu chí nào áp dụng",
    NoIndex.REFUSED: "hồ sơ không được tiếp nhận",
}
POINTS = (Column("points", "Điểm", Form.POINTS), Column("maximum", "Tối đa", Form.POINTS))
OF_LEAVES = (Column("unit", "Đơn vị"), Column("code", "Mã"), *POINTS, Column("sentence", "Diễn giải"))
OF_GROUPS = (
    Column("unit", "Đơn vị"),
    Column("_code", "Mã"),
    POINTS[0],
    Column("applicable", "Tối đa áp dụng", Form.POINTS),
    POINTS[1],
    Column("share", "Tỷ lệ (%)", Form.PERCENT),
)
OF_UNITS = (
    Column("unit", "Đơn vị"),
    Column("block", "Khối"),
    Column("index", "Chỉ số", Form.NUMBER),
    Column("lower", "Từ", Form.NUMBER),
    Column("upper", "Đến", Form.NUMBER),
    Column("_bonus", "Điểm thưởng", Form.POINTS),
    Column("_deducted", "Điểm trừ", Form.POINTS),
    Column("band", "Xếp loại"),
    Column("_place", "Hạng"),
    Column("_places", "Khoảng hạng"),
    Column("_note", "Ghi chú"),
)


def par(options: argparse.Namespace) -> Answer:
    """Points, groups and indices of units by a criteria set."""
    if len(options.data) < 2:
        raise Problem("cần tệp bộ tiêu chí và ít nhất một tệp của đơn vị", "a criteria set and a file for each unit")
    criteria = read_criteria(options.data[0])
    units = [read_unit(file, criteria) for file in options.data[1:]]
    names = [unit.name for unit in units]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Problem(f"hai tệp của cùng đơn vị {twice}", "two files of one unit")
    convention = Convention(options.convention)
    found = [roll_up(criteria.tree, unit.marks, convention=convention, total=criteria.total) for unit in units]
    rows = _unit_rows(criteria, units, found, options)
    sheets = [
        Sheet(key="leaves", columns=OF_LEAVES, rows=_leaf_rows(criteria.tree, units), title="Tiêu chí"),
        Sheet(key="groups", columns=OF_GROUPS, rows=_group_rows(criteria.tree, units, found), title="Nhóm"),
        Sheet(key="units", columns=OF_UNITS, rows=rows, title="Chỉ số"),
    ]
    certain = not any(unit.estimates for unit in units)
    notes = [] if certain else [f"Khoảng: độ tin cậy {percent(options.level)}, chỉ từ sai số của các ước lượng."]
    return Answer(
        facts={"command": "par", "convention": convention, "level": options.level}, sheets=sheets, notes=notes
    )


def _leaf_rows(tree: Node, units: Sequence[Unit]) -> list[dict[str, Any]]:
    return [_leaf_row(unit, leaf) for unit in units for leaf in leaves(tree)]


def _leaf_row(unit: Unit, leaf: Node) -> dict[str, Any]:
    scored = unit.leaves.get(leaf.code)
    known = scored is not None and scored.mark.points is not None
    return {
        "unit": unit.name,
        "code": leaf.code,
        "points": scored.mark.counted if scored is not None and known else None,
        "maximum": leaf.maximum,
        "sentence": "Chưa chấm" if scored is None else scored.sentence,
    }


def _group_rows(tree: Node, units: Sequence[Unit], found: Sequence[UnitIndex]) -> list[dict[str, Any]]:
    single = {leaf.code for leaf in leaves(tree)}
    return [
        {
            "unit": unit.name,
            "code": code,
            "_code": code or "Tổng",
            "points": part.points,
            "applicable": part.applicable,
            "maximum": part.maximum,
            "share": None if part.share is None else float(part.share),
        }
        for unit, index in zip(units, found, strict=True)
        for code, part in index.parts.items()
        if code not in single
    ]


def _unit_rows(
    criteria: CriteriaSet, units: Sequence[Unit], found: Sequence[UnitIndex], options: argparse.Namespace
) -> list[dict[str, Any]]:
    uncertain = [_uncertain(criteria, unit, Convention(options.convention)) for unit in units]
    ranked = [one for one, index in zip(uncertain, found, strict=True) if index.index is not None]
    places = rank(
        {unit.name: index.index for unit, index in zip(units, found, strict=True)},
        blocks={unit.name: unit.block for unit in units},
    )
    several = len(units) > 1 and any(one.estimates for one in ranked)
    chances = rank_intervals(ranked, level=options.level) if several else {}
    return [
        {
            **_index_row(unit, index),
            **_limits(one, index, options.level),
            **_place_row(places[unit.name] if len(units) > 1 else None, chances.get(unit.name)),
        }
        for unit, index, one in zip(units, found, uncertain, strict=True)
    ]


def _uncertain(criteria: CriteriaSet, unit: Unit, convention: Convention) -> UncertainUnit:
    return UncertainUnit(
        code=unit.name,
        tree=criteria.tree,
        marks=unit.marks,
        estimates=unit.estimates,
        block=unit.block,
        convention=convention,
        total=criteria.total,
    )


def _index_row(unit: Unit, found: UnitIndex) -> dict[str, Any]:
    return {
        "unit": unit.name,
        "block": unit.block or None,
        "index": None if found.index is None else float(found.index),
        "percent": None if found.percent is None else float(found.percent),
        "bonus": found.bonus,
        "deducted": found.deducted,
        "_bonus": found.bonus or None,
        "_deducted": found.deducted or None,
        "band": found.band,
        "unscored": list(found.unscored),
        "not_applicable": list(found.not_applicable),
        "reason": found.reason,
        "_note": None if found.reason is None else NO_INDEX[found.reason],
    }


def _limits(unit: UncertainUnit, found: UnitIndex, level: float) -> dict[str, Any]:
    if found.index is None or not unit.estimates:
        return {"lower": None, "upper": None, "method": None}
    limits = index_interval(unit, level=level)
    return {"lower": limits.lower, "upper": limits.upper, "method": limits.method}


def _place_row(place: Place | None, chance: RankInterval | None) -> dict[str, Any]:
    return {
        "rank": place and place.rank,
        "of": place and place.of,
        "tied": place and place.tied,
        "_place": place and f"{place.rank} / {place.of}",
        "best": chance and chance.lower,
        "worst": chance and chance.upper,
        "_places": chance and f"{chance.lower}–{chance.upper}",
    }
