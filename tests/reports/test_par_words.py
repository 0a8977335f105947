"""How figures of the PAR Index read."""

import datetime
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from reports import par_words
from scoring.par.index import NoIndex
from scoring.par.ranking import Place
from scoring.par.what_if import Move
from tests.reports.par_contents import (
    AN_CO,
    BINH_THUY,
    CAO_SON,
    COMMUNES,
    DEPARTMENTS,
    JUSTICE,
    LEAVES,
    NODES,
    REPORT,
    UNSCORED,
    change,
    ranks,
)

MOVE = Move(
    code="1.1", inputs={"a": 36, "b": 40}, points=Fraction(1, 2), index=Fraction(171, 2), gain=Fraction(5), band="Tốt",
    bands=1, rank=3, places=2,
)  # fmt: skip


def test_points_are_rounded_half_up_with_a_comma() -> None:
    assert par_words.points(Fraction(97_685, 1000)) == "97,69"
    assert par_words.points(Decimal("1234.5")) == "1.234,50"
    assert par_words.points(Fraction(-1, 2)) == "−0,50"
    assert par_words.points(None) == "–"
    assert par_words.points(Fraction(2, 3), 3) == "0,667"


def test_an_index_is_a_percentage() -> None:
    assert par_words.index(Fraction(8266, 100)) == "82,66\u00a0%"
    assert par_words.index(None) == "–"


def test_limits_of_an_index_or_a_dash() -> None:
    assert par_words.limits(AN_CO.interval) == "86,50–90,50"
    assert par_words.limits(None) == "–"


def test_points_stand_with_the_maximum_that_applies() -> None:
    assert par_words.of_maximum(AN_CO) == "8,80/10"
    assert par_words.of_maximum(CAO_SON) == "5,84/8"


@pytest.mark.parametrize(
    ("found", "said"), [(None, "–"), (Place(3, 9, 1), "3"), (Place(2, 9, 3), "2 (đồng hạng 3 đơn vị)")]
)
def test_ties_are_explicit(found: Place | None, said: str) -> None:
    assert par_words.place(found) == said


def test_ranks_that_a_unit_may_hold_in_words() -> None:
    assert par_words.ranks(ranks(5, 3, 9)) == "từ thứ 3 đến thứ 9"
    assert par_words.ranks(ranks(1, 1, 1)) == "thứ 1"
    assert [par_words.short_ranks(r) for r in (ranks(5, 3, 9), ranks(1, 1, 1), None)] == ["3–9", "1", "–"]
    assert par_words.ranks(None) == "–"


def test_a_class_has_its_chance_when_it_is_uncertain() -> None:
    assert par_words.band(AN_CO) == "Tốt"
    assert par_words.band(BINH_THUY) == "Khá (88\u00a0%; Tốt 10\u00a0%; chưa xếp loại 2\u00a0%)"
    assert par_words.band(UNSCORED) == "–"
    bare = replace(CAO_SON, counted=replace(CAO_SON.counted, band=None))
    assert par_words.band(bare) == "chưa xếp loại"


def test_entries_in_words() -> None:
    assert par_words.said(LEAVES["1.1"], {"a": 34, "b": 40.5}) == "Số nhiệm vụ hoàn thành: 34; Số nhiệm vụ: 40,5"
    assert par_words.said(LEAVES["1.2"], {"met": [True, False]}) == "Yêu cầu đạt: 1/2 (kế hoạch)"
    assert par_words.said(LEAVES["1.2"], {"met": "?"}) == "Yêu cầu đạt: 0/2"
    assert par_words.said(LEAVES["1.3"], {"answer": True, "khac": False}) == "Trả lời: Có; khac: Không"
    assert par_words.said(LEAVES["1.3"], {"votes": [{"A": 3, "B": 1}, {"A": 2}]}) == (
        "Số lượt chọn: A: 3, B: 1; A: 2"
    )  # fmt: skip
    assert par_words.value(datetime.date(2026, 1, 2)) == "02/01/2026"
    assert par_words.value("2026-01-02") == "02/01/2026"
    assert par_words.value("Tiên phong") == "Tiên phong"


def test_what_has_to_be_entered_with_units() -> None:
    assert par_words.asks(LEAVES["1.1"]) == "Số nhiệm vụ hoàn thành (nhiệm vụ); Số nhiệm vụ"


def test_the_reading_of_a_unit() -> None:
    assert par_words.reading(COMMUNES, AN_CO) == (
        "Xã An Cọ được 8,80 trên 10 điểm áp dụng, chỉ số 88,50\u00a0%, xếp thứ 1 trong 3 xã, phường, loại Tốt. "
        "Vì có điểm lấy từ khảo sát, chỉ số thật nằm trong khoảng 86,50 đến 90,50 và thứ hạng thật từ thứ 1 đến thứ 2 "
        "(độ tin cậy 95\u00a0%)."
    )
    tied = par_words.reading(COMMUNES, CAO_SON)
    assert tied == (
        "Phường Cao Sơn được 5,84 trên 8 điểm áp dụng, chỉ số 73,00\u00a0%, xếp thứ 2 (cùng 1 đơn vị khác) trong 3 xã, "
        "phường, loại Khá. Vì có điểm lấy từ khảo sát, thứ hạng thật từ thứ 2 đến thứ 3 (độ tin cậy 95\u00a0%)."
    )
    assert par_words.reading(DEPARTMENTS, JUSTICE) == (
        "Sở Tư pháp được 10,00 trên 10 điểm áp dụng, chỉ số 99,50\u00a0%, xếp thứ 1 trong 1 sở, ban, ngành, loại Tốt."
    )
    assert par_words.reading(COMMUNES, UNSCORED) == "Xã Dốc chưa có chỉ số: còn tiêu chí chưa có điểm."


def test_who_sees_no_places_reads_none() -> None:
    hidden = replace(AN_CO, place=None, ranks=None)
    said = par_words.reading(COMMUNES, hidden, ranked=False)
    assert said == "Xã An Cọ được 8,80 trên 10 điểm áp dụng, chỉ số 88,50\u00a0%, loại Tốt."
    bare = replace(hidden, counted=replace(hidden.counted, band=None))
    assert par_words.reading(COMMUNES, bare, ranked=False).endswith("88,50\u00a0%.")


def test_the_headline_of_a_block() -> None:
    assert par_words.headline(COMMUNES) == (
        "3 xã, phường có chỉ số, cao nhất Xã An Cọ 88,50\u00a0%, thấp nhất Phường Cao Sơn 73,00\u00a0%; "
        "0 đơn vị có thứ hạng chắc chắn."
    )
    assert par_words.headline(DEPARTMENTS) == "Sở Tư pháp: 99,50\u00a0%."
    assert par_words.headline(replace(COMMUNES, units=(UNSCORED,))) == "Chưa xã, phường nào có chỉ số."


def test_where_points_were_lost() -> None:
    fields = [node for node in NODES if node.depth == 1]
    assert par_words.losses(BINH_THUY, fields) == (
        "Xã Bình Thủy mất tổng cộng 2,70 điểm, nhiều nhất ở: Chỉ đạo, điều hành (2,00 điểm); Tác động (0,70 điểm)."
    )
    assert par_words.losses(UNSCORED, fields) == "Xã Dốc không mất điểm nào."


def test_own_points_against_those_that_count() -> None:
    assert par_words.gap(AN_CO) == "Xã An Cọ tự chấm cao hơn điểm được công nhận 1,00 điểm."
    assert par_words.gap(BINH_THUY) == "Xã Bình Thủy tự chấm bằng điểm được công nhận."
    assert par_words.gap(UNSCORED) == "Xã Dốc chưa có điểm tự chấm và điểm thẩm định để so."
    modest = tuple(replace(line, points=Fraction(3)) for line in AN_CO.leaves[:1])
    less = replace(modest[0], own=replace(modest[0].own, points=Decimal(2)))  # type: ignore[type-var]  # it has one
    assert par_words.gap(replace(AN_CO, leaves=(less,))).endswith("thấp hơn điểm được công nhận 1,00 điểm.")


def test_this_year_against_the_last() -> None:
    assert par_words.change(change()) == (
        "Trên 2 tiêu chí trùng số với năm 2024, tỷ lệ điểm tăng 25,00 điểm phần trăm: từ 62,50\u00a0% "
        "đến 87,50\u00a0%; 1 tiêu chí đã đổi tên."
    )
    same = replace(change(), now=change().before, leaves=change().leaves[1:])
    assert par_words.change(same) == (
        "Trên 1 tiêu chí trùng số với năm 2024, tỷ lệ điểm không đổi: từ 62,50\u00a0% đến 62,50\u00a0%."
    )
    assert "giảm 62,50" in par_words.change(replace(change(), now=Fraction(0)))
    renamed = replace(change(), of=("Xã Cũ",))
    assert par_words.change(renamed).endswith("1 tiêu chí đã đổi tên. Điểm năm 2024 là của Xã Cũ.")
    several = replace(change(), of=("Xã An Cọ", "Xã Bình Thủy", "Xã Dốc"), leaves=())
    assert par_words.change(several) == (
        "Năm 2024 còn là Xã An Cọ, Xã Bình Thủy và Xã Dốc: không cộng điểm của nhiều đơn vị để so."
    )
    assert par_words.change(None) == "Không có tiêu chí nào trùng số với kỳ trước để so."


def test_what_a_better_leaf_would_bring() -> None:
    assert par_words.move(MOVE) == (
        "Tiêu chí 1.1: thêm 0,50 điểm, chỉ số lên 85,50\u00a0%, lên 2 bậc (hạng 3), lên loại Tốt."
    )
    assert par_words.move(replace(MOVE, places=0, bands=0)) == "Tiêu chí 1.1: thêm 0,50 điểm, chỉ số lên 85,50\u00a0%."


def test_what_does_not_apply() -> None:
    assert par_words.special(CAO_SON) == (
        "Phường Cao Sơn không áp dụng 1 tiêu chí (2 điểm): 5,84/(10 − 2) = 73,00\u00a0%."
    )


def test_nothing_that_applies_has_no_ratio() -> None:
    whole = replace(CAO_SON.counted.parts[""], applicable=Fraction(0), points=Fraction(0))
    none = replace(CAO_SON, counted=replace(CAO_SON.counted, parts={"": whole}))
    assert par_words.removed(none) == "0,00/(10 − 10) = –"


def test_every_page_says_what_was_not_checked_and_what_it_is_not() -> None:
    assert par_words.notices(REPORT) == (par_words.UNVERIFIED_SET, par_words.NOT_OFFICIAL)
    early = replace(REPORT, published_on=None, blocks=(DEPARTMENTS,))
    assert par_words.notices(early) == (par_words.NOT_PUBLISHED, par_words.NOT_OFFICIAL)
    assert par_words.UNVERIFIED in par_words.UNVERIFIED_SET
    assert "PAR INDEX" in par_words.NOT_OFFICIAL


def test_every_reason_for_no_index_has_words() -> None:
    assert set(par_words.NO_INDEX) == set(NoIndex)


def test_a_province_has_many_annexes() -> None:
    assert [par_words.roman(number) for number in (4, 49, 99, 114, 400)] == ["IV", "XLIX", "XCIX", "CXIV", "CCCC"]
