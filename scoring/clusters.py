"""Totals of primary sampling units, for samples that were drawn by the day or the counter and not one by one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """What the respondents of each PSU answered, one row per group and PSU in which the group has respondents.

    ``group`` : (rows,), the place of the group, from 0. ``answered`` : (rows, rated), answers on the scale.
    ``marked`` : (rows, rated), the sum of their marks (between 0 and 1 each, see `scoring.measures`).
    """

    group: Ints
    answered: Floats
    marked: Floats

    def __post_init__(self) -> None:
        if self.answered.shape != self.marked.shape or self.group.shape != self.answered.shape[:1]:
            raise ValueError("one row of answers and of marks is needed per group and PSU")


def cluster_variance(found: Clusters, a: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Variance of ``sum_i a_i * (sum_k d_ik (y_ik - c_i))`` for PSUs drawn independently, and its degrees of freedom.

    Parameters
    ----------
    found : Clusters
    a, c : ndarray, (groups, rated)
        Coefficients of the linearised variable; it must sum to zero over the respondents of a group.

    Returns
    -------
    variance, df : ndarray, (groups,)
        ``m / (m - 1) * sum_j z_j^2`` over the m PSUs of a group, z_j the total of the PSU; and ``m - 1``. NaN
        below two PSUs. PSUs are taken as drawn with replacement: there is no finite population correction.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., section 11.6; R survey `svydesign(ids = ~psu)` (ultimate cluster).

    Examples
    --------
    >>> days = Clusters(group=np.array([0, 0]), answered=np.array([[10.0], [10.0]]), marked=np.array([[9.0], [7.0]]))
    >>> variance, df = cluster_variance(days, np.array([[1 / 20]]), np.array([[0.8]]))
    >>> round(float(variance[0]), 6), float(df[0])
    (0.01, 1.0)
    """
    groups = len(a)
    rows = found.group
    z = np.einsum("ri,ri->r", a[rows], found.marked - c[rows] * found.answered)
    drawn = np.bincount(rows, minlength=groups).astype(float)
    squares = np.bincount(rows, weights=z**2, minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(drawn > 1, drawn / (drawn - 1) * squares, np.nan)
    return variance, np.where(drawn > 1, drawn - 1, np.nan)
