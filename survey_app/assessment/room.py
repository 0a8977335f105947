"""The blueprint that the room's views are put into."""

from flask import Blueprint

room = Blueprint("assessment", __name__, url_prefix="/assessment", template_folder="templates")
