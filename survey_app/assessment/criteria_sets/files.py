"""Criteria sets as files: YAML as the shipped ones are, and a workbook to be edited and read again."""

from collections.abc import Callable

from questionnaires.loader import DefinitionError, Problem, line_of, parse
from questionnaires.par_drafts import Fault, drafted
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_tables import COLUMNS, GENERAL, from_rows, set_rows
from questionnaires.par_yaml import to_yaml
from reports.safe_cells import LONGEST_CELL, Sheet, book_xlsx
from survey_app.assessment.criteria_sets.faults import faults
from survey_app.errors import Rejected
from survey_app.sheets import MOST_BYTES, read_table

THING, VALUE, CRITERIA = "Mục", "Giá trị", "Tiêu chí"
Place = Callable[[Fault], tuple[int, str]]


def yaml_file(found: CriteriaSet) -> bytes:
    """The set as people read and edit it."""
    return to_yaml(found).encode()


def xlsx_file(found: CriteriaSet) -> bytes:
    """A workbook of two sheets: what holds for the whole set, and a row for each node."""
    header, rows = set_rows(found)
    nodes = [tuple(row.values()) for row in rows]
    return book_xlsx(
        [Sheet(GENERAL, (THING, VALUE), tuple(header.items())), Sheet(CRITERIA, tuple(COLUMNS.values()), nodes)]
    )


def read_file(content: bytes, name: str) -> CriteriaSet:
    """The set in an uploaded file of either kind.

    Refuses (Rejected, "file") what cannot be used; ``lines`` are all its faults in words, by row and column.
    """
    if len(content) > MOST_BYTES:
        raise Rejected("file", problems={"file": "too_large"})
    is_book = content.startswith(b"PK")
    try:
        return _from_book(content, name) if is_book else _from_yaml(content, name)
    except DefinitionError as error:
        lines = tuple(_said(problem, column=is_book) for problem in error.problems)
        raise Rejected("file", problems={"file": "faulty_file"}, lines=lines) from None


def _from_book(content: bytes, name: str) -> CriteriaSet:
    general = read_table(content, (THING, VALUE), sheet=GENERAL, longest=LONGEST_CELL)
    titles = tuple(COLUMNS.values())
    rows = read_table(content, titles, sheet=CRITERIA, longest=LONGEST_CELL)
    header = {row.cells[THING]: row.cells[VALUE] for row in general}
    found = from_rows(header, [(row.number, row.cells) for row in rows], name=name)
    numbers = {row.cells[COLUMNS["id"]]: row.number for row in rows}
    _refuse_faulty(found, name, lambda fault: (numbers[fault.number], COLUMNS[fault.part]))
    return found


def _from_yaml(content: bytes, name: str) -> CriteriaSet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected("file", problems={"file": "not_utf8"}) from None
    found = parse(text, CriteriaSet, name=name).definition
    places = {spot.node.id: spot.at for spot in found.spots}

    def line(fault: Fault) -> tuple[int, str]:
        at = (*places[fault.number], fault.part)
        return line_of(text, at, name=name), ".".join(map(str, at))

    _refuse_faulty(found, name, line)
    return found


def _refuse_faulty(found: CriteriaSet, name: str, place: Place) -> None:
    """The rest of the set is sound by now; rules are scoring's, so what is wrong with them is found last."""
    problems = tuple(Problem(*place(fault), vi=fault.vi, en="") for fault in faults(drafted(found)))
    if problems:
        raise DefinitionError(name, problems)


def _said(problem: Problem, *, column: bool) -> str:
    if column and problem.path.startswith(GENERAL):
        return f"Trang {problem.path}: {problem.vi}"
    if column:
        return f"Trang {CRITERIA}, dòng {problem.line}, cột {problem.path}: {problem.vi}"
    return f"Dòng {problem.line}{', ' if problem.path else ''}{problem.path}: {problem.vi}"
