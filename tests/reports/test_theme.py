import io
from pathlib import Path

import pytest
from reportlab.platypus import Flowable, PageBreak, Paragraph

from reports import theme
from reports.plain import plain
from reports.tables import Column, Sign, data_table
from scoring.results import Outcome
from tests.reports import papers
from tests.reports.contents_hostile import ATTACKS

COLUMNS = (Column("STT", 12, "CENTER"), Column("Tên", 60), Column("Tỷ lệ", 30, "RIGHT"))


def built(flow: list[Flowable], footer: str = "") -> bytes:
    target = io.BytesIO()
    theme.Document(target, title="Thử\x00 nghiệm", author="Sở Nội vụ", footer=footer).build(flow)
    return target.getvalue()


def test_the_typeface_comes_with_its_licence() -> None:
    folder = Path(theme.__file__).parent / "fonts"
    assert len(list(folder.glob("*.ttf"))) == 4
    assert "SIL OPEN FONT LICENSE" in (folder / "LICENSE").read_text()


def test_the_document_says_its_language_and_title() -> None:
    document = papers.opened(built([theme.paragraph("Xin chào", theme.BODY)]))
    assert str(document.Root.Lang) == "vi-VN"
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert str(document.docinfo["/Title"]) == "Thử nghiệm"
    assert str(document.docinfo["/Author"]) == "Sở Nội vụ"


def test_headings_become_bookmarks() -> None:
    document = papers.opened(built([theme.Heading("I. Mở đầu"), theme.Heading("Phụ lục", outline="Phụ lục: bảng")]))
    with document.open_outline() as outline:
        assert [entry.title for entry in outline.root] == ["I. Mở đầu", "Phụ lục: bảng"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_literal_text(attack: str) -> None:
    paragraph = theme.paragraph(attack, theme.BODY)
    assert "".join(fragment.text for fragment in paragraph.frags).strip() == plain(attack).strip()
    built([paragraph])


def test_a_table_wraps_long_names_and_breaks_over_pages() -> None:
    rows = [[str(i), "Tên rất dài " * (9 if i == 3 else 1), "90,00"] for i in range(120)]
    document = papers.opened(built([data_table(COLUMNS, [*rows, ["", "Tổng", "91,00"]], totals=1)]))
    assert len(document.pages) > 2


def test_cells_that_fit_are_strings_and_others_paragraphs() -> None:
    table = data_table(COLUMNS, [["1", "ngắn", "dài " * 30]])
    kinds = [type(cell) for cell in papers.cells(table)[1]]
    assert kinds == [str, str, Paragraph]


@pytest.mark.parametrize("outcome", Outcome)
def test_every_verdict_has_a_sign(outcome: Outcome) -> None:
    sign = Sign(outcome)
    assert sign.wrap(100, 100) == (8, 8)
    assert built([data_table(COLUMNS, [["1", sign, ""]])])


def parts() -> bytes:
    def body(words: str) -> Flowable:
        return theme.paragraph(words, theme.BODY)

    flow = [body("một"), PageBreak(), body("hai"), *theme.new_part(), body("ba"), PageBreak(), body("bốn")]
    return built(flow, footer="SỐ LIỆU GIẢ ĐỊNH")


@pytest.mark.slow
def test_every_part_is_numbered_from_its_second_page_in_the_middle_of_the_top_margin() -> None:
    numbers = [[w for w in page if w.text.isdigit()] for page in papers.words(parts())]
    assert [[word.text for word in page] for page in numbers] == [[], ["2"], [], ["2"]]
    for word in (numbers[1][0], numbers[3][0]):
        assert word.middle == pytest.approx(210 * papers.MM / 2, abs=0.5)
        assert word.bottom < 20 * papers.MM


@pytest.mark.slow
def test_the_footer_stands_in_the_bottom_margin_of_every_page() -> None:
    for page in papers.words(parts()):
        assert next(w for w in page if w.text == "SỐ").top > (297 - 20) * papers.MM
