"""The sampling design that the options describe, each fault named by its column and row."""

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scoring.command.options import number
from scoring.command.problems import Problem
from scoring.command.tables import Table
from scoring.intervals import Floats
from scoring.sampling.design import Design, survey_design


def survey_of(table: Table, options: argparse.Namespace) -> Design:
    """The design of the rows of a file.

    Parameters
    ----------
    table : Table
        The file.
    options : argparse.Namespace
        ``weight``, ``strata``, ``psu``, ``ssu``, ``fpc``, ``fpc2``, ``nest`` and ``lonely``. Without a column of
        weights the population sizes give them, as in R's `svydesign`; without those every row weighs 1.

    Returns
    -------
    Design

    Raises
    ------
    Problem
        If a cell is empty, no number or negative, a PSU lies in two strata, or a size varies within its group.
    """
    if options.fpc2 and not options.fpc:
        raise Problem("--fpc2 cần --fpc", "fpc2 needs fpc")
    strata = table.codes(options.strata) if options.strata else None
    psu = table.codes(options.psu) if options.psu else None
    nested = psu if not options.nest or psu is None or strata is None else list(zip(strata, psu, strict=True))
    if strata is not None and psu is not None and not options.nest:
        said = "mã đơn vị bậc một có ở hai tầng (nếu mã lặp lại giữa các tầng: --nest)"
        _same(table, options.psu, psu, strata, (said, "a PSU code occurs in two strata"))
    weight = _weights(table, options.weight) if options.weight else np.ones(table.rows)
    sizes = _sizes(table, options.fpc, strata or [""] * table.rows)
    further = _sizes(table, options.fpc2, nested or list(range(table.rows)))
    try:
        design = survey_design(
            weight,
            stratum=strata,
            psu=psu,
            ssu=table.codes(options.ssu) if options.ssu else None,
            psu_population=sizes,
            ssu_population=further,
            nest=options.nest,
            lonely=options.lonely,
        )
    except ValueError as error:
        raise Problem("thiết kế mẫu không hợp lệ", str(error), file=table.file) from None
    return design if options.weight or sizes is None else replace(design, weight=_from_sizes(design))


def _weights(table: Table, column: str) -> Floats:
    weights = table.known(column)
    if (weights < 0).any():
        raise table.problem("quyền số âm", "negative weight", column, int(np.argmax(weights < 0)))
    return weights


def _sizes(table: Table, given: str | None, groups: Sequence[object]) -> Floats | None:
    """Population of the group of each row, from a column or one number for all."""
    if given is None:
        return None
    if given not in table.columns and given.isdecimal():
        return np.full(table.rows, number(given))
    sizes = table.known(given)
    said = "quy mô phải như nhau trong một tầng (hay một đơn vị bậc một)"
    _same(table, given, groups, sizes.tolist(), (said, "a population varies within its group"))
    return sizes


def _same(
    table: Table, column: str, groups: Sequence[object], values: Sequence[object], fault: tuple[str, str]
) -> None:
    """Refuse the first row whose value is not that of its group."""
    first: dict[object, object] = {}
    for place, (group, value) in enumerate(zip(groups, values, strict=True)):
        if first.setdefault(group, value) != value:
            raise table.problem(*fault, column, place)


def _from_sizes(design: Design) -> Floats:
    """Inverse inclusion probabilities of simple random samples at each stage."""
    stratum = design.psu_stratum[design.psu]
    weight = design.psu_population[stratum] / design.psus[stratum]
    if design.ssu is None:
        return weight
    return np.asarray(weight * design.ssu_population[design.psu] / design.ssus[design.psu], float)
