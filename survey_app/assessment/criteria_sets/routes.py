"""Criteria sets: the list, one set, take over, clone, discard, compare, files in and out."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from questionnaires.par_checks import spoken
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_texts import differences
from questionnaires.par_words import WORDS
from scoring.par.kinds import KINDS
from survey_app import web
from survey_app.assessment.criteria_sets import files, queries, sets
from survey_app.assessment.criteria_sets.forms import REFUSALS, CloneForm, FileForm, edition_of
from survey_app.assessment.room import room
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.policy import Action
from survey_app.sheets import MOST_BYTES
from survey_app.web import access

FILES = {
    "yaml": ("application/yaml", files.yaml_file),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", files.xlsx_file),
}
MOST_SHOWN = 100  # faults on a page
SHOWN: dict[str, Any] = {"names": WORDS, "kinds": KINDS, "spoken": spoken, "most": MOST_SHOWN}


@room.get("/sets", endpoint="sets")
@access(Action.EDIT_SETS)
def list_() -> ResponseReturnValue:
    with web.reading() as opened:
        own, shipped = queries.listed(opened, web.actor())
    return render_template("assessment/sets.html", own=own, shipped=shipped, **SHOWN)


@room.post("/sets/adopt")
@access(Action.EDIT_SETS)
def set_adopt() -> ResponseReturnValue:
    with _flashed():
        with web.transaction() as opened:
            set_id = sets.adopt(opened, web.actor(), request.form["ref"], web.now())
        flash("Đã thêm bộ tiêu chí vào các bản nháp.")
        return redirect(url_for("assessment.set_page", set_id=set_id))
    return redirect(url_for("assessment.sets"))


@room.get("/sets/<int:set_id>")
@access(Action.EDIT_SETS)
def set_page(set_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        page = queries.page(opened, web.actor(), set_id)
    return render_template("assessment/set.html", page=page, form=CloneForm(), **SHOWN)


@room.post("/sets/<int:set_id>/clone")
@access(Action.EDIT_SETS)
def set_clone(set_id: int) -> ResponseReturnValue:
    form = CloneForm()
    if not form.validate_on_submit():
        flash("Chưa nhân bản được: hãy điền năm chỉ số, từ 2011 đến 2100.")
        return redirect(url_for("assessment.set_page", set_id=set_id))
    with _flashed():
        with web.transaction() as opened:
            set_id = sets.clone(opened, web.actor(), set_id, form.year.data or 0, web.now())
        flash("Đã nhân bản. Đây là bản nháp mới, chưa có gì được coi là đã đối chiếu cho năm khác.")
    return redirect(url_for("assessment.set_page", set_id=set_id))


@room.post("/sets/<int:set_id>/discard")
@access(Action.EDIT_SETS)
def set_discard(set_id: int) -> ResponseReturnValue:
    with _flashed():
        with web.transaction() as opened:
            sets.discard(opened, web.actor(), set_id, edition_of(request.form), web.now())
        flash("Đã bỏ bản nháp.")
        return redirect(url_for("assessment.sets"))
    return redirect(url_for("assessment.set_page", set_id=set_id))


@room.get("/sets/<int:set_id>/file.<suffix>")
@access(Action.EDIT_SETS)
def set_file(set_id: int, suffix: str) -> ResponseReturnValue:
    if suffix not in FILES:
        raise NotFound("page")
    with web.reading() as opened:
        page = queries.page(opened, web.actor(), set_id)
    media_type, written = FILES[suffix]
    content = written(page.definition)
    web.audited_download(f"set {set_id}", form=suffix)
    name = f"{page.definition.id}.v{page.definition.version}.{suffix}"
    return web.attachment(content, media_type, name)


@room.route("/sets/import", methods=["GET", "POST"])
@access(Action.EDIT_SETS)
@web.uploads(MOST_BYTES + 1024)
def sets_import() -> ResponseReturnValue:
    form, checked = FileForm(), None
    problems: tuple[str, ...] = ()
    if form.validate_on_submit():
        try:
            found = checked = _uploaded(form)
            if "check" not in request.form:
                with web.transaction() as opened:
                    set_id = sets.create(opened, web.actor(), found, web.now())
                flash("Đã nhập bộ tiêu chí thành bản nháp.")
                return redirect(url_for("assessment.set_page", set_id=set_id))
        except (Rejected, Conflict) as refusal:
            checked, problems = None, _told(refusal)
    shown = {"page": None, "checked": checked, "problems": problems}
    return render_template("assessment/set_import.html", form=form, **shown, **SHOWN), 422 if problems else 200


@room.route("/sets/<int:set_id>/import", methods=["GET", "POST"])
@access(Action.EDIT_SETS)
@web.uploads(MOST_BYTES + 1024)
def set_import(set_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        page = queries.page(opened, web.actor(), set_id)
    form, found = FileForm(edition=str(page.edition)), None
    problems: tuple[str, ...] = ()
    if form.validate_on_submit():
        try:
            found = _uploaded(form)
            if "check" not in request.form:
                with web.transaction() as opened:
                    sets.overwrite(opened, web.actor(), set_id, found, edition_of(request.form), web.now())
                flash("Đã ghi nội dung của tệp vào bản nháp.")
                return redirect(url_for("assessment.set_page", set_id=set_id))
        except (Rejected, Conflict) as refusal:
            found, problems = None, _told(refusal)
    changes = tuple(differences(page.definition, found)) if found else ()
    shown = {"page": page, "checked": found, "changes": changes, "problems": problems}
    return render_template("assessment/set_import.html", form=form, **shown, **SHOWN), 422 if problems else 200


@room.get("/sets/compare")
@access(Action.EDIT_SETS)
def sets_compare() -> ResponseReturnValue:
    old, new = request.args.get("old", ""), request.args.get("new", "")
    with web.reading() as opened:
        sources = queries.sources(opened, web.actor())
        pair = queries.pair(opened, web.actor(), old, new) if old and new else ()
    found = tuple(differences(*pair)) if pair else None
    chosen = {"old": old, "new": new}
    return render_template("assessment/set_compare.html", sources=sources, chosen=chosen, found=found, pair=pair)


@contextmanager
def _flashed() -> Iterator[None]:
    """What a service refuses inside the block is said on the next page."""
    try:
        yield
    except Conflict as refusal:
        flash(REFUSALS[refusal.reason])
    except Rejected as refusal:
        flash(REFUSALS[next(iter(refusal.problems.values()))])


def _uploaded(form: FileForm) -> CriteriaSet:
    with closing(form.file.data) as file:
        return files.read_file(file.read(), file.filename or "")


def _told(refusal: Rejected | Conflict) -> tuple[str, ...]:
    """A refusal in words, with every fault of the file."""
    if isinstance(refusal, Conflict):
        return (REFUSALS[refusal.reason],)
    words = REFUSALS[next(iter(refusal.problems.values()))]
    lines, column = refusal.details.get("lines"), refusal.details.get("column", refusal.details.get("sheet"))
    if isinstance(lines, tuple):
        return lines
    return (f"{words} ({column})" if column else words,)
