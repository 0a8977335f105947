"""A unit's own work: overview, a page for each field, each leaf saved by itself, steps, explanations."""

from collections.abc import Mapping
from dataclasses import replace

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app import web
from survey_app.assessment import marking
from survey_app.assessment.documents import lists
from survey_app.assessment.documents.routes import shelf
from survey_app.assessment.flow import Step
from survey_app.assessment.results import remedies
from survey_app.assessment.room import room
from survey_app.assessment.unit import explaining, leaves, pages, submitting, words
from survey_app.assessment.unit.leaves import Leaf, Typed
from survey_app.errors import Conflict, NotOpen, Refusal, Rejected, Unavailable
from survey_app.policy import Action
from survey_app.web import access

SAID = (Rejected, Conflict, NotOpen, Unavailable)  # refusals that the page itself tells, with what was typed
JSON = "application/json"


@room.get("/units/<int:assessment_id>")
@access(Action.READ_ASSESSMENTS)
def unit(assessment_id: int) -> ResponseReturnValue:
    return _overview(assessment_id)


@room.get("/units/<int:assessment_id>/fields/<field>")
@access(Action.READ_ASSESSMENTS)
def unit_field(assessment_id: int, field: str) -> ResponseReturnValue:
    return _field_page(assessment_id, field)


@room.post("/units/<int:assessment_id>/leaves/<leaf>")
@access(Action.SCORE_SELF)
def unit_leaf(assessment_id: int, leaf: str) -> ResponseReturnValue:
    """Save one leaf: the page for a browser, the outcome alone for a script."""
    typed, field = _typed(assessment_id, leaf)
    try:
        with web.transaction() as opened:
            marking.save(opened, web.actor(), assessment_id, leaf, typed.entry, web.now())
    except SAID as refusal:
        refused = _refused(typed, refusal)
        if not (refused.conflict and _leaf(assessment_id, leaf, refused).stored_already):
            return _not_saved(assessment_id, field, refused, refusal)
    if _asks_json():
        return jsonify(_facts(_leaf(assessment_id, leaf, None)))
    flash(f"Đã lưu tiêu chí {leaf}.")
    return redirect(
        url_for(".unit_field", assessment_id=assessment_id, field=field, leaf=leaf, _anchor=f"l-{leaf}"), 303
    )


@room.post("/units/<int:assessment_id>/leaves/<leaf>/points")
@access(Action.SCORE_SELF)
def unit_points(assessment_id: int, leaf: str) -> ResponseReturnValue:
    """What the entries typed so far are worth; nothing is stored."""
    typed, _ = _typed(assessment_id, leaf)
    return jsonify(_facts(_leaf(assessment_id, leaf, typed)))


@room.post("/units/<int:assessment_id>/send")
@access(Action.SCORE_SELF)
def unit_send(assessment_id: int) -> ResponseReturnValue:
    return _take(assessment_id, Step.SEND)


@room.post("/units/<int:assessment_id>/withdraw")
@access(Action.SCORE_SELF)
def unit_withdraw(assessment_id: int) -> ResponseReturnValue:
    return _take(assessment_id, Step.WITHDRAW)


@room.post("/units/<int:assessment_id>/explain")
@access(Action.SCORE_SELF)
def unit_explain(assessment_id: int) -> ResponseReturnValue:
    return _take(assessment_id, Step.EXPLAIN)


@room.post("/units/<int:assessment_id>/approve")
@access(Action.APPROVE_SELF)
def unit_approve(assessment_id: int) -> ResponseReturnValue:
    return _take(assessment_id, Step.APPROVE)


@room.post("/units/<int:assessment_id>/return")
@access(Action.APPROVE_SELF)
def unit_return(assessment_id: int) -> ResponseReturnValue:
    return _take(assessment_id, Step.RETURN)


@room.post("/explanations/<int:explanation_id>")
@access(Action.SCORE_SELF)
def unit_answer(explanation_id: int) -> ResponseReturnValue:
    text, before = request.form.get("answer", ""), request.form.get("before", "")
    try:
        with web.transaction() as opened:
            assessment_id = explaining.answer(opened, web.actor(), explanation_id, text, before, web.now())
    except SAID as refusal:
        with web.reading() as opened:
            assessment_id = explaining.find(opened, web.actor(), explanation_id).assessment_id
        unsaved = {explanation_id: text}
        return _overview(assessment_id, words.refused(refusal), answers=unsaved), web.status_of(refusal)
    flash("Đã lưu câu trả lời. Trả lời hết các câu hỏi rồi hãy gửi giải trình.")
    return redirect(url_for(".unit", assessment_id=assessment_id, _anchor=f"x-{explanation_id}"), 303)


def _take(assessment_id: int, step: Step) -> ResponseReturnValue:
    edition, reason = request.form.get("edition", 0, type=int), request.form.get("reason", "")
    try:
        with web.transaction() as opened:
            taking = (opened, web.actor(), assessment_id, step, web.now())
            submitting.take(*taking, edition=edition, reason=reason)
    except SAID as refusal:
        return _overview(assessment_id, words.refused(refusal), reason=reason), web.status_of(refusal)
    flash(words.TAKEN[step])
    return redirect(url_for(".unit", assessment_id=assessment_id), 303)


def _typed(assessment_id: int, leaf: str) -> tuple[Typed, str]:
    """What a leaf's form sent, and the field that the leaf is in."""
    with web.reading() as opened:
        found = pages.set_of(opened, web.actor(), assessment_id)
    sent = leaves.entry(found, leaf, request.form.to_dict(flat=False))
    return Typed(leaf=leaf, entry=sent), found.field_of[leaf]


def _refused(typed: Typed, refusal: Refusal) -> Typed:
    """What was typed with the reason why it was not stored; after a conflict it is made from what is stored now."""
    problems = tuple(words.refused(refusal))
    if refusal.reason != "changed_meanwhile":
        return replace(typed, problems=problems)
    stored = refusal.details["mark"]
    entry = replace(typed.entry, edition=getattr(stored, "edition", 0))
    return replace(typed, entry=entry, problems=problems, conflict=True)


def _not_saved(assessment_id: int, field: str, typed: Typed, refusal: Refusal) -> ResponseReturnValue:
    if not _asks_json():
        return _field_page(assessment_id, field, typed), web.status_of(refusal)
    if isinstance(refusal, Unavailable):
        return jsonify(problems=typed.problems), web.status_of(refusal)
    leaf = _leaf(assessment_id, typed.leaf, typed)
    facts = _facts(leaf) | {"problems": typed.problems}
    if typed.conflict:
        facts["conflict"] = render_template("assessment/_conflict.html", leaf=leaf, say=words)
    return jsonify(facts), web.status_of(refusal)


def _leaf(assessment_id: int, leaf: str, typed: Typed | None) -> Leaf:
    with web.reading() as opened:
        work = pages.work(opened, web.actor(), assessment_id, web.now().date())
        return leaves.one(opened, web.actor(), work, leaf, typed)


def _facts(leaf: Leaf) -> dict[str, object]:
    """What the script shows of a leaf."""
    return {
        "edition": leaf.filled.edition,
        "points": words.points(leaf.points),
        "said": leaf.computed.said,
        "fault": leaf.fault,
        "lacks": words.LACKS.get(leaf.lacks, ""),
    }


def _overview(
    assessment_id: int, problems: list[str] | None = None, *, reason: str = "", answers: Mapping[int, str] | None = None
) -> str:
    with web.reading() as opened:
        work = pages.work(opened, web.actor(), assessment_id, web.now().date())
        carried = remedies.open_before(opened, web.actor(), work.unit_id, work.year)
    return render_template(
        "assessment/unit.html",
        work=work,
        carried=carried,
        today=web.now().date(),
        problems=problems or [],
        reason=reason,
        answers=answers or {},
        say=words,
    )


def _field_page(assessment_id: int, field: str, typed: Typed | None = None) -> str:
    with web.reading() as opened:
        work = pages.work(opened, web.actor(), assessment_id, web.now().date())
        documents = lists.of_assessment(opened, web.actor(), assessment_id, shelf())
        tied = lists.by_leaf(documents)
        items = leaves.items(opened, web.actor(), work, field, tied, typed)
    return render_template(
        "assessment/unit_field.html",
        work=work,
        field=field,
        items=items,
        documents=documents,
        asked=typed.leaf if typed else request.args.get("leaf", ""),
        say=words,
    )


def _asks_json() -> bool:
    return request.accept_mimetypes.best == JSON
