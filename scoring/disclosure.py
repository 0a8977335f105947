"""When a number is too thin to show."""

from dataclasses import replace

from scoring.results import ChoiceScore, Estimate, GroupScore, Reason

HIDDEN = Estimate(value=None, n=0, reason=Reason.WITHHELD)


def withhold(group: GroupScore, *, fewest: int) -> GroupScore:
    """Hide a group of fewer than `fewest` submissions, and every question with fewer answers.

    This is primary suppression: it hides small cells themselves.

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
    hide_all = 0 < group.received < fewest
    if hide_all:
        group = replace(group, received=0, counted=0, withheld=True)

    def keep(n: int) -> bool:
        return not hide_all and (n == 0 or n >= fewest)

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
