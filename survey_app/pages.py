"""What templates may call: formats, links to assets, the menu, small facts about the installation."""

import base64
import datetime
import hashlib
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from wtforms import Field

from reports import words
from survey_app import codes, i18n, web
from survey_app.audit_names import NAMES
from survey_app.config import ZONE
from survey_app.models import Letterhead
from survey_app.policy import Action, Actor

STATIC = Path(__file__).parent / "static"

MENU = (
    ("results.overview", "Kết quả", Action.READ_RESULTS),
    ("campaigns.campaigns", "Đợt khảo sát", Action.MANAGE_CAMPAIGNS),
    ("assessment.rounds", "Chỉ số CCHC", Action.READ_ASSESSMENTS),
    ("organisation.units", "Đơn vị", Action.MANAGE_ORGANISATION),
    ("organisation.counters", "Quầy và mã QR", Action.PRINT_QR),
    ("respond.entry_list", "Nhập phiếu", Action.ENTER_SUBMISSIONS),
    ("accounts.accounts", "Tài khoản", Action.MANAGE_ACCOUNTS),
    ("accounts.audit_log", "Nhật ký", Action.READ_AUDIT),
)


def citizen_style() -> str:
    return (STATIC / "citizen.css").read_text("utf-8").strip()


def style_hash(style: str) -> str:
    """The Content-Security-Policy source that allows exactly this inline style."""
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The address of a static file, renamed by its content so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def menu() -> list[dict[str, object]]:
    """The places of the signed-in person's role; the one that is open is marked."""
    found: Actor = g.actor
    places = [(url_for(endpoint), name) for endpoint, name, action in MENU if found.may(action)]
    # The longest address that this page lies below: /accounts/audit is not /accounts.
    here = max((url for url, _ in places if request.path.startswith(url)), key=len, default="")
    # Else the place of the room that it is in: /assessment/sets is below "/assessment/rounds".
    here = here or next((url for url, _ in places if _room(url) == _room(request.path)), "")
    return [{"url": url, "name": name, "here": url == here} for url, name in places]


def _room(path: str) -> str:
    return path.split("/", 2)[1]


def field_aria(field: Field, hint: str | None) -> dict[str, str]:
    """The attributes that tie a field to its hint and its error."""
    parts = [f"{field.id}-hint"] if hint else []
    if field.errors:
        parts.append(f"{field.id}-error")
    aria = {"aria_describedby": " ".join(parts)} if parts else {}
    return aria | ({"aria_invalid": "true"} if field.errors else {})


def scale_x(value: float, low: float) -> str:
    """Where a rate stands on a drawn scale from `low` to 1, in percent of its width."""
    return f"{max(0.0, (value - low) / (1 - low)) * 100:.2f}"


@dataclass(frozen=True, slots=True)
class Installation:
    """Who answers for the data, and whether they are made up for a demonstration."""

    issuer: str
    fictional: bool


def installation() -> Installation:
    """Read from the letterhead; it changes so rarely that each process keeps it for a minute."""
    kept: dict[int, Installation] = current_app.extensions["installation"]
    minute = int(time.monotonic() // 60)
    found = kept.get(minute)
    if found is None:
        with web.reading() as opened:
            row = opened.execute(select(Letterhead.issuer, Letterhead.fictional)).one_or_none()
        found = Installation(*row) if row else Installation("", False)
        kept.clear()
        kept[minute] = found
    return found


def local_time(moment: datetime.datetime) -> str:
    return moment.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")


def init_app(app: Flask, style: str) -> None:
    app.extensions["installation"] = {}
    helpers: dict[str, Any] = {
        "asset": asset,
        "audit_name": lambda action: NAMES.get(action, action),
        # Our own file, read at start: nothing a person typed.
        "citizen_style": Markup(style),  # noqa: S704  # our own file
        "installation": installation,
        "field_aria": field_aria,
        "lang_arg": lambda: "en" if i18n.language() == "en" else None,
        "local_time": local_time,
        "menu": menu,
        "receipt_text": codes.grouped,
        "scale_x": scale_x,
        "words": words,
    }
    app.jinja_env.globals.update(helpers)
    app.context_processor(lambda: {"actor": g.get("actor")})
