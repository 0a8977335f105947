"""Entries of a rule as a form shows them and as they are sent: Vietnamese numbers, days, ticks, votes.

What cannot be read is kept as it was typed; the rule itself then says what is wrong, so nothing typed is lost.
"""

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from questionnaires.par_nodes import Input
from scoring.par.inputs import NOT_APPLICABLE, Ask, InputProblem, Inputs, Question
from scoring.par.kinds import SPOKEN, questions
from scoring.par.numbers import exact
from scoring.par.parameters import Rule
from survey_app.typed import one_line

PREFIX = "e."  # of the names of a form's fields, which has others beside the entries
YES, NO, NONE = "yes", "no", "none"
LONGEST = 4000
NUMBERS = (Ask.WHOLE, Ask.AMOUNT, Ask.PERCENT, Ask.DAYS, Ask.POINTS)
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
VIETNAMESE_DAY = "%d/%m/%Y"

# What a rule leaves unnamed when the set does not label it either.
LABELS = {
    "a": "Số đạt được (a)",
    "answer": "Kết quả",
    "b": "Tổng số (b)",
    "base": "Giá trị năm trước",
    "days": "Số ngày",
    "due_on": "Hạn nộp",
    "high_percent": "Mốc cao nhất",
    "low_percent": "Mốc thấp nhất",
    "members": "Điểm của từng nội dung",
    "met": "Yêu cầu đã đạt",
    "n": "Số lượng",
    "not_done": "Không thực hiện",
    "option": "Mức đạt được",
    "percent": "Tỷ lệ",
    "points": "Điểm trong mức đã chọn",
    "submitted_on": "Ngày nộp",
    "value": "Giá trị năm đánh giá",
    "votes": "Số lượt chọn từng phương án",
    "waived": "Được miễn trừ bằng văn bản",
}
UNITS = {Ask.PERCENT: "%", Ask.DAYS: "ngày"}
PROBLEMS = {
    InputProblem.MISSING: "chưa nhập.",
    InputProblem.UNKNOWN: "không có trong luật tính điểm này.",
    InputProblem.NOT_A_NUMBER: "không phải là số (viết 1234,5 hoặc 1.234,5).",
    InputProblem.TOO_MANY_DIGITS: "quá dài: nhiều nhất 15 chữ số.",
    InputProblem.NOT_WHOLE: "phải là số nguyên.",
    InputProblem.NEGATIVE: "không được âm.",
    InputProblem.OUT_OF_RANGE: "nằm ngoài khoảng cho phép.",
    InputProblem.ZERO_DENOMINATOR: "bằng 0 nên không tính được tỷ lệ.",
    InputProblem.PART_EXCEEDS_WHOLE: "lớn hơn tổng số; hãy kiểm tra lại hai số.",
    InputProblem.NOT_YES_NO: "hãy chọn một trong hai.",
    InputProblem.NOT_AN_OPTION: "hãy chọn lại trong danh sách.",
    InputProblem.WRONG_LENGTH: "danh sách yêu cầu đã đổi, hãy đánh dấu lại.",
    InputProblem.NOT_A_DATE: "không phải là ngày (viết 31/12/2025).",
    InputProblem.NOT_A_LIST: "mỗi câu hỏi viết một dòng, đủ số lượt của từng phương án, cách nhau bằng dấu chấm phẩy.",
    InputProblem.NO_VOTES: "chưa có lượt trả lời nào.",
    InputProblem.BOUNDS_REVERSED: "phải lớn hơn mốc thấp nhất.",
    InputProblem.ALWAYS_APPLIES: "tiêu chí này luôn áp dụng.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An entry in a form: its label and unit, the choices as (value, words), and what stands in it."""

    name: str
    ask: Ask
    label: str
    unit: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    chosen: frozenset[str] = frozenset()
    value: str = ""

    @property
    def shown(self) -> str:
        """What stands in it, in words; empty when nothing does."""
        if self.choices:
            return "; ".join(words for value, words in self.choices if value in self.chosen)
        return f"{self.value} {self.unit}".strip() if self.value else ""


def fields(rule: Rule | None, labels: Sequence[Input], values: Inputs) -> tuple[Field, ...]:
    """The fields of a rule's form filled with these entries; none for points given by hand.

    "Does not apply" is no field: a form asks it once, whatever the rule.
    """
    named = {label.key: label for label in labels}
    return tuple(_field(question, named.get(question.name), values.get(question.name)) for question in _asked(rule))


def read(rule: Rule | None, sent: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The entries in what a form sent; a field left empty is left out."""
    found = {}
    for question in _asked(rule):
        value = _read(question, sent.get(PREFIX + question.name, ()))
        if value is not None:
            found[question.name] = value
    return found


def may_not_apply(rule: Rule | None) -> bool:
    """Whether the rule itself knows units to which it does not apply."""
    return rule is not None and rule.not_applicable is not None


def told(shown: Sequence[Field], fault: str, problem: str) -> str:
    """What is wrong with an entry, in words; nothing without a fault."""
    if not fault:
        return ""
    label = next((field.label for field in shown if field.name == fault), LABELS.get(fault, fault))
    return f"{label}: {PROBLEMS[InputProblem(problem)]}"


def number(text: str) -> str:
    """The numeral of what Vietnamese type ("1.234,5" becomes "1234.5"); anything else stays as it is."""
    bare = one_line(text).replace(" ", "").replace("−", "-").removesuffix("%")
    sign, digits = ("-", bare[1:]) if bare.startswith("-") else ("", bare)
    whole, comma, part = digits.partition(",")
    if THOUSANDS.fullmatch(whole):
        whole = whole.replace(".", "")
    nothing = not f"{whole}{part}".strip("0.")
    found = f"{'' if nothing else sign}{whole}{'.' if comma else ''}{part}"  # nothing has no sign
    return found if NUMERAL.fullmatch(found) else text


def numeral(value: object) -> str:
    """A number as Vietnamese write it, with every decimal; what is no number stays as it is."""
    try:
        return f"{exact(value):,f}".translate(str.maketrans(",.", ".,"))
    except ValueError:
        return str(value)


def _asked(rule: Rule | None) -> Iterator[Question]:
    if rule is not None:
        yield from (question for question in questions(rule) if question.name != NOT_APPLICABLE)


def _field(question: Question, label: Input | None, value: object) -> Field:
    choices = tuple(_choices(question))
    return Field(
        name=question.name,
        ask=question.ask,
        label=label.label if label else question.label or LABELS[question.name],
        unit=label.unit or "" if label else UNITS.get(question.ask, ""),
        required=question.required,
        choices=choices,
        chosen=frozenset(_chosen(question, value)),
        value="" if choices or value is None else _text(question, value),
    )


def _choices(question: Question) -> Iterator[tuple[str, str]]:
    if question.ask is Ask.YES_NO and not question.required:
        yield YES, "Có"
    elif question.ask is Ask.YES_NO:
        yield from zip((YES, NO), question.options or ("Có", "Không"), strict=True)
    elif question.ask is Ask.OPTION:
        yield from ((option, _capital(SPOKEN.get(option, option))) for option in question.options)
    elif question.ask is Ask.TICKS:
        yield from ((str(place), option) for place, option in enumerate(question.options))
        yield NONE, "Không đạt yêu cầu nào"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _chosen(question: Question, value: object) -> Iterator[str]:
    if question.ask is Ask.YES_NO and isinstance(value, bool):
        yield YES if value else NO
    elif question.ask is Ask.OPTION:
        yield str(value)
    elif question.ask is Ask.TICKS and isinstance(value, list | tuple):
        yield from (str(place) for place, tick in enumerate(value) if tick is True)
        if not any(value):
            yield NONE


def _text(question: Question, value: object) -> str:
    if question.ask is Ask.DATE:
        return str(value)
    if isinstance(value, list | tuple):
        separator = "\n" if question.ask is Ask.VOTES else "; "
        return separator.join(_line(question, each) for each in value)
    return numeral(value)


def _line(question: Question, value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(numeral(value.get(option, 0)) for option in question.options)
    return numeral(value)


def _read(question: Question, sent: Sequence[str]) -> object:
    """The entry in the texts that a field sent; None when it was left empty."""
    texts = [text.strip()[:LONGEST] for text in sent if text.strip()]
    if not texts:
        return None
    if question.ask is Ask.YES_NO:
        return {YES: True, NO: False}.get(texts[0])
    if question.ask is Ask.TICKS:
        return [str(place) in texts for place in range(len(question.options))]
    if question.ask in NUMBERS:
        return number(texts[0])
    if question.ask is Ask.DATE:
        return _day(texts[0])
    if question.ask is Ask.POINT_LIST:
        return [number(each) for each in re.split(r"[;\n]", texts[0]) if each.strip()]
    if question.ask is Ask.VOTES:
        return [_votes(line, question.options) for line in texts[0].splitlines() if line.strip()]
    return texts[0]


def _day(text: str) -> str:
    """A day as 2025-12-31; what is no day stays as it was typed."""
    try:
        return datetime.datetime.strptime(text, VIETNAMESE_DAY).date().isoformat()  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return text


def _votes(line: str, options: Sequence[str]) -> object:
    """Counts of a question by option; a line of another length stays as it was typed."""
    counts = [number(each) for each in line.split(";")]
    return dict(zip(options, counts, strict=True)) if len(counts) == len(options) else line
