"""Remedy plans: of a round, of a unit, one task; the list as a spreadsheet."""

from collections.abc import Callable, Iterator

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports import par_spreadsheets, par_words
from reports.par_content import UnitResult
from survey_app import web
from survey_app.assessment import unverified
from survey_app.assessment.results import remedies, reporting
from survey_app.assessment.results.remedy_forms import NONE, RemedyForm, WithdrawalForm
from survey_app.assessment.results.routes import MEMORY, XLSX
from survey_app.assessment.room import room
from survey_app.errors import Conflict, NotAllowed, Refusal, Rejected, Unavailable
from survey_app.forms import choices
from survey_app.policy import Action
from survey_app.web import access

WORDS = {
    "not_published": "Kế hoạch khắc phục lập sau khi công bố kết quả.",
    "same_task": "Nhiệm vụ này (cùng tiêu chí, nội dung, hạn) đã có và chưa xong nên không lưu lần nữa.",
    "unknown_leaf": "Bộ tiêu chí không có tiêu chí này.",
    "unknown_evidence": "Đơn vị không có tài liệu này.",
    "evidence_without_day": "Có tài liệu chứng minh thì ghi cả ngày hoàn thành.",
    "changed_meanwhile": "Người khác vừa sửa nhiệm vụ này: bản đang lưu hiện bên dưới. Nội dung Ông/Bà nhập còn nguyên "
    "trong ô; lưu lại để thay.",
    "withdrawn": "Nhiệm vụ này vừa được rút nên chưa lưu được. Nội dung Ông/Bà nhập còn bên dưới để chép lại.",
    "done": "Nhiệm vụ đã hoàn thành thì không rút nữa.",
    "reason_needed": "Hãy ghi lý do.",
    "database": "Hệ thống tạm thời chưa ghi được. Nội dung đã nhập vẫn còn dưới đây; hãy thử lại sau ít giây.",
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
        said = unverified.note(unverified.titles(session, {"round_id": round_id}))
    content = par_spreadsheets.remedies(remedies.lines(tasks, report), said)
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
        except (Rejected, Conflict, Unavailable) as refusal:
            _show(form, refusal)
    return _unit_page(opened, unit, tasks, form)


@room.route("/remedies/<int:task_id>", methods=["GET", "POST"])
@access(Action.READ_ASSESSMENTS)
def remedy_task(task_id: int) -> ResponseReturnValue:
    _refuse_readers()
    task, refusal = _task(task_id), None
    form = _form(task.unit_id, _unit_of(task), task)
    if form.validate_on_submit():
        refusal = _refusal(form, remedies.edit, task_id, form.draft())
        if refusal is None:
            flash("Đã lưu nhiệm vụ.")
            return redirect(url_for("assessment.remedy_unit", round_id=task.round_id, unit_id=task.unit_id))
    return _task_page(task_id, form, WithdrawalForm(formdata=None), refusal)


@room.post("/remedies/<int:task_id>/withdraw")
@access(Action.READ_ASSESSMENTS)
def remedy_withdraw(task_id: int) -> ResponseReturnValue:
    """Take a task back, with a reason."""
    _refuse_readers()
    task, refusal = _task(task_id), None
    withdrawal = WithdrawalForm()
    if withdrawal.validate():
        refusal = _refusal(withdrawal, remedies.withdraw, task_id, withdrawal.reason.data or "")
        if refusal is None:
            flash("Đã rút nhiệm vụ.")
            return redirect(url_for("assessment.remedy_unit", round_id=task.round_id, unit_id=task.unit_id))
    return _task_page(task_id, None, withdrawal, refusal)


def _refuse_readers() -> None:
    """Everyone who reads assessments sees plans; only some write them."""
    if request.method == "POST" and not remedies.may_plan(web.actor()):
        raise NotAllowed("plan_remedies")


def _open(round_id: int) -> reporting.Opened:
    memory: reporting.Memory = current_app.extensions[MEMORY]
    with web.reading() as session:
        return reporting.results(session, web.actor(), round_id, today=web.now().date(), memory=memory)


def _task(task_id: int) -> remedies.Task:
    with web.reading() as session:
        return remedies.task(session, web.actor(), task_id)


def _unit_of(task: remedies.Task) -> UnitResult:
    return reporting.of_unit(_open(task.round_id), task.unit_id)[1]


def _refusal(form: RemedyForm | WithdrawalForm, act: Callable[..., object], *given: object) -> Refusal | None:
    """Why a change from the form's edition was refused, shown in the form; None when it was made."""
    try:
        with web.transaction() as session:
            act(session, web.actor(), *given, web.now(), edition=form.edition.data or 0)
    except (Rejected, Conflict, Unavailable) as refusal:
        _show(form, refusal)
        return refusal
    return None


def _task_page(
    task_id: int, form: RemedyForm | None, withdrawal: WithdrawalForm, refusal: Refusal | None
) -> ResponseReturnValue:
    """The task as it is stored now, around what was typed and refused; saved again it is made from this edition."""
    task = _task(task_id)
    if form is None:
        form = _form(task.unit_id, _unit_of(task), task, typed=False)
    behind = isinstance(refusal, Conflict)
    if behind:
        form.edition.data = task.edition
    page = render_template(
        "assessment/results/remedy.html",
        task=task,
        form=form,
        withdrawal=withdrawal,
        behind=behind,
        may=remedies.may_plan(web.actor()),
    )
    wrong = any((form.errors, form.form_errors, withdrawal.errors, withdrawal.form_errors))
    return page, web.status_of(refusal) if refusal else 422 if wrong else 200


def _unit_page(
    opened: reporting.Opened, unit: UnitResult, tasks: tuple[remedies.Task, ...], form: RemedyForm
) -> ResponseReturnValue:
    planned = {task.leaf for task in tasks if task.withdrawn_on is None}
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


def _form(unit_id: int, unit: UnitResult, task: remedies.Task | None = None, *, typed: bool = True) -> RemedyForm:
    """The form of a task as it was sent (``typed``), or as the task is stored."""
    form = RemedyForm(obj=None if typed and request.method == "POST" else task)
    if not typed:
        form.process(formdata=None, obj=task)
    with web.reading() as session:
        documents = remedies.documents(session, web.actor(), unit_id)
    form.leaf.choices = choices(_lost(unit, task))
    form.evidence_id.choices = choices([NONE, *documents])
    added = request.args.get("evidence", 0, type=int)  # one that was uploaded for the task just now
    if request.method == "GET" and added in dict(documents):
        form.evidence_id.data = added
    return form


def _lost(unit: UnitResult, task: remedies.Task | None) -> Iterator[tuple[str, str]]:
    """The leaves that lost points, and the one that a task is about already."""
    for line in unit.leaves:
        if line.lost > 0 or (task is not None and line.criterion.number == task.leaf):
            yield (
                line.criterion.number,
                f"{line.criterion.number} {line.criterion.name} (mất {par_words.points(line.lost)})",
            )


def _show(form: RemedyForm | WithdrawalForm, refusal: Refusal) -> None:
    if isinstance(refusal, Rejected):
        form.show(refusal, WORDS)
    else:
        form.form_errors.append(WORDS[refusal.reason])
