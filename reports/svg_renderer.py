"""Charts as SVG for web pages: text stays text, and no style attribute that a strict CSP would refuse."""

from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Transform

from reports.renderer import TypefaceRenderer, dash_pattern, fill_alpha, steps, stroke_alpha

SANS_PER_SERIF = 1.15  # a reader's sans-serif is about that much wider than the documents' typeface
CAPS = {"butt": "butt", "round": "round", "projecting": "square"}
ANCHORS = {"left": "start", "center": "middle", "right": "end"}


def svg(figure: Figure) -> bytes:
    """The figure as one <svg> element, to be written into a page; its label is the accessible name."""
    width, height = (72 * inches for inches in figure.get_size_inches())
    renderer = SvgRenderer(width, height)
    figure.draw(renderer)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_number(width)} {_number(height)}" '
        f'width="{_number(width)}pt" height="{_number(height)}pt" font-family="sans-serif" '
        f'role="img" aria-label={quoteattr(str(figure.get_label()))}>'
    )
    return "\n".join([head, *renderer.elements, "</svg>\n"]).encode()


class SvgRenderer(TypefaceRenderer):
    def __init__(self, width: float, height: float) -> None:
        super().__init__(width, height)
        self.elements: list[str] = []
        self.clips: set[str] = set()

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | Literal["TeX"]
    ) -> tuple[float, float, float]:
        width, height, descent = super().get_text_width_height_descent(s, prop, ismath)
        return width * SANS_PER_SERIF, height, descent

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        stroke = gc.get_linewidth() > 0 and stroke_alpha(gc) > 0
        fill = rgbFace is not None and fill_alpha(gc, rgbFace) > 0
        if not (stroke or fill):
            return
        attributes = {"d": self._outline(path, transform), "clip-path": self._clip(gc)}
        attributes["fill"] = to_hex(rgbFace[:3]) if fill else "none"
        if fill and fill_alpha(gc, rgbFace) < 1:
            attributes["fill-opacity"] = _number(fill_alpha(gc, rgbFace))
        if stroke:
            attributes.update(_pen(gc))
        self.elements.append(f"<path{_written(attributes)}/>")

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: bool | Literal["TeX"] = False,
        mtext: Text | None = None,
    ) -> None:
        attributes = {"x": _number(x), "y": _number(y), "fill": to_hex(gc.get_rgb()[:3])}
        if angle:
            attributes["transform"] = f"rotate({_number(-angle)} {_number(x)} {_number(y)})"
        elif mtext is not None:
            # Anchored where the chart means it: the reader's typeface has other widths than the measured one.
            anchor = mtext.get_transform().transform(mtext.get_unitless_position())
            attributes["x"] = _number(anchor[0])
            attributes["text-anchor"] = ANCHORS[mtext.get_horizontalalignment()]
        attributes["font-size"] = _number(prop.get_size_in_points())
        attributes["font-weight"] = "bold" if prop.get_weight() == "bold" else ""
        attributes["font-style"] = "italic" if prop.get_style() == "italic" else ""
        self.elements.append(f"<text{_written(attributes)}>{escape(s)}</text>")

    def _outline(self, path: Path, transform: Transform) -> str:
        parts = []
        for code, points in steps(path, transform):
            flipped = (self.height - p if i % 2 else p for i, p in enumerate(points))
            parts.append(code + " ".join(_number(p) for p in flipped))
        return "".join(parts)

    def _clip(self, gc: GraphicsContextBase) -> str:
        box = gc.get_clip_rectangle()
        if box is None:
            return ""
        x, y, width, height = (_number(v) for v in (box.x0, self.height - box.y1, box.width, box.height))
        # Named by its content: several charts on one page may share a name only when they share the box.
        name = f"clip-{x}-{y}-{width}-{height}"
        if name not in self.clips:
            self.clips.add(name)
            rectangle = f'<rect x="{x}" y="{y}" width="{width}" height="{height}"/>'
            self.elements.append(f'<clipPath id="{name}">{rectangle}</clipPath>')
        return f"url(#{name})"


def _pen(gc: GraphicsContextBase) -> dict[str, str]:
    attributes = {"stroke": to_hex(gc.get_rgb()[:3]), "stroke-width": _number(gc.get_linewidth())}
    if stroke_alpha(gc) < 1:
        attributes["stroke-opacity"] = _number(stroke_alpha(gc))
    attributes["stroke-linecap"] = CAPS[gc.get_capstyle()]
    attributes["stroke-linejoin"] = gc.get_joinstyle()
    offset, dashes = dash_pattern(gc)
    if dashes:
        attributes["stroke-dasharray"] = " ".join(_number(dash) for dash in dashes)
        attributes["stroke-dashoffset"] = _number(offset)
    return attributes


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items() if value)


def _number(value: float) -> str:
    """At most two decimals, never "-0"."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
