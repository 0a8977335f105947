"""Charts drawn straight onto the pages of a PDF, as vectors and real text."""

from collections.abc import Callable
from typing import Any, Literal

from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Transform
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.platypus import Flowable

from reports.renderer import Step, TypefaceRenderer, dash_pattern, face, fill_alpha, steps, stroke_alpha

CAPS = {"butt": 0, "round": 1, "projecting": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}


class CanvasRenderer(TypefaceRenderer):
    """Draws a figure of 72 dots per inch with its lower left corner at the canvas's origin."""

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        super().__init__(width, height)
        self.canvas = canvas

    def flipy(self) -> bool:
        return False

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        stroke = gc.get_linewidth() > 0 and stroke_alpha(gc) > 0
        fill = rgbFace is not None and fill_alpha(gc, rgbFace) > 0
        if not (stroke or fill):
            return
        self.canvas.saveState()
        self._clip(gc)
        if stroke:
            self._pen(gc)
        if fill:
            red, green, blue = rgbFace[:3]
            self.canvas.setFillColorRGB(red, green, blue, fill_alpha(gc, rgbFace))
        self.canvas.drawPath(self._trace(list(steps(path, transform))), stroke=int(stroke), fill=int(fill))
        self.canvas.restoreState()

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
        self.canvas.saveState()
        self._clip(gc)
        self.canvas.setFillColorRGB(*gc.get_rgb()[:3], stroke_alpha(gc))
        self.canvas.translate(x, y)
        self.canvas.rotate(angle)
        self.canvas.setFont(face(prop), prop.get_size_in_points())
        self.canvas.drawString(0, 0, s)
        self.canvas.restoreState()

    def _pen(self, gc: GraphicsContextBase) -> None:
        self.canvas.setStrokeColorRGB(*gc.get_rgb()[:3], stroke_alpha(gc))
        self.canvas.setLineWidth(gc.get_linewidth())
        self.canvas.setLineCap(CAPS[gc.get_capstyle()])
        self.canvas.setLineJoin(JOINS[gc.get_joinstyle()])
        offset, dashes = dash_pattern(gc)
        if dashes:
            self.canvas.setDash(dashes, offset)

    def _clip(self, gc: GraphicsContextBase) -> None:
        box = gc.get_clip_rectangle()
        if box is not None:
            corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
            outline: list[Step] = [("L" if i else "M", corner) for i, corner in enumerate(corners)]
            self.canvas.clipPath(self._trace([*outline, ("Z", ())]), stroke=0, fill=0)
        path, transform = gc.get_clip_path()
        if isinstance(path, Path) and transform is not None:
            self.canvas.clipPath(self._trace(list(steps(path, transform))), stroke=0, fill=0)

    def _trace(self, outline: list[Step]) -> PDFPathObject:
        shape = self.canvas.beginPath()
        draw: dict[str, Callable[..., None]] = {
            "M": shape.moveTo,
            "L": shape.lineTo,
            "C": shape.curveTo,
            "Z": shape.close,
        }
        for code, points in outline:
            draw[code](*points)
        return shape


class Chart(Flowable):
    """A figure as part of a document's flow, in its own size."""

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self.figure = figure
        self.width, self.height = (72 * inches for inches in figure.get_size_inches())
        self.hAlign = "CENTER"

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.figure.draw(CanvasRenderer(self.canv, self.width, self.height))
