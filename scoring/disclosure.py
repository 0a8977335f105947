"""When a number is too thin to show."""

from collections.abc import Callable
from dataclasses import replace

from scoring.results import ChoiceScore, Estimate, GroupScore, Reason

HIDDEN = Estimate(value=None, n=0, reason=Reason.WITHHELD)


def withhold(group: GroupScore, *, fewest: int) -> GroupScore:
    """Hide a group of fewer than `fewest` submissions, and every question with fewer answers.

    This is primary suppression: it hides small cells themselves; `scoring.suppression` finds what else to hide.

    Parameters
    ----------
    group : GroupScore
    fewest : int
        The publication threshold, at least 1.

    Returns
    -------
    GroupScore
        The same object when nothing had to be hidden. A hidden estimate has ``Reason.WITHHELD`` and
        n 0; a hidden group also loses its counts.

    Raises
    ------
    ValueError
        If the threshold is below 1.

    References
    ----------
    OECD Glossary of Statistical Terms, entry 7010 (threshold rule: 3 or 5 respondents).
    """
    if fewest < 1:
        raise ValueError("the publication threshold is at least 1")
    if 0 < group.received < fewest:
        return hide(group)
    return _keeping(group, lambda n: n == 0 or n >= fewest)


def hide(group: GroupScore) -> GroupScore:
    """Hide a group with everything in it, as when another could be computed from it.

    Parameters
    ----------
    group : GroupScore

    Returns
    -------
    GroupScore
        Without counts, each estimate with ``Reason.WITHHELD``.
    """
    return _keeping(replace(group, received=0, counted=0, withheld=True), lambda _n: False)


def _keeping(group: GroupScore, keep: Callable[[int], bool]) -> GroupScore:
    def shown(estimate: Estimate) -> Estimate:
        return estimate if keep(estimate.n) else HIDDEN

    return replace(
        group,
        index=shown(group.index),
        overall=shown(group.overall),
        factors=tuple(replace(f, estimate=shown(f.estimate)) for f in group.factors),
        items=tuple(i if keep(i.estimate.n) else replace(i, estimate=HIDDEN, distribution=None) for i in group.items),
        numbers=tuple(replace(x, estimate=shown(x.estimate)) for x in group.numbers),
        choices=tuple(
            c if keep(c.answered) else ChoiceScore(code=c.code, answered=0, shares=None, reason=Reason.WITHHELD)
            for c in group.choices
        ),
    )
