import io
import itertools
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from reports import qr_sheets, theme
from reports.content import CounterSheet
from reports.fitting import broken, fitted
from tests.reports import papers
from tests.reports.contents import counters
from tests.reports.contents_hostile import ATTACKS

URL = "https://hailong.minhhoa.example/r/KM01DH"
LONG = CounterSheet(
    unit="Chi nhánh Văn phòng Đăng ký đất đai và Trung tâm Phục vụ hành chính công phường Nguyễn Thị Minh Khai",
    counter="Quầy 12: Lao động, thương binh và xã hội; bảo trợ xã hội; người có công với cách mạng",
    place="Tầng 2, nhà B, số 123 đường Nguyễn Văn Cừ kéo dài, khu phố Thượng, phường Phượng Ỷ",
    code="ABCDEFGH",
    url="https://khaosat.sohailongcuanguoidan.minhhoa.example/r/ABCDEFGH",
)


def decoded(image: Image.Image) -> list[str]:
    return sorted(code.text for code in zxingcpp.read_barcodes(image.convert("L")))


def test_png_decodes_to_the_address() -> None:
    assert decoded(Image.open(io.BytesIO(qr_sheets.qr_png(URL)))) == [URL]
    assert qr_sheets.qr_png(URL) == qr_sheets.qr_png(URL)


def test_svg_has_the_same_modules_and_a_quiet_zone() -> None:
    root = ElementTree.fromstring(qr_sheets.qr_svg(URL))  # noqa: S314 (our own output)
    side = int((root.get("viewBox") or "").split()[-1])
    modules = qr_sheets.matrix(URL)
    assert side == len(modules) + 8
    path = root[1].get("d") or ""
    runs = [tuple(int(part) for part in run.replace("h", " ").split("v")[0].split()) for run in path.split("M")[1:]]
    assert sum(length for _, _, length in runs) == sum(map(sum, modules))
    assert min(x for x, _, _ in runs) == 4


@pytest.mark.parametrize(
    ("code", "shown"),
    [("ABCDEF", "ABC DEF"), ("ABCDEFGH", "ABCD EFGH"), ("ABCDEFG", "ABC DEF G"), ("AB", "AB"), ("", "")],
)
def test_codes_are_grouped(code: str, shown: str) -> None:
    assert qr_sheets.grouped(code) == shown


def test_addresses_are_shown_as_people_type_them() -> None:
    assert qr_sheets.address(URL) == "hailong.minhhoa.example/r/KM01DH"
    assert qr_sheets.address("http://a.example/r/X") == "a.example/r/X"


@pytest.mark.parametrize(("form", "size"), [("a4", (595.28, 841.89)), ("a6", (297.64, 419.53))])
def test_a_poster_per_counter(form: qr_sheets.Form, size: tuple[float, float]) -> None:
    document = qr_sheets.posters([*counters(2), LONG], form)
    assert document == qr_sheets.posters([*counters(2), LONG], form)
    pages = papers.opened(document).pages
    assert len(pages) == 3
    for page in pages:
        assert [float(x) for x in page.mediabox[2:]] == pytest.approx(size, abs=0.01)


def test_eight_cards_a_page() -> None:
    assert len(papers.opened(qr_sheets.sheet(counters(17))).pages) == 3
    assert len(papers.opened(qr_sheets.sheet(counters(8))).pages) == 1


def test_hostile_names_are_printed() -> None:
    sheets = [CounterSheet(unit=a, counter=a, place=a, code="ABCDEF", url=URL) for a in ATTACKS]
    assert len(papers.opened(qr_sheets.posters(sheets, "a6")).pages) == len(ATTACKS)
    assert qr_sheets.sheet(sheets)


def test_text_shrinks_until_it_fits_and_is_cut_at_last() -> None:
    size, lines = fitted("Một tên ngắn", 300, 40, font=theme.FAMILY, size=20)
    assert (size, lines) == (20, ["Một tên ngắn"])
    size, lines = fitted("Một tên dài hơn nhiều so với chỗ có", 120, 40, font=theme.FAMILY, size=20)
    assert size < 20
    assert len(lines) * size * 1.2 <= 40
    size, lines = fitted("dài " * 200, 120, 20, font=theme.FAMILY, size=20)
    assert lines[-1].endswith("…")
    assert fitted("", 100, 20, font=theme.FAMILY, size=20)[1] == []


def test_lines_are_balanced_and_long_words_broken() -> None:
    _, lines = fitted("Trung tâm Phục vụ hành chính công tỉnh Họa", 200, 60, font=theme.FAMILY, size=14)
    assert len(lines) == 2
    assert min(map(len, lines)) > 15
    assert all(
        theme.width_of(line, theme.FAMILY, 14) <= 80 for line in broken("A" * 99, 80, font=theme.FAMILY, size=14)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("form", "dpi"), [("a4", 60), ("a6", 120)])
def test_a_printed_poster_decodes(form: qr_sheets.Form, dpi: int, tmp_path: Path) -> None:
    sheets = [*counters(1), LONG]
    document = qr_sheets.posters(sheets, form)
    for page, counter in enumerate(sheets, 1):
        assert decoded(papers.image(document, tmp_path, page=page, dpi=dpi)) == [counter.url]


@pytest.mark.slow
def test_printed_cards_decode(tmp_path: Path) -> None:
    sheets = counters(8)
    image = papers.image(qr_sheets.sheet(sheets), tmp_path, dpi=150)
    assert decoded(image) == sorted(counter.url for counter in sheets)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["a4", "a6"])
def test_nothing_overlaps_on_a_poster(form: qr_sheets.Form) -> None:
    document = qr_sheets.posters([LONG], form)
    (page,) = papers.words(document)
    heights = {round(word.bottom, 1): word.bottom - word.top for word in page}
    baselines = sorted(heights)
    for above, below in itertools.pairwise(baselines):
        assert below - above >= 0.8 * heights[below]
    scale = 1 if form == "a4" else 0.5
    square = (qr_sheets.CODE_TOP + 6, qr_sheets.CODE_TOP + qr_sheets.CODE_SIDE - 6)
    assert not any(square[0] < word.bottom / papers.MM / scale < square[1] for word in page)
    said = papers.text(document)
    assert "ABCD EFGH" in said
    assert "khaosat.sohailongcuanguoidan.minhhoa.example/r/ABCDEFGH" in said
    assert qr_sheets.INVITATION.split("–")[0].strip() in said
    assert {embedded for _, embedded in papers.fonts(document)} == {"yes"}
