"""The cells in which rows, sampling units and domains meet, and the design variance over them.

A partition puts each row into at most one domain. Only occupied domain x PSU cells exist, so that many
domains cost one pass over the rows and then the number of those cells.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring.intervals import Floats
from scoring.sampling.design import Bools, Design, Ints, LonelyPsu, compress

NO_CORRECTION = 1e-7  # below this share not sampled, a stratum counts as complete, as in R


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """One stage of sampling within each domain.

    ``parent`` is the group (the stratum of this stage within a domain) of each unit. Of each group:
    its ``domain``, its ``units``, ``sampled`` units in the design (more than those, where the domain has
    no row), the ``scale`` of its sum of squares, and whether it is ``alone`` (one unit of more).
    """

    parent: Ints
    domain: Ints
    units: Floats
    sampled: Floats
    scale: Floats
    alone: Bools

    def count(self, marked: Bools) -> Floats:
        """Marked units of each group."""
        return self.units if marked.all() else add_up(self.parent, marked, len(self.domain))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partition:
    """Domains over a design; made by `partition`.

    ``label`` is the domain of each row (``domains`` for a row outside all), ``unit`` the finest cell of
    each row (None: each row is its own), ``unit_domain`` the domain of each of these cells. ``levels``
    begin with the last stage of sampling.
    """

    design: Design
    domains: int
    label: Ints
    unit: Ints | None
    unit_domain: Ints
    levels: tuple[Level, ...]

    @property
    def rows(self) -> Ints:
        """Rows of each domain."""
        return np.bincount(self.label, minlength=self.domains + 1)[:-1]

    @property
    def census(self) -> Bools:
        """Whether a domain lies in strata of which every unit was sampled: no sampling error."""
        open_groups = np.zeros(self.domains + 1)
        for level in self.levels:
            open_groups += add_up(level.domain, level.scale > 0, self.domains + 1)
        found: Bools = (open_groups == 0) & np.isin(np.arange(self.domains + 1), self.levels[-1].domain)
        return found[:-1]

    def by_label(self, values: Floats) -> Floats:
        """Sums of a row variable over each domain, (domains,)."""
        return add_up(self.label, values, self.domains + 1)[:-1]

    def by_unit(self, values: Floats | Bools) -> Floats:
        """Sums of a row variable over each finest cell."""
        if self.unit is None:
            return values.astype(float)
        return add_up(self.unit, values, len(self.unit_domain))

    def by_domain(self, values: Floats) -> Floats:
        """Sums of a variable of the finest cells over each domain, (domains,)."""
        return add_up(self.unit_domain, values, self.domains + 1)[:-1]

    def degrees(self, counted: Bools) -> tuple[Ints, Ints]:
        """PSUs and strata of each domain that hold a counted cell, (domains,) each."""
        for level in self.levels[:-1]:
            counted = level.count(counted) > 0
        last = self.levels[-1]
        held = last.count(counted)
        psus = add_up(last.domain, held, self.domains + 1)[:-1]
        strata = add_up(last.domain, held > 0, self.domains + 1)[:-1]
        return psus.astype(np.intp), strata.astype(np.intp)


def add_up(index: Ints, values: Floats | Bools, size: int) -> Floats:
    """Sums of values by index.

    Parameters
    ----------
    index : ndarray of int, (elements,)
        From 0 to `size` - 1.
    values : ndarray, (elements,)
        Numbers, or True counted as 1.
    size : int
        Length of the result.

    Returns
    -------
    ndarray of float, (size,)

    Examples
    --------
    >>> add_up(np.array([0, 2, 0]), np.array([1.0, 2.0, 3.0]), 3).tolist()
    [4.0, 0.0, 2.0]
    """
    return np.bincount(index, values, size).astype(float, copy=False)


def partition(design: Design, labels: ArrayLike | None = None, *, domains: int | None = None) -> Partition:
    """Put the rows of a design into domains (units, fields, months), each row into one or none.

    Domains are indicators over the full design: nothing is cut out of it, so each standard error knows
    the sampled units in which a domain has no row. Several partitions of one design (units, then
    provinces) are several calls.

    Parameters
    ----------
    design : Design
        The whole sample.
    labels : array_like of int, (rows,), optional
        Domain of each row, from 0; -1 is in none. All rows in one domain by default.
    domains : int, optional
        How many domains; the largest label + 1 by default. Some may be empty.

    Returns
    -------
    Partition

    Raises
    ------
    ValueError
        If labels are not integers, one for each row, from -1 to `domains` - 1.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., section 5A.14 (domains of study).

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> halves = partition(survey_design([1, 1, 1, 1], psu=[1, 1, 2, 2]), [0, 1, 1, -1])
    >>> halves.domains, halves.rows.tolist()
    (2, [1, 2])
    """
    label, count = _labels(labels, domains, design.rows)
    groups = len(design.psu_stratum)
    levels: tuple[Level, ...] = ()
    if design.ssu is None:
        unit, unit_domain, cell_psu = _units(label, count, design.psu, groups)
        cell_domain = unit_domain
    else:
        unit, unit_domain, ssu = _units(label, count, design.ssu, len(design.ssu_psu))
        cell, cell_domain, cell_psu = _cross(unit_domain, count, design.ssu_psu[ssu], groups)
        stratum = design.psu_stratum[cell_psu]
        above = design.psus[stratum] / design.psu_population[stratum]
        levels = (_level(cell, cell_domain, design.ssus[cell_psu], design.ssu_population[cell_psu], above),)
    group, group_domain, stratum = _cross(cell_domain, count, design.psu_stratum[cell_psu], len(design.psus))
    first = _level(group, group_domain, design.psus[stratum], design.psu_population[stratum], np.ones(len(stratum)))
    return Partition(
        design=design, domains=count, label=label, unit=unit, unit_domain=unit_domain, levels=(*levels, first)
    )


def covariance(cells: Partition, z: Floats, present: Bools) -> Floats:
    """Design covariance of linearised variables within each domain.

    Parameters
    ----------
    cells : Partition
        The domains.
    z : ndarray of float, (variables, units)
        Weighted linearised variables summed over each finest cell (`Partition.by_unit`).
    present : ndarray of bool, (units,)
        Whether a cell holds a row that the estimate is made from; strata without one neither fail
        nor enter an average.

    Returns
    -------
    ndarray of float, (domains, variables, variables)
        NaN where a lonely PSU allows no variance.

    References
    ----------
    Särndal, Swensson & Wretman (1992) Model Assisted Survey Sampling, Springer, results 3.7.1 and 4.3.1;
    stage by stage as `svyrecvar` of the R package survey (Bellhouse 1985, J. Off. Stat. 1:323-329).

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> cells = partition(survey_design([1, 1, 1, 1]))
    >>> covariance(cells, np.array([[1.0, 2.0, 3.0, 4.0]]), np.ones(4, bool)).round(6).tolist()
    [[[6.666667]]]
    """
    total = np.zeros((len(z), len(z), cells.domains + 1))
    for level in cells.levels:
        held = level.count(present) > 0
        sums = np.array([add_up(level.parent, variable, len(level.domain)) for variable in z])
        _add(total, level, z, sums, *_scales(level, held, cells.design.lonely, cells.domains + 1))
        z, present = sums, held
    return total.transpose(2, 0, 1)[:-1]


def variance(design: Design, z: ArrayLike, *, within: ArrayLike | None = None) -> Floats:
    """Design covariance of any linearised variables: residuals of a calibration, differences, tests.

    Parameters
    ----------
    design : Design
        The whole sample.
    z : array_like, (rows,) or (rows, variables)
        Linearised variables with their weights in them: ``w y`` for a total, ``w (y - p) / sum(w)`` for
        a mean; 0 in the rows outside a domain.
    within : array_like of bool, (rows,), optional
        Rows of the domain; all by default. Only their strata can be lonely.

    Returns
    -------
    ndarray of float, () or (variables, variables)
        NaN where a lonely PSU allows no variance.

    Raises
    ------
    ValueError
        If `z` or `within` has not one row for each row of the design.

    References
    ----------
    Särndal, Swensson & Wretman (1992) Model Assisted Survey Sampling, Springer, results 3.7.1 and 4.3.1;
    residuals of a calibration: Deville & Särndal (1992) JASA 87:376-382.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> design = survey_design([5, 5, 5, 5], psu_population=20)
    >>> round(float(variance(design, [5, 0, 5, 5])), 6)  # of the total 15: 20^2 (1 - 4/20) s^2 / 4
    20.0
    """
    columns = np.asarray(z, float)
    rows = np.ones(design.rows, bool) if within is None else np.asarray(within, bool)
    if columns.ndim not in (1, 2) or len(columns) != design.rows or rows.shape != (design.rows,):
        raise ValueError(f"z and within must have a value for each of the {design.rows} rows")
    cells = partition(design)
    units = np.array([cells.by_unit(column) for column in np.atleast_2d(columns.T)])
    found = covariance(cells, units, cells.by_unit(rows) > 0)
    return found[0] if columns.ndim == 2 else found[0, 0, 0, ...]


def _labels(labels: ArrayLike | None, domains: int | None, rows: int) -> tuple[Ints, int]:
    if labels is None:
        return np.zeros(rows, np.intp), 1
    given = np.asarray(labels)
    if given.shape != (rows,) or given.dtype.kind not in "iu":
        raise ValueError(f"labels must be one integer for each of the {rows} rows")
    lowest, count = int(given.min()), int(given.max()) + 1
    if lowest < -1 or (domains is not None and count > domains):
        raise ValueError("labels must lie between -1 and the number of domains - 1")
    count = count if domains is None else domains
    label = given.astype(np.intp, copy=False)
    return (label if lowest >= 0 else np.where(label < 0, count, label)), count


def _units(label: Ints, domains: int, code: Ints, codes: int) -> tuple[Ints | None, Ints, Ints]:
    """The finest cells; a row that is its own sampling unit is its own cell."""
    return (None, label, code) if codes == len(code) else _cross(label, domains, code, codes)


def _cross(domain: Ints, domains: int, code: Ints, codes: int) -> tuple[Ints, Ints, Ints]:
    """The occupied domain x code cells: which one each element is in, and their domains and codes."""
    index, occupied = compress(domain * codes + code, (domains + 1) * codes)
    return index, occupied // codes, occupied % codes


def _level(parent: Ints, domain: Ints, sampled: Floats, population: Floats, above: Floats) -> Level:
    left = 1 - sampled / population
    scale = above * np.where(left < NO_CORRECTION, 0.0, left)
    alone = (sampled == 1) & (scale > 0)
    return Level(
        parent=parent,
        domain=domain,
        units=np.bincount(parent, minlength=len(domain)).astype(float),
        sampled=sampled,
        scale=scale * sampled / np.maximum(sampled - 1, 1),
        alone=alone,
    )


def _scales(level: Level, held: Bools, lonely: LonelyPsu, domains: int) -> tuple[Floats, Floats, Bools]:
    """Scale of each group's sum of squares, factor of each domain, and the groups that are not centred."""
    factor, uncentred = np.ones(domains), np.zeros(len(held), bool)
    scale = level.scale
    if lonely is LonelyPsu.FAIL:
        scale = np.where(level.alone, np.where(held, np.nan, 0.0), scale)
    elif lonely is LonelyPsu.ADJUST:
        uncentred = level.alone
    elif lonely is LonelyPsu.AVERAGE:
        strata = add_up(level.domain, held, domains)
        sound = add_up(level.domain, held & ~level.alone, domains)
        factor = np.where(sound > 0, strata / np.maximum(sound, 1), np.where(strata > 0, np.nan, 1.0))
    return scale, factor, uncentred


def _add(total: Floats, level: Level, z: Floats, sums: Floats, scale: Floats, factor: Floats, uncentred: Bools) -> None:
    """Add the variance between the units of one stage to that of the stages below it."""
    mean = np.where(uncentred, 0.0, sums / level.sampled)
    apart, unlisted = z - mean[:, level.parent], level.sampled - level.units
    for i in range(len(z)):
        for j in range(i + 1):
            squares = add_up(level.parent, apart[i] * apart[j], len(scale)) + unlisted * mean[i] * mean[j]
            total[i, j] += add_up(level.domain, squares * scale, len(factor)) * factor
            total[j, i] = total[i, j]
