"""How a score came about: steps as data, and the Vietnamese sentence that they make."""

import datetime
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.par.numbers import rounded

Value = Decimal | Fraction | int | str | bool | datetime.date | None

EXACT_SHOWN = 6  # a number with at most so many decimals is written whole, after "="
# Any other is written with two decimals, after "≈"; with more when two would look like a bound (79,99999 is not 80).
SHOWN, MOST_SHOWN = 2, 12

# The last step of a score says how many points; the steps before it say what was found.
PATTERNS = {
    "answered": "{answer}",
    "compared": "đạt {a} trên tổng số {b}",
    "all_met": "đạt đủ {of} yêu cầu",
    "some_met": "đạt {met} trong {of} yêu cầu, còn thiếu: {lacking}",
    "none_met": "không đạt yêu cầu nào trong {of} yêu cầu",
    "chosen": "chọn “{option}”",
    "branch": "trường hợp “{branch}”",
    "ratio": "{a}/{b} {share:=%} {share:%}",
    "count": "số lượng {n}",
    "violations": "{n} vi phạm",
    "size": "quy mô {n}",
    "days": "{days} ngày",
    "early": "sớm {days} ngày",
    "not_done": "không thực hiện",
    "nothing": "không phát sinh đối tượng (mẫu số bằng 0)",
    "percent": "kết quả {share:%}",
    "votes": "giá trị trung bình của {questions} câu hỏi, {votes} lượt trả lời {share:=} {share:%}",
    "growth": "{value}/{base} − 1 {growth:=%} {growth:%}",
    "marks": "mốc thấp nhất {low:%}, mốc cao nhất {high:%}",
    "filed": "nộp ngày {submitted_on}, hạn {due_on}",
    "late": "trễ {days} ngày",
    "in_time": "đúng hạn",
    "waived": "trễ {days} ngày, được miễn trừ bằng văn bản",
    "refused": "sau ngày {last_day} không tiếp nhận",
    "members": "{count} nội dung, cộng {sum} điểm",
    "base_capped": "điểm chuẩn {base} tính {counted} (tối đa {cap})",
    "base": "điểm chuẩn {base}",
    "bonus": "điểm thưởng {bonus}",
    "bonus_capped": "điểm thưởng {bonus} tính {counted} (tối đa {cap})",
    "deducted": "điểm trừ {deducted}",
    "deducted_capped": "điểm trừ {deducted} tính {counted} (tối đa {cap})",
    "points": "{points} điểm",
    "given": "thẩm định cho {points} điểm (tối đa {cap})",
    "full": "đạt điểm tối đa {points} điểm",
    "capped": "tối đa {points} điểm",
    "proportional": "{a}/{b} × {maximum} {points:=} {points} điểm",
    "proportional_to": "({a}/{b}) / {full_at:%} × {maximum} {points:=} {points} điểm",
    "rounded": "làm tròn {places} chữ số thập phân: {points} điểm",
    "per_item": "{n} × {each} = {points} điểm",
    "per_item_capped": "{n} × {each} = {raw}, tối đa {points} điểm",
    "percent_of": "{share:%} × {maximum} {points:=} {points} điểm",
    "between_marks": "({growth:%} − {low:%}) / ({high:%} − {low:%}) × {maximum} {points:=} {points} điểm",
    "steps": "{base_points} + {steps} × {each} = {points} điểm",
    "steps_capped": "{base_points} + {steps} × {each} = {raw}, tối đa {points} điểm",
    "subtracted": "{start} − {n} × {each} = {points} điểm",
    "subtracted_to": "{start} − {n} × {each} = {raw}, thấp nhất {points} điểm",
    "penalised": "trừ {off} điểm",
    "penalised_daily": "trừ {first} + {further} × {each} = {off} điểm",
    "not_penalised": "không trừ điểm",
    "not_applicable": "không áp dụng, không tính vào điểm tối đa",
    "total": "tổng {points} điểm",
    "total_in_class": "tổng {points} điểm, xếp loại {band}",
}
LOWER = {False: "từ {}", True: "trên {}"}
UPPER = {False: "đến {}", True: "đến dưới {}"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a score: its code (a key of `PATTERNS`, or "range") and the values that it is about."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Exact points by a rule, None when it does not apply, and the steps that lead to them.

    ``refused`` says that the file came too late to be received at all.
    """

    points: Fraction | None
    steps: tuple[Step, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a unit gets by a rule.

    ``points`` are the exact decimal where there is one (34/39 × 2 has no end: 50 digits then), ``exact`` the
    fraction to compute on with; both are None when the rule does not apply (``applies`` is False). The
    ``steps`` say how it came about, see `explain`. ``refused`` marks a file that came too late to be received.
    """

    points: Decimal | None
    exact: Fraction | None
    maximum: Decimal
    steps: tuple[Step, ...]
    refused: bool = False

    @property
    def applies(self) -> bool:
        """Whether the rule applies to the unit."""
        return self.exact is not None


def step(code: str, /, **values: Value) -> Step:
    """One step of a score.

    Examples
    --------
    >>> step("count", n=3)
    Step(code='count', values={'n': 3})
    """
    return Step(code, values)


def finished(raw: Fraction, places: int | None, found: Sequence[Step], formula: Step) -> Scored:
    """Points by a formula, rounded half up when the rule says so.

    Parameters
    ----------
    raw : Fraction
        What the formula gives.
    places : int or None
        Decimals to round to; None leaves the points exact.
    found : sequence of Step
        The steps before the formula.
    formula : Step
        The formula without its result.

    Returns
    -------
    Scored

    Examples
    --------
    >>> finished(Fraction(72, 85) * 10, 2, [], step("count", n=1)).points
    Fraction(847, 100)
    """
    steps = (*found, step(formula.code, **formula.values, points=raw))
    if places is None or Fraction(rounded(raw, places)) == raw:
        return Scored(points=raw, steps=steps)
    points = rounded(raw, places)
    return Scored(points=Fraction(points), steps=(*steps, step("rounded", places=places, points=points)))


def explain(score: Score) -> str:
    """The Vietnamese sentence that says how the score came about, without a full stop.

    Examples
    --------
    >>> steps = (step("count", n=3), step("per_item", n=3, each=Decimal("0.5"), points=Decimal("1.5")))
    >>> explain(Score(points=Decimal("1.5"), exact=Fraction(3, 2), maximum=Decimal(2), steps=steps))
    'Số lượng 3: 3 × 0,5 = 1,5 điểm'
    """
    return sentence(score.steps)


def sentence(steps: Sequence[Step]) -> str:
    """Steps in words: what was found, separated by commas, then what it is worth.

    Examples
    --------
    >>> sentence([step("answered", answer="Có"), step("points", points=Decimal("0.5"))])
    'Có: 0,5 điểm'
    """
    rounding = steps[-1].code == "rounded"
    last = len(steps) - 1 - rounding
    found = ", ".join(_words(each) for each in steps[:last])
    worth = ", ".join(_words(each, precise=rounding) for each in steps[last:])
    text = f"{found}: {worth}" if found else worth
    return text[:1].upper() + text[1:]


def numeral(value: Decimal | Fraction | int, *, shown: int = SHOWN) -> str:
    """A number as Vietnamese write it: dot for thousands, decimal comma, true minus sign.

    A number with more than six decimals is rounded half up to two, or to more when two would show it as a
    rounder number than it is.

    Parameters
    ----------
    value : Decimal, Fraction or int
        The number.
    shown : int
        Decimals of a number that cannot be written whole.

    Returns
    -------
    str

    Examples
    --------
    >>> numeral(Decimal("1234.50")), numeral(Fraction(2, 3)), numeral(Fraction(2399999, 3000000) * 100)
    ('1.234,5', '0,67', '79,99997')
    """
    number = Fraction(value)
    written = rounded(number, EXACT_SHOWN) if _written_whole(number) else _short(number, shown)
    text = f"{written.normalize():,f}".translate(str.maketrans(",.", ".,"))
    return text.replace("-", "−")


def _written_whole(number: Fraction) -> bool:
    return Fraction(number * 10**EXACT_SHOWN).denominator == 1


def _short(number: Fraction, places: int) -> Decimal:
    for more in range(places, MOST_SHOWN):
        shown = rounded(number, more)
        if shown != rounded(number, more - 1):
            return shown
    return rounded(number, MOST_SHOWN)


def _words(each: Step, *, precise: bool = False) -> str:
    if each.code == "range":
        return _range(**each.values)
    return (_PRECISE if precise else _FORMATTER).format(PATTERNS[each.code], **each.values)


def _range(**values: Any) -> str:
    """A tier in words: closed below and open above unless it says otherwise; a missing end has no bound."""
    lower, upper, unit = values["lower"], values["upper"], values["unit"]
    write = _UNITS[unit]
    if lower is None:
        return f"dưới {write(upper)}" if values["upper_open"] else _at_most(upper, unit)
    start = LOWER[values["lower_open"]].format(write(lower))
    if upper is None:
        return start if values["lower_open"] else f"{start} trở lên"
    return f"{start} {UPPER[values['upper_open']].format(write(upper))}"


def _at_most(upper: Decimal, unit: str) -> str:
    if upper == 0 and unit != "days":
        return "không có"
    return f"không quá {_UNITS[unit](upper)}"


def _percentage(value: Decimal | Fraction) -> str:
    return f"{numeral(Fraction(value) * 100)}\u00a0%"


_UNITS: dict[str, Callable[[Any], str]] = {
    "share": _percentage,
    "count": numeral,
    "days": lambda value: f"{numeral(value)} ngày",
}


class _Vietnamese(string.Formatter):
    """Formats values of steps: "%" as a percentage, "=" and "=%" as the sign "=" or "≈" before a number."""

    def __init__(self, shown: int) -> None:
        self.shown = shown

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "%":
            return _percentage(value)
        if format_spec in ("=", "=%"):
            return "=" if _written_whole(Fraction(value) * (100 if "%" in format_spec else 1)) else "≈"
        if isinstance(value, datetime.date):
            return value.strftime("%d/%m/%Y")
        return value if isinstance(value, str) else numeral(value, shown=self.shown)


_FORMATTER = _Vietnamese(SHOWN)
_PRECISE = _Vietnamese(SHOWN + 2)  # what a rounded number was rounded from
