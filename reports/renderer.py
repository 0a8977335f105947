"""What the two faces of a chart share: text measured in the documents' typeface, paths as simple steps."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Transform

from reports.theme import BOLD, BOLD_ITALIC, FAMILY, ITALIC, width_of

ASCENT, DESCENT = 0.72, 0.22  # of the size; enough for Vietnamese capitals with marks between lines of 1.2

Step = tuple[str, tuple[float, ...]]


class TypefaceRenderer(RendererBase):
    """A page of points (72 per inch) on which charts measure their text; subclasses draw."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | Literal["TeX"]
    ) -> tuple[float, float, float]:
        size = prop.get_size_in_points()
        return width_of(s, face(prop), size), (ASCENT + DESCENT) * size, DESCENT * size

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float]:
        # matplotlib asks this before it searches the machine for fonts, which no document depends on.
        size = prop.get_size_in_points()
        return ASCENT * size, DESCENT * size, 0.0


def face(prop: FontProperties) -> str:
    """The typeface's file for a weight and slant."""
    bold = prop.get_weight() in ("bold", "semibold")
    if prop.get_style() == "italic":
        return BOLD_ITALIC if bold else ITALIC
    return BOLD if bold else FAMILY


def steps(path: Path, transform: Transform) -> Iterator[Step]:
    """A path as M, L, C and Z with transformed coordinates; quadratic curves become cubic ones."""
    here = (0.0, 0.0)
    for points, code in path.iter_segments(transform, simplify=False):
        flat = tuple(float(p) for p in points)
        if code == Path.CLOSEPOLY:
            yield "Z", ()
            continue
        if code == Path.CURVE3:
            flat = _cubic(here, flat)
        yield {Path.MOVETO: "M", Path.LINETO: "L"}.get(Path.code_type(code), "C"), flat
        here = flat[-2], flat[-1]


def _cubic(start: tuple[float, float], quadratic: tuple[float, ...]) -> tuple[float, ...]:
    (x0, y0), (qx, qy, x, y) = start, quadratic
    return (x0 + 2 * (qx - x0) / 3, y0 + 2 * (qy - y0) / 3, x + 2 * (qx - x) / 3, y + 2 * (qy - y) / 3, x, y)


def dash_pattern(gc: GraphicsContextBase) -> tuple[float, list[float]]:
    """Where the dashes begin, and their lengths (none: a solid line)."""
    offset, dashes = gc.get_dashes()
    lengths = [] if dashes is None else [float(x) for x in np.ravel(np.asarray(dashes, float))]
    return float(offset or 0), lengths


def stroke_alpha(gc: GraphicsContextBase) -> float:
    return float(gc.get_alpha() if gc.get_forced_alpha() else gc.get_rgb()[3])


def fill_alpha(gc: GraphicsContextBase, colour: tuple[float, ...]) -> float:
    return float(gc.get_alpha() if gc.get_forced_alpha() or len(colour) < 4 else colour[3])
