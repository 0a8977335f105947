"""The documents of a package and where each of their files goes: folders by leaf, safe names, none twice."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria
from survey_app.assessment.flow import State
from survey_app.assessment.packing.manifest import DocumentPart, FilePart
from survey_app.assessment.sight import OPENED
from survey_app.evidence_files.names import ending, safe_name
from survey_app.models import Assessment, Evidence, EvidenceFile, Package, Support, Unit

ELSEWHERE = "khac"  # documents of the unit that support no leaf
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*\\/', "_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file of the store and its place in the package."""

    path: str
    key: str
    sha256: str
    size: int


@dataclass(slots=True)
class Names:
    """Gives every file a place of its own, also where capitals make no difference."""

    taken: set[str] = field(default_factory=set)

    def place(self, folder: str, name: str) -> str:
        """The name in that folder; with a number when it is taken."""
        path = PurePosixPath(folder, name)
        number = 1
        while str(path).casefold() in self.taken:
            number += 1
            path = PurePosixPath(folder, f"{PurePosixPath(name).stem} ({number}){PurePosixPath(name).suffix}")
        self.taken.add(str(path).casefold())
        return str(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    """Where the documents of a unit go, and which of its leaves count."""

    name: str
    order: tuple[str, ...]
    hidden: bool  # what appraisers added is not for the unit yet

    def of(self, leaves: Sequence[str]) -> str:
        first = min(leaves, key=self.order.index) if leaves else ELSEWHERE
        return str(PurePosixPath(self.name, first))


def documents(
    session: Session, rows: Sequence[Assessment], package: Package, given_out: Callable[[str], bool]
) -> tuple[dict[int, tuple[DocumentPart, ...]], tuple[Item, ...]]:
    """The documents of each assessment, and the files to copy.

    A document lies in the folder of the first leaf that it supports. Of a field only what supports its leaves
    comes along; of a unit everything, older versions of files too. What was withdrawn has lost its ties, and may have
    been an appraiser's: it comes along for those inside alone.
    """
    supports, files = _supports(session, rows), _files(session, package.round_id, [row.unit_id for row in rows])
    names, items = Names(), list[Item]()
    found: dict[int, tuple[DocumentPart, ...]] = {}
    for row in rows:
        folder = _folder(session, row, package)
        parts = []
        for document in _documents(session, row):
            ties = supports[row.id].get(document.id, [])
            leaves = [leaf for leaf, _ in ties if leaf in folder.order]
            by_appraiser = any(by for _, by in ties)
            hidden = (by_appraiser and folder.hidden) or (document.withdrawn and not package.internal)
            if (package.field and not leaves) or hidden:
                continue
            placed = list(_placed(names, folder.of(leaves), files.get(document.id, []), given_out))
            items += [item for _, item in placed if item is not None]
            parts.append(_part(document, leaves, by_appraiser, tuple(part for part, _ in placed)))
        found[row.id] = tuple(parts)
    return found, tuple(items)


def _folder(session: Session, row: Assessment, package: Package) -> _Folder:
    of = criteria.of(session, row.set_id).field_of
    code = session.get_one(Unit, row.unit_id).code
    return _Folder(
        name=code.translate(FORBIDDEN).strip(" .") or f"don-vi-{row.unit_id}" if package.field else "",
        order=tuple(leaf for leaf, field in of.items() if package.field in ("", field)),
        hidden=not package.internal and State(row.state) not in OPENED,
    )


def _supports(session: Session, rows: Sequence[Assessment]) -> Mapping[int, Mapping[int, list[tuple[str, bool]]]]:
    found: dict[int, dict[int, list[tuple[str, bool]]]] = defaultdict(lambda: defaultdict(list))
    query = select(Support).where(Support.assessment_id.in_([row.id for row in rows]))
    for tie in session.scalars(query.order_by(Support.evidence_id, Support.leaf)):
        found[tie.assessment_id][tie.evidence_id].append((tie.leaf, tie.by_appraiser))
    return found


def _documents(session: Session, row: Assessment) -> Sequence[Evidence]:
    query = select(Evidence).where(Evidence.round_id == row.round_id, Evidence.unit_id == row.unit_id)
    return session.scalars(query.order_by(Evidence.id)).all()


def _files(session: Session, round_id: int, unit_ids: Sequence[int]) -> Mapping[int, list[EvidenceFile]]:
    found: dict[int, list[EvidenceFile]] = defaultdict(list)
    query = (
        select(EvidenceFile)
        .join(Evidence, Evidence.id == EvidenceFile.evidence_id)
        .where(Evidence.round_id == round_id, Evidence.unit_id.in_(unit_ids))
        .order_by(EvidenceFile.evidence_id, EvidenceFile.version)
    )
    for row in session.scalars(query):
        found[row.evidence_id].append(row)
    return found


def _placed(
    names: Names, folder: str, files: Sequence[EvidenceFile], given_out: Callable[[str], bool]
) -> Iterator[tuple[FilePart, Item | None]]:
    """Each version with its place: the last under its own name, the older ones with their number."""
    for row in files:
        if not given_out(row.scan):
            yield _file(row, None, problem=row.scan), None
            continue
        stem, suffix = PurePosixPath(row.name).stem, ending(row.name) or "bin"
        name = row.name if row is files[-1] else f"{stem} (bản {row.version}).{suffix}"
        path = names.place(folder, safe_name(name, suffix))
        yield _file(row, path), Item(path=path, key=row.store_key, sha256=row.sha256, size=row.size)


def _file(row: EvidenceFile, path: str | None, *, problem: str = "") -> FilePart:
    return FilePart(
        path=path,
        version=row.version,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        scan=row.scan,
        problem=problem,
        account=row.account_id,
        at=row.at,
    )


def _part(row: Evidence, leaves: Sequence[str], by_appraiser: bool, files: tuple[FilePart, ...]) -> DocumentPart:
    return DocumentPart(
        id=row.id,
        number=row.number,
        issued_on=row.issued_on,
        issuer=row.issuer,
        summary=row.summary,
        url=row.url,
        note=row.note,
        withdrawn=row.withdrawn,
        leaves=tuple(leaves),
        by_appraiser=by_appraiser,
        files=files,
    )
