"""The citizen's pages, and paper entry by surveyors."""

from functools import lru_cache
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup

from questionnaires.loader import published, questionnaire
from survey_app import codes, i18n, web
from survey_app.errors import Conflict, NotFound, NotOpen, Rejected, Unavailable
from survey_app.policy import Action, Actor
from survey_app.respond import forms, queries, service
from survey_app.respond.tickets import Ticket, Tickets
from survey_app.web import access, public

room = Blueprint("respond", __name__, template_folder="templates")

KEEP: Any = object()
SECOND = (
    "Đã ghi phiếu. Hồ sơ này đã có một phiếu trước đó nên phiếu vừa nhập được đếm là phiếu thu về nhưng không tính "
    "vào tỷ lệ. Có thể nhập phiếu tiếp theo."
)


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
    known = codes.normal(code)
    if known not in (None, code):
        return redirect(url_for("respond.form", code=known, lang=request.args.get("lang")))
    return _shown(code, "C")


@room.post("/r/<code>")
@public
def submit(code: str) -> ResponseReturnValue:
    i18n.choose(request.form.get("lang"))
    return _submitted(code, "C")


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
    return _shown(code, "B")


@room.post("/respond/entry/<code>")
@access(Action.ENTER_SUBMISSIONS)
def enter(code: str) -> ResponseReturnValue:
    return _submitted(code, "B")


def _surveyor(channel: str) -> Actor | None:
    """Who answers for an entered form; of an open one nobody."""
    return web.actor() if channel == "B" else None


def tickets() -> Tickets:
    return Tickets(web.runtime().settings.secret_key)


def _shown(code: str, channel: str, answer_form: FlaskForm | None = None, **more: Any) -> ResponseReturnValue:
    """The questionnaire of a counter, or why there is none; KEEP fills in what was sent."""
    try:
        with web.reading() as opened:
            found = queries.form_at(opened, code, channel, _surveyor(channel), web.now().date())
            fields = () if found.field_key else queries.service_fields(opened)
            asks_dossier = channel == "B" and queries.asks_dossier(opened, found.campaign_id)
    except (NotFound, NotOpen) as refusal:
        if channel == "B" and isinstance(refusal, NotFound):
            raise
        return _closed(refusal)
    ticket: Ticket | None = more.get("ticket")
    if ticket is not None and ticket.ref != found.definition_ref:
        return _again(code, channel, notice="changed", status=422)
    if answer_form is KEEP:
        answer_form = forms.form_class(found.definition_ref, bool(fields), paper=channel == "B")()
    return _form_page(found, answer_form, fields=fields, entry=channel == "B", asks_dossier=asks_dossier, **more)


def _submitted(code: str, channel: str) -> ResponseReturnValue:
    """Check, store once, and go on to the thanks page; whatever fails, the form stays filled."""
    ticket = tickets().read(request.form.get(forms.TICKET, ""), codes.normal(code) or "")
    try:
        if ticket is None or ticket.ref not in published("satisfaction"):
            return _again(code, channel, notice="stale", status=400)
        answer_form = forms.form_class(ticket.ref, ticket.asks_field, paper=channel == "B")()
        if not forms.sound(answer_form, web.now().date()):
            return _shown(code, channel, answer_form, status=422, ticket=ticket)
        try:
            return _entered(code, ticket, answer_form) if channel == "B" else _sent(code, ticket, answer_form, channel)
        except Conflict:
            return _page("respond/sent_before.html", 409, code=code)
        except (Rejected, NotOpen) as refusal:
            return _sent_meanwhile(code, ticket) or _again(code, channel, notice="changed", status=422, why=refusal)
    except Unavailable:
        return _busy(code, channel, ticket)


def _sent(code: str, ticket: Ticket, answer_form: FlaskForm, channel: str) -> ResponseReturnValue:
    """Store what a citizen sent, and go on to the thanks."""
    definition = questionnaire(ticket.ref).definition
    today = web.now().date()
    with web.transaction() as opened:
        found = queries.form_at(opened, code, channel, None, today)
        receipt = service.record_submission(
            opened,
            found,
            ticket,
            _draft(ticket, answer_form),
            questionnaire=definition,
            channel=channel,
            secret=web.runtime().settings.secret_key,
            today=today,
        )
    lang = i18n.language() if i18n.language() != "vi" else None
    return redirect(url_for("respond.thanks", code=code, receipt=receipt, lang=lang), 303)


def _entered(code: str, ticket: Ticket, answer_form: FlaskForm) -> ResponseReturnValue:
    """Store what a surveyor read from paper, and go on to the next form, which is likely of the same day."""
    paper = service.Paper(
        day=answer_form[forms.PAPER_DAY].data, dossier=(answer_form[forms.DOSSIER].data or "").upper()
    )
    now = web.now()
    with web.transaction() as opened:
        found = queries.form_at(opened, code, "B", web.actor(), now.date())
        duplicate = service.record_paper(
            opened,
            web.actor(),
            found,
            ticket,
            _draft(ticket, answer_form),
            paper,
            questionnaire=questionnaire(ticket.ref).definition,
            secret=web.runtime().settings.secret_key,
            now=now,
        )
    flash(SECOND if duplicate else "Đã ghi phiếu. Có thể nhập phiếu tiếp theo.")
    return redirect(url_for("respond.entry", code=code, day=paper.day.isoformat()), 303)


def _draft(ticket: Ticket, answer_form: FlaskForm) -> service.Draft:
    definition = questionnaire(ticket.ref).definition
    field = answer_form[forms.SERVICE_FIELD].data or None if ticket.asks_field else None
    return service.Draft(answers=dict(forms.answers(answer_form, definition)), field_key=field)


def _sent_meanwhile(code: str, ticket: Ticket) -> ResponseReturnValue | None:
    """The thanks page, when this very form was stored before the campaign closed or changed."""
    receipt = codes.derive(ticket.key, web.runtime().settings.secret_key)
    with web.reading() as opened:
        known = queries.receipt_known(opened, receipt)
    return redirect(url_for("respond.thanks", code=code, receipt=receipt), 303) if known else None


def _again(
    code: str, channel: str, *, notice: str, status: int, why: NotOpen | Rejected | None = None
) -> ResponseReturnValue:
    """The form once more, under a fresh ticket, with what still fits of the answers."""
    if isinstance(why, NotOpen) and why.reason != "form_changed":
        return _closed(why)
    return _shown(code, channel, KEEP, notice=notice, status=status)


def _busy(code: str, channel: str, ticket: Ticket | None) -> ResponseReturnValue:
    """503 with the answers kept on the page: in the form, or hidden when the form cannot be read."""
    try:
        paper = channel == "B"
        answer_form = forms.form_class(ticket.ref, ticket.asks_field, paper=paper)() if ticket else None
        page = _shown(code, channel, answer_form, notice="busy", status=503, ticket=ticket)
    except Unavailable:
        page = _page("respond/retry.html", 503, kept=list(request.form.items(multi=True)))
    response = make_response(page)
    response.headers["Retry-After"] = web.RETRY_SECONDS
    return response


def _page(template: str, status: int = 200, **details: object) -> ResponseReturnValue:
    """A citizen's page: the browser may go back to it, nobody in between may keep it."""
    response = make_response(render_template(template, **details), status)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _form_page(
    found: queries.OpenForm,
    answer_form: FlaskForm | None,
    *,
    status: int = 200,
    ticket: Ticket | None = None,
    **details: Any,
) -> ResponseReturnValue:
    """The questionnaire, empty or with what was answered; with a ticket, under the one that was sent."""
    ref = found.definition_ref
    sent = request.form.get(forms.TICKET, "") if ticket else ""
    paper = bool(details.get("entry"))
    return _page(
        "respond/form.html",
        status,
        found=found,
        definition=questionnaire(ref).definition,
        form=answer_form,
        questions=_questions(ref, answer_form, paper) if answer_form else _empty(ref, i18n.language(), paper),
        today=web.now().date(),
        ticket=sent
        or tickets().issue(found.shown.code, found.campaign_id, ref, asks_field=bool(details.get("fields"))),
        **details,
    )


@lru_cache(maxsize=32)
def _empty(ref: str, _language: str, paper: bool) -> Markup:
    """The questions of a version without answers: the same for everyone, so they are rendered once."""
    return _questions(ref, None, paper)


def _questions(ref: str, answer_form: FlaskForm | None, paper: bool) -> Markup:
    definition = questionnaire(ref).definition
    rendered = render_template("respond/questions.html", definition=definition, form=answer_form, paper=paper)
    # Rendered by a template that escapes, and put into the page as it is.
    return Markup(rendered)  # noqa: S704  # escaped by it


def _closed(refusal: NotFound | NotOpen) -> ResponseReturnValue:
    status = 404 if isinstance(refusal, NotFound) else 410
    return _page("respond/closed.html", status, reason=refusal.reason, **refusal.details)
