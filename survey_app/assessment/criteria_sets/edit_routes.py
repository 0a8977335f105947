"""A draft in the browser: its head, its nodes, a rule tried before it is saved."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from questionnaires.par_nodes import Node
from questionnaires.par_texts import TextError, head_texts, node_texts, read_node
from survey_app import web
from survey_app.assessment.criteria_sets import queries, sets
from survey_app.assessment.criteria_sets.forms import (
    REFUSALS,
    HeadForm,
    NodeForm,
    edition_of,
    new_texts,
    showing,
    title,
)
from survey_app.assessment.criteria_sets.queries import SetPage
from survey_app.assessment.criteria_sets.rule_form import RuleEditor
from survey_app.assessment.criteria_sets.trial import Trial, trial
from survey_app.assessment.room import room
from survey_app.errors import Conflict
from survey_app.policy import Action
from survey_app.web import access

TRY = "try"


@room.route("/sets/<int:set_id>/head", methods=["GET", "POST"])
@access(Action.EDIT_SETS)
def set_head(set_id: int) -> ResponseReturnValue:
    page, form = _page(set_id), HeadForm()
    clashes: list[sets.Clash] = []
    if request.method != "POST":
        form.fill(head_texts(page.definition), page.edition)
    elif form.validate():
        with showing(form) as clashes:
            with web.transaction() as opened:
                sets.edit_head(opened, web.actor(), set_id, form.change(), web.now())
            flash("Đã lưu thông tin chung.")
            return redirect(url_for("assessment.set_page", set_id=set_id))
    shown = {"page": page, "form": form, "clashes": clashes, "title": title}
    return render_template("assessment/set_head.html", **shown), 422 if form.is_submitted() else 200


@room.route("/sets/<int:set_id>/nodes", methods=["GET", "POST"])
@access(Action.EDIT_SETS)
def node_new(set_id: int) -> ResponseReturnValue:
    page, form, parent = _page(set_id), NodeForm(), request.args.get("parent", "")
    above = page.node(parent) if parent else None
    rule, tried = RuleEditor(form, request.form), None
    if request.method != "POST":
        form.fill(new_texts(page.definition, above), page.edition)
    elif rule.does:
        tried = _kept(form)
    elif TRY in request.form:
        tried = _tried(form, None)
    elif rule.may_save():
        with showing(form):
            with web.transaction() as opened:
                number = sets.add_node(opened, web.actor(), set_id, parent, form.texts(), web.now())
            flash(f"Đã thêm mục {number}.")
            return redirect(url_for("assessment.node", set_id=set_id, number=number))
    return _node_page(page, form, rule, above=above, tried=tried)


@room.route("/sets/<int:set_id>/nodes/<number>", methods=["GET", "POST"])
@access(Action.EDIT_SETS)
def node(set_id: int, number: str) -> ResponseReturnValue:
    page, form = _page(set_id), NodeForm()
    clashes: list[sets.Clash] = []
    rule, tried = RuleEditor(form, request.form), None
    if request.method != "POST":
        form.fill(node_texts(page.node(number)), page.edition)
        tried = trial(page.node(number), {})
    elif rule.does:
        tried = _kept(form)
    elif TRY in request.form:
        tried = _tried(form, page.has(number))
    elif rule.may_save():
        with showing(form) as clashes:
            with web.transaction() as opened:
                number = sets.edit_node(opened, web.actor(), set_id, number, form.change(), web.now())
            flash(f"Đã lưu mục {number}.")
            return redirect(url_for("assessment.node", set_id=set_id, number=number))
    return _node_page(page, form, rule, number=number, clashes=rule.said(clashes), tried=tried)


@room.post("/sets/<int:set_id>/nodes/<number>/move")
@access(Action.EDIT_SETS)
def node_move(set_id: int, number: str) -> ResponseReturnValue:
    by = {"up": -1, "down": 1}.get(request.form.get("to", ""))
    try:
        with web.transaction() as opened:
            if by is not None:
                sets.shift_node(opened, web.actor(), set_id, number, by, web.now())
            else:
                sets.put_node(opened, web.actor(), set_id, number, request.form.get("parent", ""), web.now())
        flash(f"Đã chuyển mục {number}.")
    except Conflict as conflict:
        flash(REFUSALS[conflict.reason])
    return redirect(url_for("assessment.set_page", set_id=set_id, _anchor=f"n-{number}"))


@room.post("/sets/<int:set_id>/nodes/<number>/remove")
@access(Action.EDIT_SETS)
def node_remove(set_id: int, number: str) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            sets.remove_node(opened, web.actor(), set_id, number, edition_of(request.form), web.now())
        flash(f"Đã xóa mục {number}.")
    except Conflict as conflict:
        flash(REFUSALS[conflict.reason])
    return redirect(url_for("assessment.set_page", set_id=set_id))


def _page(set_id: int) -> SetPage:
    with web.reading() as opened:
        return queries.page(opened, web.actor(), set_id)


def _tried(form: NodeForm, like: Node | None) -> Trial | None:
    """The rule as it is typed, with the entries beside it; what is no node is said at its field."""
    try:
        found = read_node(form.texts(), like=like)
    except TextError as error:
        for name, fault in error.faults.items():
            form.refuse(name, fault)
        return None
    return trial(found, request.form.to_dict(flat=False)) or Trial(fault="Mục này không có luật để thử.")


def _kept(form: NodeForm) -> Trial | None:
    """The entries of a trial while something else of the page was pressed."""
    try:
        found = trial(read_node(form.texts()), request.form.to_dict(flat=False))
    except TextError:
        return None
    return found and Trial(fields=found.fields)


def _node_page(page: SetPage, form: NodeForm, rule: RuleEditor, **shown: object) -> ResponseReturnValue:
    wrong = bool(form.errors or form.form_errors)
    context = {"page": page, "form": form, "title": title, "rule": rule.view()}
    return render_template("assessment/set_node.html", **context, **shown), 422 if wrong else 200
