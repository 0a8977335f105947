"""Counters: list, page, add, change, close, merge."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app import codes, web
from survey_app.forms import choices
from survey_app.organisation import counter_queries, queries
from survey_app.organisation import counters as service
from survey_app.organisation.forms import (
    EVERY_FIELD,
    UNCHOSEN,
    CounterClosingForm,
    CounterForm,
    CounterMergerForm,
    asked,
    first_day,
    showing,
)
from survey_app.organisation.print_routes import address
from survey_app.organisation.room import room
from survey_app.organisation.words import STATES
from survey_app.policy import Action
from survey_app.web import access


@room.get("/organisation/counters")
@access(Action.PRINT_QR)
def counters() -> ResponseReturnValue:
    wanted = asked(request.args)
    with web.reading() as opened:
        found = counter_queries.counters(opened, web.actor(), wanted, web.now().date())
    return render_template(
        "organisation/counters.html",
        asked=wanted,
        listed=found,
        found=found.found,
        states=STATES,
        grouped=codes.grouped,
        manages=web.actor().may(Action.MANAGE_ORGANISATION),
    )


@room.route("/organisation/counters/new", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
def counter_new() -> ResponseReturnValue:
    form = CounterForm(unit_id=request.args.get("unit", type=int), opened_on=web.now().date())
    _fill_choices(form)
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            counter_id = service.create(
                opened,
                web.actor(),
                form.unit_id.data or 0,
                draft(form),
                opened_on=first_day(form.opened_on.data),
                now=web.now(),
            )
        if not form.errors:
            flash("Đã thêm quầy. Mã QR của quầy ở ngay dưới đây.")
            return redirect(url_for("organisation.counter", counter_id=counter_id))
    return render_template("organisation/counter_edit.html", form=form, row=None)


@room.get("/organisation/counters/<int:counter_id>")
@access(Action.PRINT_QR)
def counter(counter_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        row = counter_queries.counter(opened, web.actor(), counter_id, web.now().date())
    return render_template(
        "organisation/counter.html",
        row=row,
        address=address(row.code),
        grouped=codes.grouped,
        manages=web.actor().may(Action.MANAGE_ORGANISATION),
    )


@room.route("/organisation/counters/<int:counter_id>/edit", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
def counter_edit(counter_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        row = counter_queries.counter(opened, web.actor(), counter_id, web.now().date())
    form = CounterForm(obj=row)
    _fill_choices(form)
    del form.unit_id, form.opened_on
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            service.edit(opened, web.actor(), counter_id, draft(form), web.now())
        if not form.errors:
            flash("Đã lưu quầy.")
            return redirect(url_for("organisation.counter", counter_id=counter_id))
    return render_template("organisation/counter_edit.html", form=form, row=row)


@room.route("/organisation/counters/<int:counter_id>/close", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
def counter_close(counter_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        row = counter_queries.counter(opened, web.actor(), counter_id, web.now().date())
    form = CounterClosingForm(day=web.now().date())
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            service.close(opened, web.actor(), counter_id, first_day(form.day.data), web.now())
        if not form.errors:
            flash("Đã đóng quầy.")
            return redirect(url_for("organisation.counter", counter_id=counter_id))
    return render_template("organisation/counter_close.html", form=form, row=row)


@room.route("/organisation/counters/<int:counter_id>/merge", methods=["GET", "POST"])
@access(Action.MANAGE_ORGANISATION)
def counter_merge(counter_id: int) -> ResponseReturnValue:
    today = web.now().date()
    with web.reading() as opened:
        row = counter_queries.counter(opened, web.actor(), counter_id, today)
        heirs = counter_queries.heirs(opened, web.actor(), counter_id, today)
    form = CounterMergerForm(day=today)
    form.into_id.choices = choices([UNCHOSEN, *heirs])
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            into, day = form.into_id.data or 0, first_day(form.day.data)
            service.merge(opened, web.actor(), counter_id, into, day, web.now())
        if not form.errors:
            flash("Đã gộp quầy. Mã QR cũ dẫn sang quầy tiếp nhận.")
            return redirect(url_for("organisation.counter", counter_id=counter_id))
    return render_template("organisation/counter_merge.html", form=form, row=row)


def draft(form: CounterForm) -> service.CounterDraft:
    return service.CounterDraft(
        name=form.name.data or "", place=form.place.data or None, field_key=form.field_key.data or None
    )


def _fill_choices(form: CounterForm) -> None:
    with web.reading() as opened:
        form.unit_id.choices = choices(queries.choices(opened, web.actor()).units)
        form.field_key.choices = choices([EVERY_FIELD, *queries.fields(opened, web.actor())])
