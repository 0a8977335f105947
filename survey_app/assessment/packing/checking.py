"""Recomputes everything that a package states, from the package alone; no database, nothing trusted in it."""

import hashlib
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from questionnaires.loader import DefinitionError, parse
from questionnaires.par_sets import CriteriaSet
from survey_app.assessment import criteria, marking
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.outcomes import Fed, Said, Sheet
from survey_app.assessment.packing.manifest import (
    NAME,
    FilePart,
    IndexPart,
    Manifest,
    MarkPart,
    OutcomePart,
    SetPart,
    UnitPart,
)
from survey_app.assessment.packing.outcomes import outcome

MOST_ENTRIES = 100_000
MOST_MANIFEST = 256 * 1024**2
CHUNK = 256 * 1024
# What reading a file that was damaged or made up may raise.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
IMPOSSIBLE = (ValueError, ArithmeticError, TypeError, KeyError)  # what computing from such entries may raise
CLOSE = 1e-6  # percent; intervals are drawn, and libraries differ in the last digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a package does not agree: ``kind`` is a key of `WORDS`, ``place`` a file or "unit leaf stage"."""

    kind: str
    place: str
    stated: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found; without a manifest nothing could be recomputed. ``absent`` are files left out on purpose."""

    manifest: Manifest | None
    differences: tuple[Difference, ...]
    absent: tuple[str, ...] = ()


def check(path: Path) -> Checked:
    """Check a package; every difference is named, not only the first."""
    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        return _useless("not_a_package", type(error).__name__)
    with archive:
        return _check(archive, path.stat().st_size)


def _useless(kind: str, place: str) -> Checked:
    return Checked(manifest=None, differences=(Difference(kind=kind, place=place),))


def _check(archive: zipfile.ZipFile, size: int) -> Checked:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(entry.compress_size for entry in entries) > size:
        return _useless("too_large", NAME)
    unsafe = tuple(_unsafe(entries))
    found = [entry for entry in entries if entry.filename == NAME]
    if len(found) != 1:
        return Checked(manifest=None, differences=(*unsafe, Difference(kind="no_manifest", place=NAME)))
    manifest = _manifest(archive, found[0])
    if isinstance(manifest, Difference):
        return Checked(manifest=None, differences=(*unsafe, manifest))
    differences = (*unsafe, *_files(archive, manifest), *_facts(manifest))
    absent = tuple(f"{part.name} ({part.problem})" for part in _parts(manifest) if part.path is None)
    return Checked(manifest=manifest, differences=differences, absent=absent)


def _unsafe(entries: list[zipfile.ZipInfo]) -> Iterator[Difference]:
    """Names that would land outside the folder in which a package is unpacked, links, and names that come twice."""
    times = Counter(entry.filename.casefold() for entry in entries)
    for entry in entries:
        name = entry.orig_filename
        parts = PurePosixPath(name).parts
        outside = not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\0" in name
        if outside or name.endswith("/") or stat.S_ISLNK(entry.external_attr >> 16):
            yield Difference(kind="unsafe_name", place=name)
        if times[entry.filename.casefold()] > 1:
            yield Difference(kind="twice", place=name)


def _manifest(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Manifest | Difference:
    if entry.file_size > MOST_MANIFEST:
        return Difference(kind="too_large", place=NAME)
    try:
        with archive.open(entry) as file:
            return Manifest.model_validate_json(file.read(entry.file_size + 1))
    except ValidationError as error:
        first = error.errors()[0]
        return Difference(kind="bad_manifest", place=".".join(map(str, first["loc"])) or NAME, found=first["type"])
    except UNREADABLE:
        return Difference(kind="bad_manifest", place=NAME)


# --- files


def _parts(manifest: Manifest) -> Iterator[FilePart]:
    for unit in manifest.units:
        for document in unit.documents:
            yield from document.files


def _files(archive: zipfile.ZipFile, manifest: Manifest) -> Iterator[Difference]:
    entries = {entry.filename: entry for entry in archive.infolist()}
    stated = {part.path: part for part in _parts(manifest) if part.path is not None}
    for name in entries.keys() - stated.keys() - {NAME}:
        yield Difference(kind="extra_file", place=name)
    for path, part in stated.items():
        if path not in entries:
            yield Difference(kind="missing_file", place=path)
            continue
        yield from _file(archive, entries[path], part)
    for part in _parts(manifest):
        if part.path is None and part.problem == "gone":
            yield Difference(kind="gone_file", place=part.name)


def _file(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, part: FilePart) -> Iterator[Difference]:
    """Whether an entry is what the manifest states; one that unpacks to another size is not unpacked."""
    if entry.file_size != part.size or entry.compress_type != zipfile.ZIP_STORED:
        stated, found = str(part.size), str(entry.file_size)
        yield Difference(kind="other_size", place=entry.filename, stated=stated, found=found)
        return
    digest = hashlib.sha256()
    try:
        with archive.open(entry) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except UNREADABLE:
        yield Difference(kind="unreadable", place=entry.filename)
        return
    if digest.hexdigest() != part.sha256:
        stated, found = part.sha256, digest.hexdigest()
        yield Difference(kind="other_content", place=entry.filename, stated=stated, found=found)


# --- figures


def _facts(manifest: Manifest) -> Iterator[Difference]:
    known: dict[str, Criteria] = {}
    for part in manifest.sets:
        found = _set(part)
        if isinstance(found, Difference):
            yield found
        else:
            known[part.ref] = found
    for unit in manifest.units:
        of = known.get(unit.set_ref)
        if of is None:
            yield Difference(kind="no_set", place=unit.name, stated=unit.set_ref)
        else:
            yield from _unit(unit, of, manifest.field)


def _set(part: SetPart) -> Criteria | Difference:
    try:
        loaded = parse(part.body, CriteriaSet, name=part.ref)
        found = criteria.read(part.body, part.ref)
    except (DefinitionError, *IMPOSSIBLE) as error:
        return Difference(kind="bad_set", place=part.ref, found=str(error).partition("\n")[0])
    if loaded.content_hash != part.content_hash or loaded.definition.ref != part.ref:
        return Difference(kind="other_set", place=part.ref, stated=part.content_hash, found=loaded.content_hash)
    return found


def _unit(unit: UnitPart, found: Criteria, field: str) -> Iterator[Difference]:
    exempt = frozenset(found.definition.not_for(unit.code))
    if exempt != set(unit.exempt):
        stated, there = ", ".join(sorted(unit.exempt)), ", ".join(sorted(exempt))
        yield Difference(kind="other_exempt", place=unit.name, stated=stated, found=there)
    for mark in unit.marks:
        yield from _mark(unit, found, mark)
    try:
        computed = outcome(_sheet(unit, found, exempt), field)
    except IMPOSSIBLE as error:
        yield Difference(kind="impossible", place=unit.name, found=str(error))
        return
    yield from _unequal("other_points", unit.name, unit.outcome.leaves, computed.leaves)
    yield from _unequal("other_field", unit.name, _of_fields(unit.outcome), _of_fields(computed))
    yield from _index(unit.name, unit.outcome.index, computed.index)


def _mark(unit: UnitPart, found: Criteria, mark: MarkPart) -> Iterator[Difference]:
    """Whether the points by the rule are those of its entries, and what a unit claims besides has a reason."""
    place = f"{unit.name}, {mark.leaf}, {mark.stage}"
    if mark.leaf not in found.nodes:
        yield Difference(kind="no_leaf", place=place)
        return
    computed = marking.compute(found, mark.leaf, mark.inputs)
    if computed.points != mark.computed:
        yield Difference(kind="other_rule", place=place, stated=_said(mark.computed), found=_said(computed.points))
    if mark.applies and not computed.applies:
        yield Difference(kind="other_rule", place=place, stated="áp dụng", found="không áp dụng")
    extra, ruled = marking.is_extra(found, mark.leaf), found.rule(mark.leaf) is not None
    claimed = mark.points is not None and marking.claimed(mark.points, mark.computed, extra=extra, ruled=ruled)
    if mark.stage == "self" and not mark.reason and (claimed or not mark.applies):
        yield Difference(kind="no_reason", place=place, stated=_said(mark.points), found=_said(mark.computed))


def _sheet(unit: UnitPart, found: Criteria, exempt: frozenset[str]) -> Sheet:
    marks: dict[str, dict[str, Said]] = {}
    for mark in unit.marks:
        stages = marks.setdefault(mark.leaf, {})
        if mark.stage in stages:
            raise ValueError(f"{mark.leaf}: {mark.stage} twice")
        stages[mark.stage] = Said(
            points=mark.points,
            computed=mark.computed,
            deducted=mark.deducted,
            applies=mark.applies,
            inputs=mark.inputs,
            reason=mark.reason,
        )
    return Sheet(
        unit_id=unit.id,
        name=unit.name,
        block=unit.block,
        criteria=found,
        marks=marks,
        feeds={
            feed.leaf: Fed(inputs=feed.inputs, share=feed.share, standard_error=feed.standard_error)
            for feed in unit.feeds
        },
        corrections={each.leaf: each.points for each in unit.corrections if each.confirmed_by is not None},
        exempt=exempt,
    )


def _of_fields(stated: OutcomePart) -> dict[str, str | None]:
    """Each field in one text, so that any of its three numbers makes a difference."""
    return {name: f"{part.points} : {part.applicable} : {part.maximum}" for name, part in stated.fields.items()}


def _unequal(
    kind: str, name: str, stated: Mapping[str, str | None], found: Mapping[str, str | None]
) -> Iterator[Difference]:
    for key in sorted(stated.keys() | found.keys()):
        said = [_exact(each[key]) if key in each else "chưa chấm" for each in (stated, found)]
        if said[0] != said[1]:
            yield Difference(kind=kind, place=f"{name}, {key}", stated=said[0], found=said[1])


def _index(name: str, stated: IndexPart | None, found: IndexPart | None) -> Iterator[Difference]:
    if stated is None or found is None:
        if stated != found:
            yield Difference(kind="other_index", place=name)
        return
    for key, value in stated:
        other = getattr(found, key)
        close = isinstance(value, float) and isinstance(other, float) and abs(value - other) <= CLOSE
        if value != other and not close:
            yield Difference(kind="other_index", place=f"{name}, {key}", stated=str(value), found=str(other))


def _said(points: Decimal | None) -> str:
    return "–" if points is None else f"{points:f}"


def _exact(text: str | None) -> str:
    return "không áp dụng" if text is None else text
