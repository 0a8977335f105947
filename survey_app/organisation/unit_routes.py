"""Units: list, page, add, change, close, merge."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from survey_app import web
from survey_app.forms import choices
from survey_app.organisation import counter_queries, merging, queries, service
from survey_app.organisation.forms import NEW, UNCHOSEN, ClosingForm, MergerForm, UnitForm, asked, first_day, showing
from survey_app.organisation.room import room
from survey_app.organisation.words import STATES
from survey_app.policy import Action
from survey_app.web import access

STEPS = ("csrf_token", "confirm", "back")  # of the merger's form, not of its content


@room.get("/organisation/units")
@access(Action.MANAGE_ORGANISATION)
def units() -> ResponseReturnValue:
    wanted = asked(request.args)
    with web.reading() as opened:
        found = queries.units(opened, web.actor(), wanted, web.now().date())
        levels = queries.choices(opened, web.actor()).levels
    return render_template("organisation/units.html", found=found, asked=wanted, levels=levels, states=STATES)


@room.route("/organisation/units/new", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
def unit_new() -> ResponseReturnValue:
    above = request.args.get("parent", type=int)
    form = UnitForm(parent_id=above, valid_from=web.now().date())
    _fill_choices(form)
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            unit_id = service.create(opened, web.actor(), draft(form, form.parent_id.data), web.now())
        if not form.errors:
            flash("Đã thêm đơn vị.")
            return redirect(url_for("organisation.unit", unit_id=unit_id))
    return render_template("organisation/unit_edit.html", form=form, row=None)


@room.get("/organisation/units/<int:unit_id>")
@access(Action.MANAGE_ORGANISATION)
def unit(unit_id: int) -> ResponseReturnValue:
    today = web.now().date()
    with web.reading() as opened:
        found = queries.unit(opened, web.actor(), unit_id, today)
        counters = counter_queries.of_unit(opened, web.actor(), unit_id, today)
    return render_template("organisation/unit.html", found=found, row=found.unit, counters=counters)


@room.route("/organisation/units/<int:unit_id>/edit", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
def unit_edit(unit_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.unit(opened, web.actor(), unit_id, web.now().date())
    form = UnitForm(obj=found.unit)
    _fill_choices(form, found.parent)
    if found.parent is None:
        del form.parent_id
    if form.validate_on_submit():
        parent_id = form.parent_id.data if found.parent else None
        with showing(form), web.transaction() as opened:
            service.edit(opened, web.actor(), unit_id, draft(form, parent_id), web.now())
        if not form.errors:
            flash("Đã lưu đơn vị.")
            return redirect(url_for("organisation.unit", unit_id=unit_id))
    return render_template("organisation/unit_edit.html", form=form, row=found.unit)


@room.route("/organisation/units/<int:unit_id>/close", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
def unit_close(unit_id: int) -> ResponseReturnValue:
    today = web.now().date()
    with web.reading() as opened:
        found = queries.unit(opened, web.actor(), unit_id, today)
        counters = counter_queries.of_unit(opened, web.actor(), unit_id, today)
        others = [pair for pair in queries.choices(opened, web.actor()).units if pair[0] != unit_id]
    form = ClosingForm()
    form.successors.choices, form.children_to.choices = choices(others), choices([UNCHOSEN, *others])
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            service.close(opened, web.actor(), unit_id, closing(form), web.now())
        if not form.errors:
            flash("Đã đóng đơn vị.")
            return redirect(url_for("organisation.unit", unit_id=unit_id))
    return render_template("organisation/unit_close.html", form=form, found=found, row=found.unit, counters=counters)


@room.route("/organisation/units/merge", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
def units_merge() -> ResponseReturnValue:
    """The form, then what it would do, then the doing: each step reads the same fields."""
    form = _merger_form()
    if "back" in request.form or not form.validate_on_submit():
        return render_template("organisation/units_merge.html", form=form)
    if "confirm" not in request.form:
        with showing(form), web.reading() as opened:
            plan = merging.plan(opened, web.actor(), merger(form), web.now().date())
        if not form.errors:
            return render_template("organisation/units_confirm.html", plan=plan, kept=_kept())
    else:
        with showing(form), web.transaction() as opened:
            unit_id = merging.merge(opened, web.actor(), merger(form), web.now())
        if not form.errors:
            flash("Đã sáp nhập. Mã QR đã in của các quầy vẫn dùng được.")
            return redirect(url_for("organisation.unit", unit_id=unit_id))
    return render_template("organisation/units_merge.html", form=form)


def draft(form: UnitForm | MergerForm, parent_id: int | None) -> service.UnitDraft:
    day = form.valid_from if isinstance(form, UnitForm) else form.day
    return service.UnitDraft(
        code=form.code.data or "",
        name=form.name.data or "",
        short=form.short.data or None,
        level=form.level.data,
        parent_id=parent_id,
        valid_from=first_day(day.data),
    )


def closing(form: ClosingForm) -> service.ClosingDraft:
    return service.ClosingDraft(
        last_day=first_day(form.last_day.data),
        successors=tuple(form.successors.data or ()),
        children_to=form.children_to.data,
    )


def merger(form: MergerForm) -> merging.MergeDraft:
    new = form.into.data == NEW
    return merging.MergeDraft(
        predecessors=tuple(form.units.data or ()),
        day=first_day(form.day.data),
        successor=draft(form, form.parent_id.data) if new else form.successor.data or 0,
    )


def _fill_choices(form: UnitForm, parent: queries.Named | None = None) -> None:
    with web.reading() as opened:
        found = queries.choices(opened, web.actor())
    units = dict(found.units)
    if parent is not None:
        units.setdefault(parent.id, parent.name)
    form.level.choices, form.parent_id.choices = choices([UNCHOSEN, *found.levels]), choices([UNCHOSEN, *units.items()])


def _merger_form() -> MergerForm:
    """With the units that the URL names ticked and on top; a new unit starts as the first of them."""
    today = web.now().date()
    with web.reading() as opened:
        found = queries.choices(opened, web.actor())
        named = [one for one in request.args.getlist("unit", int) if one in dict(found.units)]
        first: Any = queries.unit(opened, web.actor(), named[0], today).unit if named else None
    start = {"level": first.level, "parent_id": first.parent_id} if first else {}
    form = MergerForm(units=named, day=today, **start)
    ending = [pair for pair in found.units if pair[0] not in found.roots]
    form.units.choices = choices(sorted(ending, key=lambda pair: pair[0] not in named))
    form.successor.choices = form.parent_id.choices = choices([UNCHOSEN, *found.units])
    form.level.choices = choices([UNCHOSEN, *found.levels])
    return form


def _kept() -> list[tuple[str, str]]:
    """The fields of the form as they were sent, for the next step."""
    sent: MultiDict[str, str] = request.form
    return [(name, value) for name, value in sent.items(multi=True) if name not in STEPS]
