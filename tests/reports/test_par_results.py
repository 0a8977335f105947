"""The report of a round."""

from dataclasses import replace
from fractions import Fraction

from reports import par_results
from reports.par_papers import Section
from tests.reports.par_contents import AN_CO, COMMUNES, DEPARTMENTS, JUSTICE, REPORT, UNSCORED, points, unit


def section(number: int) -> Section:
    return par_results.results(REPORT).sections[number]


def test_the_report_has_a_part_for_each_block_and_the_method() -> None:
    paper = par_results.results(REPORT)
    assert [part.title for part in paper.sections] == [
        "I. THÔNG TIN CHUNG", "II. KẾT QUẢ KHỐI SỞ, BAN, NGÀNH", "III. KẾT QUẢ KHỐI XÃ, PHƯỜNG",
    ]  # fmt: skip
    assert paper.bases == ("Căn cứ Quyết định 1 (1/QĐ-UBND)", "Kế hoạch năm")
    assert [part.title for part in paper.annexes] == ["Phương pháp và căn cứ"]
    assert paper.sections[2].forest == COMMUNES


def test_the_general_part_counts_units_and_names_the_council() -> None:
    said = section(0).sentences
    assert said[0] == (
        "Kỳ đánh giá: Chỉ số CCHC năm 2025. Số đơn vị: 5 (1 sở, ban, ngành; 4 xã, phường). Công bố ngày 15/06/2026."
    )
    assert "6/10 thành viên" in said[1]
    assert said[2].startswith("1 đơn vị có tiêu chí không áp dụng")
    early = par_results.results(replace(REPORT, published_on=None, meetings=(), blocks=(DEPARTMENTS,)))
    assert len(early.sections[0].sentences) == 1
    assert "Công bố" not in early.sections[0].sentences[0]


def test_the_ranking_has_the_columns_of_the_layout() -> None:
    ranking = section(2).tables[0]
    assert [column.title for column in ranking.columns] == [
        "Hạng", "Đơn vị", "Điểm thẩm định", "SIPAS", "Thưởng, trừ", "Tổng điểm", "Tối đa áp dụng", "Chỉ số (%)",
    ]  # fmt: skip
    assert ranking.rows[0].cells == (
        "1", "Xã An Cọ", Fraction(11, 2), Fraction(33, 10), Fraction(1, 2), Fraction(44, 5), Fraction(10),
        Fraction(177, 2),
    )  # fmt: skip
    assert ranking.rows[1].cells[0] == "2 (đồng hạng 2 đơn vị)"
    assert ranking.rows[3].cells[7] is None
    assert sum(column.width for column in ranking.columns) == 165


def test_a_ranking_without_bonus_or_penalty_has_no_column_for_them() -> None:
    plain = unit(9, "Xã Đ", points(l11="3"), points(l11="3", l12="2", l13="1", l21="4"))
    part = replace(plain, counted=replace(plain.counted, blocks={"appraisal": plain.counted.blocks["appraisal"]}))
    ranking = next(par_results._tables(REPORT, replace(COMMUNES, units=(plain, part))))
    assert "Thưởng, trừ" not in [column.title for column in ranking.columns]
    assert ranking.rows[1].cells[3] is None


def test_how_sure_each_place_is() -> None:
    assert par_results.sure_row(AN_CO, 2).cells == (
        "1", "Xã An Cọ", Fraction(177, 2), "86,50–90,50", "từ thứ 1 đến thứ 2", "Tốt",
    )  # fmt: skip
    assert par_results.CAUTION in section(2).sentences
    assert par_results.CAUTION not in section(1).sentences


def test_fields_are_percents_of_what_applies() -> None:
    table = par_results.by_field(COMMUNES)
    assert table.rows[2].cells == ("Phường Cao Sơn", Fraction(75), Fraction(71))
    assert "1: Chỉ đạo, điều hành" in table.caption
    nothing = replace(AN_CO.counted.parts["1"], applicable=Fraction(0))
    bare = replace(AN_CO, counted=replace(AN_CO.counted, parts={**AN_CO.counted.parts, "1": nothing}))
    assert par_results.field_share(bare, COMMUNES.criteria.fields[0]) is None


def test_the_leaves_on_which_most_was_lost() -> None:
    found = par_results.most_lost(COMMUNES, 2)
    assert [(node.number, mean, units) for node, mean, units in found] == [
        ("2.1", Fraction(64, 100), 3), ("1.1", Fraction(5, 8), 3),
    ]  # fmt: skip
    assert par_results.worst(COMMUNES) == (
        "Mất nhiều nhất ở tiêu chí 2.1 Tiêu chí 2.1: bình quân 0,64 trên 4 điểm, 3/4 đơn vị mất điểm."
    )
    assert par_results.worst(replace(COMMUNES, units=(UNSCORED,))) == "Chưa xã, phường nào mất điểm."
    assert par_results.most_lost(replace(COMMUNES, units=())) == []


def test_the_comparison_with_last_year_only_where_there_was_one() -> None:
    now, before = section(1).tables[4], section(2).tables[4]
    assert len(now.columns) == 4
    assert now.rows[0].cells == ("Sở Tư pháp", Fraction(10), Fraction(10), Fraction(0))
    assert before.rows[0].cells[4:] == (Fraction(125, 2), Fraction(175, 2))
    assert before.rows[1].cells[4:] == (None, None)
    assert "Chỉ số CCHC năm 2024 (năm 2024)" in before.caption


def test_a_block_without_an_index_has_no_drawing() -> None:
    paper = par_results.results(replace(REPORT, blocks=(replace(DEPARTMENTS, units=(UNSCORED,)),)))
    assert paper.sections[1].forest is None
    assert JUSTICE.counted.index is not None
