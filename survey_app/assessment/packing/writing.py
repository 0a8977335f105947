"""A package as a ZIP, written file by file: memory stays flat however large it is."""

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from typing import BinaryIO

from survey_app.assessment.packing.contents import Contents
from survey_app.assessment.packing.files import Item
from survey_app.assessment.packing.manifest import NAME, DocumentPart, FilePart, Manifest
from survey_app.evidence_store import EvidenceStore, Missing

CHUNK = 256 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP knows: what counts stands in the manifest
GONE, DAMAGED = "gone", "damaged"
Told = Callable[[int], None]


def write(contents: Contents, target: BinaryIO, store: EvidenceStore, told: Told) -> int:
    """Write the files and, last, the manifest; returns how many files were gone or no longer those uploaded.

    ``told`` hears of each stretch how many bytes it had. The files are compressed already and stored as they are.
    """
    problems: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for item in contents.files:
            problem = _copy(archive, item, store, told)
            if problem:
                problems[item.path] = problem
        text = noted(contents.manifest, problems).model_dump_json(indent=1)
        archive.writestr(zipfile.ZipInfo(NAME, EPOCH), text, zipfile.ZIP_DEFLATED)
    return len(problems)


def noted(manifest: Manifest, problems: Mapping[str, str]) -> Manifest:
    """The manifest with what was found wrong with files while they were copied; those gone have no place."""
    if not problems:
        return manifest
    units = tuple(
        unit.model_copy(update={"documents": tuple(_noted(document, problems) for document in unit.documents)})
        for unit in manifest.units
    )
    return manifest.model_copy(update={"units": units})


def _noted(document: DocumentPart, problems: Mapping[str, str]) -> DocumentPart:
    def note(file: FilePart) -> FilePart:
        problem = problems.get(file.path or "", file.problem)
        return file.model_copy(update={"problem": problem, "path": None if problem == GONE else file.path})

    return document.model_copy(update={"files": tuple(note(file) for file in document.files)})


def _copy(archive: zipfile.ZipFile, item: Item, store: EvidenceStore, told: Told) -> str:
    """Copy one file; what is wrong with it, or nothing."""
    try:
        source = store.open(item.key)
    except Missing:
        return GONE
    digest = hashlib.sha256()
    with source, archive.open(zipfile.ZipInfo(item.path, EPOCH), "w", force_zip64=True) as entry:
        while chunk := source.read(CHUNK):
            entry.write(chunk)
            digest.update(chunk)
            told(len(chunk))
    return "" if digest.hexdigest() == item.sha256 else DAMAGED
