import datetime
import random
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from reports import charts, findings
from reports.chart_sheet import parts, wrapped
from reports.content import Break, Comparison, SatisfactionReport
from reports.theme import HEIGHT, WIDTH
from tests.reports.contents import SCALE, communes, comparison, item, items, province, trend
from tests.reports.contents_hostile import ATTACKS, hostile
from tests.reports.contents_thin import nothing, single, withheld

SVG = "{http://www.w3.org/2000/svg}"
NOTE = "Số liệu từ ngày 01/01/2026 đến ngày 31/10/2026."


def drawn(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(charts.svg(figure))  # noqa: S314 (our own output)


def texts(figure: Figure) -> list[str]:
    return [element.text or "" for element in drawn(figure).iter(f"{SVG}text")]


def said(figure: Figure) -> str:
    return " ".join(texts(figure))


def test_the_forest_shows_every_row_with_n_and_verdict() -> None:
    content = comparison("Xã, phường", communes(99), 0.9)
    shown = texts(charts.forest(content, note=NOTE))
    assert {row.name for row in content.rows} <= set(shown)
    assert "Mục tiêu 90\u00a0%" in shown
    verdicts = {name: shown.count(name) for name in findings.STANDINGS}
    assert verdicts == {name: findings.standings(content.rows)[name] for name in findings.STANDINGS}
    assert shown.count("–") == verdicts["Không công bố"] > 0
    assert "10/2026" in " ".join(shown)


def test_the_forest_is_sorted_best_first() -> None:
    content = comparison("Sở", ["Sở A", "Sở B", "Sở C", "Sở D"], 0.9, most=4000, seed=2)
    order = [text for text in texts(charts.forest(content)) if text.startswith("Sở ") and len(text) == 4]
    values = {row.name: row.score.index.value or 0 for row in content.rows}
    assert order == sorted(values, key=lambda name: -values[name])


def test_titles_say_the_finding_and_name_the_picture() -> None:
    content = province()
    figure = charts.forest(content.comparisons[0])
    assert drawn(figure).get("aria-label") == findings.comparison(content.comparisons[0])
    assert said(figure).startswith("Sở, ban, ngành: 3/14 đạt mục tiêu 90\u00a0%, 5 chưa đạt")
    assert drawn(charts.trend(content.trend, content.breaks, 0.9)).get("aria-label") == findings.trend(
        content.trend, content.breaks
    )


def test_a_comparison_without_target_shows_rates_instead_of_verdicts() -> None:
    shown = texts(charts.forest(comparison("Lĩnh vực", ["Đất đai", "Xây dựng"], None)))
    assert "Tỷ lệ" in shown
    assert "Kết luận" not in shown
    assert not any("Mục tiêu" in text for text in shown)


def test_parts_of_the_forest_fit_their_pages() -> None:
    content = comparison("Xã, phường", communes(99), 0.9)
    figures = charts.forest_parts(content, note=NOTE, first=HEIGHT - 110, later=HEIGHT)
    heights = [72 * figure.get_size_inches()[1] for figure in figures]
    assert len(figures) == 3
    assert heights[0] <= HEIGHT - 110
    assert max(heights) <= HEIGHT
    assert sum(said(figure).count("UBND ") for figure in figures) == 99
    assert "(tiếp theo)" in said(figures[1])
    assert [NOTE.split()[-1] in said(figure) for figure in figures] == [False, False, True]


def test_parts_keep_a_row_that_is_taller_than_the_page() -> None:
    tall = wrapped("a b c", 3, 9, 100)
    assert [len(page) for page in parts([tall, tall], 50, 150)] == [1, 1]
    assert parts([], 50, 150) == [[]]


def test_an_empty_comparison_still_has_a_title() -> None:
    assert "0/0 đạt mục tiêu" in said(charts.forest(Comparison(title="Sở", target=0.9, rows=())))


def test_the_distribution_names_levels_items_and_factors() -> None:
    shown = texts(charts.distribution(items(400), SCALE, note=NOTE))
    assert set(SCALE) <= set(shown)
    assert "Thủ tục hành chính" in shown
    assert "Kết quả có thông tin đầy đủ" in shown
    assert "Hài lòng, %" in shown


def test_a_withheld_item_is_a_dash_without_bars() -> None:
    bars = drawn(charts.distribution(withheld().items, SCALE))
    shown = [element.text for element in bars.iter(f"{SVG}text")]
    assert shown.count("–") == 2 * len(withheld().items)
    assert "#018571" in {path.get("fill") for path in bars.iter(f"{SVG}path")}  # the key


def test_an_item_nobody_answered_has_no_bar() -> None:
    row = item("X", "Câu hỏi", "", 0, random.Random(1), verified=True)  # noqa: S311 (made-up figures)
    shown = texts(charts.distribution([row], SCALE))
    assert "Câu hỏi" in shown
    assert "0" in shown


def test_parts_of_the_distribution_fit_their_pages() -> None:
    figures = charts.distribution_parts(items(400), SCALE, note=NOTE, first=400, later=500)
    assert len(figures) > 1
    assert all(72 * figure.get_size_inches()[1] <= 500 for figure in figures)
    assert "(tiếp theo)" in said(figures[-1])


def test_the_trend_labels_months_breaks_target_and_gaps() -> None:
    content = province()
    shown = texts(charts.trend(content.trend, content.breaks, 0.9, note=NOTE))
    assert {"10/2026", "06/2025", "Chính quyền hai cấp từ 01/7/2025", "Mục tiêu", "90\u00a0%", "–"} <= set(shown)
    assert "91,8\u00a0%" in shown
    assert "Mục tiêu" not in texts(charts.trend(content.trend, content.breaks, None))


def test_breaks_outside_the_period_or_late_in_it() -> None:
    points = trend(12)
    before = Break(month=datetime.date(2020, 1, 1), label="Cũ")
    late = Break(month=datetime.date(2026, 3, 15), label="Mới")
    shown = drawn(charts.trend(points, (before, late), 0.9))
    labels = {element.text: element.get("text-anchor") for element in shown.iter(f"{SVG}text")}
    assert "Cũ" not in labels
    assert labels["Mới"] == "end"


@pytest.mark.parametrize("content", [nothing(), single(), withheld()])
def test_thin_data_can_be_drawn(content: SatisfactionReport) -> None:
    for compared in content.comparisons:
        charts.svg(charts.forest(compared))
    charts.svg(charts.distribution(content.items, content.scale))
    assert "Tỷ lệ hài lòng, %" in texts(charts.trend(content.trend, content.breaks, None))


def test_svg_is_the_same_every_time_and_refers_to_nothing_outside() -> None:
    content = province()
    figures = [
        charts.forest(content.comparisons[2], note=NOTE),
        charts.distribution(content.items, SCALE),
        charts.trend(content.trend, content.breaks, 0.9),
    ]
    again = [
        charts.forest(content.comparisons[2], note=NOTE),
        charts.distribution(content.items, SCALE),
        charts.trend(content.trend, content.breaks, 0.9),
    ]
    for first, second in zip(figures, again, strict=True):
        svg = charts.svg(first)
        assert svg == charts.svg(second)
        tags = {element.tag.removeprefix(SVG) for element in drawn(first).iter()}
        assert tags <= {"svg", "path", "text", "clipPath", "rect"}
        assert svg.count(b"http") == 1  # the name space
        assert b"style=" not in svg
        assert b"NaN" not in svg


def test_attack_strings_stay_text() -> None:
    content = hostile()
    for compared in content.comparisons:
        root = drawn(charts.forest(compared))
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "path", "text", "clipPath", "rect"}
    one = replace(content.comparisons[0].rows[0], name=ATTACKS[-1])
    assert ATTACKS[-1] in texts(charts.forest(Comparison(title="Sở", target=None, rows=(one,))))


def test_wrapping() -> None:
    assert wrapped("", WIDTH, 9, 10).lines == ()
    assert wrapped("tỷ lệ 95\u00a0%", 30, 9, 10).lines == ("tỷ lệ", "95\u00a0%")
    assert wrapped("một hai ba bốn", 30, 9, 10, most=2).lines[1].endswith("…")
    assert wrapped("A" * 500, 60, 9, 10).lines[0].endswith("A…")
