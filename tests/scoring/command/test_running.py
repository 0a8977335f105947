import os
import subprocess
import sys
from pathlib import Path

import pytest

from scoring.command.options import COMMANDS
from scoring.command.running import RUNS, run

ROOT = Path(__file__).parents[3]


def process(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    # An office computer may say that its screen knows no Vietnamese.
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "scoring", *arguments]
    return subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env=environment)


def test_the_real_process() -> None:
    ended = process("interval", "45", "50")
    assert (ended.returncode, ended.stderr.decode()) == (0, "")
    assert ended.stdout.decode() == run(["interval", "45", "50"]).output
    wrong = process("interval", "45", "không")
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert wrong.stderr.decode() == run(["interval", "45", "không"]).errors


def test_every_command_runs() -> None:
    assert RUNS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("arguments", [["--help"], ["par", "--help"]])
def test_help_is_no_fault(arguments: list[str]) -> None:
    ended = run(arguments)
    assert (ended.status, ended.errors) == (0, "")
    assert "usage: python -m scoring" in ended.output


def test_what_the_statistics_refuse_is_a_message() -> None:
    ended = run(["interval", "45", "50", "--level", "1"])
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors == "Lỗi: giá trị không hợp lệ (level must be between 0 and 1, not 1.0)\n"
