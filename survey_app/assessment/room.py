"""The blueprint that the room's views are put into, and what each of its pages says of its criteria sets."""

from flask import Blueprint, request

from survey_app import web
from survey_app.assessment import unverified

room = Blueprint("assessment", __name__, url_prefix="/assessment", template_folder="templates")


@room.context_processor
def _said_on_each_page() -> dict[str, object]:
    return {"unverified": _unverified}


def _unverified() -> str:
    with web.reading() as opened:
        return unverified.note(unverified.titles(opened, request.view_args or {}))
