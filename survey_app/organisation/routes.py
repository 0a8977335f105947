"""placeholder"""

from flask import Blueprint

from survey_app import web
from survey_app.policy import Action

room = Blueprint("organisation", __name__, template_folder="templates")


@room.get("/organisation/units")
@web.access(Action.MANAGE_ORGANISATION)
def units() -> str:
    return ""


@room.get("/organisation/counters")
@web.access(Action.PRINT_QR)
def counters() -> str:
    return ""
