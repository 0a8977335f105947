"""A made-up round: four communes of which two tie, one is special and one is unscored; a department alone in its block.

The set has 10 points: field 1 with 1.1 (3, a ratio), 1.2 (2, may not apply) and 1.3 (1), field 2 with 2.1 (4, SIPAS),
a bonus group T (1) and a penalty group P (-1).
"""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reports.content import Letterhead
from reports.par_content import (
    Asked,
    AuditPoint,
    BlockResult,
    Change,
    Corrected,
    CriteriaText,
    Criterion,
    Dossier,
    EvidenceLine,
    FileLine,
    LeafChange,
    LeafLine,
    Meeting,
    RoundReport,
    Support,
    UnitResult,
    Word,
)
from scoring.par.chances import RankInterval
from scoring.par.index import Mark, mark, roll_up
from scoring.par.kinds_totals import Total
from scoring.par.parameters import Band
from scoring.par.ranking import Place
from scoring.par.tree import Node, read_tree
from scoring.par.uncertainty import IndexInterval

DAY = datetime.date(2026, 6, 15)
HASH = "ab" * 32
AUDIT = AuditPoint(event=1234, mac="cd" * 32)
LETTERHEAD = Letterhead(
    superior="UBND tỉnh Minh Họa",
    issuer="Sở Nội vụ",
    symbol="BC-SNV",
    place="Minh Họa",
    signer=("GIÁM ĐỐC",),
    recipients=("UBND tỉnh (để báo cáo)", "Lưu: VT"),
)
TREE: Node = read_tree([
    {"id": "1", "max": 6, "children": [{"id": "1.1", "max": 3}, {"id": "1.2", "max": 2}, {"id": "1.3", "max": 1}]},
    {"id": "2", "max": 4, "children": [{"id": "2.1", "max": 4, "method": "survey_sipas"}]},
    {"id": "T", "max": 1, "role": "bonus", "cap": 1, "children": [{"id": "T.1", "max": 1}]},
    {"id": "P", "max": -1, "role": "penalty", "children": [{"id": "P.1", "max": -1}]},
])  # fmt: skip
BANDS = (Band("Tốt", Decimal(80)), Band("Khá", Decimal(65)))


def criterion(number: str, most: str, *, depth: int = 2, role: str = "base", **more: Any) -> Criterion:
    given: dict[str, Any] = {
        "number": number, "name": f"Tiêu chí {number}", "depth": depth, "field": number.partition(".")[0],
        "maximum": Decimal(most), "leaf": depth == 2, "role": role, "method": "appraisal" if depth == 2 else "",
        "rule": "", "labels": {}, "units": {}, "ticks": {}, "evidence": (), "lead": "", "verified": False,
    }  # fmt: skip
    return Criterion(**(given | more))


NODES = (
    criterion("1", "6", depth=1, name="Chỉ đạo, điều hành", lead="Sở Nội vụ"),
    criterion(
        "1.1", "3", rule="Đạt 100%: 3; dưới 80%: 0", labels={"a": "Số nhiệm vụ hoàn thành", "b": "Số nhiệm vụ"},
        units={"a": "nhiệm vụ"}, evidence=("Kế hoạch", "Báo cáo"), verified=True,
    ),
    criterion("1.2", "2", ticks={"met": ("kế hoạch", "báo cáo")}),
    criterion("1.3", "1"),
    criterion("2", "4", depth=1, name="Tác động"),
    criterion("2.1", "4", method="survey_sipas"),
    criterion("T", "1", depth=1, role="bonus", name="Điểm thưởng"),
    criterion("T.1", "1", role="bonus"),
    criterion("P", "-1", depth=1, role="penalty", name="Điểm trừ"),
    criterion("P.1", "-1", role="penalty"),
)  # fmt: skip
LEAVES = {node.number: node for node in NODES if node.leaf}
CRITERIA = CriteriaText(
    title="Bộ tiêu chí xã, phường năm 2025",
    ref="commune-2025@1",
    fingerprint=HASH,
    total=Decimal(10),
    decimals=2,
    verified=False,
    note="",
    bases=(("Căn cứ Quyết định 1 (1/QĐ-UBND)", False), ("Kế hoạch năm", True)),
    convention="tính trên phần áp dụng",
    bands=(("Tốt", "từ 80"), ("Khá", "từ 65")),
    nodes=NODES,
)


def points(**given: str | None) -> dict[str, Mark]:
    """points(l11="2.5", l12=None): marks of leaves, "1.1" written as l11; None does not apply."""
    return {
        f"{name[1]}.{name[2]}": mark(None if value is None else Decimal(value)) for name, value in given.items()
    }  # fmt: skip


def unit(unit_id: int, name: str, own: dict[str, Mark], counted: dict[str, Mark], **more: Any) -> UnitResult:
    total = Total(kind="total", classes=BANDS)
    rolled = [roll_up(TREE, each, total=total) for each in (own, counted)]
    given: dict[str, Any] = {
        "unit_id": unit_id, "name": name, "state": "published", "late": False, "own": rolled[0], "counted": rolled[1],
        "percent": rolled[1].index, "scaled": rolled[1].index,
        "leaves": tuple(line(number, own.get(number), counted.get(number)) for number in LEAVES),
    }  # fmt: skip
    return UnitResult(**(given | more))


def line(number: str, own: Mark | None, counted: Mark | None) -> LeafLine:
    """A leaf with the words that lead to its marks."""
    said = None if own is None else Word(points=_decimal(own.points), applies=own.points is not None)
    fed = number == "2.1"
    return LeafLine(
        criterion=LEAVES[number],
        own=None if fed else said,
        first=None if fed or counted is None else Word(points=_decimal(counted.points), applies=said_applies(counted)),
        fed={"percent": 82.5} if fed and counted is not None else {},
        points=None if counted is None or counted.points is None else counted.counted,
        applies=counted is None or counted.points is not None,
    )


def said_applies(counted: Mark) -> bool:
    return counted.points is not None


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def with_line(found: UnitResult, number: str, **changes: Any) -> UnitResult:
    """The unit with a leaf changed."""
    lines = [replace(each, **changes) if each.criterion.number == number else each for each in found.leaves]
    return replace(found, leaves=tuple(lines))


def interval(index: float, half: float) -> IndexInterval:
    return IndexInterval(
        index=index, lower=index - half, upper=index + half, standard_error=half / 2, level=0.95, method="analytic"
    )


def ranks(rank: int, lower: int, upper: int) -> RankInterval:
    return RankInterval(rank=rank, lower=lower, upper=upper, level=0.95)


def change() -> Change:
    leaves = (
        LeafChange(criterion=LEAVES["1.1"], before=Fraction(1, 2), now=Fraction(5, 6), renamed=True),
        LeafChange(criterion=LEAVES["1.3"], before=Fraction(1), now=Fraction(1), renamed=False),
    )
    return Change(
        year=2024, index_before=Fraction(70), before=Fraction(125, 2), now=Fraction(175, 2), leaves=leaves, unmatched=2
    )


FULL = points(l11="2.5", l12="2", l13="1", l21="3.3", lT1="0.5")
AN_CO = unit(
    1, "Xã An Cọ", points(l11="3", l12="2", l13="1", l21="3.3", lT1="1"), FULL,
    interval=interval(88.5, 2), place=Place(1, 3, 1), ranks=ranks(1, 1, 2), change=change(),
    chances=(("Tốt", 0.996), ("Khá", 0.004), (None, 0.0)),
)  # fmt: skip
TIED = points(l11="2", l12="1", l13="1", l21="3.3")
BINH_THUY = unit(
    2, "Xã Bình Thủy", TIED, TIED, interval=interval(73, 9), place=Place(2, 3, 2), ranks=ranks(2, 1, 3),
    chances=(("Tốt", 0.1), ("Khá", 0.88), (None, 0.02)),
)  # fmt: skip
SPECIAL = points(l11="2", l12=None, l13="1", l21="2.84")
CAO_SON = unit(
    3, "Phường Cao Sơn", SPECIAL, SPECIAL, place=Place(2, 3, 2), ranks=ranks(2, 2, 3), scaled=Fraction(74)
)  # fmt: skip
UNSCORED = unit(4, "Xã Dốc", points(l11="1"), {}, state="draft", late=True)
PENALISED = points(l11="3", l12="2", l13="1", l21="4", lP1="-0.5")
JUSTICE = unit(5, "Sở Tư pháp", PENALISED, PENALISED, place=Place(1, 1, 1), ranks=ranks(1, 1, 1))

COMMUNES = BlockResult(key="commune", name="xã, phường", criteria=CRITERIA, units=(AN_CO, BINH_THUY, CAO_SON, UNSCORED))
DEPARTMENTS = BlockResult(
    key="department",
    name="sở, ban, ngành",
    criteria=replace(CRITERIA, title="Bộ tiêu chí sở, ngành", verified=True, bands=()),
    units=(JUSTICE,),
)
FILES = (
    FileLine(version=1, name="ke-hoach.pdf", sha256=HASH, size=250_000, scan="clean"),
    FileLine(version=2, name="ke-hoach-2.pdf", sha256="cd" * 32, size=10, scan="unscanned"),
)
EVIDENCE = (
    EvidenceLine(
        ref=1, number="12/KH-UBND", issued_on=datetime.date(2025, 1, 5), issuer="UBND xã", summary="Kế hoạch CCHC",
        url="", note="bản ký số", withdrawn=False, files=FILES,
    ),
    EvidenceLine(
        ref=2, number="", issued_on=None, issuer="", summary="Trang công khai", url="https://example.org/cchc",
        note="", withdrawn=True, files=(),
    ),
)  # fmt: skip
DOSSIER = Dossier(
    evidence=EVIDENCE,
    supports={"1.1": (Support(ref=1, by_appraiser=False), Support(ref=2, by_appraiser=True))},
    asked={
        "1.1": (
            Asked(question="Thiếu báo cáo?", due=DAY, answer="Đã bổ sung", answered_on=DAY),
            Asked(question="Số liệu quý IV?", due=DAY, answer="", answered_on=None),
        )
    },
    corrections={"1.3": (Corrected(points=Decimal("0.75"), reason="Nhầm dòng", on=DAY),)},
    sources={"2.1": "Báo cáo SIPAS 2025"},
)
REPORT = RoundReport(
    letterhead=LETTERHEAD,
    fictional=True,
    round_id=7,
    title="Chỉ số CCHC năm 2025",
    year=2025,
    published_on=DAY,
    made_on=DAY,
    blocks=(DEPARTMENTS, COMMUNES),
    meetings=(
        Meeting(held_on=DAY, in_writing=False, present=7, members=10),
        Meeting(held_on=DAY, in_writing=True, present=6, members=10),
    ),
    earlier="Chỉ số CCHC năm 2024 (năm 2024)",
    level=0.95,
    draws=10_000,
    digest=HASH,
    program="0.1.0",
)
EMPTY: Mapping[str, tuple[Any, ...]] = {}
