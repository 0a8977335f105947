"""Figures in Vietnamese words: the same on pages, in documents and in spreadsheets."""

import datetime
from decimal import ROUND_HALF_UP, Decimal

from scoring.drivers import Quadrant
from scoring.ranking import UnitRank
from scoring.results import Estimate, Interval, Outcome, Reason, Verdict
from scoring.small_areas import SmallArea

DASH = "–"
FICTIONAL = "SỐ LIỆU GIẢ ĐỊNH DÙNG ĐỂ TRÌNH DIỄN"

OUTCOMES = {
    Outcome.REACHED: "Đạt",
    Outcome.NOT_REACHED: "Chưa đạt",
    Outcome.CANNOT_TELL: "Chưa đủ căn cứ",
    Outcome.NO_DATA: "Chưa có số liệu",
}
SIGNS = {Outcome.REACHED: "✓", Outcome.NOT_REACHED: "✕", Outcome.CANNOT_TELL: "?", Outcome.NO_DATA: DASH}
OPERATORS = {">=": "đạt tối thiểu", ">": "trên", "<=": "tối đa", "<": "dưới"}
REASONS = {
    Reason.NO_ANSWERS: "chưa có phiếu trả lời",
    Reason.TOO_FEW_FOR_INTERVAL: "quá ít phiếu để tính khoảng tin cậy",
    Reason.WITHHELD: "quá ít phiếu, không công bố",
    Reason.NOT_ASKED: "phiếu không hỏi nội dung này",
    Reason.NO_WEIGHTS: "chưa có số hồ sơ đã giải quyết của mọi nơi có phiếu",
    Reason.EMPTY_STRATUM: "một cách trả lời được tính theo trọng số chưa có phiếu",
}
WITHHELD = "Không công bố"
CHANNELS = {
    "A": "Mã một lần trên giấy hẹn (nhóm A)",
    "B": "Ki-ốt hoặc có điều tra viên (nhóm B)",
    "C": "Mã QR tại quầy, trực tuyến (nhóm C)",
}
MANY = 10_000


def number(value: float, decimals: int = 0) -> str:
    """1234.5 → "1.234,5": rounded half up, dot for thousands, decimal comma."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{rounded:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def percent(rate: float | None, decimals: int = 1) -> str:
    """0.8266 → "82,7 %" with a space that does not break; a dash when there is no rate."""
    return DASH if rate is None else f"{bare_percent(rate, decimals)}\u00a0%"


def bare_percent(rate: float, decimals: int = 1) -> str:
    """0.8266 → "82,7"; multiplied as decimals, so that 0.145 becomes 14.5 and not 14.499999."""
    return number(float(Decimal(repr(rate)) * 100), decimals)


def day(value: datetime.date) -> str:
    """dd/mm/yyyy."""
    return value.strftime("%d/%m/%Y")


def month(value: datetime.date) -> str:
    """mm/yyyy."""
    return value.strftime("%m/%Y")


def interval(estimate: Estimate, decimals: int = 1) -> str:
    """ "89,0–93,2", or a dash."""
    return span(estimate.interval, decimals)


def span(limits: Interval | None, decimals: int = 1) -> str:
    """The limits of a share in percent, or a dash."""
    return f"{bare_percent(limits.lower, decimals)}–{bare_percent(limits.upper, decimals)}" if limits else DASH


def outcome(verdict: Verdict | None) -> str:
    """The verdict in words, with the answers still needed when that is known."""
    if verdict is None:
        return DASH
    return OUTCOMES[verdict.outcome]


def more(verdict: Verdict | None) -> str:
    """ "cần thêm khoảng 120 phiếu" for an undecided verdict, else nothing."""
    if verdict is None or verdict.more_answers is None:
        return ""
    if verdict.more_answers > MANY:
        return f"cần thêm trên {number(MANY)} phiếu"
    return f"cần thêm khoảng {number(verdict.more_answers)} phiếu"


def rate_cell(rate: float | None, decimals: int = 2) -> str:
    """A rate in a column headed "%": two decimals, or a dash."""
    return DASH if rate is None else bare_percent(rate, decimals)


def standing(estimate: Estimate, verdict: Verdict | None) -> str:
    """The verdict in words; a withheld estimate says so instead of "no data"."""
    return WITHHELD if estimate.reason is Reason.WITHHELD else outcome(verdict)


def count(estimate: Estimate) -> str:
    """The respondents behind an estimate; a dash when they are withheld."""
    return DASH if estimate.reason is Reason.WITHHELD else number(estimate.n)


def figure(estimate: Estimate, decimals: int = 1) -> str:
    """ "91,3 % (89,0–93,2; n = 842)": a rate never stands alone."""
    if estimate.value is None:
        return f"không có tỷ lệ ({REASONS[estimate.reason or Reason.NO_ANSWERS]})"
    return f"{percent(estimate.value, decimals)} ({around(interval(estimate, decimals), estimate)})"


def measurement(estimate: Estimate, unit: str) -> str:
    """ "trung bình 12,4 phút (11,8–13,1; n = 842)"."""
    if estimate.value is None:
        return f"không có số liệu ({REASONS[estimate.reason or Reason.NO_ANSWERS]})"
    return f"trung bình {number(estimate.value, 1)}\u00a0{unit} ({around(bounds(estimate), estimate)})"


def bounds(estimate: Estimate, decimals: int = 1) -> str:
    """The interval of an estimate that is not a rate: "11,8–13,1", or a dash."""
    if estimate.interval is None:
        return DASH
    return f"{number(estimate.interval.lower, decimals)}–{number(estimate.interval.upper, decimals)}"


def around(limits: str, estimate: Estimate) -> str:
    """What stands in brackets behind a value: "89,0–93,2; n = 842"; without an interval only n."""
    answers = f"n\u00a0=\u00a0{number(estimate.n)}"
    return answers if estimate.interval is None else f"{limits}; {answers}"


def roman(value: int) -> str:
    """4 → "IV", as annexes and sections are numbered."""
    text = ""
    for letters, worth in (("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1)):
        text += letters * (value // worth)
        value %= worth
    return text


def more_bare(verdict: Verdict | None) -> str:
    """The answers still needed as a figure for a column: "≈ 120", "> 10.000"."""
    if verdict is None or verdict.more_answers is None:
        return ""
    return f">\u00a0{number(MANY)}" if verdict.more_answers > MANY else f"≈\u00a0{number(verdict.more_answers)}"


def target(operator: str, value: float, *, percent: bool = True) -> str:
    """ "đạt tối thiểu 90 %", "tối đa 20 phút"."""
    shown = value * 100 if percent else value
    decimals = 0 if abs(shown - round(shown)) < 1e-9 else 1
    return f"{OPERATORS[operator]} {number(shown, decimals)}\u00a0{'%' if percent else 'phút'}"


QUADRANTS = {
    Quadrant.IMPROVE: "Ưu tiên cải thiện",
    Quadrant.KEEP: "Giữ vững",
    Quadrant.WATCH: "Theo dõi",
    Quadrant.ENOUGH: "Đang tốt",
}


def daily(overall: Estimate, limits: Interval) -> str:
    """The interval of the whole-service rate that holds however often one looks, in words."""
    return (
        f"Câu hỏi chung: {percent(overall.value)}; dù xem số liệu mỗi ngày trong suốt đợt, khoảng {span(limits)} "
        f"vẫn đúng với độ tin cậy {number(limits.level * 100)}\u00a0%."
    )


def quadrant(found: Quadrant | None) -> str:
    return DASH if found is None else QUADRANTS[found]


def shrunk(area: SmallArea | None) -> str:
    """ "90,2 %", the rate of a unit drawn to that of all, or a dash. Its interval is too short to show."""
    return DASH if area is None else percent(area.shrunk)


def places(rank: UnitRank | None) -> str:
    """ "3–9", the ranks that a unit may truly have."""
    if rank is None or rank.best is None:
        return DASH
    return str(rank.best) if rank.best == rank.worst else f"{rank.best}–{rank.worst}"


def reading(estimate: Estimate, verdict: Verdict | None = None, *, measure: str = "M1") -> str:
    """The sentence that a citizen understands, generated from the result itself.

    It counts people (under M1) or points out of 100, or out of 1.000 where an interval is so narrow that 100
    would hide it.
    """
    if estimate.value is None:
        return f"Không có tỷ lệ: {REASONS[estimate.reason or Reason.NO_ANSWERS]}."
    limits = (estimate.interval.lower, estimate.interval.upper) if estimate.interval else None
    out_of = 1000 if limits and number(limits[0] * 100) == number(limits[1] * 100) else 100
    about = number(estimate.value * out_of)
    text = f"Cứ {number(out_of)} người trả lời thì khoảng {about} người hài lòng"
    if measure != "M1":
        text = f"Điểm hài lòng trung bình khoảng {about} trên {number(out_of)}"
    if limits is None or estimate.interval is None:
        return f"{text}; {REASONS[estimate.reason or Reason.TOO_FEW_FOR_INTERVAL]}."
    low, high = (number(limit * out_of) for limit in limits)
    truth = f"con số thật nằm trong khoảng {low} đến {high}" if low != high else f"con số thật là {low}"
    text += f"; {truth} (độ tin cậy {number(estimate.interval.level * 100)}\u00a0%)."
    if verdict is not None:
        text += f" Mục tiêu {number(verdict.target * out_of)}: {_conclusion(verdict)}."
    return text


def _conclusion(verdict: Verdict) -> str:
    words = {
        Outcome.REACHED: "đạt",
        Outcome.NOT_REACHED: "chưa đạt",
        Outcome.CANNOT_TELL: "chưa đủ căn cứ để kết luận",
        Outcome.NO_DATA: "chưa có số liệu",
    }[verdict.outcome]
    needed = more(verdict)
    return f"{words}, {needed}" if needed else words
