"""The web application: create_app connects the rooms and decides nothing."""

import datetime
from collections.abc import Callable, MutableMapping

from flask import Flask
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from survey_app import health, i18n, logs, pages, web
from survey_app.accounts import routes as accounts
from survey_app.accounts.service import load_actor
from survey_app.assessment import routes as assessment
from survey_app.assessment.documents.shelf import Shelf
from survey_app.campaigns import routes as campaigns
from survey_app.config import ZONE, Settings
from survey_app.db import Database
from survey_app.definitions import check_frozen
from survey_app.organisation import routes as organisation
from survey_app.respond import routes as respond
from survey_app.results import routes as results

IDLE = datetime.timedelta(minutes=15)
LARGEST_FORM = 64 * 1024
# Of a file Werkzeug holds a piece of 64 KB and the end of the one before: with less room it refuses the file.
FORM_MEMORY = 2 * LARGEST_FORM
YEAR_SECONDS = 365 * 24 * 3600


def create_app(settings: Settings, *, clock: Callable[[], datetime.datetime] | None = None) -> Flask:
    """The application on a migrated database; refuses to start on an unsafe one, or when a used form was changed."""
    logs.configure()
    database = Database(settings.database_url, audit_key=settings.audit_key, pool_size=settings.threads + 2)
    database.check()
    with database.reading() as session:
        check_frozen(session)
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=500,
        PERMANENT_SESSION_LIFETIME=IDLE,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        # With "no-referrer" there is no Referer to compare; the gate checks Origin and Sec-Fetch-Site.
        WTF_CSRF_SSL_STRICT=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
    )
    style = pages.citizen_style()
    parts = web.Runtime(settings, database, clock or _now, load_actor, pages.style_hash(style))
    web.init_app(app, parts)
    app.extensions["shelf"] = Shelf.of(settings)
    i18n.init_app(app)
    pages.init_app(app, style)
    protect = CSRFProtect(app)
    protect.exempt(respond.submit)  # its signed ticket takes the place of the token: no cookie for citizens
    Compress(app)
    for room in (
        accounts.room,
        assessment.room,
        campaigns.room,
        organisation.room,
        respond.room,
        results.room,
        health.room,
    ):
        app.register_blueprint(room)
    _wrap(app, settings)
    return app


def _wrap(app: Flask, settings: Settings) -> None:
    if settings.proxies:
        hops = settings.proxies
        known = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)
        app.wsgi_app = known  # type: ignore[method-assign]  # Flask is wrapped by replacing this method
    files = WhiteNoise(
        app.wsgi_app,
        root=pages.STATIC,
        prefix="static/",
        max_age=YEAR_SECONDS,
        allow_all_origins=False,
        add_headers_function=_mark_file,
    )
    app.wsgi_app = files  # type: ignore[method-assign]  # Flask is wrapped by replacing this method


def _mark_file(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def _now() -> datetime.datetime:
    return datetime.datetime.now(ZONE)
