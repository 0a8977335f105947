"""PDF files read back: by pikepdf (structure) and by poppler (what a reader sees)."""

import html
import io
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

MM = 72 / 25.4


@dataclass(frozen=True)
class Word:
    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def cells(table: Any) -> Any:
    """The cells of a table that is not laid out yet."""
    return table._cellvalues


def opened(document: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(document))


def _run(document: bytes, *command: str) -> str:
    return subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()


def text(document: bytes, *options: str) -> str:
    """All words, whatever the line breaks."""
    return " ".join(_run(document, "pdftotext", *options, "-", "-").split())


def fonts(document: bytes) -> list[tuple[str, str]]:
    """Name and "yes"/"no" (embedded) of every font."""
    lines = _run(document, "pdffonts", "-").splitlines()[2:]
    return [(line.split()[0], line.split()[-5]) for line in lines]


def words(document: bytes) -> list[list[Word]]:
    """The words of every page with their places, in points from the upper left corner."""
    pages = _run(document, "pdftotext", "-bbox", "-", "-").split("<page ")[1:]
    pattern = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')
    return [
        [Word(html.unescape(m[5]), float(m[1]), float(m[2]), float(m[3]), float(m[4])) for m in pattern.finditer(page)]
        for page in pages
    ]


def image(document: bytes, folder: Path, *, page: int = 1, dpi: int = 100) -> Image.Image:
    source = folder / "paper.pdf"
    source.write_bytes(document)
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile", "-png", source, folder / "page"],
        check=True,
    )
    return Image.open(folder / "page.png")
