"""What both faces of a chart can draw, tried on a figure that uses everything."""

import io

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Outline
from reportlab.pdfgen.canvas import Canvas

from reports import theme
from reports.canvas_renderer import CanvasRenderer, Chart
from reports.svg_renderer import svg
from tests.reports import papers

CURVE = Outline([(0, 0), (0.5, 1), (1, 0), (0, 0)], [Outline.MOVETO, Outline.CURVE3, Outline.CURVE3, Outline.CLOSEPOLY])


def everything() -> Figure:
    figure = Figure(figsize=(4, 3), dpi=72)
    figure.set_label('Nhãn "thử" & <b>')
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.plot([0, 1, 3], [0, 2, 1], linestyle="--", marker="o", alpha=0.5)
    axes.plot([0, 9], [0, 9], linestyle="none", marker="x")
    axes.add_patch(PathPatch(CURVE, facecolor=(1, 0, 0, 0.25), edgecolor="none"))
    axes.add_patch(PathPatch(CURVE, facecolor="none", edgecolor="none"))
    clipped = axes.bar([0.5], [1.5], color="#336699")[0]
    clipped.set_clip_path(Circle((0.5, 0.5), 0.4, transform=axes.transData))
    axes.text(0.4, 0.5, "Xoay ngữ", rotation=30)
    axes.text(0.6, 0.2, "Đậm nghiêng", weight="bold", style="italic", alpha=0.7)
    axes.text(0.6, 0.6, "Nghiêng\nhai dòng", style="italic", ha="right", linespacing=1.2)
    axes.set_xlim(0, 4)
    axes.set_ylim(0, 3)
    axes.set_xlabel("")
    return figure


def paper(figure: Figure) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(288, 216), invariant=True, initialFontName=theme.FAMILY)  # type: ignore[arg-type]
    figure.draw(CanvasRenderer(canvas, 288, 216))
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def test_svg_of_everything() -> None:
    drawing = svg(everything()).decode()
    assert "aria-label='Nhãn \"thử\" &amp; &lt;b&gt;'" in drawing
    assert ">Xoay ngữ</text>" in drawing
    assert "rotate(-30" in drawing
    assert 'font-weight="bold" font-style="italic"' in drawing
    assert "stroke-dasharray" in drawing
    assert 'fill-opacity="0.25"' in drawing
    assert 'stroke-opacity="0.5"' in drawing
    assert drawing.count("<clipPath") == 1
    assert "C" in drawing
    assert 'text-anchor="end"' in drawing


def test_the_canvas_takes_everything() -> None:
    document = papers.opened(paper(everything()))
    page = document.pages[0]
    stream = page.Contents.read_bytes()
    for operator in (b" c", b" W", b" d\n", b" cm"):
        assert operator in stream
    states = list(page.Resources.ExtGState.values())
    assert 0.25 in {float(state.get("/ca", 1)) for state in states}
    assert 0.5 in {float(state.get("/CA", 1)) for state in states}


def test_a_chart_has_the_figures_size() -> None:
    assert Chart(everything()).wrap(1000, 1000) == (288, 216)


@pytest.mark.slow
def test_text_on_paper_can_be_searched() -> None:
    document = paper(everything())
    said = papers.text(document, "-raw")
    assert "Xoay ngữ" in said
    assert "Đậm nghiêng" in said
    assert {embedded for _, embedded in papers.fonts(document)} == {"yes"}
