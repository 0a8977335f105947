"""Every example of docs/scoring.md is run, and gives what stands there."""

import re
import shlex
from pathlib import Path

import pytest

from scoring.command.options import COMMANDS, OPTIONS
from scoring.command.running import FAULT, run

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "scoring.md").read_text("utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", PAGE, re.S)
EXAMPLES = [part for block in BLOCKS for part in re.split(r"^\$ ", block, flags=re.M)[1:]]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.partition("\n")[0])
def test_an_example_gives_what_stands_there(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    command, _, output = example.partition("\n")
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "scoring"]
    ended = run(words[3:])
    assert ended.output + ended.errors == output
    assert ended.status == (FAULT if output.startswith("Lỗi") else 0)


def test_every_command_has_an_example_and_every_option_is_named() -> None:
    assert {example.split()[3] for example in EXAMPLES} == COMMANDS.keys()
    assert {option for option in OPTIONS if f"--{option.replace('_', '-')}" not in PAGE} == set()


def test_files_shown_are_those_that_are_used() -> None:
    shown = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    files = ["survey.yaml", "criteria.yaml", "xa-an-binh.yaml"]
    assert shown == [(ROOT / "docs" / "examples" / name).read_text("utf-8") for name in files]
    used = {path.name for path in (ROOT / "docs" / "examples").iterdir() if path.name in PAGE}
    assert used == {path.name for path in (ROOT / "docs" / "examples").iterdir()}
