"""What README and docs name is there: paths, commands, settings, verbs, tests."""

import ast
import re
import subprocess
from pathlib import Path

import click
import pytest

from survey_app.cli import cli
from survey_app.config import NAMES

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
PLACES = re.compile(r"^(?:survey_app|scoring|questionnaires|reports|tests|docs|bench|\.ci)/[\w./-]*$")


def quoted(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    return [part for ticked in re.findall(r"`([^`]+)`", text) for part in re.split(r",\s+", ticked)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_places_exist(page: Path) -> None:
    named = [name for name in quoted(page) if PLACES.match(name.partition("::")[0])]
    assert [name for name in named if ".v2." not in name and not (ROOT / name.partition("::")[0]).exists()] == []
    for name in named:
        path, _, test = name.partition("::")
        if test:
            assert f"def {test}(" in (ROOT / path).read_text("utf-8"), name


def test_each_bad_day_has_its_test() -> None:
    """Every row names tests, and each is one: a function of that name at the top of that file."""
    rows = [row.split("|") for row in (ROOT / "docs" / "bad-days.md").read_text("utf-8").splitlines() if "| `" in row]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[3])
        assert named, row[1]
        for path, name in named:
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (path, name)


def test_readme_leads_everywhere() -> None:
    """Every room and package stands in the table "I want to change"."""
    rooms = {p.parent.name for p in (ROOT / "survey_app").glob("*/routes.py")} | {
        "scoring",
        "reports",
        "questionnaires",
    }
    assert {room for room in rooms if f"{room}/" not in README} == set()


def commands(group: click.Group, prefix: str) -> set[str]:
    found = set()
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix} {name}")
        else:
            found.add(f"{prefix} {name}")
    return found


def test_named_commands_exist_and_readme_names_the_important_ones() -> None:
    known = commands(cli, "survey")
    for page in PAGES:
        for named in re.findall(r"`(?:\./dev run )?(survey [^`]+)`", page.read_text("utf-8")):
            if not named.startswith(("survey --", "survey ...")):
                assert any(named.startswith(command) for command in known), f"{page.name}: {named}"
    table = re.findall(r"`(survey [^`]+)`", README)
    missing = {command for command in known if not any(named.startswith(command) for named in table)}
    assert missing <= {"survey db downgrade"}


def test_readme_lists_every_setting() -> None:
    table = README.partition("## Settings")[2].partition("## Commands")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert sorted(name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)) == sorted(NAMES)


def test_dev_lists_its_verbs_and_readme_uses_them() -> None:
    usage = subprocess.run([ROOT / "dev"], capture_output=True, text=True, check=True).stdout
    verbs = set(re.findall(r"^\./dev (\w+)", usage, re.M))
    assert {"demo", "test", "check", "bench", "serve", "run"} <= verbs
    for page in PAGES:
        assert set(re.findall(r"\./dev (\w+)", page.read_text("utf-8"))) <= verbs


def test_ci_runs_the_command_of_the_readme() -> None:
    command = (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1].removeprefix("exec ")
    assert command == "./dev test"
    assert command in README


def test_decisions_are_numbered_and_have_their_parts() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text("utf-8")
        assert all(part in text for part in ("**Context.**", "**Decision.**", "**Consequences.**")), page.name
