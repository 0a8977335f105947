"""Strict reading of the parameters of a scoring rule from plain data (JSON, YAML)."""

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from scoring.par.numbers import exact
from scoring.par.parameters import Band, Option, RuleError, RuleProblem, Shape, Tier


def number(value: object, where: str) -> Decimal:
    """A finite number of a rule.

    Parameters
    ----------
    value : object
        From the data.
    where : str
        Its place, for the error.

    Returns
    -------
    Decimal

    Raises
    ------
    RuleError
        NOT_A_NUMBER.
    """
    try:
        return exact(value)
    except ValueError:
        raise RuleError(RuleProblem.NOT_A_NUMBER, where) from None


def _bounded(allowed: Callable[[Decimal], bool]) -> Callable[[object, str], Decimal]:
    def read(value: object, where: str) -> Decimal:
        found = number(value, where)
        if not allowed(found):
            raise RuleError(RuleProblem.OUT_OF_RANGE, where)
        return found

    return read


_points = _bounded(lambda value: value >= 0)
_weight = _bounded(lambda value: 0 <= value <= 100)


def _whole(value: object, where: str) -> int:
    found = _points(value, where)
    if found != found.to_integral_value():
        raise RuleError(RuleProblem.NOT_WHOLE, where)
    return int(found)


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise RuleError(RuleProblem.NOT_YES_NO, where)
    return value


def text(value: object, where: str) -> str:
    """A text of a rule that is not empty.

    Parameters
    ----------
    value : object
        From the data.
    where : str
        Its place, for the error.

    Returns
    -------
    str

    Raises
    ------
    RuleError
        NOT_A_TEXT or EMPTY.
    """
    if not isinstance(value, str):
        raise RuleError(RuleProblem.NOT_A_TEXT, where)
    if not value.strip():
        raise RuleError(RuleProblem.EMPTY, where)
    return value


def _each(value: object, where: str) -> list[tuple[Any, str]]:
    """The members of a list that is not empty, each with its place."""
    if not isinstance(value, list | tuple):
        raise RuleError(RuleProblem.NOT_A_LIST, where)
    if not value:
        raise RuleError(RuleProblem.EMPTY, where)
    return [(member, f"{where}[{place}]") for place, member in enumerate(value)]


def distinct(names: list[str], where: str) -> list[str]:
    """Names of which none comes twice.

    Parameters
    ----------
    names : list of str
        To look at.
    where : str
        Their place, for the error.

    Returns
    -------
    list of str

    Raises
    ------
    RuleError
        TWICE.
    """
    if len(set(names)) < len(names):
        raise RuleError(RuleProblem.TWICE, where)
    return names


def _names(value: object, where: str) -> tuple[str, ...]:
    return tuple(distinct([text(*each) for each in _each(value, where)], where))


def _three_names(value: object, where: str) -> tuple[str, ...]:
    """What yes, no and not applicable are called."""
    found = _names(value, where)
    if len(found) != 3:
        raise RuleError(RuleProblem.OUT_OF_RANGE, where)
    return found


def keys(value: object, where: str, required: set[str], optional: frozenset[str] = frozenset()) -> Mapping[str, Any]:
    """A mapping with the required keys, perhaps the optional ones, and no others.

    Parameters
    ----------
    value : object
        From the data.
    where : str
        Its place, for the error.
    required, optional : set of str
        The names of the keys.

    Returns
    -------
    mapping

    Raises
    ------
    RuleError
        NOT_A_RULE, MISSING_PARAMETER or UNKNOWN_PARAMETER.
    """
    if not isinstance(value, Mapping):
        raise RuleError(RuleProblem.NOT_A_RULE, where)
    for name in sorted(required - value.keys()):
        raise RuleError(RuleProblem.MISSING_PARAMETER, f"{where}.{name}".lstrip("."))
    for name in value:
        if name not in required | optional:
            raise RuleError(RuleProblem.UNKNOWN_PARAMETER, f"{where}.{name}".lstrip("."))
    return value


def _items(value: object, where: str) -> tuple[Option, ...]:
    """Requirements with their points."""
    found = []
    for member, place in _each(value, where):
        item = keys(member, place, {"text_vi", "points"})
        found.append(Option(text(item["text_vi"], f"{place}.text_vi"), _points(item["points"], f"{place}.points")))
    distinct([item.name for item in found], where)
    return tuple(found)


def _options(value: object, where: str) -> tuple[Option, ...]:
    """Options as [name, points] or as {name, points, up_to}."""
    found = []
    for member, place in _each(value, where):
        pair = isinstance(member, list | tuple) and len(member) == 2
        data = {"name": member[0], "points": member[1]} if pair else member
        option = keys(data, place, {"name", "points"}, frozenset({"up_to"}))
        points = _points(option["points"], f"{place}.points")
        up_to = _flag(option.get("up_to", False), f"{place}.up_to")
        found.append(Option(text(option["name"], f"{place}.name"), points, up_to))
    distinct([option.name for option in found], where)
    return tuple(found)


def _tier(member: object, place: str, bounds: tuple[str, ...]) -> Tier:
    tier = keys(member, place, {"points"}, frozenset(bounds))
    bound, strict = _bound(tier, place, bounds)
    return Tier(bound, _points(tier["points"], f"{place}.points"), strict)


def _tiers(value: object, where: str) -> tuple[Tier, ...]:
    """Tiers from the highest bound down, each closed below (gte) or open (gt)."""
    found = [_tier(member, place, ("gte", "gt")) for member, place in _each(value, where)]
    _falling([(tier.bound, tier.strict) for tier in found], where)
    if found[-1].bound < 0:
        raise RuleError(RuleProblem.OUT_OF_RANGE, f"{where}[{len(found) - 1}]")
    return tuple(found)


def _deadlines(value: object, where: str) -> tuple[Tier, ...]:
    """Tiers from the shortest time up, each with its last day."""
    found = [_tier(member, place, ("lte",)) for member, place in _each(value, where)]
    if any(later.bound <= earlier.bound for earlier, later in pairwise(found)):
        raise RuleError(RuleProblem.OUT_OF_ORDER, where)
    return tuple(found)


def _weights(value: object, where: str) -> tuple[tuple[str, Decimal | None], ...]:
    """The percentage that an answer is worth; null leaves it out of the mean."""
    if not isinstance(value, Mapping):
        raise RuleError(RuleProblem.NOT_A_LIST, where)
    found = []
    for name, weight in value.items():
        worth = None if weight is None else _weight(weight, f"{where}.{name}")
        found.append((text(name, where), worth))
    if all(weight is None for _name, weight in found):
        raise RuleError(RuleProblem.EMPTY, where)
    return tuple(found)


def bands(value: object, where: str) -> tuple[Band, ...]:
    """Classes from the best down, as [name, lowest index] or {name, gte} or {name, gt}.

    Parameters
    ----------
    value : object
        From the data.
    where : str
        Its place, for the error.

    Returns
    -------
    tuple of Band

    Raises
    ------
    RuleError
        If it is not such a list, or out of order.

    Examples
    --------
    >>> [(band.name, band.bound) for band in bands([["A", 90], ["B", 0]], "classes")]
    [('A', Decimal('90')), ('B', Decimal('0'))]
    """
    found = [_band(member, place) for member, place in _each(value, where)]
    distinct([band.name for band in found], where)
    _falling([(band.bound, band.strict) for band in found], where)
    return tuple(found)


def _band(member: Any, place: str) -> Band:
    pair = isinstance(member, list | tuple) and len(member) == 2
    data: Any = {"name": member[0], "gte": member[1]} if pair else member
    band = keys(data, place, {"name"}, frozenset({"gte", "gt"}))
    bound, strict = _bound(band, place, ("gte", "gt"))
    return Band(text(band["name"], f"{place}.name"), bound, strict)


def _bound(data: Mapping[str, Any], place: str, names: tuple[str, ...]) -> tuple[Decimal, bool]:
    """The one bound that is given, and whether it is an open one."""
    given = [name for name in names if name in data]
    if len(given) != 1:
        raise RuleError(RuleProblem.BAD_TIER, place)
    return number(data[given[0]], f"{place}.{given[0]}"), given[0] == "gt"


def _falling(marks: list[tuple[Decimal, bool]], where: str) -> None:
    if any(later >= earlier for earlier, later in pairwise(marks)):
        raise RuleError(RuleProblem.OUT_OF_ORDER, where)


def _limits(value: object, where: str) -> tuple[Decimal, Decimal]:
    """A lower and an upper limit."""
    found = [number(*each) for each in _each(value, where)]
    if len(found) != 2 or found[0] >= found[1]:
        raise RuleError(RuleProblem.OUT_OF_ORDER, where)
    return found[0], found[1]


def _month_day(value: object, where: str) -> tuple[int, int]:
    """A day of the year as "12-20"."""
    written = text(value, where)
    try:
        day = datetime.date.fromisoformat(f"2001-{written}")  # not a leap year: the day must come every year
    except ValueError:
        raise RuleError(RuleProblem.OUT_OF_RANGE, where) from None
    return day.month, day.day


def _start(value: object, where: str) -> Decimal | None:
    """What is deducted from: a number, or "max" for the maximum (None)."""
    return None if value == "max" else _points(value, where)


def _zero_denominator(value: object, where: str) -> str:
    if value not in ("full", "not_applicable"):
        raise RuleError(RuleProblem.NOT_AN_OPTION, where)
    return str(value)


READERS: dict[Shape, Callable[[object, str], Any]] = {
    Shape.NUMBER: number,
    Shape.POINTS: _points,
    Shape.DEDUCTION: _bounded(lambda value: value <= 0),
    Shape.POSITIVE: _bounded(lambda value: value > 0),
    Shape.SHARE: _points,
    Shape.WHOLE: _whole,
    Shape.FLAG: _flag,
    Shape.TEXT: text,
    Shape.NAMES: _names,
    Shape.THREE_NAMES: _three_names,
    Shape.ITEMS: _items,
    Shape.OPTIONS: _options,
    Shape.TIERS: _tiers,
    Shape.DEADLINES: _deadlines,
    Shape.WEIGHTS: _weights,
    Shape.CLASSES: bands,
    Shape.LIMITS: _limits,
    Shape.MONTH_DAY: _month_day,
    Shape.START: _start,
    Shape.ZERO_DENOMINATOR: _zero_denominator,
}
