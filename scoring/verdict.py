"""Reached, not reached, or cannot tell yet: an estimate held against a target."""

import math

from scoring.intervals import normal_quantile, student_share
from scoring.results import COMPOSITE, Estimate, Interval, Outcome, Verdict

OPERATORS = (">=", ">", "<=", "<")
ROUNDS = 30  # the Student quantile depends on the size that is sought; it settles fast


def judge(
    estimate: Estimate,
    *,
    target: float,
    operator: str = ">=",
    population: int | None = None,
    sample: int | None = None,
) -> Verdict:
    """Hold an estimate against a target.

    The verdict is "reached" only when the whole confidence interval meets the target, "not reached"
    only when none of it does; else the data cannot tell yet. With a two-sided interval of level L
    each wrong verdict has a chance of at most about (1 - L) / 2.

    Parameters
    ----------
    estimate : Estimate
        With the interval to decide by; without one the verdict is undecided.
    target : float
        On the scale of the estimate (a rate: 0 to 1).
    operator : str
        ``>=`` ("đạt tối thiểu"), ``>`` ("trên"), ``<=`` ("tối đa") or ``<``. Compared with unrounded values.
    population : int, optional
        Completed dossiers, which bound the further answers that there can be.
    sample : int, optional
        Submissions drawn from them; the estimate's own n by default.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If the operator is not one of the four.

    Examples
    --------
    >>> from scoring.results import Interval
    >>> interval = Interval(lower=0.901, upper=0.94, level=0.95, method="wilson")
    >>> judge(Estimate(value=0.92, n=600, effective_n=600.0, interval=interval), target=0.9).outcome
    <Outcome.REACHED: 'reached'>
    """
    if operator not in OPERATORS:
        raise ValueError(f"unknown operator {operator!r}")
    if estimate.value is None:
        return Verdict(outcome=Outcome.NO_DATA, target=target, operator=operator)
    if estimate.interval is None:
        return Verdict(outcome=Outcome.CANNOT_TELL, target=target, operator=operator)
    outcome = _outcome(estimate.interval, target, operator)
    more = None
    if outcome is Outcome.CANNOT_TELL and operator in (">=", ">"):
        more = more_answers(estimate, target=target, population=population, sample=sample)
    return Verdict(outcome=outcome, target=target, operator=operator, more_answers=more)


def _outcome(interval: Interval, target: float, operator: str) -> Outcome:
    worst, best = interval.lower, interval.upper
    meets = {
        ">=": (worst >= target, best < target),
        ">": (worst > target, best <= target),
        "<=": (best <= target, worst > target),
        "<": (best < target, worst >= target),
    }[operator]
    if meets[0]:
        return Outcome.REACHED
    return Outcome.NOT_REACHED if meets[1] else Outcome.CANNOT_TELL


def more_answers(
    estimate: Estimate, *, target: float, population: int | None = None, sample: int | None = None
) -> int | None:
    """About how many further submissions would settle the verdict if the rate stayed as it is.

    A Wilson interval of n answers excludes a target t when ``n >= z^2 t (1 - t) / (p - t)^2``; the
    submissions at hand are worth ``effective_n / sample`` each, and a finite population bounds them.

    Parameters
    ----------
    estimate : Estimate
        A rate with interval and effective sample size.
    target : float
        Between 0 and 1, ends excluded for a number to exist.
    population : int, optional
        Completed dossiers.
    sample : int, optional
        Submissions drawn from them (some leave a question blank); the estimate's own n by default.

    Returns
    -------
    int or None
        At least 1; None when rate and target coincide, or when there is no interval to begin with.

    References
    ----------
    Wilson (1927) JASA 22:209-212, solved for n; Cochran (1977) section 4.4 for the finite population.
    """
    interval, worth = estimate.interval, estimate.effective_n
    if estimate.value is None or interval is None or worth is None:
        return None
    p, target = ((x - estimate.floor) / (1 - estimate.floor) for x in (estimate.value, target))
    if p == target or not 0 < target < 1:
        return None
    if math.isinf(worth) or worth <= 0:
        return None
    drawn = estimate.n if sample is None else sample
    needed = normal_quantile(interval.level) ** 2 * target * (1 - target) / (p - target) ** 2
    total = float(drawn)
    for _ in range(ROUNDS):
        share = float(student_share(total - 1, interval.level)) if interval.method == COMPOSITE else 1.0
        total = _submissions(needed / share, worth / drawn, drawn, population)
    return max(1, math.ceil(total - drawn - 1e-9))


def _submissions(needed: float, each: float, drawn: int, population: int | None) -> float:
    """How many submissions are worth `needed`, when those at hand are worth `each`."""
    if population is None or population <= drawn:
        return needed / each
    # `each` holds the finite population correction of the sample at hand; take it out, then solve with it.
    answers = needed / each * (population - 1) / (population - drawn)
    return answers * population / (population - 1 + answers)
