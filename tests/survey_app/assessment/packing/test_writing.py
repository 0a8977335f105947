"""A package on disk: nothing is hidden that is wrong with the evidence."""

import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing.checking import check
from survey_app.assessment.packing.manifest import NAME
from survey_app.assessment.packing.packages import Scope
from survey_app.policy import Actor
from tests.databases import on_sqlite
from tests.factories.packages import PDF, MakeDocument, Pack
from tests.survey_app.assessment.conftest import Place, Running

pytestmark = on_sqlite


def stored(shelf: Shelf) -> list[Path]:
    return sorted(path for path in Path(shelf.store._root).rglob("*") if path.is_file())


@pytest.mark.parametrize(("damage", "problem", "kind"), [("gone", "gone", "gone_file"), ("x", "damaged", "")])
def test_a_file_that_is_gone_or_changed_is_marked(
    damage: str,
    problem: str,
    kind: str,
    running: Running,
    place: Place,
    analyst: Actor,
    shelf: Shelf,
    make_document: MakeDocument,
    pack: Pack,
) -> None:
    make_document(running.of(place.communes[0]), ("1.1",), ("a.pdf", PDF))
    (path,) = stored(shelf)
    make_document(running.of(place.communes[0]), ("1.2",), ("b.pdf", PDF))
    path.chmod(0o600)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"%PDF-1.7x")
    made = pack(analyst, running.id, Scope(unit_id=place.communes[0].id))
    with zipfile.ZipFile(made) as archive:
        first, second = json.loads(archive.read(NAME))["units"][0]["documents"]
    assert (first["files"][0]["problem"], second["files"][0]["problem"]) == (problem, "")
    assert [each.kind for each in check(made).differences] == [kind or "other_content"]


def test_memory_does_not_grow_with_the_files(
    running: Running, place: Place, analyst: Actor, make_document: MakeDocument, pack: Pack
) -> None:
    of = running.of(place.communes[0])
    for number in range(4):
        make_document(of, ("1.1",), (f"{number}.pdf", PDF + bytes(8_000_000)))
    tracemalloc.start()
    path = pack(analyst, running.id, Scope(unit_id=place.communes[0].id))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 32_000_000
    assert peak < 24_000_000
