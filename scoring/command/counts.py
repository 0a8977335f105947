"""Estimates from counts: a row for each unit, with its satisfied answers and all its answers."""

import argparse
from dataclasses import dataclass

import numpy as np

from scoring.binomial import METHODS, Limits, interval
from scoring.command.measured import Measured
from scoring.command.options import HYPERGEOMETRIC
from scoring.command.problems import Problem, check_method
from scoring.command.tables import Table
from scoring.finite import hypergeometric
from scoring.intervals import Floats, effective_n_finite, wilson
from scoring.results import Estimate, Interval, Reason

DEFAULT = "wilson"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Satisfied answers, answers and dossiers (NaN: unknown) of units; ``names`` may be none at all."""

    names: tuple[str | None, ...]
    satisfied: Floats
    answers: Floats
    population: Floats


def read_counts(table: Table, options: argparse.Namespace) -> Counts:
    """The counts of a file; where both cells are empty nobody answered.

    Parameters
    ----------
    table : Table
        The file.
    options : argparse.Namespace
        ``satisfied``, ``total``, ``domain`` and ``fpc``.

    Returns
    -------
    Counts

    Raises
    ------
    Problem
        If a cell is no count, more are satisfied than answered, or more answered than there are dossiers.
    """
    if not (options.satisfied and options.total):
        raise Problem("số đếm cần --satisfied và --total", "counts need --satisfied and --total", file=table.file)
    satisfied, answers = table.values(options.satisfied), table.values(options.total)
    if (np.isnan(satisfied) != np.isnan(answers)).any():
        place = int(np.argmax(np.isnan(satisfied) != np.isnan(answers)))
        column = options.satisfied if np.isnan(satisfied[place]) else options.total
        raise table.problem("ô trống", "empty cell", column, place)
    population = _population(table, options.fpc)
    answers, satisfied = np.nan_to_num(answers), np.nan_to_num(satisfied)
    checks = {
        options.satisfied: (satisfied, "nhiều trả lời hài lòng hơn số trả lời", satisfied > answers),
        options.total: (answers, "nhiều trả lời hơn số hồ sơ", answers > population),
        options.fpc: (np.nan_to_num(population), "", np.zeros(table.rows, bool)),
    }
    for column, (values, said, wrong) in checks.items():
        odd = (values < 0) | (values % 1 != 0)
        if odd.any():
            raise table.problem("phải là số nguyên không âm", "must be a count", column, int(np.argmax(odd)))
        if wrong.any():
            raise table.problem(said, "the part exceeds the whole", column, int(np.argmax(wrong)))
    names = tuple(table.codes(options.domain)) if options.domain else tuple(map(table.row, range(table.rows)))
    return Counts(names=names, satisfied=satisfied, answers=answers, population=population)


def _population(table: Table, given: str | None) -> Floats:
    if given is None:
        return np.full(table.rows, np.nan)
    if given not in table.columns and given.isdecimal():
        return np.full(table.rows, float(given))
    return table.values(given)


def measure_counts(counts: Counts, *, method: str | None, level: float) -> list[Measured]:
    """The rate of each unit with its interval.

    Parameters
    ----------
    counts : Counts
        Of the units.
    method : str or None
        One of `scoring.binomial.METHODS`, or ``hypergeometric`` (exact, needs dossiers); wilson by default.
    level : float
        Two-sided confidence.

    Returns
    -------
    list of Measured

    Raises
    ------
    Problem
        If there is no such method, or it does not know what to do with dossiers, or needs them.
    """
    check_method(method, (*METHODS, HYPERGEOMETRIC))
    name = method or DEFAULT
    answered = np.where(counts.answers > 0, counts.answers, np.nan)
    worth = effective_n_finite(counts.answers, counts.answers, counts.population)
    lower, upper = _limits(counts, worth, name, level)
    return [
        Measured(
            domain=domain,
            item="",
            estimate=_estimate(float(rate), int(n), float(size), (float(low), float(high)), level, name),
            population=None if np.isnan(population) else int(population),
            details={
                "satisfied": int(satisfied),
                "answers": int(n),
                "population": None if np.isnan(population) else int(population),
            },
        )
        for domain, rate, satisfied, n, size, low, high, population in zip(
            counts.names,
            counts.satisfied / answered,
            counts.satisfied,
            counts.answers,
            worth,
            lower,
            upper,
            counts.population,
            strict=True,
        )
    ]


def _limits(counts: Counts, worth: Floats, method: str, level: float) -> Limits:
    known = ~np.isnan(counts.population)
    if method == HYPERGEOMETRIC:
        if not known.all():
            raise Problem("hypergeometric cần số hồ sơ của mọi đơn vị (--fpc)", "dossiers are unknown")
        found = hypergeometric(counts.satisfied, counts.answers, counts.population, level)
        return found.lower, found.upper
    if not known.any():
        return interval(counts.satisfied, counts.answers, level, method)
    if method != DEFAULT:
        raise Problem("với --fpc chỉ có wilson và hypergeometric", f"{method} knows no finite population")
    answered = np.where(counts.answers > 0, counts.answers, np.nan)
    return wilson(counts.satisfied / answered, worth, level)


def _estimate(rate: float, n: int, size: float, limits: tuple[float, float], level: float, method: str) -> Estimate:
    if n == 0:
        return Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)
    made = Interval(lower=limits[0], upper=limits[1], level=level, method=method)
    return Estimate(value=rate, n=n, effective_n=size, interval=made)
