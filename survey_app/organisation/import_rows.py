"""What imports share: cells read as texts and days, problems by row and column, and what came of it."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.errors import Rejected
from survey_app.policy import Actor
from survey_app.sheets import TableRow
from survey_app.typed import EARLIEST, LATEST, one_line

# Days as people write them, as ISO, and as a spreadsheet's date cell reads.
DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
AT_ONCE = 50  # changes in one event of the audit log


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row that was added (no differences) or changed: by column, what was and what is."""

    number: int
    code: str
    name: str
    differences: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    unchanged: int


class Problems:
    """What is wrong, by row and column; kept until the whole table was read."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str], str] = {}

    def add(self, row: TableRow, column: str, reason: str) -> None:
        self._found.setdefault((row.number, column), reason)

    def refuse_any(self) -> None:
        """Rejected, with keys "row:column" in the order of the table."""
        if self._found:
            problems = {f"{number}:{column}": reason for (number, column), reason in sorted(self._found.items())}
            raise Rejected("rows", problems=problems)


def text_of(row: TableRow, column: str, longest: int, problems: Problems, *, needed: bool = True) -> str:
    """A cell in one clean line."""
    text = one_line(row.cells[column])
    if not text and needed:
        problems.add(row, column, "needed")
    elif len(text) > longest:
        problems.add(row, column, "too_long")
    return text


def day_of(row: TableRow, column: str, problems: Problems, *, needed: bool = True) -> datetime.date | None:
    """A cell as a day; None when it is empty or none."""
    text = row.cells[column]
    day = read_day(text)
    if text and day is None:
        problems.add(row, column, "bad_day")
    elif not text and needed:
        problems.add(row, column, "needed")
    return day


def read_day(text: str) -> datetime.date | None:
    """31/12/2025 or 2025-12-31, within the years that make sense here; else None."""
    if found := DAY_MONTH_YEAR.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        return None
    return date if EARLIEST <= date <= LATEST else None


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {column: (before[column], after[column]) for column in after if before[column] != after[column]}


def record(session: Session, actor: Actor, action: str, outcome: Outcome, now: datetime.datetime) -> None:
    """Every added and changed row in the audit log, some at a time so that an event stays readable."""
    rows: Sequence[Change] = (*outcome.added, *outcome.changed)
    subject = f"{len(outcome.added)} + {len(outcome.changed)}"
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        detail = {
            "added": [row.code for row in part if not row.differences],
            "changed": {row.code: row.differences for row in part if row.differences},
        }
        audit.record(session, actor, action, subject, now=now, detail=detail)
