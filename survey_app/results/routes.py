"""placeholder"""

from flask import Blueprint
from survey_app import web
from survey_app.policy import Action

room = Blueprint("results", __name__, template_folder="templates")


@room.get("/results")
@web.access(Action.READ_RESULTS)
def overview() -> str:
    return ""
