"""Marks that charts share: colours and dots of verdicts, intervals, scales of percents."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from reports.theme import CANNOT_TELL, MUTED, NOT_REACHED, PAPER, REACHED
from scoring.results import Estimate, Outcome

PRIMARY = "#0b4f8a"
COLOURS = {
    Outcome.REACHED: REACHED,
    Outcome.NOT_REACHED: NOT_REACHED,
    Outcome.CANNOT_TELL: CANNOT_TELL,
    Outcome.NO_DATA: MUTED,
    None: PRIMARY,
}
SMALL = 8.5


def dots(
    axes: Axes, rows: Sequence[tuple[float, Estimate]], colour: str, marker: str, *, hollow: bool, upright: bool = False
) -> None:
    """Points with their intervals, along rows or (upright) over months."""
    bounds = [(at, e.interval.lower * 100, e.interval.upper * 100) for at, e in rows if e.interval is not None]
    at, low, high = zip(*bounds, strict=True) if bounds else ((), (), ())
    (axes.vlines if upright else axes.hlines)(at, low, high, colors=colour, linewidth=1.3)
    places, values = [at for at, _ in rows], [100 * (e.value or 0) for _, e in rows]
    axes.plot(
        *((places, values) if upright else (values, places)), linestyle="none", marker=marker, markersize=5.2,
        markerfacecolor=PAPER if hollow else colour, markeredgecolor=colour, markeredgewidth=1.2, clip_on=False,
    )  # fmt: skip


def lowest(estimates: Sequence[Estimate], target: float | None) -> float:
    """The left end of a scale of percents: a multiple of ten below every interval and the target."""
    bounds = [1.0 if target is None else target]
    bounds += [e.interval.lower if e.interval else e.value for e in estimates if e.value is not None]
    return max(0.0, 10 * math.floor(min(bounds) * 10 - 0.2))


def percent_ticks(low: float) -> list[float]:
    """Tens or twenties from 100 down to the end of the scale."""
    step = 10 if low >= 40 else 20
    return [100.0 - step * i for i in range(int((100 - low) // step) + 1)]
