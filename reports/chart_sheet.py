"""The sheet on which every chart is drawn: title, note, columns of text, rows over several parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from matplotlib.transforms import IdentityTransform

from reports.plain import plain
from reports.svg_renderer import SANS_PER_SERIF
from reports.theme import BOLD, FAMILY, INK, LINE, MUTED, PAPER, WIDTH, width_of

TITLE_SIZE, TEXT_SIZE, NOTE_SIZE = 11.0, 9.5, 8.5
TITLE_LINE, TEXT_LINE, NOTE_LINE = 14.0, 11.5, 10.5
GAP = 8.0


class HasHeight(Protocol):
    @property
    def height(self) -> float: ...


Row = TypeVar("Row", bound=HasHeight)


@dataclass(frozen=True, slots=True)
class Lines:
    """Text broken into lines that fit their column on paper and, wider, on the screen."""

    lines: tuple[str, ...]
    line_height: float

    @property
    def height(self) -> float:
        return len(self.lines) * self.line_height


def wrapped(value: str, width: float, size: float, line_height: float, *, bold: bool = False, most: int = 9) -> Lines:
    """At most `most` lines of at most `width` points; what does not fit ends in "…"."""
    font, room = BOLD if bold else FAMILY, width / SANS_PER_SERIF
    lines = _broken(plain(value), font, size, room)
    kept = [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) > most else lines
    return Lines(tuple(_cut(line, font, size, room) for line in kept), line_height)


def _broken(value: str, font: str, size: float, room: float) -> list[str]:
    """Broken at spaces, but not at those before a percent sign, which do not break."""
    lines: list[str] = []
    for word in value.split(" "):
        longer = f"{lines[-1]} {word}" if lines else ""
        if longer and width_of(longer, font, size) <= room:
            lines[-1] = longer
        elif word:
            lines.append(word)
    return lines


def _cut(line: str, font: str, size: float, room: float) -> str:
    if width_of(line, font, size) <= room:
        return line
    while line and width_of(f"{line}…", font, size) > room:
        line = line[: -max(1, len(line) // 20)]
    return f"{line.rstrip()}…"


def parts(rows: Sequence[Row], first: float, later: float) -> list[list[Row]]:
    """Rows for a first sheet with room for `first` points of rows, and for later ones of `later`."""
    pages: list[list[Row]] = [[]]
    room = first
    for row in rows:
        if pages[-1] and row.height > room:
            pages.append([])
            room = later
        pages[-1].append(row)
        room -= row.height
    return pages


def around(title: str, head: float, note: str) -> float:
    """The points that a sheet needs beside its body."""
    remark = _remark(note).height
    return _heading(title).height + GAP + head + (GAP + remark if remark else 0)


def _heading(title: str) -> Lines:
    return wrapped(title, WIDTH, TITLE_SIZE, TITLE_LINE, bold=True)


def _remark(note: str) -> Lines:
    return wrapped(note, WIDTH, NOTE_SIZE, NOTE_LINE)


class Sheet:
    """A figure measured in points from its upper left corner."""

    def __init__(self, *, title: str, head: float, body: float, note: str = "", foot: float = 0) -> None:
        heading, remark = _heading(title), _remark(note)
        self.top = heading.height + GAP + head
        self.bottom = self.top + max(body, 1.0)
        self.height = around(title, head, note) + max(body, 1.0) + foot
        self.figure = Figure(figsize=(WIDTH / 72, self.height / 72), dpi=72, facecolor=PAPER)
        self.figure.set_label(plain(title))
        # Drawn first, so that it is also read and copied first.
        self.write(0, TITLE_LINE - 3, heading, size=TITLE_SIZE, weight="bold", zorder=-2)
        self.write(0, self.bottom + foot + GAP + NOTE_LINE - 2, remark, size=NOTE_SIZE, color=MUTED)

    def say(self, x: float, y: float, value: str, **look: Any) -> None:
        """One line of text with its baseline at y."""
        settings: dict[str, Any] = {"size": TEXT_SIZE, "color": INK, "va": "baseline"} | look
        self.figure.text(
            x, self.height - y, plain(value), transform=IdentityTransform(), parse_math=False, **settings
        )  # fmt: skip

    def write(self, x: float, y: float, lines: Lines, **look: Any) -> None:
        """Several lines, the first with its baseline at y."""
        for i, line in enumerate(lines.lines):
            self.say(x, y + i * lines.line_height, line, **look)

    def rules(self, heights: Sequence[float], *, color: str = LINE, width: float = 0.4) -> None:
        """Lines over the whole width."""
        segments = [[(0, self.height - y), (WIDTH, self.height - y)] for y in heights]
        self.figure.add_artist(
            LineCollection(segments, colors=color, linewidths=width, transform=IdentityTransform(), zorder=-1)
        )

    def plot(self, left: float, right: float, low: float, high: float) -> Axes:
        """Bare axes over the body; y counts points from its upper edge."""
        share = (left / WIDTH, 1 - self.bottom / self.height)
        size = ((right - left) / WIDTH, (self.bottom - self.top) / self.height)
        axes = self.figure.add_axes((*share, *size), facecolor="none")
        axes.set_xlim(low, high)
        axes.set_ylim(self.bottom - self.top, 0)
        axes.yaxis.set_major_locator(NullLocator())
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes
