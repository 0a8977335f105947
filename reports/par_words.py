"""Figures of the PAR Index in Vietnamese words, and the one sentence that each page says in plain language."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from reports import words
from reports.par_content import BlockResult, Change, Criterion, LeafLine, RoundReport, UnitResult
from reports.words import DASH
from scoring.par.chances import RankInterval
from scoring.par.index import NoIndex
from scoring.par.numbers import rounded
from scoring.par.ranking import Place
from scoring.par.steps import numeral
from scoring.par.uncertainty import IndexInterval
from scoring.par.what_if import Move

UNVERIFIED = "chưa đối chiếu văn bản gốc"
UNVERIFIED_SET = "Bộ tiêu chí chưa đối chiếu văn bản gốc: điểm, cách chấm và mốc xếp loại có thể khác quyết định."
NOT_OFFICIAL = (
    "Chỉ số CCHC trong tài liệu này là chỉ số nội bộ của tỉnh, không phải Chỉ số cải cách hành chính (PAR INDEX) do Bộ "
    "Nội vụ công bố."
)
NOT_PUBLISHED = "Kết quả chưa công bố: số liệu có thể còn thay đổi."
NO_INDEX = {
    NoIndex.UNSCORED: "còn tiêu chí chưa có điểm",
    NoIndex.NOTHING_APPLIES: "không tiêu chí nào áp dụng",
    NoIndex.REFUSED: "hồ sơ nộp quá hạn, không tiếp nhận",
}
STATES = {
    "not_started": "Chưa bắt đầu",
    "draft": "Đang tự chấm",
    "awaiting_approval": "Chờ lãnh đạo duyệt",
    "submitted": "Đã nộp",
    "in_appraisal": "Đang thẩm định",
    "explanation_asked": "Chờ giải trình",
    "explained": "Đã giải trình",
    "appraised": "Đã thẩm định",
    "settled": "Đã chốt điểm",
    "published": "Đã công bố",
}
LABELS = {
    "a": "a", "b": "b", "n": "Số lượng", "answer": "Trả lời", "met": "Yêu cầu đạt", "option": "Lựa chọn",
    "percent": "Tỷ lệ (%)", "days": "Số ngày", "votes": "Số lượt chọn", "points": "Điểm", "members": "Điểm từng mục",
    "not_applicable": "Không áp dụng", "due_on": "Thời hạn", "submitted_on": "Ngày nộp", "waived": "Được miễn trừ",
    "not_done": "Không thực hiện", "branch": "Trường hợp", "value": "Giá trị", "base": "Gốc so sánh",
}  # fmt: skip
WRITTEN = str.maketrans(",.-", ".,−")
STORED_DAY = re.compile(r"\d{4}-\d\d-\d\d")
NEARLY_SURE, SMALLEST_CHANCE = 0.995, 0.005


def points(value: Fraction | Decimal | int | None, decimals: int = 2) -> str:
    """93,76, rounded half up; a dash when there are none."""
    if value is None:
        return DASH
    return f"{rounded(value, decimals):,f}".translate(WRITTEN)


def maximum(value: Fraction | Decimal) -> str:
    """A maximum as the set writes it: 3, 1,5."""
    return numeral(value)


def index(value: Fraction | float | None, decimals: int = 2) -> str:
    """82,66 % with a space that does not break."""
    return DASH if value is None else f"{points(Fraction(value), decimals)}\u00a0%"


def limits(interval: IndexInterval | None, decimals: int = 2) -> str:
    """81,20–84,10, or a dash where nothing of the index is estimated."""
    if interval is None:
        return DASH
    return f"{points(Fraction(interval.lower), decimals)}–{points(Fraction(interval.upper), decimals)}"


def of_maximum(unit: UnitResult, decimals: int = 2) -> str:
    """ "93,76/95": points of the maximum that applies."""
    whole = unit.counted.parts[""]
    return f"{points(whole.points, decimals)}/{maximum(whole.applicable)}"


def place(found: Place | None) -> str:
    """3, or with others at the same index "2 (đồng hạng 3 đơn vị)"."""
    if found is None:
        return DASH
    return str(found.rank) if found.tied == 1 else f"{found.rank} (đồng hạng {found.tied} đơn vị)"


def ranks(found: RankInterval | None) -> str:
    """ "từ thứ 3 đến thứ 9": the places that a unit may hold."""
    if found is None:
        return DASH
    if found.lower == found.upper:
        return f"thứ {found.lower}"
    return f"từ thứ {found.lower} đến thứ {found.upper}"


def short_ranks(found: RankInterval | None) -> str:
    """ "3–9", where there is little room."""
    if found is None:
        return DASH
    return str(found.lower) if found.lower == found.upper else f"{found.lower}–{found.upper}"


def band(unit: UnitResult) -> str:
    """The class, with its chance and that of the others when it is uncertain."""
    name = unit.counted.band or "chưa xếp loại"
    if unit.counted.index is None:
        return DASH
    return f"{name} ({chances(unit)})" if chances(unit) else name


def chances(unit: UnitResult) -> str:
    """ "82 %; Khá 18 %" of an uncertain class; nothing when it is certain."""
    known = dict(unit.chances)
    own = known.get(unit.counted.band, 1.0)
    if not known or own >= NEARLY_SURE:
        return ""
    others = [
        f"{name or 'chưa xếp loại'} {words.percent(chance, 0)}"
        for name, chance in unit.chances
        if name != unit.counted.band and chance >= SMALLEST_CHANCE
    ]
    return "; ".join([words.percent(own, 0), *others])


def value(given: object) -> str:
    """An entry in words."""
    if isinstance(given, bool):
        return "Có" if given else "Không"
    if isinstance(given, int | float | Decimal):
        return numeral(Decimal(str(given)))
    if isinstance(given, datetime.date):
        return words.day(given)
    if isinstance(given, str) and STORED_DAY.fullmatch(given):
        return words.day(datetime.date.fromisoformat(given))
    if isinstance(given, Mapping):
        return ", ".join(f"{name}: {value(each)}" for name, each in given.items())
    if isinstance(given, list | tuple):
        return "; ".join(value(each) for each in given)
    return str(given)


def said(criterion: Criterion, inputs: Mapping[str, object]) -> str:
    """ "Số nhiệm vụ hoàn thành: 34; Số nhiệm vụ được giao: 40"; what the set does not label has a word of our own."""
    return "; ".join(
        f"{criterion.labels.get(name) or LABELS.get(name, name)}: "
        f"{met(each, criterion.ticks[name]) if name in criterion.ticks else value(each)}"
        for name, each in inputs.items()
    )


def asks(criterion: Criterion) -> str:
    """What has to be entered, with units."""
    named = ((label, criterion.units.get(name)) for name, label in criterion.labels.items())
    return "; ".join(f"{label} ({unit})" if unit else label for label, unit in named)


def met(marks: object, conditions: Sequence[str]) -> str:
    """ "2/3 (kế hoạch; báo cáo)": the conditions that are met, by name."""
    given = marks if isinstance(marks, list | tuple) else ()
    found = [name for name, mark in zip(conditions, given, strict=False) if mark is True]
    return f"{len(found)}/{len(conditions)} ({'; '.join(found)})" if found else f"0/{len(conditions)}"


def reading(block: BlockResult, unit: UnitResult, *, ranked: bool = True) -> str:
    """The sentence that anybody understands about a unit."""
    if unit.counted.index is None:
        return f"{unit.name} chưa có chỉ số: {NO_INDEX[unit.counted.reason or NoIndex.UNSCORED]}."
    decimals, whole = block.criteria.decimals, unit.counted.parts[""]
    text = (
        f"{unit.name} được {points(whole.points, decimals)} trên {maximum(whole.applicable)} điểm áp dụng, "
        f"chỉ số {index(unit.counted.index, decimals)}"
    )
    if ranked and unit.place is not None:
        tied = f" (cùng {unit.place.tied - 1} đơn vị khác)" if unit.place.tied > 1 else ""
        text += f", xếp thứ {unit.place.rank}{tied} trong {unit.place.of} {block.name}"
    if unit.counted.band:
        text += f", loại {unit.counted.band}"
    return f"{text}.{_doubt(unit, decimals, ranked=ranked)}"


def _doubt(unit: UnitResult, decimals: int, *, ranked: bool) -> str:
    """What sampling leaves open, as a second sentence; nothing where it leaves nothing open."""
    parts = []
    if unit.interval is not None:
        low, high = (points(Fraction(limit), decimals) for limit in (unit.interval.lower, unit.interval.upper))
        parts.append(f"chỉ số thật nằm trong khoảng {low} đến {high}")
    if ranked and unit.ranks is not None and unit.ranks.lower < unit.ranks.upper:
        parts.append(f"thứ hạng thật {ranks(unit.ranks)}")
    if not parts or unit.ranks is None:
        return ""
    sure = words.percent(unit.ranks.level, 0)
    return f" Vì có điểm lấy từ khảo sát, {' và '.join(parts)} (độ tin cậy {sure})."


def headline(block: BlockResult) -> str:
    """Who leads, who is last, and how many hold a place that is certain."""
    shown = [unit for unit in block.units if unit.counted.index is not None]
    if not shown:
        return f"Chưa {block.name} nào có chỉ số."
    best, last, decimals = shown[0], shown[-1], block.criteria.decimals
    if len(shown) == 1:
        return f"{best.name}: {index(best.counted.index, decimals)}."
    sure = sum(unit.ranks is not None and unit.ranks.lower == unit.ranks.upper for unit in shown)
    return (
        f"{len(shown)} {block.name} có chỉ số, cao nhất {best.name} {index(best.counted.index, decimals)}, "
        f"thấp nhất {last.name} {index(last.counted.index, decimals)}; {sure} đơn vị có thứ hạng chắc chắn."
    )


def losses(unit: UnitResult, fields: Sequence[Criterion], *, most: int = 2) -> str:
    """Where most points were lost, by field."""
    lost = lost_by_field(unit)
    names = {node.number: node.name for node in fields}
    worst = sorted((field for field in lost if lost[field] > 0), key=lambda field: -lost[field])[:most]
    if not worst:
        return f"{unit.name} không mất điểm nào."
    named = "; ".join(f"{names[field]} ({points(lost[field])} điểm)" for field in worst)
    return f"{unit.name} mất tổng cộng {points(sum(lost.values(), Fraction(0)))} điểm, nhiều nhất ở: {named}."


def lost_by_field(unit: UnitResult) -> dict[str, Fraction]:
    """The points lost in each field."""
    found: dict[str, Fraction] = {}
    for line in unit.leaves:
        field = line.criterion.field
        found[field] = found.get(field, Fraction(0)) + line.lost
    return found


def gap(unit: UnitResult) -> str:
    """What the unit gave itself against what counts."""
    difference = gap_of(unit.leaves)
    if difference is None:
        return f"{unit.name} chưa có điểm tự chấm và điểm thẩm định để so."
    if not difference:
        return f"{unit.name} tự chấm bằng điểm được công nhận."
    side = "cao hơn" if difference > 0 else "thấp hơn"
    return f"{unit.name} tự chấm {side} điểm được công nhận {points(abs(difference))} điểm."


def gap_of(leaves: Iterable[LeafLine]) -> Fraction | None:
    """Own points minus those that count, over the leaves that have both."""
    found = [line.gap for line in leaves if line.gap is not None]
    return sum(found, Fraction(0)) if found else None


def change(found: Change | None) -> str:
    """This year against an earlier one on matching leaves."""
    if found is not None and len(found.of) > 1:
        return f"Năm {found.year} còn là {_and(found.of)}: không cộng điểm của nhiều đơn vị để so."
    if found is None or not found.leaves:
        return "Không có tiêu chí nào trùng số với kỳ trước để so."
    difference = found.now - found.before
    side = "tăng" if difference > 0 else "giảm" if difference < 0 else "không đổi"
    moved = f"{side} {points(abs(difference))} điểm phần trăm" if difference else side
    renamed = sum(each.renamed for each in found.leaves)
    text = (
        f"Trên {len(found.leaves)} tiêu chí trùng số với năm {found.year}, tỷ lệ điểm {moved}: "
        f"từ {index(found.before)} đến {index(found.now)}"
    )
    text += f"; {renamed} tiêu chí đã đổi tên" if renamed else ""
    return f"{text}. Điểm năm {found.year} là của {found.of[0]}." if found.of else f"{text}."


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} và {names[-1]}"


def move(found: Move, decimals: int = 2) -> str:
    """What the next better outcome of a leaf would bring."""
    text = (
        f"Tiêu chí {found.code}: thêm {points(found.points, decimals)} điểm, chỉ số lên {index(found.index, decimals)}"
    )
    if found.places:
        text += f", lên {found.places} bậc (hạng {found.rank})"
    if found.bands and found.band:
        text += f", lên loại {found.band}"
    return f"{text}."


def removed(unit: UnitResult, decimals: int = 2) -> str:
    """ "93,76/(100 − 5) = 98,69 %"; of the base, before bonus and penalties."""
    whole = unit.counted.parts[""]
    off = whole.maximum - whole.applicable
    ratio = None if whole.share is None else 100 * whole.share
    return f"{points(whole.points, decimals)}/({maximum(whole.maximum)} − {maximum(off)}) = {index(ratio, decimals)}"


def special(unit: UnitResult) -> str:
    """How much does not apply to a unit."""
    lines = [line for line in unit.leaves if not line.applies and line.criterion.role == "base"]
    off = sum((line.criterion.maximum for line in lines), Decimal(0))
    return f"{unit.name} không áp dụng {len(lines)} tiêu chí ({maximum(off)} điểm): {removed(unit)}."


def notices(content: RoundReport) -> tuple[str, ...]:
    """What every page and document of a round says."""
    said = [] if content.verified else [UNVERIFIED_SET]
    said += [] if content.published_on else [NOT_PUBLISHED]
    return (*said, NOT_OFFICIAL)


def roman(value: int) -> str:
    """114 → "CXIV": a province has more annexes than units of a level."""
    text = ""
    for letters, worth in (("C", 100), ("XC", 90), ("L", 50), ("XL", 40)):
        text += letters * (value // worth)
        value %= worth
    return text + words.roman(value)
