"""A workbook of several sheets whose texts keep their lines."""

import io

from openpyxl import load_workbook

from reports.safe_cells import LONGEST_CELL, Sheet, book_xlsx


def test_each_sheet_stands_under_its_titles_and_texts_keep_their_lines() -> None:
    rows = [("a\nb\u200b\n=1+1", 1.25, None), ("=1+1", 3, "x")]
    content = book_xlsx([Sheet("Một", ("A", "B", "C"), rows), Sheet("Hai", ("Mục",), [])])
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Một", "Hai"]
    assert [cell.value for cell in book["Một"][1]] == ["A", "B", "C"]
    assert [cell.value for cell in book["Một"][2]] == ["a\nb\n=1+1", 1.25, None]
    assert [cell.data_type for cell in book["Một"][3]] == ["s", "n", "s"]
    assert [cell.value for cell in book["Hai"][1]] == ["Mục"]
    assert book["Một"].freeze_panes == "A2"


def test_a_text_that_begins_like_a_formula_is_quoted_however_many_lines_it_has() -> None:
    content = book_xlsx([Sheet("S", ("A",), [("=1\n2",), ("y" * LONGEST_CELL + "\nz",)])])
    book = load_workbook(io.BytesIO(content))
    assert book["S"]["A2"].quotePrefix
    assert (book["S"]["A2"].value, book["S"]["A2"].data_type) == ("=1\n2", "s")
    assert len(book["S"]["A3"].value) == LONGEST_CELL
