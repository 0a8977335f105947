"""The house rules that a machine can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("survey_app", "scoring", "questionnaires", "reports")
LONGEST_FUNCTION, LONGEST_ROUTE, LONGEST_FILE = 60, 25, 400
WITHOUT_TEST_FILE = {"__init__", "__main__"}
# Parts that are tested through what they are parts of.
TESTED_THROUGH = {
    "survey_app/audit_names.py": "structure/test_words.py",
    "survey_app/assessment/packing/manifest.py": "survey_app/assessment/packing/test_checking.py",
    "survey_app/assessment/packing/outcomes.py": "survey_app/assessment/packing/test_checking.py",
    "survey_app/assessment/packing/report.py": "survey_app/assessment/packing/test_checking.py",
    "survey_app/assessment/room.py": "survey_app/assessment/running/test_routes.py",
    "survey_app/assessment/routes.py": "survey_app/assessment/running/test_routes.py",
    "survey_app/organisation/room.py": "survey_app/organisation/test_unit_routes.py",
    "survey_app/organisation/routes.py": "survey_app/organisation/test_unit_routes.py",
    "reports/canvas_renderer.py": "reports/test_renderers.py",
    "reports/renderer.py": "reports/test_renderers.py",
    "reports/svg_renderer.py": "reports/test_renderers.py",
    "reports/chart_marks.py": "reports/test_charts.py",
    "reports/chart_sheet.py": "reports/test_charts.py",
    "reports/distribution.py": "reports/test_charts.py",
    "reports/forest.py": "reports/test_charts.py",
    "reports/trend.py": "reports/test_charts.py",
    "reports/content.py": "reports/test_satisfaction.py",
    "reports/method.py": "reports/test_satisfaction.py",
    "reports/satisfaction_annexes.py": "reports/test_satisfaction.py",
    "reports/tables.py": "reports/test_satisfaction.py",
    "reports/fitting.py": "reports/test_qr_sheets.py",
    "reports/safe_cells.py": "reports/test_spreadsheets.py",
}


def sources(*packages: str) -> list[Path]:
    folders = [ROOT / name for name in packages or PACKAGES]
    return sorted(p for folder in folders for p in folder.rglob("*.py") if "migrations/versions" not in str(p))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def length(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return lines - ((first.end_lineno or 0) - first.lineno + 1 if documented else 0)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_too_long(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE
    most = LONGEST_ROUTE if path.stem.endswith("routes") else LONGEST_FUNCTION
    assert {f.name: length(f) for f in functions(path) if length(f) > most} == {}


def test_no_test_file_is_too_long() -> None:
    found = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources("tests")}
    assert {name: lines for name, lines in found.items() if lines > LONGEST_FILE} == {}


def test_functions_are_short_at_the_median() -> None:
    lengths = sorted(length(f) for path in sources() for f in functions(path))
    assert lengths[len(lengths) // 2] <= 10


def test_one_place_commits() -> None:
    found = {str(path.relative_to(ROOT)) for path in sources() if ".commit(" in path.read_text("utf-8")}
    assert found == {"survey_app/db.py"}


def test_every_module_has_its_test_file() -> None:
    missing = []
    for path in sources():
        place = path.relative_to(ROOT)
        if path.stem in WITHOUT_TEST_FILE or "models" in place.parts or "migrations" in place.parts:
            continue
        test = TESTED_THROUGH.get(str(place), str(place.parent / f"test_{path.name}"))
        if not (ROOT / "tests" / test).exists():
            missing.append(str(place))
    assert missing == []


def test_exceptions_to_a_rule_say_why() -> None:
    """An ignore stands with its reason on the line, unless its code says it all."""
    bare = []
    for path in sources():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if re.search(r"# (type: ignore|noqa)(\[[^]]*\]|: \w+)?\s*$", line):
                before = path.read_text("utf-8").splitlines()[number - 2].strip()
                if not before.startswith("#"):
                    bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert bare == []


def test_scoring_documents_its_public_functions() -> None:
    """numpydoc with parameters, result, errors and an example or a source of the formula."""
    poor = []
    for path in sources("scoring"):
        for function in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
                continue
            doc = ast.get_docstring(function) or ""
            needed = ["Parameters\n", "Returns\n"] if len(function.args.args) > 1 else []
            if any(part not in doc for part in needed) or not doc:
                poor.append(f"{path.name}: {function.name}")
    assert poor == []


def test_no_random_module_and_no_print() -> None:
    """Randomness comes from secrets, or from a generator that is passed in."""
    for path in sources():
        text = path.read_text("utf-8")
        assert not re.search(r"^(import random|from random)", text, re.M), path
