"""What feeds surveyed and statistical leaves: overview, a leaf over a block, a unit's figures, tables in and out."""

from contextlib import closing

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.safe_cells import table_csv, table_xlsx
from survey_app import web
from survey_app.assessment import entries
from survey_app.assessment.appraisal.forms import FigureForm, TableForm
from survey_app.assessment.appraisal.words import KINDS, at_fields, in_words, points, word
from survey_app.assessment.feeds import feeding, queries, tables
from survey_app.assessment.room import room
from survey_app.errors import Conflict, Refusal, Rejected, Unavailable
from survey_app.policy import Action
from survey_app.sheets import MOST_BYTES, TableRow, read_table
from survey_app.web import access

FILES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
WORDS = {"points": points, "kinds": KINDS, "block_name": word, "method_name": word}


@room.get("/rounds/<int:round_id>/feeds")
@access(Action.MANAGE_ROUNDS)
def feeds(round_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        held, blocks = queries.overview(opened, web.actor(), round_id)
    return render_template("assessment/feeds.html", held=held, blocks=blocks, **WORDS)


@room.get("/rounds/<int:round_id>/feeds/<block>/<leaf>")
@access(Action.MANAGE_ROUNDS)
def feed_leaf(round_id: int, block: str, leaf: str) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.leaf_page(opened, web.actor(), round_id, block, leaf)
    return render_template("assessment/feed_leaf.html", found=found, **WORDS)


@room.get("/rounds/<int:round_id>/feeds/<block>/<leaf>.<any(xlsx, csv):kind>")
@access(Action.MANAGE_ROUNDS)
def feed_file(round_id: int, block: str, leaf: str, kind: str) -> ResponseReturnValue:
    with web.reading() as opened:
        header, rows = tables.table(opened, web.actor(), round_id, block, leaf)
    content = table_xlsx(header, rows, leaf) if kind == "xlsx" else table_csv(header, rows)
    web.audited_download(f"round {round_id}", form=kind, leaf=leaf)
    return web.attachment(content, FILES[kind], f"so-lieu-{block}-{leaf}.{kind}")


@room.post("/rounds/<int:round_id>/feeds/<block>/<leaf>/results")
@access(Action.MANAGE_ROUNDS)
def feed_results(round_id: int, block: str, leaf: str) -> ResponseReturnValue:
    """Take over a campaign's frozen results for the whole block."""
    campaign_id = request.form.get("campaign", 0, type=int)
    with web.transaction() as opened:
        count = feeding.take_results(opened, web.actor(), round_id, block, leaf, campaign_id, web.now())
    flash(f"Đã lấy kết quả của {count} đơn vị.")
    return redirect(url_for("assessment.feed_leaf", round_id=round_id, block=block, leaf=leaf))


@room.route("/units/<int:assessment_id>/feeds/<leaf>", methods=["GET", "POST"])
@access(Action.MANAGE_ROUNDS)
def feed_unit(assessment_id: int, leaf: str) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.entry_page(opened, web.actor(), assessment_id, leaf)
    form, refusal = FigureForm(), None
    if form.is_submitted():
        try:
            with web.transaction() as opened:
                feeding.enter(opened, web.actor(), assessment_id, leaf, _supply(found, form), web.now())
        except (Conflict, Rejected, Unavailable) as refused:
            refusal = refused
        else:
            flash("Đã lưu số liệu.")
            return redirect(url_for("assessment.feed_leaf", round_id=found.round.id, block=found.block, leaf=leaf))
    return _entry(assessment_id, leaf, form if refusal else None, refusal)


@room.route("/rounds/<int:round_id>/feeds/<block>/<leaf>/import", methods=["GET", "POST"])
@access(Action.MANAGE_ROUNDS)
@web.uploads(MOST_BYTES + 1024)
def feed_import(round_id: int, block: str, leaf: str) -> ResponseReturnValue:
    """Check a table, or take it in: with one wrong cell, nothing of it."""
    with web.reading() as opened:
        found = queries.leaf_page(opened, web.actor(), round_id, block, leaf)
    form, taken, problems, only_check = TableForm(), None, [], "check" in request.form
    if form.validate_on_submit():
        here = (round_id, block, leaf)
        try:
            rows = _rows(form, found.table)
            with web.reading() if only_check else web.transaction() as opened:
                taken = tables.take_in(opened, web.actor(), *here, rows, web.now(), only_check=only_check)
        except Rejected as refused:
            problems = _lines(refused)
    more = {"form": form, "taken": taken, "problems": problems, "only_check": only_check}
    return render_template("assessment/feed_import.html", found=found, **more, **WORDS), 422 if problems else 200


def _supply(found: queries.EntryPage, form: FigureForm) -> feeding.Supply:
    return feeding.Supply(
        inputs=_inputs(found),
        standard_error=form.standard_error.data or "",
        source=form.source.data or "",
        result_id=form.result_id.data if "take" in request.form else None,
        edition=form.edition.data or 0,
    )


def _inputs(found: queries.EntryPage) -> dict[str, object]:
    """The entries that were sent: counts stand in a field for each option and question."""
    sent = dict(request.form.lists())
    if found.options:
        counts = [request.form.getlist(f"votes.{place}") for place in range(len(found.options))]
        lines = ["; ".join(count.strip() or "0" for count in row) for row in zip(*counts, strict=False) if any(row)]
        sent = {f"{entries.PREFIX}votes": ["\n".join(lines)]}
    return queries.read(found, sent)


def _entry(assessment_id: int, leaf: str, form: FigureForm | None, refusal: Refusal | None) -> ResponseReturnValue:
    """The form as it is stored, or as it was sent when that was refused."""
    with web.reading() as opened:
        found = queries.entry_page(opened, web.actor(), assessment_id, leaf)
    sent = _inputs(found) if form else None
    shown = queries.filled(found, sent)
    messages = at_fields(refusal, shown) if refusal else []
    page = render_template(
        "assessment/feed_unit.html",
        found=found,
        shown=shown,
        form=form,
        messages=messages,
        lines=queries.lines(found, shown),
        **WORDS,
    )
    return page, web.status_of(refusal) if refusal else 200


def _rows(form: TableForm, table: tables.Layout) -> list[TableRow]:
    with closing(form.file.data) as file:
        return read_table(file.read(), table.needed, optional=table.optional)


def _lines(refusal: Rejected) -> list[str]:
    """ "Dòng 5, cột Nguồn: ..."."""
    found = []
    for place, reason in refusal.problems.items():
        number, _, column = place.partition(":")
        said = in_words(reason, refusal.details)
        found.append(f"Dòng {number}, cột {column}: {said}" if column else said)
    return found
