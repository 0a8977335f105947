"""The command plan: answers that units need."""

import argparse
from typing import Any

import numpy as np

from scoring.command.printing import Answer, Column, Form, Sheet, percent
from scoring.command.problems import Problem
from scoring.command.tables import read_table
from scoring.planner import plan as plan_of

TARGET = 0.9
COLUMNS = (
    Column("unit", "Đơn vị"),
    Column("population", "Số hồ sơ", Form.COUNT),
    Column("answers", "Cần trả lời", Form.COUNT),
    Column("for_margin", "Cho sai số", Form.COUNT),
    Column("for_difference", "Để phân biệt", Form.COUNT),
    Column("invitations", "Cần mời", Form.COUNT),
    Column("slovin", "Slovin", Form.COUNT),
    Column("slovin_margin", "Sai số Slovin (điểm %)", Form.PERCENT),
    Column("slovin_power", "Phát hiện Slovin (%)", Form.PERCENT),
)


def plan(options: argparse.Namespace) -> Answer:
    """Answers needed for a margin and to tell the target from the alternative, for each population."""
    target = TARGET if options.target is None else options.target
    rows = [_row(unit, size, target, options) for unit, size in _units(options)]
    notes = [
        f"Sai số ±{percent(options.margin)} quanh {percent(options.rate)}; "
        f"phân biệt {percent(options.alternative)} với {percent(target)} với xác suất {percent(options.power)}; "
        f"độ tin cậy {percent(options.level)}."
    ]
    if any(row["population"] is None for row in rows):
        notes.append("Không biết số hồ sơ: coi như tổng thể vô hạn, là số an toàn.")
    names = ("margin", "rate", "alternative", "power", "level", "deff", "response_rate")
    facts = {"command": "plan", "target": target, **{name: getattr(options, name) for name in names}}
    return Answer(facts=facts, sheets=[Sheet(key="rows", columns=COLUMNS, rows=rows)], notes=notes)


def _row(unit: str | None, population: int | None, target: float, options: argparse.Namespace) -> dict[str, Any]:
    found = plan_of(
        population,
        margin=options.margin,
        rate=options.rate,
        target=target,
        alternative=options.alternative,
        level=options.level,
        power=options.power,
        deff=options.deff,
        response_rate=options.response_rate,
    )
    keys = [column.key for column in COLUMNS[2:]]
    return {"unit": unit, "population": population, **{key: getattr(found, key) for key in keys}}


def _units(options: argparse.Namespace) -> list[tuple[str | None, int | None]]:
    """Names and dossiers: of a file, of the numbers given, or one unit of which nothing is known."""
    if not options.data:
        return [(None, None)]
    if all(text.isdecimal() for text in options.data):
        if 0 in map(int, options.data):
            raise Problem("số hồ sơ phải từ 1", "a population must be at least 1")
        return [(None, int(text)) for text in options.data]
    if len(options.data) > 1 or options.population is None:
        raise Problem("cần các số hồ sơ, hoặc một tệp với --population", "numbers, or a file with --population")
    table = read_table(options.data[0])
    sizes = table.values(options.population)
    wrong = (sizes < 1) | (np.nan_to_num(sizes) % 1 != 0)
    if wrong.any():
        said = "số hồ sơ phải là số nguyên từ 1"
        raise table.problem(said, "a population must be a whole number", options.population, int(np.argmax(wrong)))
    names = table.codes(options.domain) if options.domain else [table.row(place) for place in range(table.rows)]
    return [(name, None if np.isnan(size) else int(size)) for name, size in zip(names, sizes, strict=True)]
