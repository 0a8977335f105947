"""Sign-in, own password, accounts, audit log."""

import ipaddress

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from survey_app import web
from survey_app.accounts import queries, service
from survey_app.accounts.forms import ROLE_NAMES, AccountForm, PasswordForm, SignInForm
from survey_app.errors import Conflict, Rejected
from survey_app.forms import choices
from survey_app.policy import Action, Role
from survey_app.web import access, public

room = Blueprint("accounts", __name__, template_folder="templates")

LAST_PAGE = 1_000_000  # further than any log, near enough for every database
PROBLEMS = {
    "wrong": "Mật khẩu hiện tại không đúng.",
    "short": "Mật khẩu cần ít nhất 12 ký tự.",
    "long": "Mật khẩu dài quá 128 ký tự.",
    "weak": "Mật khẩu này dễ đoán. Hãy ghép vài từ không liên quan với nhau.",
    "same": "Mật khẩu mới phải khác mật khẩu hiện tại.",
    "own_account": "Không thể tự đổi vai trò, đơn vị hoặc tự khóa tài khoản của mình.",
    "username_taken": "Tên đăng nhập này đã có người dùng.",
}


@room.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    return render_template("accounts/sign_in.html", form=SignInForm(), problem=None)


@room.post("/sign-in")
@public
def do_sign_in() -> ResponseReturnValue:
    form = SignInForm()
    result: service.SignedIn | service.Attempt = service.Attempt.WRONG
    if form.validate_on_submit():
        result = _attempt(form.username.data or "", form.password.data or "")
    if isinstance(result, service.Attempt):
        blocked = result is service.Attempt.BLOCKED
        page = render_template("accounts/sign_in.html", form=form, problem="blocked" if blocked else "wrong")
        return page, 429 if blocked else 401
    session.clear()
    session.permanent = True
    session[web.LOGIN] = result.token
    return redirect(own_page(request.args.get("next")))


@room.post("/sign-out")
@access()
@web.before_password_change
def sign_out() -> ResponseReturnValue:
    with web.transaction() as opened:
        service.sign_out(opened, web.actor(), web.now())
    session.clear()
    return redirect(url_for("accounts.sign_in"))


@room.route("/accounts/password", methods=["GET", "POST"])
@access()
@web.before_password_change
def own_password() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            with web.transaction() as opened:
                service.change_own_password(
                    opened, web.actor(), current=form.current.data or "", new=form.new.data or "", now=web.now()
                )
        except Rejected as refusal:
            form.show(refusal, PROBLEMS)
        else:
            flash("Đã đổi mật khẩu. Các phiên đăng nhập khác đã được đóng.")
            return redirect(url_for("accounts.home"))
    return render_template("accounts/password.html", form=form, first=web.actor().must_change_password)


@room.get("/home")
@access()
def home() -> ResponseReturnValue:
    """The first page after sign-in: where this role works."""
    first = {
        Role.ADMINISTRATOR: "accounts.accounts",
        Role.SURVEYOR: "respond.entry_list",
    }
    return redirect(url_for(first.get(web.actor().role, "results.overview")))


@room.get("/accounts")
@access(Action.MANAGE_ACCOUNTS)
def accounts() -> ResponseReturnValue:
    with web.reading() as opened:
        rows = queries.accounts(opened, web.actor())
    return render_template("accounts/list.html", rows=rows, roles=ROLE_NAMES)


@room.route("/accounts/new", methods=["GET", "POST"])
@access(Action.MANAGE_ACCOUNTS)
def new() -> ResponseReturnValue:
    form = _account_form(AccountForm())
    if form.validate_on_submit():
        try:
            with web.transaction() as opened:
                # The form for a new account does not ask whether it is active.
                wanted = draft(form, form.username.data or "", active=True)
                issued = service.create(opened, web.actor(), wanted, web.now())
            return render_template("accounts/issued.html", username=form.username.data, password=issued)
        except Conflict:
            form.refuse("username", PROBLEMS["username_taken"])
    return render_template("accounts/edit.html", form=form, row=None)


@room.route("/accounts/<int:account_id>", methods=["GET", "POST"])
@access(Action.MANAGE_ACCOUNTS)
def edit(account_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        row = queries.account(opened, web.actor(), account_id)
    form = _account_form(AccountForm(obj=row))
    del form.username  # it stays
    if form.validate_on_submit():
        try:
            with web.transaction() as opened:
                wanted = draft(form, row.username, active=bool(form.active.data))
                service.edit(opened, web.actor(), account_id, wanted, web.now())
            flash("Đã lưu tài khoản.")
            return redirect(url_for("accounts.accounts"))
        except Rejected as refusal:
            form.show(refusal, PROBLEMS)
    return render_template("accounts/edit.html", form=form, row=row)


@room.post("/accounts/<int:account_id>/password")
@access(Action.MANAGE_ACCOUNTS)
def reset(account_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        row = queries.account(opened, web.actor(), account_id)
    with web.transaction() as opened:
        issued = service.reset_password(opened, web.actor(), account_id, web.now())
    return render_template("accounts/issued.html", username=row.username, password=issued)


@room.get("/accounts/audit")
@access(Action.READ_AUDIT)
def audit_log() -> ResponseReturnValue:
    page = min(max(1, request.args.get("page", 1, int)), LAST_PAGE)
    with web.reading() as opened:
        found = queries.audit_log(opened, web.actor(), page)
    return render_template("accounts/audit.html", found=found)


def _attempt(username: str, password: str) -> service.SignedIn | service.Attempt:
    """Checked while reading, then recorded: while a password is hashed nobody waits to write."""
    place, now = network(), web.now()
    with web.reading() as opened:
        checked = service.check(opened, username=username, password=password, network=place, now=now)
    with web.transaction() as opened:
        return service.sign_in(opened, checked, network=place, now=now)


def _account_form(form: AccountForm) -> AccountForm:
    with web.reading() as opened:
        form.unit_id.choices = choices(queries.units(opened, web.actor()))
    return form


def draft(form: AccountForm, username: str, *, active: bool) -> service.AccountDraft:
    return service.AccountDraft(
        username=username,
        name=form.name.data or "",
        role=Role(form.role.data),
        unit_id=int(form.unit_id.data or 0),
        active=active,
    )


def network() -> str:
    """The network that attempts are counted by: the address, or the /64 of an IPv6 host."""
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if address.version == 6 and address.ipv4_mapped:  # on a socket for both kinds
        address = address.ipv4_mapped
    return str(ipaddress.ip_network(f"{address}/{64 if address.version == 6 else 32}", strict=False))


def own_page(target: str | None) -> str:
    """Where to go after sign-in: a path of this program that can be opened, else the role's first page."""
    home_page = url_for("accounts.home")
    if not target or not target.isprintable() or not target.startswith("/") or target.startswith(("//", "/\\")):
        return home_page
    adapter: MapAdapter = web.url_adapter()
    try:
        adapter.match(target.partition("?")[0], method="GET")
    except HTTPException:
        return home_page
    return target
