import json
from pathlib import Path

import pytest

from scoring.binomial import interval
from tests.scoring.command.commands import DATA, fault, figures, rows, table, written
from tests.scoring.references import Case, cases

COUNTS = ("--satisfied", "x", "--total", "n", "--domain", "unit")
STRATA = (DATA / "sipas_strata.csv", "--answer", "c1", "--strata", "stratum", "--fpc", "n_pop")


@pytest.mark.parametrize("arguments", [("a", "2"), ("1", "2", "3"), ("1.5", "2"), ("1", "2", "--fpc", "N")])
def test_an_interval_is_of_two_whole_numbers_or_a_file(arguments: tuple[str, ...]) -> None:
    assert "cần hai số nguyên" in fault("interval", *arguments)
    assert "tệp 1: chỉ đọc tệp .csv" in fault("interval", "1")


@pytest.mark.parametrize("arguments", [("3", "2"), ("1", "2", "--fpc", "1")])
def test_parts_do_not_exceed_wholes(arguments: tuple[str, ...]) -> None:
    assert "hài lòng ≤ trả lời ≤ số hồ sơ" in fault("interval", *arguments)


def test_an_interval_of_two_numbers_with_dossiers() -> None:
    (row,) = rows("interval", "45", "50", "--fpc", "50")
    assert (row["lower"], row["upper"], row["effective_n"]) == (0.9, 0.9, None)
    assert "Không có khoảng tin cậy nào" in table("interval", "0", "0")


def test_facts_say_what_was_computed() -> None:
    found = figures("verdict", *STRATA, "--target", "90%", "--operator", "<", "--level", "0,9")
    assert {key: found[key] for key in ("command", "level", "method", "target", "operator")} == {
        "command": "verdict",
        "level": 0.9,
        "method": "wilson_kg",
        "target": 0.9,
        "operator": "<",
    }


def test_verdicts_in_figures_and_words(tmp_path: Path) -> None:
    text = "unit,x,n\nA,990,1000\nB,500,1000\nC,9,10\nD,0,0\n"
    arguments = ("verdict", written(tmp_path, "a.csv", text), *COUNTS, "--target", "0.85")
    assert [row["outcome"] for row in rows(*arguments)] == ["reached", "not_reached", "cannot_tell", "no_data"]
    more = [row["more_answers"] for row in rows(*arguments)]
    assert more[:2] == [None, None]
    assert more[2] > 10
    lines = table(*arguments).splitlines()[2:6]
    words = ("Đạt", "Chưa đạt", "Chưa đủ căn cứ", "Chưa có số liệu")
    assert [word in line for word, line in zip(words, lines, strict=True)] == [True] * 4


def test_a_verdict_the_other_way_round(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "unit,x,n\nA,990,1000\nB,500,1000\n")
    found = rows("verdict", file, *COUNTS, "--target", "0.85", "--operator", "<")
    assert [row["outcome"] for row in found] == ["not_reached", "reached"]


def test_the_method_asked_for_is_the_one_used(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "unit,x,n\nA,990,1000\nB,500,1000\n")
    for command in (("verdict", "--target", "0.8"), ("ranks",)):
        assert figures(command[0], file, *COUNTS, *command[1:], "--method", "wald")["method"] == "wald"
        found = figures(command[0], *STRATA, "--domain", "unit", *command[1:], "--method", "kg_nchs")
        assert found["method"] == "kg_nchs"


def test_a_unit_alone_has_the_level_itself(tmp_path: Path) -> None:
    found = figures("ranks", written(tmp_path, "a.csv", "unit,x,n\nA,9,10\nB,0,0\n"), *COUNTS)
    assert (found["level"], found["rows"][0]["rank"]) == (0.95, 1)


def test_a_verdict_over_an_index() -> None:
    found = figures(
        "verdict", DATA / "sipas_clusters.csv", "--answer", "c1", "c2", "--index", "mean", "--target", "0.5"
    )
    assert [(row["item"], row["outcome"]) for row in found["rows"]] == [("c1 + c2", "reached")]
    assert found["method"] == "wilson_t"


@pytest.mark.parametrize("adjustment", ["unadjusted", "sidak", "bonferroni"])
@pytest.mark.parametrize("case", [case for case in cases("ranking") if "x" in case["inputs"]], ids=str)
def test_ranks_from_counts_are_those_of_r(case: Case, adjustment: str, tmp_path: Path) -> None:
    x, n = case["inputs"]["x"], case["inputs"]["n"]
    text = "unit,x,n\n" + "".join(f"U{place},{a},{b}\n" for place, (a, b) in enumerate(zip(x, n, strict=True)))
    level = 1 - case["params"]["alpha"]
    arguments = (*COUNTS, "--adjustment", adjustment, "--level", level)
    found = {row["domain"]: row for row in rows("ranks", written(tmp_path, "a.csv", text), *arguments)}
    units = [found[f"U{place}"] for place in range(len(x))]
    wanted = case["expected"][f"wilson_{adjustment}"]
    assert [unit["rank"] for unit in units] == case["expected"]["point_rank"]
    assert [unit["best"] for unit in units] == wanted["best"]
    assert [unit["worst"] for unit in units] == wanted["worst"]


def test_ranks_are_in_order_and_name_their_level(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "unit,x,n\nA,5,10\nB,0,0\nC,9,10\nD,0,0\n")
    found = figures("ranks", file, *COUNTS)
    assert [(row["domain"], row["rank"], row["of"]) for row in found["rows"]] == [
        ("C", 1, 2),
        ("A", 2, 2),
        ("B", None, 2),
        ("D", None, 2),
    ]
    assert (found["joint_level"], found["level"], found["adjustment"]) == (0.95, pytest.approx(0.975), "bonferroni")
    lower, _ = interval(9, 10, 0.975)
    assert found["rows"][0]["lower"] == pytest.approx(float(lower))
    assert "Mọi khoảng hạng cùng đúng với độ tin cậy 95 %" in table("ranks", file, *COUNTS)
    assert "Từng khoảng hạng" in table("ranks", file, *COUNTS, "--adjustment", "unadjusted")


def test_ranks_of_nobody(tmp_path: Path) -> None:
    (row,) = rows("ranks", written(tmp_path, "a.csv", "unit,x,n\nA,0,0\n"), *COUNTS)
    assert (row["rank"], row["best"], row["worst"], row["of"]) == (None, None, None, 0)


def test_ranks_from_a_sample_leave_the_whole_out() -> None:
    found = rows("ranks", *STRATA, "--domain", "unit")
    assert [row["rank"] for row in found] == [1, 2, 3, 4]
    both = ("--answer", "c1", "c2", "--domain", "unit")
    assert "một câu, hoặc dùng --index" in fault("ranks", DATA / "sipas_strata.csv", *both)
    assert len(rows("ranks", DATA / "sipas_strata.csv", *both, "--index", "pooled")) == 4


def test_rows_without_a_unit_are_counted_and_said(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "u,c1\nA,4\nA,1\n,5\n,1\n,5\n")
    assert "3 dòng không ghi đơn vị, chỉ tính vào toàn bộ." in table(
        "estimate", file, "--answer", "c1", "--domain", "u"
    )
    assert rows("estimate", file, "--answer", "c1", "--domain", "u")[-1]["n"] == 5


def test_the_index_says_which_it_is() -> None:
    arguments = ("index", DATA / "sipas_strata.csv", "--answer", "c1", "c2")
    assert "Chỉ số: gộp mọi trả lời (c1 + c2)." in table(*arguments)
    assert "Chỉ số: trung bình tỷ lệ của các câu (c1 + c2)." in table(*arguments, "--index", "mean")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("estimate",), "cần --answer"),
        (("verdict", "--target", "0.9"), "cần --answer"),
        (("verdict", "--answer", "c1"), "cần --target"),
        (("ranks", "--answer", "c1"), "cần --domain"),
        (
            ("verdict", "--target", "0.9", "--satisfied", "x", "--total", "n", "--psu", "xa"),
            "--psu không dùng với số đếm",
        ),
        (("ranks", "--domain", "u", "--total", "n", "--index", "mean"), "--index không dùng với số đếm"),
    ],
)
def test_what_is_missing_or_does_not_fit(arguments: tuple[str, ...], said: str) -> None:
    command, *rest = arguments
    assert said in fault(command, DATA / "sipas_strata.csv", *rest)


def test_a_json_file_gives_the_same_as_a_csv_file(tmp_path: Path) -> None:
    records = [{"u": "A", "c1": answer} for answer in (5, 4, None, 2, 1)]
    text = "u;c1\n" + "".join(f"A;{record['c1'] or ''}\n" for record in records)
    files = written(tmp_path, "a.json", json.dumps(records)), written(tmp_path, "a.csv", text)
    first, second = (rows("estimate", file, "--answer", "c1", "--domain", "u") for file in files)
    assert first == second
