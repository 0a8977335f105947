"""Runs commands in the tests: their JSON, or their message of error."""

import json
from pathlib import Path
from typing import Any

from scoring.command.running import run
from tests.scoring.references import FOLDER

DATA = FOLDER / "data"


def figures(*arguments: object) -> dict[str, Any]:
    ended = run([*map(str, arguments), "--json"])
    assert (ended.status, ended.errors) == (0, "")
    found: dict[str, Any] = json.loads(ended.output)
    return found


def rows(*arguments: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = figures(*arguments)["rows"]
    return found


def table(*arguments: object) -> str:
    ended = run([*map(str, arguments)])
    assert (ended.status, ended.errors) == (0, "")
    return ended.output


def fault(*arguments: object) -> str:
    ended = run([*map(str, arguments)])
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors.startswith("Lỗi: ")
    assert "Traceback" not in ended.errors
    return ended.errors


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path
