"""Text that fits its box on a poster: wrapped, then smaller, at last cut; it never overlaps a neighbour."""

from reportlab.lib.colors import black
from reportlab.pdfgen.canvas import Canvas

from reports.plain import plain
from reports.theme import width_of

LEADING = 1.22
ASCENT = 0.78  # of the size, from the top of a line's marks to its baseline
SHRINK = 0.94
SMALLEST = 0.4  # of the wanted size

Box = tuple[float, float, float, float]


def draw_fitted(canvas: Canvas, value: str, box: Box, *, font: str, size: float) -> None:
    """Centred in the box (x, y, width, height), as large as fits and at most `size`."""
    x, y, width, height = box
    size, lines = fitted(plain(value), width, height, font=font, size=size)
    canvas.setFont(font, size)
    canvas.setFillColor(black)
    baseline = y + (height + len(lines) * size * LEADING) / 2 - size * (ASCENT + (LEADING - 1) / 2)
    for line in lines:
        canvas.drawCentredString(x + width / 2, baseline, line)
        baseline -= size * LEADING


def fitted(value: str, width: float, height: float, *, font: str, size: float) -> tuple[float, list[str]]:
    """The size and lines to draw."""
    smallest = size * SMALLEST
    while True:
        lines = broken(value, width, font=font, size=size)
        room = max(1, int(height / (size * LEADING) + 0.05))
        if len(lines) <= room or size * SHRINK < smallest:
            break
        size *= SHRINK
    lines = _balanced(value, width, lines, font=font, size=size)
    if len(lines) > room:
        lines = [*lines[: room - 1], f"{lines[room - 1][:-1]}…"]
    return size, lines


def _balanced(value: str, width: float, lines: list[str], *, font: str, size: float) -> list[str]:
    """The same number of lines, of about the same length, so that no word stands alone."""
    for share in (0.5, 0.6, 0.7, 0.8, 0.9):
        narrower = broken(value, width * share, font=font, size=size)
        if len(narrower) == len(lines) and all(width_of(line, font, size) <= width * share for line in narrower):
            return narrower
    return lines


def broken(value: str, width: float, *, font: str, size: float) -> list[str]:
    """Lines at most `width` wide; a word wider than that is broken anywhere."""
    lines: list[str] = []
    for word in _pieces(value, width, font, size):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, font, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _pieces(value: str, width: float, font: str, size: float) -> list[str]:
    pieces = []
    for word in value.split(" "):
        rest = word
        while rest:
            n = len(rest)
            while n > 1 and width_of(rest[:n], font, size) > width:
                n -= max(1, n // 10)
            pieces.append(rest[:n])
            rest = rest[n:]
    return pieces
