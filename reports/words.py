"""Figures in Vietnamese words: the same on pages, in documents and in spreadsheets."""

import datetime
from decimal import ROUND_HALF_UP, Decimal

from scoring.results import Estimate, Outcome, Reason, Verdict

DASH = "–"

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
    if estimate.interval is None:
        return DASH
    low, high = estimate.interval.lower, estimate.interval.upper
    return f"{bare_percent(low, decimals)}–{bare_percent(high, decimals)}"


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


def target(operator: str, value: float, *, percent: bool = True) -> str:
    """ "đạt tối thiểu 90 %", "tối đa 20 phút"."""
    shown = value * 100 if percent else value
    decimals = 0 if abs(shown - round(shown)) < 1e-9 else 1
    return f"{OPERATORS[operator]} {number(shown, decimals)}\u00a0{'%' if percent else 'phút'}"


def reading(estimate: Estimate, verdict: Verdict | None = None) -> str:
    """The sentence that a citizen understands, generated from the result itself."""
    if estimate.value is None:
        return f"Không có tỷ lệ: {REASONS[estimate.reason or Reason.NO_ANSWERS]}."
    about = number(estimate.value * 100)
    text = f"Cứ 100 người trả lời thì khoảng {about} người hài lòng"
    if estimate.interval is None:
        return f"{text}; {REASONS[estimate.reason or Reason.TOO_FEW_FOR_INTERVAL]}."
    low, high = number(estimate.interval.lower * 100), number(estimate.interval.upper * 100)
    certain = number(estimate.interval.level * 100)
    text += f"; con số thật nằm trong khoảng {low} đến {high} (độ tin cậy {certain} %)."
    if verdict is not None:
        text += f" Mục tiêu {number(verdict.target * 100)}: {_conclusion(verdict)}."
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
