"""Remedy plans: of a round, of a unit, one task; the list as a spreadsheet."""

from collections.abc import Iterator

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports import par_spreadsheets, par_words
from reports.par_content import UnitResult
from survey_app import web
from survey_app.assessment.results import remedies, reporting
from survey_app.assessment.results.remedy_forms import NONE, RemedyForm
from survey_app.assessment.results.routes import KEPT, XLSX
from survey_app.assessment.room import room
from survey_app.errors import Conflict, NotAllowed, Rejected
from survey_app.forms import choices
from survey_app.policy import Action
from survey_app.web import access

WORDS = {
    "not_published": "Kế hoạch khắc phục lập sau khi công bố kết quả.",
    "unknown_leaf": "Bộ tiêu chí không có tiêu chí này.",
    "unknown_evidence": "Đơn vị không có tài liệu này.",
    "evidence_without_day": "Có tài liệu chứng minh thì ghi cả ngày hoàn thành.",
}


@room.get("/rounds/<int:round_id>/remedies")
@access(Action.READ_ASSESSMENTS)
def remedy_list(round_id: int) -> ResponseReturnValue:
    report = _open(round_id).report
    with web.reading() as session:
        tasks = remedies.of_round(session, web.actor(), round_id)
    return render_template(
        "assessment/results/remedies.html", report=report, tasks=tasks, par=par_words, today=web.now().date()
    )


@room.get("/rounds/<int:round_id>/remedies.xlsx")
@access(Action.READ_ASSESSMENTS)
def remedy_file(round_id: int) -> ResponseReturnValue:
    report = _open(round_id).report
    with web.reading() as session:
        tasks = remedies.of_round(session, web.actor(), round_id)
    content = par_spreadsheets.remedies(remedies.lines(tasks, report))
    web.audited_download(f"round {round_id} remedies")
    return web.attachment(content, XLSX, f"ke-hoach-khac-phuc-{report.year}.xlsx")


@room.route("/rounds/<int:round_id>/units/<int:unit_id>/remedies", methods=["GET", "POST"])
@access(Action.READ_ASSESSMENTS)
def remedy_unit(round_id: int, unit_id: int) -> ResponseReturnValue:
    """The plan of a unit, the criteria on which it lost points, and a form for a new task."""
    _refuse_readers()
    opened = _open(round_id)
    _, unit = reporting.of_unit(opened, unit_id)
    with web.reading() as session:
        tasks = remedies.of_round(session, web.actor(), round_id, unit_id)
    form = _form(unit_id, unit)
    if form.validate_on_submit():
        try:
            with web.transaction() as session:
                remedies.add(session, web.actor(), round_id, unit_id, form.draft(), web.now())
            flash("Đã thêm nhiệm vụ.")
            return redirect(url_for("assessment.remedy_unit", round_id=round_id, unit_id=unit_id))
        except (Rejected, Conflict) as refusal:
            _show(form, refusal)
    return _unit_page(opened, unit, tasks, form)


@room.route("/remedies/<int:task_id>", methods=["GET", "POST"])
@access(Action.READ_ASSESSMENTS)
def remedy_task(task_id: int) -> ResponseReturnValue:
    _refuse_readers()
    with web.reading() as session:
        task = remedies.task(session, web.actor(), task_id)
    _, unit = reporting.of_unit(_open(task.round_id), task.unit_id)
    form = _form(task.unit_id, unit, task)
    if form.validate_on_submit():
        try:
            with web.transaction() as session:
                remedies.edit(session, web.actor(), task_id, form.draft(), web.now())
            flash("Đã lưu nhiệm vụ.")
            return redirect(url_for("assessment.remedy_unit", round_id=task.round_id, unit_id=task.unit_id))
        except (Rejected, Conflict) as refusal:
            _show(form, refusal)
    may = remedies.may_plan(web.actor())
    page = render_template("assessment/results/remedy.html", task=task, form=form, may=may)
    return page, 422 if form.errors or form.form_errors else 200


def _refuse_readers() -> None:
    """Everyone who reads assessments sees plans; only some write them."""
    if request.method == "POST" and not remedies.may_plan(web.actor()):
        raise NotAllowed("plan_remedies")


def _open(round_id: int) -> reporting.Opened:
    kept: reporting.Kept = current_app.extensions[KEPT]
    with web.reading() as session:
        return reporting.results(session, web.actor(), round_id, today=web.now().date(), kept=kept)


def _unit_page(
    opened: reporting.Opened, unit: UnitResult, tasks: tuple[remedies.Task, ...], form: RemedyForm
) -> ResponseReturnValue:
    planned = {task.leaf for task in tasks}
    bare = [line for line in unit.leaves if line.lost > 0 and line.criterion.number not in planned]
    page = render_template(
        "assessment/results/remedy_unit.html",
        report=opened.report,
        unit=unit,
        tasks=tasks,
        bare=bare,
        form=form,
        par=par_words,
        may=remedies.may_plan(web.actor()),
        today=web.now().date(),
    )
    return page, 422 if form.errors or form.form_errors else 200


def _form(unit_id: int, unit: UnitResult, task: remedies.Task | None = None) -> RemedyForm:
    form = RemedyForm(obj=task)
    with web.reading() as session:
        documents = remedies.documents(session, web.actor(), unit_id)
    form.leaf.choices = choices(_lost(unit, task))
    form.evidence_id.choices = choices([NONE, *documents])
    return form


def _lost(unit: UnitResult, task: remedies.Task | None) -> Iterator[tuple[str, str]]:
    """The leaves that lost points, and the one that a task is about already."""
    for line in unit.leaves:
        if line.lost > 0 or (task is not None and line.criterion.number == task.leaf):
            yield (
                line.criterion.number,
                f"{line.criterion.number} {line.criterion.name} (mất {par_words.points(line.lost)})",
            )


def _show(form: RemedyForm, refusal: Rejected | Conflict) -> None:
    if isinstance(refusal, Rejected):
        form.show(refusal, WORDS)
    else:
        form.form_errors.append(WORDS[refusal.reason])
