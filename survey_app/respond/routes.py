"""The citizen's pages, and paper entry by surveyors."""

from functools import lru_cache

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup

from questionnaires.loader import questionnaire
from survey_app import codes, i18n, web
from survey_app.errors import Conflict, NotFound, NotOpen, Rejected, Unavailable
from survey_app.policy import Action
from survey_app.respond import forms, queries, service
from survey_app.respond.tickets import Ticket, Tickets
from survey_app.web import access, public

room = Blueprint("respond", __name__, template_folder="templates")


@room.get("/")
@public
def start() -> ResponseReturnValue:
    """Type a code or look for a unit."""
    i18n.choose(request.args.get("lang"))
    typed, text = request.args.get("code", ""), request.args.get("q", "").strip()[:80]
    code = codes.normal(typed)
    if code:
        return redirect(url_for("respond.form", code=code, lang=request.args.get("lang")))
    with web.reading() as opened:
        found = queries.find_units(opened, text, web.now().date()) if text else ()
    return _page("respond/start.html", typed=typed, text=text, found=found)


@room.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    i18n.choose(request.args.get("lang"))
    return _page("respond/privacy.html")


@room.get("/receipt")
@public
def receipt() -> ResponseReturnValue:
    """Was a form with this receipt code taken in?"""
    i18n.choose(request.args.get("lang"))
    typed = request.args.get("code", "")
    code = codes.normal(typed, codes.RECEIPT_LENGTH)
    campaign = None
    if code:
        with web.reading() as opened:
            campaign = queries.receipt_known(opened, code)
    return _page("respond/receipt.html", typed=typed, campaign=campaign)


@room.get("/r/<code>")
@public
def form(code: str) -> ResponseReturnValue:
    i18n.choose(request.args.get("lang"))
    try:
        with web.reading() as opened:
            found = queries.open_form(opened, _known(code), today=web.now().date(), channel="C")
    except (NotFound, NotOpen) as refusal:
        return _closed(refusal)
    if found.shown.code != code:
        return redirect(url_for("respond.form", code=found.shown.code, lang=request.args.get("lang")))
    return _form_page(found, None)


@room.post("/r/<code>")
@public
def submit(code: str) -> ResponseReturnValue:
    i18n.choose(request.form.get("lang"))
    try:
        with web.reading() as opened:
            found = queries.open_form(opened, _known(code), today=web.now().date(), channel="C")
    except Unavailable:
        return _busy(None, None)
    except (NotFound, NotOpen) as refusal:
        return _sent_meanwhile(code) or _closed(refusal)
    return _submitted(found, "C")


@room.get("/r/<code>/thanks/<receipt>")
@public
def thanks(code: str, receipt: str) -> ResponseReturnValue:
    i18n.choose(request.args.get("lang"))
    if codes.normal(code) is None or codes.normal(receipt, codes.RECEIPT_LENGTH) != receipt:
        raise NotFound("receipt")
    return _page("respond/thanks.html", receipt=receipt, code=code)


@room.get("/respond/entry")
@access(Action.ENTER_SUBMISSIONS)
def entry_list() -> ResponseReturnValue:
    with web.reading() as opened:
        places = queries.entry_places(opened, web.actor(), web.now().date())
    return render_template("respond/entry_list.html", places=places)


@room.get("/respond/entry/<code>")
@access(Action.ENTER_SUBMISSIONS)
def entry(code: str) -> ResponseReturnValue:
    try:
        with web.reading() as opened:
            found = queries.entry_form(opened, web.actor(), _known(code), web.now().date())
    except NotOpen as refusal:
        return _closed(refusal)
    return _form_page(found, None, entry=True)


@room.post("/respond/entry/<code>")
@access(Action.ENTER_SUBMISSIONS)
def enter(code: str) -> ResponseReturnValue:
    with web.reading() as opened:
        found = queries.entry_form(opened, web.actor(), _known(code), web.now().date())
    return _submitted(found, "B")


def tickets() -> Tickets:
    return Tickets(web.runtime().settings.secret_key)


def _known(code: str) -> str:
    """The code as it is stored; NotFound when it cannot be one."""
    known = codes.normal(code)
    if known is None:
        raise NotFound("counter")
    return known


def _submitted(found: queries.OpenForm, channel: str) -> ResponseReturnValue:
    """Check, store once, and go on to the thanks page; whatever fails, the form stays filled."""
    entry_ = channel == "B"
    answer_form = forms.form_class(found.definition_ref, bool(found.fields))()
    ticket = tickets().read(str(answer_form[forms.TICKET].data or ""), found.shown.code)
    if ticket is None:
        return _form_page(found, answer_form, notice="stale", status=400, entry=entry_)
    if not answer_form.validate():
        return _form_page(found, answer_form, status=422, entry=entry_, ticket=True)
    try:
        code = _store(found, ticket, answer_form, channel)
    except Unavailable:
        return _busy(found, answer_form, entry=entry_)
    except Conflict:
        return _page("respond/sent_before.html", 409, place=found.shown)
    except (Rejected, NotOpen):
        return _form_page(found, answer_form, notice="changed", status=422, entry=entry_)
    if entry_:
        flash("Đã ghi phiếu. Có thể nhập phiếu tiếp theo.")
        return redirect(url_for("respond.entry", code=found.shown.code), 303)
    lang = i18n.language() if i18n.language() != "vi" else None
    return redirect(url_for("respond.thanks", code=found.shown.code, receipt=code, lang=lang), 303)


def _store(found: queries.OpenForm, ticket: Ticket, answer_form: FlaskForm, channel: str) -> str:
    definition = questionnaire(found.definition_ref).definition
    field = answer_form[forms.SERVICE_FIELD].data or None if found.fields else None
    draft = service.Draft(answers=dict(forms.answers(answer_form, definition)), field_key=field)
    with web.transaction() as opened:
        again = queries.open_form(opened, found.shown.code, today=web.now().date(), channel=channel)
        code = service.record_submission(
            opened,
            again,
            ticket,
            draft,
            questionnaire=definition,
            channel=channel,
            secret=web.runtime().settings.secret_key,
            today=web.now().date(),
        )
        if channel == "B":
            service.record_entry(opened, web.actor(), again, web.now())
    return code


def _sent_meanwhile(code: str) -> ResponseReturnValue | None:
    """The thanks page, when this very form was stored before the campaign closed."""
    ticket = tickets().read(request.form.get(forms.TICKET, ""), codes.normal(code) or "")
    if ticket is None:
        return None
    receipt = codes.derive(ticket.key, web.runtime().settings.secret_key)
    with web.reading() as opened:
        if queries.receipt_known(opened, receipt) is None:
            return None
    return redirect(url_for("respond.thanks", code=code, receipt=receipt), 303)


def _page(template: str, status: int = 200, **details: object) -> ResponseReturnValue:
    """A citizen's page: the browser may go back to it, nobody in between may keep it."""
    response = make_response(render_template(template, **details), status)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _form_page(
    found: queries.OpenForm,
    answer_form: FlaskForm | None,
    *,
    notice: str = "",
    status: int = 200,
    entry: bool = False,
    ticket: bool = False,
) -> ResponseReturnValue:
    """The questionnaire, empty or with what was answered; `ticket` keeps the ticket that was sent."""
    kept = str(answer_form[forms.TICKET].data) if answer_form and ticket else ""
    ref = found.definition_ref
    questions = _questions(ref, answer_form) if answer_form else _empty(ref, i18n.language())
    return _page(
        "respond/form.html",
        status,
        found=found,
        definition=questionnaire(ref).definition,
        form=answer_form,
        questions=questions,
        ticket=kept or tickets().issue(found.shown.code, found.campaign_id),
        notice=notice,
        entry=entry,
    )


@lru_cache(maxsize=32)
def _empty(ref: str, _language: str) -> Markup:
    """The questions of a version without answers: the same for everyone, so they are rendered once."""
    return _questions(ref, None)


def _questions(ref: str, answer_form: FlaskForm | None) -> Markup:
    definition = questionnaire(ref).definition
    # Rendered by a template that escapes, and put into the page as it is.
    return Markup(render_template("respond/questions.html", definition=definition, form=answer_form))  # noqa: S704


def _busy(found: queries.OpenForm | None, answer_form: FlaskForm | None, *, entry: bool = False) -> ResponseReturnValue:
    """503 with the answers kept on the page: in the form, or hidden when the form cannot be read."""
    if found is not None and answer_form is not None:
        page = _form_page(found, answer_form, notice="busy", status=503, entry=entry, ticket=True)
    else:
        page = _page("respond/retry.html", 503, kept=list(request.form.items(multi=True)))
    response = make_response(page)
    response.headers["Retry-After"] = web.RETRY_SECONDS
    return response


def _closed(refusal: NotFound | NotOpen) -> ResponseReturnValue:
    status = 404 if isinstance(refusal, NotFound) else 410
    return _page("respond/closed.html", status, reason=refusal.reason, **refusal.details)
