"""Documents of a unit: list, add with a file or a link, versions, description, previews, download."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from survey_app import web
from survey_app.assessment.documents import evidence, lists, pictures
from survey_app.assessment.documents.forms import DetailsForm, EvidenceForm, VersionForm
from survey_app.assessment.documents.lists import Document
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.documents.uploading import Upload, received
from survey_app.assessment.flow import APPRAISING
from survey_app.assessment.room import room
from survey_app.assessment.unit import pages as unit_pages
from survey_app.assessment.unit import words
from survey_app.errors import Conflict, NotOpen, Refusal, Rejected, Unavailable
from survey_app.evidence_files.inspection import MOST_BYTES
from survey_app.forms import StaffForm, choices
from survey_app.policy import Action
from survey_app.web import access

LARGEST = MOST_BYTES + 64 * 1024  # the file and the fields around it


def shelf() -> Shelf:
    found: Shelf = current_app.extensions["shelf"]
    return found


@room.get("/units/<int:assessment_id>/evidence")
@access(Action.READ_ASSESSMENTS)
def evidence_list(assessment_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        work = unit_pages.work(opened, web.actor(), assessment_id, web.now().date())
        documents = lists.of_assessment(opened, web.actor(), assessment_id, shelf())
        used = lists.usage(opened, web.actor(), assessment_id)
    shown = {"say": words, "used": used, "quota": shelf().quota, "appraising": _appraising(work)}
    return render_template("assessment/evidence.html", work=work, documents=documents, **shown)


@room.route("/units/<int:assessment_id>/evidence/new", methods=["GET", "POST"])
@access(Action.SCORE_SELF)
@web.uploads(LARGEST)
def evidence_new(assessment_id: int) -> ResponseReturnValue:
    return _add(assessment_id)


@room.route("/units/<int:assessment_id>/evidence/appraiser", methods=["GET", "POST"])
@access(Action.APPRAISE)
@web.uploads(LARGEST)
def evidence_of_appraiser(assessment_id: int) -> ResponseReturnValue:
    return _add(assessment_id)


@room.get("/evidence/<int:evidence_id>")
@access(Action.READ_ASSESSMENTS)
def evidence_document(evidence_id: int) -> ResponseReturnValue:
    found = _document(evidence_id)
    return _page(found, DetailsForm(obj=found, before=found.stamp), VersionForm())


@room.post("/evidence/<int:evidence_id>/details")
@access(Action.SCORE_SELF)
def evidence_details(evidence_id: int) -> ResponseReturnValue:
    form, refusal = DetailsForm(), None
    if form.validate_on_submit():
        with _told(form) as outcome, web.transaction() as opened:
            before = form.before.data or ""
            evidence.describe(opened, web.actor(), evidence_id, form.details(), before, web.now())
        refusal = outcome.refusal
        if refusal is None:
            flash("Đã lưu thông tin tài liệu.")
            return redirect(url_for(".evidence_document", evidence_id=evidence_id), 303)
    found = _document(evidence_id)
    form.before.data = found.stamp
    return _page(found, form, VersionForm()), _status(refusal)


@room.post("/evidence/<int:evidence_id>/versions")
@access(Action.SCORE_SELF)
@web.uploads(LARGEST)
def evidence_version(evidence_id: int) -> ResponseReturnValue:
    form, refusal = VersionForm(), None
    if form.validate_on_submit():
        with _told(form) as outcome, _received(form.file.data) as upload, web.transaction() as opened:
            evidence.add_version(opened, web.actor(), evidence_id, upload, web.now(), quota=shelf().quota)
            upload.promise()
        refusal = outcome.refusal
        if refusal is None:
            flash("Đã thêm bản mới. Bản cũ vẫn được giữ.")
            return redirect(url_for(".evidence_document", evidence_id=evidence_id), 303)
    found = _document(evidence_id)
    return _page(found, DetailsForm(formdata=None, obj=found, before=found.stamp), form), _status(refusal)


@room.post("/evidence/<int:evidence_id>/withdraw")
@access(Action.SCORE_SELF)
def evidence_withdraw(evidence_id: int) -> ResponseReturnValue:
    return _withdraw(evidence_id)


@room.post("/evidence/<int:evidence_id>/retract")
@access(Action.APPRAISE)
def evidence_retract(evidence_id: int) -> ResponseReturnValue:
    return _withdraw(evidence_id)


@room.post("/units/<int:assessment_id>/leaves/<leaf>/evidence")
@access(Action.SCORE_SELF)
def evidence_choose(assessment_id: int, leaf: str) -> ResponseReturnValue:
    """Tie a document of the unit to a leaf, or untie it when the button says so."""
    change = evidence.drop if "drop" in request.form else evidence.use
    evidence_id = request.form.get("evidence", 0, type=int)
    with web.transaction() as opened:
        field = unit_pages.set_of(opened, web.actor(), assessment_id).field_of.get(leaf, "")
        if not evidence_id:
            raise Rejected("evidence", problems={"evidence": "needed"})
        change(opened, web.actor(), evidence_id, leaf, web.now())
    return redirect(
        url_for(".unit_field", assessment_id=assessment_id, field=field, leaf=leaf, _anchor=f"l-{leaf}"), 303
    )


@room.get("/evidence/files/<int:file_id>")
@access(Action.READ_ASSESSMENTS)
def evidence_file(file_id: int) -> ResponseReturnValue:
    """The file as it came, for saving; noted in the audit log."""
    with web.reading() as opened:
        _, found = lists.file(opened, web.actor(), file_id, shelf())
    with shelf().store.open(found.key) as file:
        content = file.read()
    web.audited_download(f"evidence_file {file_id}", sha256=found.sha256)
    return web.attachment(content, found.media_type, found.name)


@room.get("/evidence/files/<int:file_id>/pages/<int:page>")
@access(Action.READ_ASSESSMENTS)
def evidence_preview(file_id: int, page: int) -> ResponseReturnValue:
    with web.reading() as opened:
        document, found = lists.file(opened, web.actor(), file_id, shelf())
    drawn = pictures.drawn(shelf(), found.key, found.media_type, page)
    turn = {"page": page, "pages": drawn.pages}
    return render_template("assessment/evidence_preview.html", document=document, file=found, **turn)


@room.get("/evidence/files/<int:file_id>/pages/<int:page>/picture")
@access(Action.READ_ASSESSMENTS)
def evidence_picture(file_id: int, page: int) -> ResponseReturnValue:
    with web.reading() as opened:
        _, found = lists.file(opened, web.actor(), file_id, shelf())
    drawn = pictures.drawn(shelf(), found.key, found.media_type, page)
    response = Response(drawn.content, mimetype=drawn.media_type)
    response.headers.set("Content-Disposition", "attachment")  # a page still shows it as a picture
    return web.sealed(response)


def _add(assessment_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        work = unit_pages.work(opened, web.actor(), assessment_id, web.now().date())
    form, status = EvidenceForm(leaves=request.args.getlist("leaf")), 200
    task_id, closed = request.args.get("task", 0, type=int), _closed(assessment_id)
    form.leaves.choices = choices((leaf, f"{leaf} {work.found.spots[leaf].node.name}") for leaf in work.provable)
    if form.validate_on_submit():
        with _told(form) as outcome:
            evidence_id = _store(assessment_id, form)
        if outcome.refusal is None:
            flash("Đã lưu tài liệu.")
            return redirect(_after(evidence_id, task_id), 303)
        status = _status(outcome.refusal)
    opened_fields = {work.found.field_of.get(leaf) for leaf in form.leaves.data or ()}
    shown = {"form": form, "opened": opened_fields, "say": words}
    if closed and not form.is_submitted():  # what was typed stays where it can be copied
        shown["closed"] = words.refused(closed)
    page = render_template("assessment/evidence_new.html", work=work, **shown)
    return page, 422 if form.errors and status == 200 else status


def _closed(assessment_id: int) -> Refusal | None:
    """Why no document can be added now, if so."""
    try:
        with web.reading() as opened:
            evidence.ready(opened, web.actor(), assessment_id, web.now(), quota=shelf().quota)
    except (Conflict, NotOpen) as refusal:
        return refusal
    except Rejected:
        return None  # no room for a file, but for a link
    return None


def _after(evidence_id: int, task_id: int) -> str:
    """Where a new document is put to use: the task that it shows to be done, or its own page."""
    if task_id:
        return url_for(".remedy_task", task_id=task_id, evidence=evidence_id, _anchor="evidence_id")
    return url_for(".evidence_document", evidence_id=evidence_id)


def _store(assessment_id: int, form: EvidenceForm) -> int:
    """Refusals that need no file come first; then the file, then its row."""
    quota, sent = shelf().quota, form.file.data or None
    with web.reading() as opened:
        evidence.ready(opened, web.actor(), assessment_id, web.now(), quota=quota)
    details, leaves = form.details(), form.leaves.data or []
    with nullcontext() if sent is None else _received(sent) as upload, web.transaction() as opened:
        adding = (opened, web.actor(), assessment_id, details, upload, leaves, web.now())
        evidence_id = evidence.add(*adding, quota=quota)
        if upload is not None:
            upload.promise()
    return evidence_id


def _received(sent: FileStorage) -> AbstractContextManager[Upload]:
    return received(shelf(), sent.stream, sent.filename or "")


def _withdraw(evidence_id: int) -> ResponseReturnValue:
    with web.transaction() as opened:
        assessment_id = evidence.withdraw(opened, web.actor(), evidence_id, web.now())
    flash("Đã thu hồi tài liệu.")
    return redirect(url_for(".evidence_list", assessment_id=assessment_id), 303)


def _document(evidence_id: int) -> Document:
    with web.reading() as opened:
        return lists.document(opened, web.actor(), evidence_id, shelf())


def _page(found: Document, form: DetailsForm, version: VersionForm) -> str:
    with web.reading() as opened:
        work = unit_pages.work(opened, web.actor(), found.assessment_id, web.now().date())
    shown = {"form": form, "version": version, "say": words, "appraising": _appraising(work)}
    return render_template("assessment/evidence_document.html", document=found, work=work, **shown)


def _appraising(work: unit_pages.Work) -> bool:
    """Whether the person may add documents as an appraiser."""
    return web.actor().may(Action.APPRAISE) and work.state in APPRAISING


class _Outcome:
    """How a change went: the refusal that the form tells, if any."""

    refusal: Refusal | None = None


@contextmanager
def _told(form: StaffForm) -> Iterator[_Outcome]:
    """What a service refuses inside the block appears in the form, which keeps what was typed."""
    outcome = _Outcome()
    try:
        yield outcome
    except Rejected as refusal:
        outcome.refusal = refusal
        form.show(refusal, words.REFUSED)
    except (Conflict, NotOpen, Unavailable) as refusal:
        outcome.refusal = refusal
        form.form_errors.extend(words.refused(refusal))


def _status(refusal: Refusal | None) -> int:
    """A form that its own validators refuse is 422, too."""
    return 422 if refusal is None else web.status_of(refusal)
