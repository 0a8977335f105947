"""The commands that estimate: interval, estimate, index, verdict, ranks."""

import argparse
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scoring.command.counts import Counts, measure_counts, read_counts
from scoring.command.indices import KINDS, POOLED
from scoring.command.measured import Measured, columns, shown
from scoring.command.microdata import Microdata, measure_index, measure_rates, read_microdata
from scoring.command.options import COUNTED
from scoring.command.printing import Answer, Column, Form, Sheet, percent
from scoring.command.problems import Problem
from scoring.command.tables import read_table
from scoring.ranking import Adjustment, UnitRank, per_unit_level, ranks_from_intervals
from scoring.results import Outcome
from scoring.verdict import judge

UNIT, NOTE = "Đơn vị", Column("_note", "Ghi chú")
PRECISION = (
    Column("se", "Sai số chuẩn (điểm %)", Form.PERCENT),
    Column("deff", "DEFF", Form.NUMBER),
    Column("df", "Bậc tự do", Form.COUNT),
)
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.REACHED: "Đạt",
    Outcome.NOT_REACHED: "Chưa đạt",
    Outcome.CANNOT_TELL: "Chưa đủ căn cứ",
    Outcome.NO_DATA: "Chưa có số liệu",
}
SAMPLE_ONLY = ("answer", "index", "weight", "strata", "psu", "ssu", "fpc2")


def interval(options: argparse.Namespace) -> Answer:
    """Intervals of rates from counts: two numbers, or a file with a row for each unit."""
    by_row = len(options.data) == 1
    counts = read_counts(read_table(options.data[0]), options) if by_row else _two_numbers(options)
    found = measure_counts(counts, method=options.method, level=options.level)
    rows = [shown(measured.row) for measured in found]
    middle = [
        Column("satisfied", "Hài lòng", Form.COUNT),
        Column("answers", "Số trả lời", Form.COUNT),
        Column("population", "Số hồ sơ", Form.COUNT),
    ]
    first, *limits = [column for column in columns(rows, domain=UNIT) if column.key not in ("n", "item")]
    heading = [first] if by_row else []
    return _answer(options, found, [*heading, *middle, *limits, NOTE], rows)


def _two_numbers(options: argparse.Namespace) -> Counts:
    given = [*options.data, *([options.fpc] if options.fpc else [])]
    if len(options.data) != 2 or not all(text.isdecimal() for text in given):
        raise Problem("cần hai số nguyên: hài lòng, trả lời; hoặc một tệp", "two whole numbers or one file")
    x, n, *population = map(float, given)
    if x > n or (population and n > population[0]):
        raise Problem("cần: hài lòng ≤ trả lời ≤ số hồ sơ", "satisfied ≤ answers ≤ dossiers")
    sizes = np.array(population or [math.nan])
    return Counts(names=(None,), satisfied=np.array([x]), answers=np.array([n]), population=sizes)


def estimate(options: argparse.Namespace) -> Answer:
    """Rates of questions in units and in the whole sample, with the precision of the design."""
    data = _microdata(options)
    found = measure_rates(data, method=options.method, level=options.level)
    rows = [shown(measured.row) for measured in found]
    heading = columns(rows, domain=UNIT if options.domain else None)
    return _answer(options, found, [*heading, *PRECISION, NOTE], rows, _about(data))


def index(options: argparse.Namespace) -> Answer:
    """The index over several questions in units and in the whole sample."""
    options.index = options.index or POOLED
    data = _microdata(options)
    found = _measure(data, options, options.level)
    rows = [shown(measured.row) for measured in found]
    heading = columns(rows, domain=UNIT if options.domain else None)
    kind = dict(zip(KINDS, ("gộp mọi trả lời", "trung bình tỷ lệ của các câu"), strict=True))[options.index]
    notes = [f"Chỉ số: {kind} ({' + '.join(data.items)}).", *_about(data)]
    return _answer(options, found, [*heading, PRECISION[0], PRECISION[2], NOTE], rows, notes)


def verdict(options: argparse.Namespace) -> Answer:
    """Rates or the index held against a target."""
    if options.target is None:
        raise Problem("cần --target", "the target is missing")
    data = _source(options)
    found = _measure(data, options, options.level)
    rows = []
    for measured in found:
        held = judge(
            measured.estimate, target=options.target, operator=options.operator, population=measured.population
        )
        words = {"_verdict": OUTCOMES[held.outcome]}
        rows.append({**shown(measured.row), **words, "outcome": str(held.outcome), "more_answers": held.more_answers})
    heading = [
        *columns(rows, domain=UNIT if options.domain else None),
        Column("_verdict", "Kết luận"),
        Column("more_answers", "Cần thêm khoảng", Form.COUNT),
        NOTE,
    ]
    said = f"Mục tiêu: {options.operator} {percent(options.target)}. Đạt (chưa đạt) khi cả khoảng thỏa (không thỏa)."
    answer = _answer(options, found, heading, rows, [said, *_about(data)])
    return _with_facts(answer, {"target": options.target, "operator": options.operator})


def ranks(options: argparse.Namespace) -> Answer:
    """Rank intervals of the units."""
    if options.domain is None:
        raise Problem("cần --domain để xếp hạng", "ranks need the column of the units")
    data = _source(options)
    known = [one for one in _measure(data, options, options.level) if one.domain is not None]
    if len({one.item for one in known}) > 1:
        raise Problem("xếp hạng theo một câu, hoặc dùng --index", "rank by one question or by an index")
    ranked = sum(one.estimate.value is not None for one in known)
    each = per_unit_level(options.level, max(ranked, 1), Adjustment(options.adjustment))
    found = [one for one in _measure(data, options, each) if one.domain is not None]
    rows = [_ranked(one, place) for one, place in zip(found, _ranks(found), strict=True)]
    rows.sort(key=lambda row: (row["rank"] is None, row["rank"]))
    heading = [
        Column("rank", "Hạng", Form.COUNT),
        Column("_places", "Khoảng hạng"),
        *columns(rows, domain=UNIT),
        NOTE,
    ]
    said = f"Mọi khoảng hạng cùng đúng với độ tin cậy {percent(options.level)}" if each != options.level else ""
    notes = [f"{said or 'Từng khoảng hạng, không cùng lúc'} ({options.adjustment}).", *_about(data)]
    answer = _answer(options, found, heading, rows, notes, level=each)
    return _with_facts(answer, {"joint_level": options.level, "adjustment": options.adjustment})


def _ranked(one: Measured, place: UnitRank) -> dict[str, Any]:
    places = None if place.rank is None else f"{place.best}–{place.worst} / {place.of}"
    ranks = {"rank": place.rank, "best": place.best, "worst": place.worst, "of": place.of}
    return {**shown(one.row), **ranks, "_places": places}


def _ranks(found: Sequence[Measured]) -> tuple[UnitRank, ...]:
    limits = [one.estimate.interval for one in found]
    return ranks_from_intervals(
        [math.nan if one.estimate.value is None else one.estimate.value for one in found],
        [math.nan if one is None else one.lower for one in limits],
        [math.nan if one is None else one.upper for one in limits],
    )


def _microdata(options: argparse.Namespace) -> Microdata:
    if not options.answer:
        raise Problem("cần --answer", "the columns of answers are missing")
    return read_microdata(read_table(options.data), options)


def _source(options: argparse.Namespace) -> Microdata | Counts:
    if not any(getattr(options, name) for name in COUNTED):
        return _microdata(options)
    odd = next((name for name in SAMPLE_ONLY if getattr(options, name)), None)
    if odd is not None:
        raise Problem(f"--{odd} không dùng với số đếm", "counts carry no design")
    return read_counts(read_table(options.data), options)


def _measure(data: Microdata | Counts, options: argparse.Namespace, level: float) -> list[Measured]:
    if isinstance(data, Counts):
        return measure_counts(data, method=options.method, level=level)
    if options.index:
        weights, method = options.item_weights, options.method
        return measure_index(data, kind=options.index, item_weights=weights, method=method, level=level)
    if options.item_weights:
        raise Problem("--item-weights cần --index mean", "item weights need the index")
    return measure_rates(data, method=options.method, level=level)


def _about(data: Microdata | Counts) -> list[str]:
    """Sentences about the sample."""
    if isinstance(data, Counts):
        return []
    rows, psus, strata = data.design.rows, len(data.design.psu_stratum), len(data.design.psus)
    said = [f"Mẫu: {rows} dòng, {psus} đơn vị bậc một, {strata} tầng."]
    outside = int((data.label < 0).sum()) if data.domains else 0
    return [*said, f"{outside} dòng không ghi đơn vị, chỉ tính vào toàn bộ."] if outside else said


def _answer(
    options: argparse.Namespace,
    found: Sequence[Measured],
    heading: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    notes: Sequence[str] = (),
    *,
    level: float | None = None,
) -> Answer:
    used = level or options.level
    method = next((one.estimate.interval.method for one in found if one.estimate.interval), None)
    first = f"Khoảng tin cậy {percent(used)}, phương pháp {method}." if method else "Không có khoảng tin cậy nào."
    facts = {"command": options.command, "level": used, "method": method}
    return Answer(facts=facts, sheets=[Sheet(key="rows", columns=heading, rows=rows)], notes=[first, *notes])


def _with_facts(answer: Answer, facts: Mapping[str, Any]) -> Answer:
    return Answer(facts={**answer.facts, **facts}, sheets=answer.sheets, notes=answer.notes)
