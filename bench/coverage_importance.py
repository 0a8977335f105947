"""How often intervals of the questions' importance hold the population's, where factors matter unequally.

From respondents one by one, and from sums over units as on the page of priorities. The population is that of all
units there might be: each simulation draws units anew, with their rates. Published in docs/method.md.
"""

from collections.abc import Callable

import numpy as np

from bench.populations import COUNTER, SHORT, Floats, Form, answers, rates, tallies
from scoring.importance import Importance, from_parts, importance, relative_weights
from scoring.measures import marks
from scoring.reliability import covariance_from_sums
from scoring.results import Interval
from scoring.tally import Tally, count, stack

SIZES = (50, 200, 1000, 5000)
FORMS = ((SHORT, 300), (COUNTER, 100))
UNITS = (12, 99)
SPREAD = 0.05
CHUNK = 50_000
Draw = Callable[[np.random.Generator, Form, int], Importance]


def run(*, quick: bool) -> None:
    print("\nimportance, 95 % percentile intervals: how many hold the population's share, of all questions, of the")
    print("weightiest factor, of the least factor; its weight; mean width of the share in points; how often given")
    for form, full in FORMS:
        repeats = 4 if quick else full
        truth = _population(np.random.default_rng(1), form, 4 if quick else 40)
        shares = np.bincount(form.factor_of, truth / truth.sum())
        print(f"{form.name}, {repeats} simulations each; R2 {truth.sum():.3f}, factors {shares.round(3).tolist()}")
        print(f"{'':19} | " + " | ".join(f"n = {size:<33}" for size in SIZES))
        for name, draw in _draws():
            cells = [_covered(draw, form, truth, n, repeats) for n in SIZES]
            print(f"{name:19} | " + " | ".join(cells))


def _draws() -> tuple[tuple[str, Draw], ...]:
    few, many = UNITS
    return (
        ("respondents", _of_respondents),
        (f"sums of {few} units", lambda rng, form, n: _of_units(rng, form, n, few)),
        (f"sums of {many} units", lambda rng, form, n: _of_units(rng, form, n, many)),
    )


def _of_respondents(rng: np.random.Generator, form: Form, n: int) -> Importance:
    codes = answers(rng, form, rates(rng, n, SPREAD)).astype(float)
    codes[codes == 0] = np.nan
    return importance(codes[:, :-1], codes[:, -1])


def _of_units(rng: np.random.Generator, form: Form, n: int, units: int) -> Importance:
    sizes = rng.multinomial(n, np.full(units, 1 / units))
    answering = sizes > 0
    return from_parts(*_sums(tallies(rng, form, rates(rng, units, SPREAD)[answering], sizes[answering])))


def _sums(tally: Tally) -> tuple[Floats, Floats, Floats]:
    found = marks(tally, "M3")
    return found.both, found.one, found.two


def _population(rng: np.random.Generator, form: Form, chunks: int) -> Floats:
    """The weights among so many respondents that chance hardly moves them."""
    parts = [count(form.layout, answers(rng, form, rates(rng, CHUNK, SPREAD))) for _ in range(chunks)]
    covariance = covariance_from_sums(*(part.sum(axis=0) for part in _sums(stack(form.layout, parts))))
    spread = np.sqrt(np.diag(covariance))
    between = covariance / np.outer(spread, spread)
    return relative_weights(between[:-1, :-1], between[:-1, -1])


def _covered(draw: Draw, form: Form, truth: Floats, n: int, repeats: int) -> str:
    rng = np.random.default_rng(n)
    found = [draw(rng, form, n).items for _ in range(repeats)]
    share = np.array([[_limits(item.share_interval) for item in items] for items in found])
    weight = np.array([[_limits(item.interval) for item in items] for items in found])
    if np.isnan(share).all():
        return f"{'no interval':37}"
    known = truth / truth.sum()
    most, least = form.factor_of == 0, form.factor_of == len(form.criteria) - 1
    held = (
        _held(share, known),
        _held(share[:, most], known[most]),
        _held(share[:, least], known[least]),
        _held(weight, truth),
    )
    width = float(np.nanmean(share[..., 1] - share[..., 0])) * 100
    given = 1 - np.isnan(share).any(axis=2).mean()
    return " ".join(f"{part:6.1%}" for part in held) + f" {width:4.1f} {given:4.0%}"


def _limits(interval: Interval | None) -> tuple[float, float]:
    return (np.nan, np.nan) if interval is None else (interval.lower, interval.upper)


def _held(limits: Floats, truth: Floats) -> float:
    """The share of the intervals given that hold the truth."""
    lower, upper = limits[..., 0], limits[..., 1]
    return float(((lower <= truth) & (truth <= upper)).sum() / np.count_nonzero(~np.isnan(lower)))
