"""Long tables on paper."""

import io

import pytest
from reportlab.lib.units import mm

from reports import theme
from reports.par_ledger import LEADING, MOST_LINES, PADDING, SIZE, Ledger, broken
from reports.par_papers import CENTRE, LEFT, RIGHT, Row, Table, table
from tests.reports import papers

LETTERS = ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x17F), (0x391, 0x3A1), (0x410, 0x44F), (0x1EA0, 0x1EF9))
COLUMNS = {"TT": (15.0, CENTRE), "Nội dung": (100.0, LEFT), "Điểm": (50.0, RIGHT)}


def made(rows: int, text: str = "một") -> Table:
    return table("Bảng", "", COLUMNS, [Row((str(n), text, n)) for n in range(1, rows + 1)])


def rendered(found: Table) -> bytes:
    target = io.BytesIO()
    theme.Document(target, title="t", author="a").build([Ledger.of(found, {})])
    return target.getvalue()


def test_text_is_broken_where_it_must_be() -> None:
    assert broken("", theme.FAMILY, 50) == ("",)
    assert broken("một hai", theme.FAMILY, 500) == ("một hai",)
    lines = broken("một hai ba " * 9, theme.FAMILY, 60)
    assert " ".join(lines).split() == ["một", "hai", "ba"] * 9
    assert all(theme.width_of(line, theme.FAMILY, SIZE) <= 60 for line in lines)


def test_a_word_wider_than_its_column_is_cut_and_nothing_is_lost() -> None:
    lines = broken("ab" * 32, theme.FAMILY, 100)
    assert len(lines) > 1
    assert "".join(lines) == "ab" * 32
    assert all(theme.width_of(line, theme.FAMILY, SIZE) <= 100 for line in lines)


def test_even_a_column_narrower_than_a_letter_ends() -> None:
    assert broken("xyz", theme.FAMILY, 1) == ("x", "y", "z")


def test_a_table_knows_its_size() -> None:
    found = Ledger.of(made(3), {})
    width, height = found.wrap(0, 0)
    assert width == pytest.approx(165 * mm)
    assert height == pytest.approx(4 * (LEADING + 2 * PADDING))


def test_a_table_is_split_between_rows_under_repeated_heads() -> None:
    found = Ledger.of(made(3), {})
    row = LEADING + 2 * PADDING
    first, rest = found.split(0, 2.5 * row)
    assert [part.wrap(0, 0)[1] for part in (first, rest)] == [pytest.approx(2 * row), pytest.approx(3 * row)]
    assert found.split(0, 1.5 * row) == []
    assert found.split(0, 9 * row) == [found]


def test_a_row_taller_than_a_page_goes_on() -> None:
    found = Ledger.of(made(1, "dòng chữ rất dài " * 400), {})
    assert max(piece.height for piece in found.pieces) <= MOST_LINES * LEADING + 2 * PADDING
    assert [piece.last for piece in found.pieces] == [False] * (len(found.pieces) - 1) + [True]
    assert rendered(made(1, "dòng chữ rất dài " * 400)).startswith(b"%PDF")


@pytest.mark.slow
def test_every_page_has_the_heads_and_every_row_stands_once() -> None:
    document = rendered(made(150))
    text = papers.text(document)
    assert text.count("Nội dung") == len(papers.opened(document).pages) > 1
    assert text.count("một") == 150


def test_a_line_reads_the_same_wherever_it_recurs() -> None:
    """More letters than a part of a font holds, so that lines change the part, and the next one begins in another."""
    letters = [chr(code) for first, last in LETTERS for code in range(first, last + 1)]
    words = ["".join(letters[at : at + 20]) for at in range(0, len(letters), 20)]
    mixed = [f"{one}{other}" for one, other in zip(words, reversed(words), strict=True)]
    found = table("Bảng", "", COLUMNS, [Row(("", each, "")) for each in (*words, *mixed) * 3])
    text = papers.text(rendered(found))
    assert [text.count(each) for each in mixed] == [3] * len(mixed)
    assert len(letters) > 256
