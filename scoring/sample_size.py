"""How many answers a survey needs for a margin of error, and by the rule of Slovin."""

import math
from dataclasses import dataclass

from scoring.intervals import effective_n_finite, normal_quantile

# A whole number that rounding has lifted by a hair must not be rounded up.
HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class CochranSize:
    """Answers for a margin of error; ``*_raw`` before rounding up.

    ``n0`` for an unlimited population, ``n_fpc`` for a finite one (``n_fpc_simple_raw``: with N in place of N - 1).
    ``n_deff_then_fpc``, with the design effect, is the one to plan with, since it never exceeds N;
    ``n_fpc_then_deff`` can. ``n_invited`` is who to ask at the response rate.
    """

    n0_raw: float
    n0: int
    n_fpc_raw: float
    n_fpc: int
    n_fpc_simple_raw: float
    n_deff_then_fpc_raw: float
    n_deff_then_fpc: int
    n_fpc_then_deff: int
    n_invited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSize:
    """Design effect of a cluster sample, the answers and the clusters it takes."""

    deff: float
    n: int
    clusters: int


def round_up(raw: float) -> int:
    """The next whole number of answers, at least 1.

    Parameters
    ----------
    raw : float
        A computed size; 1e-9 above a whole number still counts as that number.

    Returns
    -------
    int

    Examples
    --------
    >>> round_up(200.0000000001), round_up(200.1)
    (200, 201)
    """
    return max(1, math.ceil(raw - HAIR))


def slovin(population: float, margin: float) -> float:
    """Slovin's rule ``N / (1 + N e^2)``, not rounded; `round_up` gives the number of answers.

    It is Cochran's size for a rate of one half with z = 2, and knows neither design nor rate.

    Parameters
    ----------
    population : float
        Dossiers, at least 1; infinity gives the limit ``1 / e^2``.
    margin : float
        e, 0 to 1, 0 excluded.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the population is below 1 or the margin outside its range.

    References
    ----------
    Yamane (1967) Statistics: An Introductory Analysis, 2nd ed., p. 886; the guidance of the Ministry of Home
    Affairs on measuring satisfaction, 2013-14, with e = 5 %.

    Examples
    --------
    >>> round_up(slovin(1000, 0.05))
    286
    """
    _check_population(population)
    _check_margin(margin)
    return 1 / (1 / population + margin**2)


def with_fpc(n: float, population: float) -> float:
    """Answers from a finite population that are worth n from an unlimited one, not rounded.

    Parameters
    ----------
    n : float
        Answers, above 0.
    population : float
        Dossiers, at least 1; infinity where unlimited.

    Returns
    -------
    float
        Never above the population.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., section 4.4; the inverse of `effective_n_finite`.

    Examples
    --------
    >>> round(with_fpc(385, 1000), 1)
    278.2
    """
    return n / (1 + (n - 1) / population) if population > 1 else 1.0


def cochran(
    population: float,
    rate: float,
    margin: float,
    *,
    level: float = 0.95,
    deff: float = 1.0,
    response_rate: float = 1.0,
) -> CochranSize:
    """Answers for a margin of error of a rate.

    Parameters
    ----------
    population : float
        Dossiers, at least 1; infinity where unlimited.
    rate : float
        Expected rate, 0 to 1; one half needs most.
    margin : float
        Half the width of the interval, 0 to 1, 0 excluded.
    level : float
        Two-sided confidence.
    deff : float
        Design effect, above 0.
    response_rate : float
        Share of the invited who answer, 0 to 1, 0 excluded.

    Returns
    -------
    CochranSize

    Raises
    ------
    ValueError
        If an argument is outside its range.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., section 4.4.

    Examples
    --------
    >>> cochran(500, 0.9, 0.05, level=0.9, deff=1.5, response_rate=0.8).n_invited
    142
    """
    _check_population(population)
    _check_margin(margin)
    _check_rates(rate)
    _check_design(deff, response_rate)
    n0 = normal_quantile(level) ** 2 * rate * (1 - rate) / margin**2
    finite, with_both = with_fpc(n0, population), with_fpc(n0 * deff, population)
    return CochranSize(
        n0_raw=n0,
        n0=round_up(n0),
        n_fpc_raw=finite,
        n_fpc=round_up(finite),
        n_fpc_simple_raw=n0 / (1 + n0 / population),
        n_deff_then_fpc_raw=with_both,
        n_deff_then_fpc=round_up(with_both),
        n_fpc_then_deff=round_up(finite * deff),
        n_invited=round_up(with_both / response_rate),
    )


def margin_of(n: float, rate: float, population: float, *, level: float = 0.95, deff: float = 1.0) -> float:
    """Margin of error that a number of answers attains (normal approximation).

    Parameters
    ----------
    n : float
        Answers, at least 1, at most the population; ``n / deff`` of them are effective.
    rate : float
        Expected rate, 0 to 1.
    population : float
        Dossiers; infinity where unlimited.
    level : float
        Two-sided confidence.
    deff : float
        Design effect, above 0.

    Returns
    -------
    float
        0 for a census.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., section 3.3.

    Examples
    --------
    >>> round(margin_of(100, 0.9, 500), 4)
    0.0526
    """
    _check_population(population)
    _check_rates(rate)
    _check_design(deff, 1.0)
    if not 1 <= n <= population:
        raise ValueError("answers must number at least 1 and at most the population")
    worth = float(effective_n_finite(n, n, population)) if math.isfinite(population) else n
    return normal_quantile(level) * math.sqrt(deff * rate * (1 - rate) / worth)


def cluster_size(per_cluster: int, rho: float, n0: float) -> ClusterSize:
    """Design effect of clusters of equal size, and what a simple random sample of n0 becomes with it.

    Parameters
    ----------
    per_cluster : int
        Answers per cluster (commune, counter), at least 1.
    rho : float
        Intraclass correlation of answers in a cluster, 0 to 1.
    n0 : float
        Answers that a simple random sample would need, above 0.

    Returns
    -------
    ClusterSize

    Raises
    ------
    ValueError
        If an argument is outside its range.

    References
    ----------
    Kish (1965) Survey Sampling, section 5.4: ``deff = 1 + (m - 1) rho``.

    Examples
    --------
    >>> cluster_size(15, 0.05, 385)
    ClusterSize(deff=1.7000000000000002, n=655, clusters=44)
    """
    if per_cluster < 1 or not 0 <= rho <= 1 or not n0 > 0:
        raise ValueError("a cluster has at least 1 answer, rho lies between 0 and 1, n0 is above 0")
    deff = 1 + (per_cluster - 1) * rho
    n = round_up(deff * n0)
    return ClusterSize(deff=deff, n=n, clusters=round_up(n / per_cluster))


def _check_population(population: float) -> None:
    if not population >= 1:
        raise ValueError(f"a population must be at least 1, not {population}")


def _check_margin(margin: float) -> None:
    if not 0 < margin <= 1:
        raise ValueError(f"a margin must be above 0 and at most 1, not {margin}")


def _check_rates(rate: float) -> None:
    if not 0 <= rate <= 1:
        raise ValueError(f"a rate must lie between 0 and 1, not {rate}")


def _check_design(deff: float, response_rate: float) -> None:
    if not 0 < deff < math.inf or not 0 < response_rate <= 1:
        raise ValueError("a design effect must be above 0, a response rate above 0 and at most 1")
