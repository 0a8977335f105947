"""Estimates from microdata: a row for each person who was asked, with the design of the sample."""

import argparse
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.command.indices import OF_INDICES, POOLED, index_estimates
from scoring.command.measured import Measured
from scoring.command.problems import Problem, check_method
from scoring.command.sampling import survey_of
from scoring.command.tables import Table
from scoring.intervals import Floats
from scoring.sampling.design import Design, Ints
from scoring.sampling.intervals import METHODS
from scoring.sampling.item_index import indices
from scoring.sampling.linearisation import REASONS
from scoring.sampling.linearised import Rates, rates
from scoring.sampling.partition import Partition, partition
from scoring.sampling.results import estimates

DEFAULT = "wilson_kg"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Microdata:
    """Answers (rows, items) as 1 satisfied, 0 not, NaN none; the design; the units and the row's place in them.

    A row whose unit is not given (``label`` -1) counts for the whole sample only. ``populations`` are the dossiers
    of the units, where the strata are the units and rows were drawn without clusters.
    """

    items: Sequence[str]
    values: Floats
    design: Design
    domains: Sequence[str]
    label: Ints
    populations: Sequence[int | None]

    @property
    def parts(self) -> Iterator[tuple[Partition, Sequence[str | None], Sequence[int | None]]]:
        """The units, where there are any, then the whole sample; each with names and populations."""
        if self.domains:
            cells = partition(self.design, self.label, domains=len(self.domains))
            yield cells, self.domains, self.populations
        yield partition(self.design), [None], [_whole(self.design)]


def read_microdata(table: Table, options: argparse.Namespace) -> Microdata:
    """Answers and design of a file.

    Parameters
    ----------
    table : Table
        The file.
    options : argparse.Namespace
        Of the command.

    Returns
    -------
    Microdata

    Raises
    ------
    Problem
        If a column is missing or a cell is wrong.
    """
    low, high = options.scale
    if not low < options.satisfied_from <= high:
        said = f"--satisfied-from phải trên {low} và không quá {high} (xem --scale)"
        raise Problem(said, "satisfied answers must be a part of the scale")
    if len(set(options.answer)) < len(options.answer):
        raise Problem("một câu được nêu hai lần ở --answer", "a question comes twice")
    design = survey_of(table, options)
    values = np.stack([_satisfied(table, column, options) for column in options.answer], axis=1)
    cells = table.texts(options.domain) if options.domain else []
    domains = sorted({cell for cell in cells if cell}, key=_natural)
    places = {name: place for place, name in enumerate(domains)}
    label = np.array([places.get(cell, -1) for cell in cells], np.intp)
    return Microdata(
        items=options.answer,
        values=values,
        design=design,
        domains=domains,
        label=label,
        populations=_populations(design, label, len(domains)),
    )


def _satisfied(table: Table, column: str, options: argparse.Namespace) -> Floats:
    answers = table.values(column, empty=options.missing)
    low, high = options.scale
    with np.errstate(invalid="ignore"):
        outside = (answers < low) | (answers > high) | (answers % 1 != 0) & ~np.isnan(answers)
    if outside.any():
        place = int(np.argmax(outside))
        said = f"trả lời {table.texts(column)[place]} nằm ngoài thang {low}–{high} (xem --scale, --missing)"
        raise table.problem(said, "the answer is outside the scale", column, place)
    return np.where(np.isnan(answers), np.nan, answers >= options.satisfied_from)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts Xã 2 before Xã 10, and Đ after D."""
    plain = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d~")
    parts = enumerate(re.split(r"([0-9]+)", plain))
    return [(int(part) if place % 2 else 0, part) for place, part in parts]


def _populations(design: Design, label: Ints, domains: int) -> list[int | None]:
    """Dossiers of each unit, if the unit is one stratum, its only one, of rows drawn without clusters."""
    strata = design.psu_stratum[design.psu]
    clustered = len(design.psu_stratum) < design.rows or design.ssu is not None
    found: list[int | None] = []
    for domain in range(domains):
        own = np.unique(strata[label == domain])
        size = design.psu_population[own[0]] if len(own) == 1 else np.inf
        alone = len(own) == 1 and bool((label[strata == own[0]] == domain).all())
        found.append(int(size) if alone and not clustered and np.isfinite(size) else None)
    return found


def _whole(design: Design) -> int | None:
    return _populations(design, np.zeros(design.rows, np.intp), 1)[0]


def measure_rates(data: Microdata, *, method: str | None, level: float) -> list[Measured]:
    """The rate of each question in each unit, then in the whole sample.

    Parameters
    ----------
    data : Microdata
        Answers and design.
    method : str or None
        One of `scoring.sampling.intervals.METHODS`; wilson_kg by default.
    level : float
        Two-sided confidence.

    Returns
    -------
    list of Measured

    Raises
    ------
    Problem
        If no interval of designs has that name.
    """
    check_method(method, METHODS)
    found = []
    for cells, names, populations in data.parts:
        for place, item in enumerate(data.items):
            of_item = rates(cells, data.values[:, place])
            made = estimates(of_item, method=method or DEFAULT, level=level)
            found += [
                Measured(
                    domain=names[at],
                    item=item,
                    estimate=estimate,
                    reason=REASONS[of_item.reason[at]],
                    population=populations[at],
                    details=_details(of_item, at),
                )
                for at, estimate in enumerate(made)
            ]
    return found


def _details(found: Rates, at: int) -> dict[str, float | int]:
    return {
        "se": float(found.se[at]),
        "df": int(found.df[at]),
        "deff": float(found.deff_wr[at]),
        "deff_without_replacement": float(found.deff_wor[at]),
        "sum_weights": float(found.sum_weights[at]),
        "psus": int(found.psus[at]),
        "strata": int(found.strata[at]),
    }


def measure_index(
    data: Microdata, *, kind: str, item_weights: Sequence[float] | None, method: str | None, level: float
) -> list[Measured]:
    """The index over all questions in each unit, then in the whole sample.

    Parameters
    ----------
    data : Microdata
        Answers and design.
    kind : str
        ``pooled`` or ``mean``.
    item_weights : sequence of float or None
        Of the questions in the mean.
    method : str or None
        One of `scoring.command.indices.OF_INDICES`; wilson_t by default.
    level : float
        Two-sided confidence.

    Returns
    -------
    list of Measured

    Raises
    ------
    Problem
        If no interval of indices has that name, or weights are given to the pooled index.
    """
    check_method(method, OF_INDICES)
    if item_weights is not None and (kind == POOLED or len(item_weights) != len(data.items)):
        said = "--item-weights cần --index mean và một trọng số cho mỗi câu"
        raise Problem(said, "item weights need the mean of rates and one weight for each question")
    found = []
    for cells, names, populations in data.parts:
        both = indices(cells, data.values, item_weights=item_weights)
        made = index_estimates(both, cells.census, kind=kind, method=method or "wilson_t", level=level)
        se = both.pooled_se if kind == POOLED else both.mean_of_rates_se
        found += [
            Measured(
                domain=names[at],
                item=" + ".join(data.items),
                estimate=estimate,
                reason=REASONS[both.reason[at]],
                population=populations[at],
                details={"se": float(se[at]), "df": int(both.df[at])},
            )
            for at, estimate in enumerate(made)
        ]
    return found
