"""What the commands print, whole: headings, words and alignment, and the keys of JSON that programs read."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scoring.command.commands import figures, table, written
from tests.scoring.command.test_criteria import ESTIMATES, FIELDS, TOTAL

COUNTS = "unit,x,n\nA,990,1000\nB,5,1000\nC,9,10\nD,0,0\n"
OF_COUNTS = ("--satisfied", "x", "--total", "n", "--domain", "unit")
SAMPLE = "u,c1,c2\n" + "".join(f"{'AB'[i % 2]},{1 + i * 7 % 5},{1 + i * 3 % 5}\n" for i in range(24))
OF_SAMPLE = ("--answer", "c1", "c2", "--domain", "u", "--satisfied-from", "3")
TEXTS = {
    ("interval", COUNTS, OF_COUNTS): """\
Đơn vị  Hài lòng  Số trả lời  Tỷ lệ (%)  Từ (%)  Đến (%)  Ghi chú
------  --------  ----------  ---------  ------  -------  ----------------
A            990       1.000      99,00   98,17    99,46  –
B              5       1.000       0,50    0,21     1,17  –
C              9          10      90,00   59,58    98,21  –
D              0           0          –       –        –  không có trả lời

Khoảng tin cậy 95 %, phương pháp wilson.
""",
    ("verdict", COUNTS, (*OF_COUNTS, "--target", "0.85")): """\
Đơn vị  Số trả lời  Tỷ lệ (%)  Từ (%)  Đến (%)  Kết luận         Cần thêm khoảng  Ghi chú
------  ----------  ---------  ------  -------  ---------------  ---------------  ----------------
A            1.000      99,00   98,17    99,46  Đạt                            –  –
B            1.000       0,50    0,21     1,17  Chưa đạt                       –  –
C               10      90,00   59,58    98,21  Chưa đủ căn cứ               186  –
D                0          –       –        –  Chưa có số liệu                –  không có trả lời

Khoảng tin cậy 95 %, phương pháp wilson.
Mục tiêu: >= 85 %. Đạt (chưa đạt) khi cả khoảng thỏa (không thỏa).
""",
    ("ranks", COUNTS, OF_COUNTS): """\
Hạng  Khoảng hạng  Đơn vị  Số trả lời  Tỷ lệ (%)  Từ (%)  Đến (%)  Ghi chú
----  -----------  ------  ----------  ---------  ------  -------  ----------------
   1  1–2 / 3      A            1.000      99,00   97,92    99,52  –
   2  1–2 / 3      C               10      90,00   52,18    98,67  –
   3  3–3 / 3      B            1.000       0,50    0,18     1,38  –
   –  –            D                0          –       –        –  không có trả lời

Khoảng tin cậy 98,33 %, phương pháp wilson.
Mọi khoảng hạng cùng đúng với độ tin cậy 95 % (bonferroni).
""",
    ("estimate", SAMPLE, OF_SAMPLE): """\
Đơn vị   Câu hỏi  Số trả lời  Tỷ lệ (%)  Từ (%)  Đến (%)  Sai số chuẩn (điểm %)  DEFF  Bậc tự do
-------  -------  ----------  ---------  ------  -------  ---------------------  ----  ---------
A        c1               12      58,33   31,49    81,00                  14,54  0,96         11
B        c1               12      58,33   31,49    81,00                  14,54  0,96         11
A        c2               12      50,00   24,98    75,02                  14,74  0,96         11
B        c2               12      66,67   38,54    86,45                  13,90  0,96         11
Toàn bộ  c1               24      58,33   38,45    75,83                  10,28  1,00         23
Toàn bộ  c2               24      58,33   38,45    75,83                  10,28  1,00         23

Khoảng tin cậy 95 %, phương pháp wilson_kg.
Mẫu: 24 dòng, 24 đơn vị bậc một, 1 tầng.
""",
    ("index", SAMPLE, OF_SAMPLE): """\
Đơn vị   Số trả lời  Tỷ lệ (%)  Từ (%)  Đến (%)  Sai số chuẩn (điểm %)  Bậc tự do
-------  ----------  ---------  ------  -------  ---------------------  ---------
A                12      54,17   31,25    75,45                  11,19         11
B                12      62,50   38,91    81,34                  10,64         11
Toàn bộ          24      58,33   42,23    72,84                   7,77         23

Khoảng tin cậy 95 %, phương pháp wilson_t.
Chỉ số: gộp mọi trả lời (c1 + c2).
Mẫu: 24 dòng, 24 đơn vị bậc một, 1 tầng.
""",
}
PLAN = """\
Số hồ sơ  Cần trả lời  Cho sai số  Để phân biệt  Cần mời  Slovin  Sai số Slovin (điểm %)  Phát hiện Slovin (%)
--------  -----------  ----------  ------------  -------  ------  ----------------------  --------------------
     300          169         169           165      169     172                    4,89                 85,83

Sai số ±5 % quanh 50 %; phân biệt 85 % với 90 % với xác suất 80 %; độ tin cậy 95 %.
"""
PAR = """\
Tiêu chí
Đơn vị  Mã   Điểm  Tối đa  Diễn giải
------  ---  ----  ------  -----------------------------------------------
Xã A    1.1    30      40  Chấm 30 điểm
Xã A    1.2    20      20  Có: 20 điểm
Xã A    2      32      40  Ước lượng 80 % (sai số chuẩn 5 điểm %): 32 điểm
Xã A    P      −1      −5  Chấm −1 điểm
Xã A    B       2       3  Chấm 2 điểm
Xã B    1.1    31      40  Chấm 31 điểm
Xã B    1.2     –      20  Không áp dụng
Xã B    2      32      40  Kết quả 80 %: 80 % × 40 = 32 điểm
Xã B    P       –      −5  Chưa chấm
Xã B    B       0       3  Chấm 0 điểm

Nhóm
Đơn vị  Mã    Điểm  Tối đa áp dụng  Tối đa  Tỷ lệ (%)
------  ----  ----  --------------  ------  ---------
Xã A    1       50              60      60      83,33
Xã A    Tổng    82             100     100      82,00
Xã B    1       31              40      60      77,50
Xã B    Tổng    63              80     100      78,75

Chỉ số
Đơn vị  Khối  Chỉ số     Từ    Đến  Điểm thưởng  Điểm trừ  Xếp loại  Hạng   Khoảng hạng
------  ----  ------  -----  -----  -----------  --------  --------  -----  -----------
Xã A    xã     83,00  79,71  86,29            2         1  Tốt       1 / 2  1–1
Xã B    xã     78,50      –      –            –         –  Khá       2 / 2  2–2

Khoảng: độ tin cậy 90 %, chỉ từ sai số của các ước lượng.
"""


@pytest.mark.parametrize(
    ("given", "text"), TEXTS.items(), ids=lambda value: value[0] if isinstance(value, tuple) else ""
)
def test_tables_of_a_file(given: tuple[str, str, tuple[str, ...]], text: str, tmp_path: Path) -> None:
    command, data, options = given
    assert table(command, written(tmp_path, "a.csv", data), *options) == text


def test_the_table_of_a_plan() -> None:
    assert table("plan", "300") == PLAN


def test_two_numbers_and_one_group_have_no_column_of_units(tmp_path: Path) -> None:
    assert table("interval", "45", "50", "--fpc", "60").splitlines()[:3] == [
        "Hài lòng  Số trả lời  Số hồ sơ  Tỷ lệ (%)  Từ (%)  Đến (%)",
        "--------  ----------  --------  ---------  ------  -------",
        "      45          50        60      90,00   86,05    92,93",
    ]
    sample = written(tmp_path, "b.csv", SAMPLE)
    for command, *further in (("estimate",), ("index",), ("verdict", "--target", "0.9")):
        text = table(command, sample, "--answer", "c1", *further)
        assert text.startswith("Số trả lời  Tỷ lệ (%)")
        assert "không ghi đơn vị" not in text


def test_a_plan_says_what_it_assumed() -> None:
    found = figures("plan")
    assert {key: value for key, value in found.items() if key not in ("rows", "notes")} == {
        "command": "plan",
        "target": 0.9,
        "margin": 0.05,
        "rate": 0.5,
        "alternative": 0.85,
        "power": 0.8,
        "level": 0.95,
        "deff": 1,
        "response_rate": 1,
    }
    assert found["notes"][1:] == ["Không biết số hồ sơ: coi như tổng thể vô hạn, là số an toàn."]


def two_units(folder: Path) -> list[Path]:
    """A set with bonus points; one unit with an estimate, one with a leaf that does not apply and one unscored."""
    fields = [*FIELDS, {"id": "B", "max": 3, "role": "bonus"}]
    scored = {"1.1": 30, "P": -1, "B": 2}
    units: list[dict[str, Any]] = [
        {"unit": "Xã A", "points": scored, "inputs": {"1.2": {"answer": True}}, "estimates": ESTIMATES},
        {"unit": "Xã B", "points": {"1.1": 31, "1.2": None, "B": 0}, "inputs": {"2": {"percent": 80}}},
    ]
    files = [written(folder, "set.json", json.dumps({"fields": fields, "total": TOTAL}))]
    return [
        *files,
        *(written(folder, f"{i}.json", json.dumps({**unit, "block": "xã"})) for i, unit in enumerate(units)),
    ]


def test_the_tables_of_the_par_index(tmp_path: Path) -> None:
    assert table("par", *two_units(tmp_path), "--level", "0.9", "--convention", "blocks") == PAR


def test_json_of_the_par_index(tmp_path: Path) -> None:
    found = figures("par", *two_units(tmp_path), "--level", "0.9", "--convention", "blocks")
    assert list(found) == ["command", "convention", "level", "leaves", "groups", "units", "notes"]
    assert (found["command"], found["convention"], found["level"]) == ("par", "blocks", 0.9)
    assert found["leaves"][6] == {
        "unit": "Xã B",
        "code": "1.2",
        "points": None,
        "maximum": 20,
        "sentence": "Không áp dụng",
    }
    assert found["groups"][2] == {
        "unit": "Xã B",
        "code": "1",
        "points": 31,
        "applicable": 40,
        "maximum": 60,
        "share": 0.775,
    }
    certain = {"lower": None, "upper": None, "method": None}
    assert found["units"][1] == certain | {
        "unit": "Xã B",
        "block": "xã",
        "index": 78.5,
        "percent": 78.5,
        "bonus": 0,
        "deducted": 0,
        "band": "Khá",
        "unscored": ["P"],
        "not_applicable": ["1.2"],
        "reason": None,
        "rank": 2,
        "of": 2,
        "tied": 1,
        "best": 2,
        "worst": 2,
    }


def test_keys_of_json_of_estimates(tmp_path: Path) -> None:
    shared = ["domain", "item", "n", "rate", "lower", "upper", "effective_n", "reason"]
    found = figures("verdict", written(tmp_path, "a.csv", COUNTS), *OF_COUNTS, "--target", "0.85")
    assert list(found) == ["command", "level", "method", "target", "operator", "rows", "notes"]
    counted = ["satisfied", "answers", "population"]
    assert list(found["rows"][0]) == [*shared, *counted, "outcome", "more_answers"]
    ranked = figures("ranks", written(tmp_path, "a.csv", COUNTS), *OF_COUNTS)
    assert list(ranked) == ["command", "level", "method", "joint_level", "adjustment", "rows", "notes"]
    assert list(ranked["rows"][0]) == [*shared, *counted, "rank", "best", "worst", "of"]
    sample = written(tmp_path, "b.csv", SAMPLE)
    design = ["se", "df", "deff", "deff_without_replacement", "sum_weights", "psus", "strata"]
    assert list(figures("estimate", sample, *OF_SAMPLE)["rows"][0]) == [*shared, *design]
    assert list(figures("index", sample, *OF_SAMPLE)["rows"][0]) == [*shared, "se", "df"]
