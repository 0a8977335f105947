"""Answers drawn from a seeded model: units differ, items hang together, few criticise, some is missing.

A respondent's latent satisfaction is the sum of unit, field, season and channel effects and of a
personal, a factor and an item part; levels are cut from it. The parts are sized so that Cronbach's
alpha of the 22 criteria is near 0.9.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from questionnaires.coding import Answer
from questionnaires.model import Item, Kind, Questionnaire

Floats = NDArray[np.float64]

PERSON, FACTOR, ITEM = 0.31**0.5, 0.18**0.5, 0.51**0.5  # standard deviations; the variances add to 1
# Where the latent value is cut, counted from the border between levels 3 and 4.
CUTS = np.array([-1.7, -1.05, 0.0, 1.25])
MISSING = 0.035
CHANNEL_EFFECT = {"A": 0.0, "B": 0.12, "C": -0.08}
ITEM_EFFECT = {"TC": 0.05, "TT": -0.02, "CC": 0.08, "KQ": 0.1, "PA": -0.15}
NOT_APPLICABLE = {"PA": 0.6, "TT4": 0.3}
# Shares of the options where they are not equal.
SHARES: Mapping[str, tuple[float, ...]] = {
    "LOC": (0.97, 0.03),
    "HT": (0.7, 0.26, 0.04),
    "ND1": (0.62, 0.27, 0.08, 0.02, 0.01),
    "ND2": (0.012, 0.988),
    "ND3": (0.006, 0.994),
    "ND4": (0.78, 0.18, 0.04),
    "ND5": (0.6, 0.4),
    "ND6": (0.5, 0.5),
}
GOOD = ("Cán bộ nhiệt tình, dễ hiểu.", "Làm nhanh hơn giấy hẹn.", "Hướng dẫn tận tình, cảm ơn.", "Mọi thứ đều tốt.")
BAD = (
    "Phải chờ lâu, nên thêm người vào buổi sáng.",
    "Máy lấy số hay hỏng.",
    "Giấy tờ còn nhiều, phải đi lại hai lần.",
    "Nên ghi rõ thành phần hồ sơ ngay từ đầu.",
)


@dataclass(frozen=True, slots=True)
class Respondents:
    """Who answers: the latent level of each, by unit, field, season and channel, and the usual wait."""

    level: Floats
    waiting: Floats


def draw(rng: np.random.Generator, questionnaire: Questionnaire, who: Respondents) -> list[dict[str, Answer]]:
    """A set of answers for each respondent; required items are never missing."""
    size = len(who.level)
    sets: list[dict[str, Answer]] = [{} for _ in range(size)]
    person = rng.normal(0, PERSON, size)
    factor_of = {code: f.code for f in questionnaire.factors for code in (*f.criteria, f.general) if code}
    factor_part = {factor.code: rng.normal(0, FACTOR, size) for factor in questionnaire.factors}
    common = who.level + person
    for item in questionnaire.items:
        if item.kind is Kind.RATING:
            factor = factor_of.get(item.code, "")
            latent = common + ITEM_EFFECT.get(factor, 0) + factor_part.get(factor, 0) + rng.normal(0, ITEM, size)
            _fill(sets, item, _levels(rng, item, factor, latent))
        elif item.kind is Kind.SINGLE:
            _fill(sets, item, _options(rng, item, size))
        elif item.kind is Kind.NUMBER:
            minutes = np.clip(rng.gamma(2.5, who.waiting / 2.5), item.minimum, item.maximum).astype(int)
            told = rng.random(size) > 0.1
            _fill(sets, item, [int(wait) if yes else None for wait, yes in zip(minutes, told, strict=True)])
        elif item.kind is Kind.MULTI:
            _fill(sets, item, [_ticks(rng, item) for _ in range(size)])
        else:
            _fill(sets, item, _words(rng, common))
    return sets


def _fill(sets: list[dict[str, Answer]], item: Item, answers: list[Answer | None]) -> None:
    for given, answer in zip(sets, answers, strict=True):
        condition = item.only_if
        if answer is not None and (condition is None or given.get(condition.item) in condition.options):
            given[item.code] = answer


def _levels(rng: np.random.Generator, item: Item, factor: str, latent: Floats) -> list[Answer | None]:
    levels = (np.searchsorted(CUTS, latent) + 1).astype(str)
    size = len(latent)
    if item.not_applicable is not None:
        share = NOT_APPLICABLE.get(item.code, NOT_APPLICABLE.get(factor, 0.02))
        levels = np.where(rng.random(size) < share, "n", levels)
    keep = np.ones(size, bool) if item.required else rng.random(size) > MISSING
    return [str(level) if kept else None for level, kept in zip(levels, keep, strict=True)]


def _options(rng: np.random.Generator, item: Item, size: int) -> list[Answer | None]:
    shares = SHARES.get(item.code)
    picks = rng.choice(len(item.options), size, p=shares)
    keep = np.ones(size, bool) if item.required else rng.random(size) > MISSING
    return [str(pick + 1) if kept else None for pick, kept in zip(picks, keep, strict=True)]


def _ticks(rng: np.random.Generator, item: Item) -> Answer | None:
    weights = 1 / np.arange(2, len(item.options) + 2)
    number = rng.integers(0, (item.most or 1) + 1)
    picked = rng.choice(len(item.options), number, replace=False, p=weights / weights.sum())
    return tuple(str(pick + 1) for pick in sorted(picked.tolist())) or None


def _words(rng: np.random.Generator, common: Floats) -> list[Answer | None]:
    """A few write something, critics more often."""
    writes = rng.random(len(common)) < np.where(common < 0, 0.15, 0.03)
    return [
        (str(rng.choice(BAD if value < 0.3 else GOOD)) if yes else None)
        for value, yes in zip(common, writes, strict=True)
    ]
