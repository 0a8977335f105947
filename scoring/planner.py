"""Answers that a unit needs, beside the number by Slovin's rule of the 2013-14 guidance."""

import math
from dataclasses import dataclass

from scoring.intervals import effective_n_finite
from scoring.power import n_for_power, power_exact
from scoring.sample_size import cochran, margin_of, round_up, slovin, with_fpc


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPlan:
    """Answers that a unit needs, beside the number by Slovin's rule and what that number is worth.

    ``answers`` is the larger of ``for_margin`` and ``for_difference``, ``invitations`` who to ask for so many.
    ``slovin_margin`` and ``slovin_power`` say what Slovin's number attains with the same design.
    """

    for_margin: int
    for_difference: int
    answers: int
    invitations: int
    slovin: int
    slovin_margin: float
    slovin_power: float


def plan(
    population: int | None,
    *,
    margin: float = 0.05,
    rate: float = 0.5,
    target: float = 0.90,
    alternative: float = 0.85,
    level: float = 0.95,
    power: float = 0.8,
    deff: float = 1.0,
    response_rate: float = 1.0,
) -> SurveyPlan:
    """Answers that one unit needs, beside the number by Slovin's rule.

    Parameters
    ----------
    population : int or None
        Dossiers of the period, at least 1; None where unknown, and then it is taken as unlimited, which is safe.
    margin : float
        Half the width of the interval of the rate, 0 to 1, 0 excluded; also Slovin's e.
    rate : float
        Expected rate for the margin; one half needs most and is safe whatever the rate.
    target, alternative : float
        Rates to be told apart, 0 to 1, ends excluded.
    level : float
        Two-sided confidence. A verdict by the interval is wrong with a chance of at most about ``(1 - level) / 2``,
        and so is the test that the power is for.
    power : float
        Chance to find out that the rate is `alternative` and not `target`.
    deff : float
        Design effect, above 0.
    response_rate : float
        Share of the invited who answer, 0 to 1, 0 excluded.

    Returns
    -------
    SurveyPlan

    Raises
    ------
    ValueError
        If an argument is outside its range.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., section 4.4; `cochran`, `n_for_power` and `slovin`.

    Examples
    --------
    >>> found = plan(2000, deff=1.5)
    >>> found.for_margin, found.for_difference, found.slovin, round(found.slovin_margin, 3)
    (448, 428, 334, 0.06)
    """
    dossiers = math.inf if population is None else float(population)
    precise = cochran(dossiers, rate, margin, level=level, deff=deff, response_rate=response_rate)
    alpha = (1 - level) / 2
    told_apart = with_fpc(n_for_power(target, alternative, alpha=alpha, power=power).exact_stable * deff, dossiers)
    rule = round_up(slovin(dossiers, margin))
    needed = max(precise.n_deff_then_fpc_raw, told_apart)
    return SurveyPlan(
        for_margin=precise.n_deff_then_fpc,
        for_difference=round_up(told_apart),
        answers=round_up(needed),
        invitations=round_up(needed / response_rate),
        slovin=rule,
        slovin_margin=margin_of(rule, rate, dossiers, level=level, deff=deff),
        slovin_power=_power_of(rule, dossiers, deff, (target, alternative, alpha)),
    )


def _power_of(n: int, population: float, deff: float, test: tuple[float, float, float]) -> float:
    """Exact power of n answers by their effective number; a census knows."""
    if n == population:
        return 1.0
    worth = float(effective_n_finite(n, n, population)) if math.isfinite(population) else n
    return power_exact(max(1, int(worth / deff)), test[0], test[1], alpha=test[2]).power
