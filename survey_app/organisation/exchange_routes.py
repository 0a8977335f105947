"""Units and counters as tables: what a list shows goes out, what was changed in it comes in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from reports.safe_cells import Cell, table_csv, table_xlsx
from survey_app import web
from survey_app.errors import NotFound, Rejected
from survey_app.organisation import counter_imports, counter_queries, queries, unit_imports
from survey_app.organisation.forms import ImportForm, asked
from survey_app.organisation.import_rows import Outcome
from survey_app.organisation.print_routes import address
from survey_app.organisation.room import room
from survey_app.organisation.words import COUNTER_COLUMNS, COUNTER_EXTRAS, UNIT_COLUMNS, told
from survey_app.policy import Action
from survey_app.sheets import MOST_BYTES, TableRow, read_table
from survey_app.web import access

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
MOST_SHOWN = 100  # of problems and of changes on a page


@dataclass(frozen=True, slots=True)
class Import:
    """What an import page is about: its words, its columns, and what takes the rows in."""

    title: str
    things: str
    back: str
    files: str
    columns: Mapping[str, str]
    take_in: Callable[..., Outcome]


UNITS = Import(
    "Nhập danh sách đơn vị",
    "đơn vị",
    "organisation.units",
    "organisation.units_file",
    UNIT_COLUMNS,
    unit_imports.import_units,
)
COUNTERS = Import(
    "Nhập danh sách quầy",
    "quầy",
    "organisation.counters",
    "organisation.counters_file",
    COUNTER_COLUMNS,
    counter_imports.import_counters,
)


@room.get("/organisation/units.<kind>")
@access(Action.MANAGE_ORGANISATION)
def units_file(kind: str) -> ResponseReturnValue:
    with web.reading() as opened:
        rows = queries.unit_table(opened, web.actor(), asked(request.args), web.now().date())
    return _file(kind, "don-vi", "units", list(UNIT_COLUMNS.values()), rows)


@room.get("/organisation/counters.<kind>")
@access(Action.PRINT_QR)
def counters_file(kind: str) -> ResponseReturnValue:
    with web.reading() as opened:
        rows = counter_queries.counter_table(opened, web.actor(), asked(request.args), web.now().date())
    table = [(*row.cells, row.unit, address(row.code)) for row in rows]
    return _file(kind, "quay", "counters", [*COUNTER_COLUMNS.values(), *COUNTER_EXTRAS], table)


@room.route("/organisation/units/import", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
@web.uploads(MOST_BYTES + 1024)
def units_import() -> ResponseReturnValue:
    return _import(UNITS)


@room.route("/organisation/counters/import", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
@web.uploads(MOST_BYTES + 1024)
def counters_import() -> ResponseReturnValue:
    return _import(COUNTERS)


def _file(kind: str, name: str, subject: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    if kind not in ("xlsx", "csv"):
        raise NotFound("page")
    content = table_xlsx(header, rows, name) if kind == "xlsx" else table_csv(header, rows)
    web.audited_download(subject, form=kind)
    return web.attachment(content, XLSX if kind == "xlsx" else CSV, f"{name}.{kind}")


def _import(about: Import) -> ResponseReturnValue:
    """Check a table, or take it in: with one wrong cell, nothing of it."""
    form, outcome, problems = ImportForm(), None, []
    only_check = "check" in request.form
    if form.validate_on_submit():
        try:
            with closing(form.file.data) as file:
                rows = _rows(file.read(), about.columns)
            with web.reading() if only_check else web.transaction() as opened:
                outcome = about.take_in(opened, web.actor(), rows, web.now(), only_check=only_check)
        except Rejected as refusal:
            problems = list(told(refusal.problems, about.columns, refusal.details))
    page = render_template(
        "organisation/import.html",
        about=about,
        form=form,
        outcome=outcome,
        only_check=only_check,
        problems=problems,
        most=MOST_SHOWN,
    )
    return page, 422 if problems else 200


def _rows(content: bytes, columns: Mapping[str, str]) -> list[TableRow]:
    """The table's rows with our own names for the columns."""
    return [
        TableRow(row.number, {name: row.cells[header] for name, header in columns.items()})
        for row in read_table(content, list(columns.values()))
    ]
