"""Totals of primary sampling units, for campaigns that drew days at counters instead of people.

A PSU is a counter on a day. This is the one result that reads submissions instead of the tally.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from scoring.clusters import Clusters
from scoring.measures import worth
from scoring.tally import Layout
from survey_app.definitions import code_matrix
from survey_app.results.groups import CellPlace
from survey_app.results.queries import Drawn

AT_ONCE = 5000
Floats = NDArray[np.float64]


def clusters(
    rows: Iterable[tuple[Drawn, str]],
    layout: Layout,
    measure: str,
    keys: Sequence[str],
    groups_of: Callable[[CellPlace], Iterator[str]],
) -> Clusters:
    """The PSUs of each of these groups, in their order, from the packed answers of the submissions that count."""
    places, answered, marked = _totals(rows, layout, measure)
    group_at = {key: at for at, key in enumerate(keys)}
    members: dict[tuple[int, int, datetime.date], list[int]] = {}
    for row, place in enumerate(places):
        for key in groups_of(place):
            members.setdefault((group_at[key], place.counter_id, place.day), []).append(row)
    shape = (len(members), len(layout.rated))
    return Clusters(
        group=np.array([group for group, _, _ in members], np.int64),
        answered=np.array([answered[at].sum(axis=0) for at in members.values()]).reshape(shape),
        marked=np.array([marked[at].sum(axis=0) for at in members.values()]).reshape(shape),
    )


def _totals(
    rows: Iterable[tuple[Drawn, str]], layout: Layout, measure: str
) -> tuple[Mapping[Drawn, int], Floats, Floats]:
    """Answers on the scale and their marks, summed over the submissions of each place, one row each."""
    places: dict[Drawn, int] = {}
    sums = np.zeros((0, 2, len(layout.rated)))
    waiting = iter(rows)
    while some := list(islice(waiting, AT_ONCE)):
        at = [places.setdefault(place, len(places)) for place, _ in some]
        levels = code_matrix([codes for _, codes in some], layout.closed)[:, layout.rated]
        sums = np.concatenate([sums, np.zeros((len(places) - len(sums), *sums.shape[1:]))])
        np.add.at(sums, at, np.stack(worth(levels, measure, layout.satisfied_from), axis=1))
    return places, sums[:, 0], sums[:, 1]
