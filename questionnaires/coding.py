"""How an answer is stored: one coding per kind of question.

Closed answers take one character each, packed in the order of the questionnaire: ``.`` blank,
``n`` not applicable, ``t`` two levels ticked on a line of a paper form, else the option's or level's digit.
The others stand in a side table as text.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from questionnaires.model import LEVELS, Condition, Item, Kind, Questionnaire

BLANK = "."
NOT_APPLICABLE = "n"
TWO_TICKS = "t"

Answer = str | int | tuple[str, ...]


class Impossible(ValueError):
    """An answer that this version of the questionnaire does not offer; ``reason`` is a stable word."""

    def __init__(self, item: str, reason: str) -> None:
        super().__init__(f"{item}: {reason}")
        self.item = item
        self.reason = reason


class Coding(Protocol):
    """Checks an answer against its item and gives its stored form."""

    def encode(self, item: Item, answer: Answer) -> str: ...


class _Closed:
    def encode(self, item: Item, answer: Answer) -> str:
        offered = {str(level) for level in range(1, LEVELS + 1)} if item.kind is Kind.RATING else _codes(item)
        if item.not_applicable is not None:
            offered.add(NOT_APPLICABLE)
        if not isinstance(answer, str) or answer not in offered:
            raise Impossible(item.code, "no_such_option")
        return answer


class _Multi:
    def encode(self, item: Item, answer: Answer) -> str:
        if not isinstance(answer, tuple) or not set(answer) <= _codes(item):
            raise Impossible(item.code, "no_such_option")
        ticked = set(answer)
        if len(ticked) > (item.most or 0):
            raise Impossible(item.code, "too_many")
        return ",".join(sorted(ticked, key=int))


class _Number:
    def encode(self, item: Item, answer: Answer) -> str:
        if not isinstance(answer, int) or isinstance(answer, bool):
            raise Impossible(item.code, "not_a_number")
        if item.minimum is not None and item.maximum is not None and not item.minimum <= answer <= item.maximum:
            raise Impossible(item.code, "out_of_range")
        return str(answer)


class _Words:
    def encode(self, item: Item, answer: Answer) -> str:
        if not isinstance(answer, str):
            raise Impossible(item.code, "not_text")
        # Without control characters: databases refuse NUL, and a browser's line end is two characters for one.
        kept = (c for c in answer if c in "\n\t" or unicodedata.category(c) != "Cc")
        text = unicodedata.normalize("NFC", "".join(kept)).strip()
        if len(text) > (item.longest or 0):
            raise Impossible(item.code, "too_long")
        return text


CODINGS: Mapping[Kind, Coding] = {
    Kind.RATING: _Closed(),
    Kind.SINGLE: _Closed(),
    Kind.MULTI: _Multi(),
    Kind.NUMBER: _Number(),
    Kind.SHORT_TEXT: _Words(),
    Kind.LONG_TEXT: _Words(),
}


def _codes(item: Item) -> set[str]:
    return {option.code for option in item.options}


@dataclass(frozen=True, slots=True)
class Packed:
    """A submission's answers in their stored form."""

    codes: str
    extras: tuple[tuple[str, str], ...]


def holds(condition: Condition | None, answers: Mapping[str, Answer]) -> bool:
    """Whether a condition is met by the answers; no condition is always met."""
    return condition is None or answers.get(condition.item) in condition.options


def encode(questionnaire: Questionnaire, answers: Mapping[str, Answer], *, paper: bool = False) -> Packed:
    """The stored form of a submission's answers.

    Unanswered items are blank; answers to items whose condition does not hold are dropped. On paper every
    closed item may be blank, and a line of the scale may have two ticks.

    Raises
    ------
    Impossible
        At the first answer to an unknown item, outside what its item offers, or missing though required.
    """
    unknown = set(answers) - {item.code for item in questionnaire.items}
    if unknown:
        raise Impossible(min(unknown), "no_such_item")
    codes, extras = [], []
    kept: dict[str, Answer] = {}  # a dropped answer must not open the questions that hang on it
    for item in questionnaire.items:
        asked = holds(item.only_if, kept)
        given = answers.get(item.code, "") if asked else ""
        stored = "" if given in ("", ()) else _stored(item, given, paper=paper)
        if asked and item.required and not stored and not (paper and item.closed):
            raise Impossible(item.code, "missing")
        if stored:
            kept[item.code] = given
        if item.closed:
            codes.append(stored or BLANK)
        elif stored:
            extras.append((item.code, stored))
    return Packed("".join(codes), tuple(extras))


def _stored(item: Item, given: Answer, *, paper: bool) -> str:
    if paper and given == TWO_TICKS and item.kind is Kind.RATING:
        return TWO_TICKS
    return CODINGS[item.kind].encode(item, given)


def counts(questionnaire: Questionnaire, codes: str) -> bool:
    """Whether a packed submission enters the rates (the filter question of the questionnaire)."""
    condition = questionnaire.counted_if
    if condition is None:
        return True
    place = next(i for i, item in enumerate(questionnaire.closed) if item.code == condition.item)
    return codes[place] in condition.options
