"""A satisfaction questionnaire: sections of items, the factors of its index, its scale."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from questionnaires.base import Definition, Key, Line, Model, Place, Text, members, problem, unique

LEVELS = 5
MOST_OPTIONS = 9  # a closed answer is one character, see questionnaires.coding


class Kind(StrEnum):
    """The kinds of question. A new one needs a coding, a form field and a template block."""

    RATING = "rating"
    SINGLE = "single"
    MULTI = "multi"
    NUMBER = "number"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"


class Option(Model):
    """One given answer; its code is what is stored."""

    code: Annotated[str, Field(pattern=r"^[1-9][0-9]?$")]
    text: Text


class Condition(Model):
    """Holds when `item` was answered with one of `options`."""

    item: Key
    options: Annotated[tuple[str, ...], Field(min_length=1)]


class Item(Model):
    """One question. ``source`` says where its wording stands, ``verified`` whether that text was read."""

    code: Key
    kind: Kind
    text: Text
    hint: Text | None = None
    verified: bool
    source: Line
    required: bool = False
    not_applicable: Text | None = None
    options: tuple[Option, ...] = ()
    most: Annotated[int, Field(ge=1)] | None = None
    minimum: int | None = None
    maximum: int | None = None
    unit: Text | None = None
    longest: Annotated[int, Field(ge=1, le=4000)] | None = None
    only_if: Condition | None = None
    sensitive: bool = False

    @property
    def closed(self) -> bool:
        """Stored as one character in the packed answers (the others stand in the side table)."""
        return self.kind in (Kind.RATING, Kind.SINGLE)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        needs_options = self.kind in (Kind.SINGLE, Kind.MULTI)
        if needs_options != bool(self.options):
            raise problem("chỉ câu hỏi chọn phương án mới có (và phải có) options", "options go with single and multi")
        if self.kind is Kind.SINGLE and len(self.options) > MOST_OPTIONS:
            raise problem(f"nhiều nhất {MOST_OPTIONS} phương án", f"at most {MOST_OPTIONS} options")
        expected = [str(i) for i in range(1, len(self.options) + 1)]
        if [option.code for option in self.options] != expected:
            raise problem("mã phương án phải là 1, 2, 3, ... theo thứ tự", "option codes must be 1, 2, 3, ... in order")
        if (self.kind is Kind.NUMBER) != (self.minimum is not None and self.maximum is not None):
            raise problem("chỉ câu hỏi số mới có (và phải có) minimum, maximum", "minimum and maximum go with number")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise problem("minimum lớn hơn maximum", "minimum exceeds maximum")
        if (self.kind is Kind.MULTI) != (self.most is not None) or (self.most or 0) > len(self.options):
            raise problem("câu chọn nhiều phải có most, không quá số phương án", "multi needs most, within the options")
        if (self.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT)) != (self.longest is not None):
            raise problem("chỉ câu hỏi chữ mới có (và phải có) longest", "longest goes with text")
        if self.not_applicable is not None and not self.closed:
            raise problem(
                "'không áp dụng' chỉ dùng cho câu chấm mức, chọn một", "not_applicable goes with rating and single"
            )
        return self


class Section(Model):
    """A heading with its items, in the order in which they are asked."""

    code: Key
    title: Text
    intro: Text | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


class Factor(Model):
    """A factor (yếu tố) of the index: its criteria and its factor-in-general question.

    ``domain`` (policy, service) is for methods that weigh domains.
    """

    code: Key
    name: Text
    domain: Key | None = None
    criteria: tuple[Key, ...] = ()
    general: Key | None = None


class Questionnaire(Definition):
    """A version of a satisfaction questionnaire; frozen once it has collected an answer."""

    minutes: Annotated[int, Field(ge=1, le=60)]
    intro: Text
    scale: Annotated[tuple[Text, ...], Field(min_length=LEVELS, max_length=LEVELS)]
    scale_verified: bool
    satisfied_from: Annotated[int, Field(ge=2, le=LEVELS)] = 4
    factors: Annotated[tuple[Factor, ...], Field(min_length=1)]
    overall: Key
    counted_if: Condition | None = None
    waiting: Key | None = None
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the order in which they are asked."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def closed(self) -> tuple[Item, ...]:
        """The items of the packed answers, in its order."""
        return tuple(item for item in self.items if item.closed)

    @cached_property
    def rated(self) -> tuple[Item, ...]:
        """The items on the satisfaction scale."""
        return tuple(item for item in self.items if item.kind is Kind.RATING)

    def of_kind(self, kind: Kind) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind is kind)

    def item(self, code: str) -> Item:
        """The item of that code; KeyError when there is none."""
        return self._by_code[code]

    @cached_property
    def _by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @property
    def has_criteria(self) -> bool:
        return any(factor.criteria for factor in self.factors)

    @property
    def unverified(self) -> tuple[Item, ...]:
        """Items whose official wording was not found."""
        return tuple(item for item in self.items if not item.verified)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        unique(((at, item.code) for at, item in self._places()), "mã câu hỏi", "item code")
        unique(members("sections", (section.code for section in self.sections)), "mã phần", "section code")
        unique(members("factors", (factor.code for factor in self.factors)), "mã yếu tố", "factor code")
        in_factors = list(self._in_factors())
        unique(in_factors, "câu hỏi của yếu tố", "item of a factor")
        ratings = {item.code for item in self.rated}
        for at, code in (*in_factors, (("overall",), self.overall)):
            if code not in ratings:
                raise problem(f"{code} không phải câu chấm mức hài lòng của phiếu", f"{code} is not a rating item", at)
        if self.overall in {code for _, code in in_factors}:
            raise problem(
                "câu hỏi chung không được thuộc yếu tố", "the overall item belongs to no factor", ("overall",)
            )
        if self.waiting is not None and self.waiting not in {item.code for item in self.of_kind(Kind.NUMBER)}:
            raise problem("waiting phải là câu hỏi số", "waiting must be a number item", ("waiting",))
        self._check_conditions()
        return self

    def _places(self) -> Iterator[tuple[Place, Item]]:
        for s, section in enumerate(self.sections):
            for i, item in enumerate(section.items):
                yield ("sections", s, "items", i), item

    def _in_factors(self) -> Iterator[tuple[Place, str]]:
        for f, factor in enumerate(self.factors):
            for c, code in enumerate(factor.criteria):
                yield ("factors", f, "criteria", c), code
            if factor.general is not None:
                yield ("factors", f, "general"), factor.general

    def _check_conditions(self) -> None:
        before: dict[str, Item] = {}
        for at, item in self._places():
            if item.only_if is not None:
                _check(item.only_if, before, (*at, "only_if"))
            before[item.code] = item
        if self.counted_if is not None:
            _check(self.counted_if, before, ("counted_if",))


def _check(condition: Condition, before: Mapping[str, Item], at: Place) -> None:
    item = before.get(condition.item)
    if item is None:
        raise problem(
            f"điều kiện theo {condition.item}: câu này phải được hỏi trước",
            f"condition on {condition.item}: it must be asked before",
            at,
        )
    if item.kind is not Kind.SINGLE or not set(condition.options) <= {option.code for option in item.options}:
        raise problem(
            f"điều kiện theo {condition.item}: phương án không có trong câu hỏi",
            f"condition on {condition.item}: no such option",
            at,
        )
