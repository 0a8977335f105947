"""The blueprint that the room's views are put into."""

from flask import Blueprint

room = Blueprint("organisation", __name__, template_folder="templates")
