"""The board of a round, what to remind units of, more time for one, taking in what one did not send."""

import datetime
from collections.abc import Iterable, Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.safe_cells import Cell, table_csv, table_xlsx
from survey_app import web
from survey_app.assessment import rounds, unverified
from survey_app.assessment.room import room
from survey_app.assessment.running import board, collecting, queries, reminders
from survey_app.assessment.running.forms import CollectionForm, ExtensionForm, asked, showing
from survey_app.assessment.running.words import (
    BOARD_COLUMNS,
    COLUMNS,
    FILTERS,
    TURNS,
    board_cells,
    cells,
    line,
    standing,
    task,
)
from survey_app.assessment.unit import words as unit_words
from survey_app.assessment.unit.words import STATES
from survey_app.errors import NotFound
from survey_app.policy import Action
from survey_app.web import access

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"


@room.get("/rounds/<int:round_id>/board")
@access(Action.MANAGE_ROUNDS)
def round_board(round_id: int) -> ResponseReturnValue:
    wanted = asked(request.args)
    with web.reading() as opened:
        found = board.board(opened, web.actor(), round_id, wanted, web.now().date())
    told = {"states": STATES, "filters": FILTERS, "turns": TURNS, "say": unit_words, "today": web.now().date()}
    return render_template("assessment/board.html", found=found, asked=wanted, **told)


@room.get("/rounds/<int:round_id>/board.<kind>")
@access(Action.MANAGE_ROUNDS)
def board_file(round_id: int, kind: str) -> ResponseReturnValue:
    with web.reading() as opened:
        rows = board.chosen(board.rows(opened, web.actor(), round_id, web.now().date()), asked(request.args))
        below = unverified.of_round(opened, round_id)
    table = [*map(board_cells, rows), *below]
    return _file(kind, f"tien-do-{round_id}", f"round {round_id} board", BOARD_COLUMNS, table)


@room.get("/rounds/<int:round_id>/reminders")
@access(Action.MANAGE_ROUNDS)
def round_reminders(round_id: int) -> ResponseReturnValue:
    wanted, today = asked(request.args), web.now().date()
    with web.reading() as opened:
        page = queries.page(opened, web.actor(), round_id)
        found = reminders.reminders(opened, web.actor(), round_id, wanted, today)
        blocks = queries.blocks(opened)
    words = {"task": task, "line": line, "standing": standing, "filters": FILTERS, "blocks": blocks}
    return render_template("assessment/reminders.html", row=page.row, found=found, asked=wanted, **words)


@room.get("/rounds/<int:round_id>/reminders.<kind>")
@access(Action.MANAGE_ROUNDS)
def reminders_file(round_id: int, kind: str) -> ResponseReturnValue:
    with web.reading() as opened:
        found = reminders.reminders(opened, web.actor(), round_id, asked(request.args), web.now().date())
        below = unverified.of_round(opened, round_id)
    table = [*map(cells, found), *below]
    return _file(kind, f"nhac-viec-{round_id}", f"round {round_id} reminders", COLUMNS, table)


@room.route("/units/<int:assessment_id>/extend", methods=["GET", "POST"])
@access(Action.MANAGE_ROUNDS)
def unit_extend(assessment_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.subject(opened, web.actor(), assessment_id)
    form = ExtensionForm()
    if form.validate_on_submit():
        until, reason = form.until.data or datetime.date.min, form.reason.data or ""
        with showing(form), web.transaction() as opened:
            rounds.extend(opened, web.actor(), assessment_id, until, reason, web.now())
        if not (form.errors or form.form_errors):
            flash(f"Đã gia hạn cho {found.unit}.")
            return redirect(url_for(".round_board", round_id=found.round_id))
    return render_template("assessment/extend.html", form=form, found=found)


@room.route("/units/<int:assessment_id>/collect", methods=["GET", "POST"])
@access(Action.MANAGE_ROUNDS)
def unit_collect(assessment_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.subject(opened, web.actor(), assessment_id)
    form = CollectionForm()
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            collecting.collect(opened, web.actor(), assessment_id, form.reason.data or "", web.now())
        if not (form.errors or form.form_errors):
            flash(f"Đã thu hồ sơ của {found.unit} và chuyển thẩm định.")
            return redirect(url_for(".round_board", round_id=found.round_id))
    return render_template("assessment/collect.html", form=form, found=found, states=STATES)


def _file(kind: str, name: str, subject: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    if kind not in ("xlsx", "csv"):
        raise NotFound("page")
    content = table_xlsx(header, rows, name) if kind == "xlsx" else table_csv(header, rows)
    web.audited_download(subject, form=kind)
    return web.attachment(content, XLSX if kind == "xlsx" else CSV, f"{name}.{kind}")
