"""Every refusal of the room has words."""

import ast
from pathlib import Path

from survey_app import organisation
from survey_app.organisation import counter_imports, unit_imports
from survey_app.organisation.words import COUNTER_COLUMNS, UNIT_COLUMNS, WORDS, told

ROOM = Path(organisation.__file__).parent
SERVICES = ("service", "merging", "tree", "counters", "unit_imports", "counter_imports", "import_rows")


def reasons(path: Path) -> set[str]:
    """The texts that are yielded, stored or passed as reasons: the last text of `yield a, b`, `x[a] = b`, `add(…)`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        values: list[ast.expr] = []
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            values = [node.value.elts[-1]]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            values = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add":
            values = list(node.args[2:3])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Conflict",):
            values = list(node.args[:1])
        for value in values:
            parts = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
            found |= {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return found


def test_every_reason_has_words() -> None:
    found = {reason for name in SERVICES for reason in reasons(ROOM / f"{name}.py")}
    assert len(found) > 25
    assert found <= set(WORDS)


def test_the_columns_are_those_of_the_imports() -> None:
    assert tuple(UNIT_COLUMNS) == unit_imports.COLUMNS
    assert tuple(COUNTER_COLUMNS) == counter_imports.COLUMNS


def test_problems_name_row_and_column() -> None:
    told_lines = list(told({"5:level": "unknown_level", "file": "no_column"}, UNIT_COLUMNS, {"column": "Cấp"}))
    assert told_lines == ["Dòng 5, cột Cấp: Không có cấp này.", "Tệp thiếu cột “Cấp”."]
