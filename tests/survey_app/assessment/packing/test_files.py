"""Where files go in a package: folders by leaf, safe names, none twice."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from survey_app.assessment.packing.checking import check
from survey_app.assessment.packing.files import Names
from survey_app.assessment.packing.manifest import NAME
from survey_app.assessment.packing.packages import Scope
from survey_app.db import Database
from survey_app.models import Unit
from survey_app.policy import Actor
from tests.databases import on_sqlite
from tests.factories.packages import PDF, MakeDocument, Pack
from tests.survey_app.assessment.conftest import Place, Running


def names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist()) - {NAME}


def documents(path: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        found: list[dict[str, Any]] = json.loads(archive.read(NAME))["units"][0]["documents"]
        return found


def test_a_name_that_is_taken_gets_a_number_also_where_only_capitals_differ() -> None:
    found = Names()
    assert [found.place("1.1", name) for name in ("a.pdf", "A.PDF", "a.pdf", "b.pdf")] == [
        "1.1/a.pdf",
        "1.1/A (2).PDF",
        "1.1/a (3).pdf",
        "1.1/b.pdf",
    ]
    assert found.place("1.2", "a.pdf") == "1.2/a.pdf"


@on_sqlite
def test_a_document_lies_once_with_all_its_versions_in_the_folder_of_its_first_leaf(
    running: Running, place: Place, analyst: Actor, make_document: MakeDocument, pack: Pack
) -> None:
    of = running.of(place.communes[0])
    make_document(of, ("1.3", "1.1"), ("Báo cáo.pdf", PDF), ("Báo cáo sửa.pdf", PDF + b"2"))
    make_document(of, ("1.1",), ("Báo cáo sửa.pdf", PDF + b"3"))
    make_document(of, (), ("../../etc/passwd.pdf", PDF))
    make_document(of, ("1.2",), url="https://example.gov.vn/van-ban")
    path = pack(analyst, running.id, Scope(unit_id=place.communes[0].id))
    assert names(path) == {
        "1.1/Báo cáo (bản 1).pdf",
        "1.1/Báo cáo sửa.pdf",
        "1.1/Báo cáo sửa (2).pdf",
        "khac/passwd.pdf",
    }
    first, *_, link = documents(path)
    assert first["leaves"] == ["1.1", "1.3"]
    assert [file["path"] for file in first["files"]] == ["1.1/Báo cáo (bản 1).pdf", "1.1/Báo cáo sửa.pdf"]
    assert (link["url"], link["files"]) == ("https://example.gov.vn/van-ban", [])
    assert check(path).differences == ()


@on_sqlite
def test_what_is_not_given_out_is_listed_with_its_verdict(
    running: Running, place: Place, analyst: Actor, make_document: MakeDocument, pack: Pack
) -> None:
    make_document(running.of(place.communes[0]), ("1.1",), ("a.pdf", PDF), scan="infected")
    path = pack(analyst, running.id, Scope(unit_id=place.communes[0].id))
    assert names(path) == set()
    (file,) = documents(path)[0]["files"]
    assert (file["path"], file["problem"]) == (None, "infected")
    assert check(path).absent == ("a.pdf (infected)",)


@on_sqlite
@pytest.mark.parametrize(("code", "folder"), [("xa/1:a", "xa_1_a"), ("..", "don-vi-2")])
def test_codes_of_units_make_safe_folders(
    code: str,
    folder: str,
    database: Database,
    running: Running,
    place: Place,
    analyst: Actor,
    make_document: MakeDocument,
    pack: Pack,
) -> None:
    make_document(running.of(place.communes[0]), ("1.1",), ("a.pdf", PDF))
    with database.transaction() as session:
        session.execute(update(Unit).where(Unit.id == place.communes[0].id).values(code=code))
    path = pack(analyst, running.id, Scope(set_id=running.sets["commune"], field="1"))
    assert names(path) == {f"{folder}/1.1/a.pdf"}
