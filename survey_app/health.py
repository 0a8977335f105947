"""For monitors: is the process alive, and can it take an answer in."""

import shutil

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from survey_app import web
from survey_app.errors import Unavailable

room = Blueprint("health", __name__)

LEAST_FREE_BYTES = 100 * 1024 * 1024


@room.get("/healthz")
@web.public
def healthz() -> ResponseReturnValue:
    return {"status": "ok"}


@room.get("/readyz")
@web.public
def readyz() -> ResponseReturnValue:
    """Ready when the database answers and the disk has room."""
    try:
        with web.reading() as opened:
            opened.execute(text("SELECT 1"))
    except Unavailable:
        return {"status": "database"}, 503
    # With PostgreSQL nothing may have made the folder yet: then the disk it would stand on counts.
    folder = web.runtime().settings.data_dir
    standing = next(place for place in (folder, *folder.parents) if place.exists())
    if shutil.disk_usage(standing).free < LEAST_FREE_BYTES:
        return {"status": "disk"}, 503
    return {"status": "ok"}
