"""Between HTTP and the rooms: the gate, transactions, headers, and what each refusal looks like."""

import datetime
import secrets
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import IntegerConverter, Map, MapAdapter
from werkzeug.wrappers import Response as Redirect

from survey_app import audit, errors
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.logs import COARSE
from survey_app.policy import RULES, Action, Actor

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
ActorLoader = Callable[[Session, str, datetime.datetime], Actor | None]

LOGIN = "login"  # the key in the signed cookie
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
RETRY_SECONDS = "10"
SEALED = "sandbox; default-src 'none'"
UNMARKED: Any = object()
HERE = str(Path(__file__).parent)
STATUS: dict[type[errors.Refusal], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.NotOpen: 410,
    errors.Conflict: 409,
    errors.Rejected: 422,
    errors.TooManyAttempts: 429,
    errors.Unavailable: 503,
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Runtime:
    """What every request needs, put together once by create_app."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime.datetime]
    load_actor: ActorLoader
    style_hash: str


class Key(IntegerConverter):
    """A number in a path: no larger than the keys of the database, or the path is unknown."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def public(view: View) -> View:
    """Everyone may use this view; its requests leave no trace of the person."""
    view.access = None  # type: ignore[attr-defined]  # a mark on the function, read by the gate
    return view


def access(action: Action | None = None) -> Callable[[View], View]:
    """Only signed-in people whose role permits the action (None: any role) may use this view."""

    def mark(view: View) -> View:
        # A mark on the function, which the gate reads.
        view.access = frozenset(RULES[action]) if action else frozenset()  # type: ignore[attr-defined]
        return view

    return mark


def uploads(most: int) -> Callable[[View], View]:
    """This view takes files: its request may be up to `most` bytes."""

    def mark(view: View) -> View:
        # A mark on the function, which the gate reads.
        view.largest = most  # type: ignore[attr-defined]
        return view

    return mark


def runtime() -> Runtime:
    found: Runtime = current_app.extensions["runtime"]
    return found


def now() -> datetime.datetime:
    """The moment of this request, with a zone."""
    return runtime().clock()


def actor() -> Actor:
    """The signed-in person; only in views marked with `access`."""
    found: Actor = g.actor
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """One service call: committed when the block ends, undone by any exception."""
    with runtime().database.transaction() as opened:
        yield opened


@contextmanager
def reading() -> Iterator[Session]:
    with runtime().database.reading() as opened:
        yield opened


def url_adapter() -> MapAdapter:
    """The URL map as this request sees it."""
    return cast(MapAdapter, current_app.create_url_adapter(request))  # with a request there always is one


def audited_download(subject: str, **detail: object) -> None:
    """Record that the signed-in person took a document away."""
    with transaction() as opened:
        audit.record(opened, actor(), "download", subject, now=now(), detail=detail)


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file that the browser saves and never opens in the page; where one does open it, it can do nothing."""
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return sealed(response)


def sealed(response: Response) -> Response:
    """An answer that holds somebody's file: whatever opens it runs, loads and sends nothing."""
    response.headers["Content-Security-Policy"] = SEALED
    return response


def init_app(app: Flask, parts: Runtime) -> None:
    app.extensions["runtime"] = parts
    app.url_map.converters["int"] = Key
    app.before_request(_gate)
    app.after_request(_finish)
    for kind in STATUS:
        app.register_error_handler(kind, _refused)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failed)


def _gate() -> ResponseReturnValue | None:
    g.started, g.request_id, g.actor = time.monotonic(), secrets.token_hex(4), None
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    roles = getattr(view, "access", UNMARKED)
    if roles is UNMARKED:
        raise errors.NotAllowed("unmarked")
    if request.method not in SAFE_METHODS:
        _refuse_cross_site()
    request.max_content_length = getattr(view, "largest", current_app.config["MAX_CONTENT_LENGTH"])
    _refuse_nul([*request.args.values(), *(request.view_args or {}).values()])
    if roles is None:
        return None
    found = _load_actor()
    if found is None:
        return _to_sign_in()
    g.actor = found
    if roles and found.role not in roles:
        raise errors.NotAllowed(request.endpoint or "")
    if found.must_change_password and not getattr(view, "before_password_change", False):
        return redirect(url_for("accounts.own_password"))
    _refuse_nul([value for _, value in request.form.items(multi=True)])
    return None


def before_password_change(view: View) -> View:
    """This view is open to someone who has yet to replace an issued password."""
    # A mark on the function, which the gate reads.
    view.before_password_change = True  # type: ignore[attr-defined]
    return view


def _load_actor() -> Actor | None:
    token = session.get(LOGIN)
    if not token:
        return None
    with reading() as opened:
        return runtime().load_actor(opened, token, now())


def _to_sign_in() -> Redirect:
    session.pop(LOGIN, None)
    after = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=after))


def _refuse_cross_site() -> None:
    """Browsers say where a request comes from; another site may not send forms here."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin", "null")
    # A proxy may ask us by another name than people do.
    own = {request.host, urlsplit(runtime().settings.base_url).netloc}
    foreign = origin != "null" and origin.partition("://")[2] not in own
    if site not in ("same-origin", "none") or foreign:
        raise errors.NotAllowed("cross_site")


def _refuse_nul(sent: list[Any]) -> None:
    """No browser sends a NUL and PostgreSQL stores none. (A citizen's form drops it and is not refused.)"""
    if any(isinstance(value, str) and "\0" in value for value in sent):
        raise BadRequest


def _finish(response: Response) -> Response:
    settings, style = runtime().settings, runtime().style_hash
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'self'; style-src 'self' '{style}'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers.setdefault("Cache-Control", "no-store")
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    _log_request(response)
    return response


def _log_request(response: Response) -> None:
    """One line a request; of a citizen's request nothing but route, status and duration."""
    facts: dict[str, Any] = {
        "route": request.url_rule.rule if request.url_rule else "-",
        "method": request.method,
        "status": response.status_code,
        "ms": round((time.monotonic() - g.get("started", time.monotonic())) * 1000),
        "request_id": g.get("request_id", "-"),
    }
    found: Actor | None = g.get("actor")
    if found is not None:
        facts |= {"account": found.account_id, "address": request.remote_addr}
    log.info("request", **{COARSE: found is None}, **facts)


def error_page(name: str, status: int, **details: object) -> Response:
    """An error page in words; 503 also says when to come back."""
    page = render_template(f"errors/{name}.html", actor=g.get("actor"), request_id=g.get("request_id"), **details)
    response = current_app.make_response((page, status))
    if status == 503:
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def status_of(refusal: errors.Refusal) -> int:
    """The status of an answer that tells a refusal."""
    return next(code for kind, code in STATUS.items() if isinstance(refusal, kind))


def _refused(refusal: errors.Refusal) -> Response:
    status = status_of(refusal)
    found: Actor | None = g.get("actor")
    if found is not None and status in (403, 404):
        _record_refusal(found, status)
    if status == 503:
        log.warning("unavailable", reason=refusal.reason, request_id=g.get("request_id"), **{COARSE: found is None})
    return error_page(str(status), status, reason=refusal.reason, **refusal.details)


def _record_refusal(found: Actor, status: int) -> None:
    route = request.url_rule.rule if request.url_rule else "-"
    try:
        with transaction() as opened:
            detail = {"method": request.method, "path": request.path, "status": status}
            audit.record(opened, found, "refused", route, now=now(), detail=detail)
    except errors.Unavailable:
        log.error("audit_lost", route=route, status=status)


def _stale(_error: CSRFError) -> Response:
    return error_page("400", 400, reason="stale")


def _http_error(error: HTTPException) -> Response:
    code = error.code or 500
    page = 404 if code == 405 else code if code in (403, 404, 413) else 400
    response = error_page(str(page), code, reason="")
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _failed(error: Exception) -> Response:
    """A fault of ours: a reference for the person, the place in the code for the log, no content."""
    frames = traceback.extract_tb(error.__traceback__)
    # Libraries fill the end of a traceback; what helps is where we called them.
    telling = [*(frame for frame in frames[:-1] if frame.filename.startswith(HERE)), *frames[-1:]]
    places = ["/".join(frame.filename.rsplit("/", 2)[1:]) + f":{frame.lineno}" for frame in telling[-8:]]
    coarse = {COARSE: g.get("actor") is None}
    log.error("failed", error=type(error).__name__, places=places, request_id=g.get("request_id"), **coarse)
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return error_page("500", 500, reason="")
