"""Large files: what may come is taken whole; of 200 MB no more is read than that, and nothing is kept."""

import gc
import hashlib
import io
import random

import pytest
from flask import Flask
from PIL import Image

from survey_app.assessment.documents.routes import LARGEST
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Assessment, Evidence, EvidenceFile
from survey_app.policy import Actor
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Browse, Place, Running
from tests.survey_app.assessment.uploads import keys

HUGE = 200 * 1024 * 1024


def picture() -> bytes:
    """Noise, which no format makes smaller: some five megabytes with every byte there is."""
    target, width, height = io.BytesIO(), 1500, 1200
    noise = random.Random(1).randbytes(width * height * 3)  # noqa: S311  # the same picture in every run
    Image.frombytes("RGB", (width, height), noise).save(target, "PNG", compress_level=0)
    return target.getvalue()


@on_sqlite
def test_a_file_of_five_megabytes_is_taken_whole(
    running: Running, place: Place, browse: Browse, inspector: Actor, app: Flask, database: Database
) -> None:
    shelf: Shelf = app.extensions["shelf"]
    shelf.store._keep_free = 0
    content = picture()
    sent = {"summary": "Ảnh chụp", "leaves": ["1.1"], "file": (io.BytesIO(content), "anh.png")}
    url = f"/assessment/units/{running.of(place.communes[0])}/evidence/new"
    answer = browse(inspector).send(url, sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    with database.reading() as session:
        file = session.query(EvidenceFile).one()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert len(content) > 5_000_000


class Endless(io.RawIOBase):
    """A body of zeros behind the head of a file; counts what is read of it."""

    HEAD = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%PDF-1.7\n"
    )

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray) -> int:  # type: ignore[override]  # any buffer
        size = min(len(into), 64 * 1024, HUGE - self.taken)
        into[:size] = (self.HEAD[self.taken :] + bytes(size))[:size]
        self.taken += size
        return size


@on_sqlite
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what had come lies in a file that the collector closes
def test_a_body_of_unknown_length_is_cut_off(
    running: Running, place: Place, browse: Browse, inspector: Actor, app: Flask, database: Database
) -> None:
    mine, officer, body = running.of(place.communes[0]), browse(inspector), Endless()
    chunked = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    chunked["CONTENT_TYPE"] = "multipart/form-data; boundary=x"
    status = officer.post(f"/assessment/units/{mine}/evidence/new", environ_overrides=chunked).status_code
    gc.collect()
    assert status == 413
    assert LARGEST <= body.taken < LARGEST + 2**20
    shelf: Shelf = app.extensions["shelf"]
    assert keys(shelf) == []
    with database.reading() as session:
        assert session.query(Evidence).all() == []
        assert session.get_one(Assessment, mine).state == State.NOT_STARTED
