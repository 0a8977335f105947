from pathlib import Path

import pytest

from scoring.command.options import COMMANDS
from scoring.command.parsing import parse
from scoring.command.problems import Problem
from tests.scoring.command.commands import written


def test_options_have_their_defaults() -> None:
    found = parse(["estimate", "a.csv", "--answer", "c1", "c2"])
    assert (found.command, found.data, found.answer) == ("estimate", "a.csv", ["c1", "c2"])
    assert (found.level, found.scale, found.satisfied_from, found.missing) == (0.95, (1, 5), 4, [])
    assert (found.nest, found.lonely, found.psu, found.json) == (False, "fail", None, False)


def test_a_design_file_gives_options_and_the_command_line_goes_before_it(tmp_path: Path) -> None:
    text = "answer: [c1, c2]\npsu: xã\nnest: true\nlevel: 0.9\nsatisfied_from: 3\n"
    file = written(tmp_path, "d.yaml", text + "target: 0.8\nscale: 1-4\n")
    found = parse(["estimate", "a.csv", "--level=0.99", "--design", str(file), "--answer", "c3"])
    assert (found.answer, found.psu, found.nest, found.level) == (["c3"], "xã", True, 0.99)
    assert (found.satisfied_from, found.scale) == (3, (1, 4))
    assert not hasattr(found, "target")  # for other commands
    assert parse(["verdict", "a.csv", "--design", str(file)]).target == 0.8


def test_one_name_serves_for_a_list_and_false_for_no_flag(tmp_path: Path) -> None:
    file = written(tmp_path, "d.toml", 'answer = "c1"\nnest = false\n')
    found = parse([f"--design={file}", "estimate", "a.csv"])
    assert (found.answer, found.nest) == (["c1"], False)


def test_a_list_of_a_design_file_is_a_list_and_a_name_may_begin_with_a_dash(tmp_path: Path) -> None:
    file = written(tmp_path, "d.yaml", "answer: [c1, c2]\npsu: -xã\n")
    found = parse(["estimate", "a.csv", "--design", str(file)])
    assert (found.answer, found.psu) == (["c1", "c2"], "-xã")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("psuu: x", "mục psuu: khóa lạ"),
        ("json: true", "mục json: khóa lạ"),
        ("design: x", "mục design: khóa lạ"),
        ("nest: 1", "mục nest: phải là true hoặc false"),
        ("psu: [a, b]", "mục psu: phải là số hoặc chữ"),
        ("psu: true", "mục psu: phải là số hoặc chữ"),
        ("answer: [[a]]", "mục answer: phải là số hoặc chữ"),
        ("level: high", "argument --level: không phải là số: high"),
        ("lonely: never", "invalid choice: 'never'"),
    ],
)
def test_wrong_design_files(tmp_path: Path, text: str, said: str) -> None:
    file = written(tmp_path, "d.yaml", text)
    with pytest.raises(Problem, match=said):
        parse(["estimate", "a.csv", "--answer", "c1", "--design", str(file)])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: LỆNH"),
        (["estimate"], "required: TỆP"),
        (["guess"], "invalid choice: 'guess'"),
        (["estimate", "a.csv", "--lev", "0.9"], "unrecognized arguments"),
        (["estimate", "a.csv", "--des", "d.yaml"], "unrecognized arguments: --des"),
        (["--hel"], "required: LỆNH"),
        (["estimate", "a.csv", "--level", "95"], "phải nằm giữa 0 và 1"),
    ],
)
def test_wrong_arguments(arguments: list[str], said: str) -> None:
    with pytest.raises(Problem, match=f"xem --help.*{said}"):
        parse(arguments)


def test_a_design_without_a_command_is_no_command(tmp_path: Path) -> None:
    file = written(tmp_path, "d.json", '{"psu": "x"}')
    with pytest.raises(Problem, match="required: LỆNH"):
        parse(["--design", str(file)])


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help(command: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse([*([command] if command else []), "--help"])
    assert stopped.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("usage: python -m scoring")
    helps = [COMMANDS[command].help, COMMANDS[command].data] if command else [each.help for each in COMMANDS.values()]
    for text in (*helps, *(() if command else ("Tính tỷ lệ hài lòng, chỉ số",))):
        assert " ".join(text.split()) in said
