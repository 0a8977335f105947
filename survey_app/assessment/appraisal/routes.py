"""Appraisal: the queue, a unit's leaves of a field, one leaf over a block, marks, questions, steps."""

import datetime
from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app import web
from survey_app.assessment.appraisal import appraising, queries
from survey_app.assessment.appraisal.forms import AskForm, MarkForm
from survey_app.assessment.appraisal.returning import returning
from survey_app.assessment.appraisal.words import points, told, typed, word
from survey_app.assessment.documents import lists
from survey_app.assessment.documents.routes import shelf
from survey_app.assessment.room import room
from survey_app.assessment.unit import words as unit_words
from survey_app.assessment.unit.words import STATES
from survey_app.errors import Conflict, NotOpen, Refusal, Rejected, Unavailable
from survey_app.policy import Action
from survey_app.web import access

T = TypeVar("T")

OF_LEAF = "leaf"  # the view of a form, which else stands on the page of its unit
WORDS = {"points": points, "typed_points": typed, "states": STATES, "block_name": word, "say": unit_words}
STEPS: dict[str, tuple[Callable[..., None], str]] = {
    "proceed": (appraising.proceed, "Đã chuyển sang thẩm định lần hai."),
    "finish": (appraising.finish, "Đã hoàn thành thẩm định và chuyển Hội đồng."),
}


@room.get("/appraisal")
@access(Action.APPRAISE)
def appraisal() -> ResponseReturnValue:
    """The queue of the latest round that runs."""
    with web.reading() as opened:
        found = queries.running(opened, web.actor())
    if not found:
        return render_template("assessment/appraisal_none.html")
    return redirect(url_for("assessment.appraisal_queue", round_id=found[0].id))


@room.get("/rounds/<int:round_id>/appraisal")
@access(Action.APPRAISE)
def appraisal_queue(round_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.queue(opened, web.actor(), round_id, web.now().date())
        rounds = queries.running(opened, web.actor())
        returned = returning(opened, web.actor(), round_id)
    state, block = request.args.get("state", ""), request.args.get("block", "")
    shown = [line for line in found.lines if state in ("", line.state) and block in ("", line.block)]
    asked = {"state": state, "block": block, "returned": returned}
    return render_template("assessment/appraisal_queue.html", found=found, lines=shown, rounds=rounds, **asked, **WORDS)


@room.get("/units/<int:assessment_id>/appraisal/<field>")
@access(Action.APPRAISE)
def appraise_unit(assessment_id: int, field: str) -> ResponseReturnValue:
    return _unit(assessment_id, field)


@room.get("/rounds/<int:round_id>/appraisal/<block>/<leaf>")
@access(Action.APPRAISE)
def appraise_leaf(round_id: int, block: str, leaf: str) -> ResponseReturnValue:
    return _leaf(round_id, block, leaf)


@room.post("/units/<int:assessment_id>/appraisal/marks/<leaf>")
@access(Action.APPRAISE)
def appraise_mark(assessment_id: int, leaf: str) -> ResponseReturnValue:
    """Save what was typed, or recognise the unit's own points; then on to the next row."""
    form = MarkForm()
    if "accept" in request.form:
        return _done(assessment_id, leaf, form, appraising.accept, form.stage.data or "", form.edition.data or 0)
    return _done(assessment_id, leaf, form, appraising.save, _judgement(form))


@room.post("/units/<int:assessment_id>/appraisal/marks/<leaf>/ask")
@access(Action.APPRAISE)
def appraise_ask(assessment_id: int, leaf: str) -> ResponseReturnValue:
    form = AskForm()
    form.validate()  # a day that cannot be read is no day, and refused as such
    due = form.due.data or datetime.date.min
    return _done(assessment_id, leaf, form, appraising.ask, form.question.data or "", due)


@room.post("/units/<int:assessment_id>/appraisal/<field>/accept")
@access(Action.APPRAISE)
def appraise_accept(assessment_id: int, field: str) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            count = appraising.accept_all(opened, web.actor(), assessment_id, field, web.now())
    except Conflict as refusal:
        return _unit(assessment_id, field, refusal=refusal)
    flash(f"Đã công nhận điểm tự chấm của {count} tiêu chí.")
    return redirect(url_for("assessment.appraise_unit", assessment_id=assessment_id, field=field))


@room.post("/units/<int:assessment_id>/appraisal/<field>/steps/<any(proceed, finish):step>")
@access(Action.APPRAISE)
def appraise_step(assessment_id: int, field: str, step: str) -> ResponseReturnValue:
    take, words = STEPS[step]
    try:
        with web.transaction() as opened:
            take(opened, web.actor(), assessment_id, web.now())
    except (Conflict, Rejected) as refusal:
        return _unit(assessment_id, field, refusal=refusal)
    flash(words)
    return redirect(url_for("assessment.appraise_unit", assessment_id=assessment_id, field=field))


def _judgement(form: MarkForm) -> appraising.Judgement:
    return appraising.Judgement(
        points=form.points.data or "",
        deducted=form.deducted.data or "",
        applies=not form.not_applicable.data,
        reason=form.reason.data or "",
        stage=form.stage.data or "",
        edition=form.edition.data or 0,
    )


def _done(
    assessment_id: int, leaf: str, form: MarkForm | AskForm, act: Callable[..., object], *given: object
) -> ResponseReturnValue:
    """The page again: on the next row when it was done, else with what was typed and why it was refused."""
    refusal: Refusal | None = None
    try:
        with web.transaction() as opened:
            act(opened, web.actor(), assessment_id, leaf, *given, web.now())
    except (Conflict, Rejected, NotOpen, Unavailable) as refused:
        refusal = refused
    with web.reading() as opened:
        place = queries.place(opened, web.actor(), assessment_id, leaf)
    by_leaf = form.view.data == OF_LEAF
    if refusal is None and by_leaf:
        return redirect(_leaf_url(place, after=assessment_id))
    if refusal is None:
        return redirect(_unit_url(place, after=leaf))
    if by_leaf:
        return _leaf(place.round_id, place.block, leaf, form=form, refusal=refusal, at=assessment_id)
    return _unit(assessment_id, place.field, form=form, refusal=refusal, at=leaf)


def _leaf_url(at: queries.Place, after: int) -> str:
    return url_for(
        "assessment.appraise_leaf",
        round_id=at.round_id,
        block=at.block,
        leaf=at.leaf,
        after=after,
        _anchor=f"r{after}",
    )


def _unit_url(at: queries.Place, after: str) -> str:
    return url_for(
        "assessment.appraise_unit",
        assessment_id=at.assessment_id,
        field=at.field,
        after=after,
        _anchor=f"r{after}",
    )


def _unit(
    assessment_id: int,
    field: str,
    *,
    form: MarkForm | AskForm | None = None,
    refusal: Refusal | None = None,
    at: str = "",
) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.unit_page(opened, web.actor(), assessment_id, field, web.now().date())
        documents = lists.by_leaf(lists.of_assessment(opened, web.actor(), assessment_id, shelf()))
    keys = [row.node.id for row in found.leaves]
    more = {"found": found, "documents": documents, "focus": _next(keys, request.args.get("after", ""))}
    return _page("assessment/appraise_unit.html", more, form, refusal, at)


def _leaf(
    round_id: int,
    block: str,
    leaf: str,
    *,
    form: MarkForm | AskForm | None = None,
    refusal: Refusal | None = None,
    at: int = 0,
) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.leaf_page(opened, web.actor(), round_id, block, leaf)
    keys = [row.assessment_id for row in found.rows]
    more = {"found": found, "focus": _next(keys, request.args.get("after", 0, type=int))}
    return _page("assessment/appraise_leaf.html", more, form, refusal, at)


def _page(
    template: str, more: Mapping[str, object], form: MarkForm | AskForm | None, refusal: Refusal | None, at: object
) -> ResponseReturnValue:
    messages = told(refusal) if refusal else []
    sent = {"mark": form if isinstance(form, MarkForm) else None, "ask": form if isinstance(form, AskForm) else None}
    page = render_template(template, messages=messages, at=at, sent=sent, **more, **WORDS)
    return page, web.status_of(refusal) if refusal else 200


def _next(keys: list[T], after: T) -> T | None:
    """The key that comes after one that was just done; nothing after none, and nothing after the last."""
    return keys[keys.index(after) + 1] if after in keys[:-1] else None
