"""Design-based tests of association in a table of answers by groups: Rao-Scott and Wald."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, fdtrc

from scoring.intervals import Floats
from scoring.sampling.comparisons import Untestable
from scoring.sampling.design import Bools, Design, Ints
from scoring.sampling.linearised import ROUNDING
from scoring.sampling.partition import add_up, partition, variance


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """The value of one test statistic, its degrees of freedom (``ddf`` None: chi-squared, else F) and p value."""

    value: float
    ndf: float
    ddf: float | None
    p: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Association:
    """Tests of independence of two classifications; None, with a reason, where one cannot be made.

    ``second_order`` is Rao and Scott's F test, the one to use; ``first_order`` shows Pearson's statistic of the
    weighted table, scaled to the ``n`` rows that answered, and refers it to chi-squared after division by the mean
    generalised design effect. ``table``, (rows, columns), is weighted, without empty rows and columns; ``df`` is
    PSUs less strata among the rows that answered, those of weight 0 included. ``reason`` is that of all four
    tests, ``wald_reason`` that of the two of Wald.
    """

    second_order: Statistic | None = None
    first_order: Statistic | None = None
    wald: Statistic | None = None
    adjusted_wald: Statistic | None = None
    table: Floats
    n: int
    df: int
    reason: Untestable | None = None
    wald_reason: Untestable | None = None


def rao_scott(design: Design, answers: ArrayLike, groups: ArrayLike) -> Association:
    """Test whether answers differ between groups (fields, sexes, years) of one sample.

    Parameters
    ----------
    design : Design
        The whole sample.
    answers, groups : array_like of int, (rows,)
        Category of each row, from 0 (satisfied or not: 1 or 0); -1 for none. A row without either leaves the table,
        not the design.

    Returns
    -------
    Association

    Raises
    ------
    ValueError
        If codes are not integers from -1, one for each row.

    References
    ----------
    Rao & Scott (1984) Annals of Statistics 12:46-60 (both corrections); Thomas & Rao (1987) JASA 82:630-636 (F);
    Koch, Freeman & Freeman (1975) Int. Stat. Rev. 43:59-78 (Wald); Fellegi (1980) JASA 75:261-268 (adjusted); all
    as `svychisq` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)
    >>> found = rao_scott(design, np.arange(60) % 11 > 2, np.arange(60) // 2 % 2)
    >>> round(found.second_order.value, 3), found.second_order.ddf, round(found.second_order.p, 3)
    (0.213, 14.0, 0.651)
    """
    first, second = _codes("answers", answers, design.rows), _codes("groups", groups, design.rows)
    known = (first >= 0) & (second >= 0)
    table, cell = _table(first, second, known, design.weight)
    n, df = int(known.sum()), _degrees(design, known)
    missing = _missing(table, df)
    if missing is not None:
        return Association(table=table, n=n, df=df, reason=missing, wald_reason=missing)
    marks = design.weight[:, np.newaxis] * (cell[:, np.newaxis] == np.arange(table.size))
    spread = variance(design, marks, within=known)
    if np.isnan(spread).any():
        reason = Untestable.LONELY_PSU
        return Association(table=table, n=n, df=df, reason=reason, wald_reason=reason)
    corrected = _corrected(table, spread, n, df)
    walds = _walds(table, spread, df)
    return Association(
        second_order=corrected[0],
        first_order=corrected[1],
        wald=walds[0],
        adjusted_wald=walds[1],
        table=table,
        n=n,
        df=df,
        reason=corrected[2],
        wald_reason=walds[2],
    )


def _codes(name: str, given: ArrayLike, rows: int) -> Ints:
    codes = np.asarray(given)
    if codes.shape != (rows,) or codes.dtype.kind not in "iub" or codes.min() < -1:
        raise ValueError(f"{name} must be one integer from -1 for each of the {rows} rows")
    return codes.astype(np.intp)


def _table(first: Ints, second: Ints, known: Bools, weight: Floats) -> tuple[Floats, Ints]:
    """Weighted table without empty rows and columns, and the cell of each row of the sample (-1: none)."""
    (rows, row), (columns, column) = (np.unique(codes[known], return_inverse=True) for codes in (first, second))
    where = np.full(len(known), -1)
    where[known] = row * len(columns) + column
    whole = add_up(where[known], weight[known], len(rows) * len(columns)).reshape(len(rows), len(columns))
    kept_rows, kept_columns = whole.sum(axis=1) > 0, whole.sum(axis=0) > 0
    kept = (kept_rows[:, np.newaxis] & kept_columns).ravel()
    place = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    return whole[np.ix_(kept_rows, kept_columns)], place[where]


def _degrees(design: Design, known: Bools) -> int:
    cells = partition(design)
    psus, strata = cells.degrees(cells.by_unit(known) > 0)
    return int(psus[0] - strata[0])


def _missing(table: Floats, df: int) -> Untestable | None:
    if not table.size:
        return Untestable.NO_ANSWERS
    if min(table.shape) < 2:
        return Untestable.NO_VARIATION
    return Untestable.NO_DEGREES_OF_FREEDOM if df < 1 else None


def _corrected(
    table: Floats, spread: Floats, n: int, df: int
) -> tuple[Statistic | None, Statistic | None, Untestable | None]:
    """Both Rao-Scott corrections of Pearson's statistic, from the generalised design effects."""
    p = (table / table.sum()).ravel()
    joint = _carry(spread, (np.eye(len(p)) - p[:, np.newaxis]) / table.sum())
    inverse = np.divide(1, p, out=np.zeros_like(p), where=p > 0)
    rows, columns = table.shape
    interaction = np.kron(_sum_to_zero(rows), _sum_to_zero(columns))
    simple = (interaction.T * inverse) @ interaction / n
    if np.linalg.matrix_rank(simple, hermitian=True) < len(simple):
        return None, None, Untestable.SPARSE_TABLE
    effects = np.linalg.solve(simple, _carry(joint, interaction.T * inverse))
    trace, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    if trace < ROUNDING * len(simple):
        return None, None, Untestable.NO_SAMPLING_VARIANCE
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)).ravel() / table.sum() ** 2
    pearson = n * float(((p - expected) ** 2 / expected).sum())
    ndf, k = trace**2 / squares, float(len(simple))
    statistic = pearson / trace
    second = Statistic(value=statistic, ndf=ndf, ddf=ndf * df, p=float(fdtrc(ndf, ndf * df, statistic)))
    return second, Statistic(value=pearson, ndf=k, ddf=None, p=float(chdtrc(k, k * statistic))), None


def _walds(table: Floats, spread: Floats, df: int) -> tuple[Statistic | None, Statistic | None, Untestable | None]:
    """Tests that the totals of the cells are those of independence, from the covariance of the differences."""
    (rows, columns), total = table.shape, table.sum()
    of_rows, of_columns = table.sum(axis=1) / total, table.sum(axis=0) / total
    differences = table - total * np.outer(of_rows, of_columns)
    # how each cell's difference changes with each cell's total
    change = np.kron(np.eye(rows) - of_rows[:, np.newaxis], np.eye(columns) - of_columns[:, np.newaxis])
    free = np.zeros((rows, columns), bool)
    free[1:, 1:] = True
    joint = _carry(spread, change)[np.ix_(free.ravel(), free.ravel())]
    k = len(joint)
    if k > df:
        return None, None, Untestable.TOO_FEW_PSUS
    scale = np.sqrt(np.diagonal(joint))
    if not scale.all() or np.linalg.matrix_rank(joint / np.outer(scale, scale), tol=ROUNDING, hermitian=True) < k:
        return None, None, Untestable.NO_SAMPLING_VARIANCE
    y = differences[free]
    statistic, ddf = float(y @ np.linalg.solve(joint, y)) / k, df - k + 1
    adjusted = statistic * ddf / df
    return (
        Statistic(value=statistic, ndf=k, ddf=df, p=float(fdtrc(k, df, statistic))),
        Statistic(value=adjusted, ndf=k, ddf=ddf, p=float(fdtrc(k, ddf, adjusted))),
        None,
    )


def _sum_to_zero(size: int) -> NDArray[np.float64]:
    """A basis of the vectors of this size that add to 0, as columns."""
    basis: NDArray[np.float64] = np.eye(size)[:, 1:] - 1 / size
    return basis


def _carry(spread: Floats, change: Floats) -> Floats:
    """Covariance of linear combinations."""
    carried: Floats = change @ spread @ change.T
    return carried
