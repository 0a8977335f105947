"""Everything behind the marks of units: documents with their files, questions and answers, corrections, sources."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.par_content import Asked, AuditPoint, Corrected, Dossier, EvidenceLine, FileLine, Support
from survey_app.assessment.results.reporting import Opened
from survey_app.assessment.sight import OPENED
from survey_app.config import ZONE
from survey_app.models import Assessment, AuditHead, Correction, Evidence, EvidenceFile, Explanation, Feed
from survey_app.models import Support as Supporting

Line = TypeVar("Line")
MOST_KEYS = 5000  # of one statement
Units = Mapping[int, int]  # assessment → unit
# Plain columns: tens of thousands of rows of the session would take four times as long.
FILE = (EvidenceFile.version, EvidenceFile.name, EvidenceFile.sha256, EvidenceFile.size, EvidenceFile.scan)
DOCUMENT = (
    Evidence.number, Evidence.issued_on, Evidence.issuer, Evidence.summary, Evidence.url, Evidence.note,
    Evidence.withdrawn,
)  # fmt: skip


def dossiers(session: Session, round_id: int, units: Collection[int]) -> dict[int, Dossier]:
    """The dossiers of these units of a round, in a handful of statements whatever their number.

    For units that the caller has shown to be in the person's sight.
    """
    query = select(Assessment.id, Assessment.unit_id).where(Assessment.round_id == round_id)
    places: dict[int, int] = dict(session.execute(query.where(Assessment.unit_id.in_(units))).all())
    documents = _documents(session, round_id, places)
    supports = _supports(session, places, documents)
    asked, corrections, sources = _asked(session, places), _corrections(session, places), _sources(session, places)
    return {
        unit_id: Dossier(
            evidence=tuple(documents.get(unit_id, {}).values()),
            supports=_frozen(supports.get(unit_id, {})),
            asked=_frozen(asked.get(unit_id, {})),
            corrections=_frozen(corrections.get(unit_id, {})),
            sources=sources.get(unit_id, {}),
        )
        for unit_id in places.values()
    }


def shown(session: Session, opened: Opened, unit_id: int | None = None) -> dict[int, Dossier]:
    """The dossiers of the units of which a person sees what stands behind the points (of one of them), as far as they
    are open to that person: what was withdrawn only to those who judge, for it may have been an appraiser's."""
    blocks, seen = opened.report.blocks, opened.sheets if unit_id is None else opened.sheets.keys() & {unit_id}
    units = {unit.unit_id: unit for block in blocks for unit in block.units if unit.unit_id in seen}
    found = dossiers(session, opened.report.round_id, units)
    if opened.judging:
        return found
    kept = {key: _standing(each) for key, each in found.items()}
    return {key: each if units[key].state in OPENED else unjudged(each) for key, each in kept.items()}


def _standing(found: Dossier) -> Dossier:
    return replace(found, evidence=tuple(line for line in found.evidence if not line.withdrawn))


def unjudged(found: Dossier) -> Dossier:
    """A dossier without what appraisers brought in, for a unit whose appraisal is not open to it yet."""
    own = {leaf: tuple(each for each in lines if not each.by_appraiser) for leaf, lines in found.supports.items()}
    theirs = {each.ref for lines in found.supports.values() for each in lines if each.by_appraiser}
    kept = {each.ref for lines in own.values() for each in lines}
    lines = tuple(line for line in found.evidence if line.ref in kept or line.ref not in theirs)
    return replace(found, supports=own, evidence=lines, asked={}, corrections={})


def audit_point(session: Session) -> AuditPoint:
    """The end of the audit chain as it is now."""
    head = session.get(AuditHead, 1)
    return AuditPoint(event=head.last_id, mac=head.mac) if head else AuditPoint(event=0, mac="")


def _documents(session: Session, round_id: int, places: Units) -> dict[int, dict[int, EvidenceLine]]:
    """By unit and key, numbered from 1 in the order in which they came: the unit's own, and what its leaves rest on."""
    units = set(places.values())
    owned = select(Evidence.unit_id, Evidence.id).where(Evidence.round_id == round_id, Evidence.unit_id.in_(units))
    used = select(Supporting.assessment_id, Supporting.evidence_id).where(Supporting.assessment_id.in_(places))
    pairs = set(map(tuple, session.execute(owned))) | {(places[place], key) for place, key in session.execute(used)}
    lines = _lines(session, {key for _, key in pairs})
    found: dict[int, dict[int, EvidenceLine]] = defaultdict(dict)
    for unit_id, key in sorted(pairs):
        found[unit_id][key] = replace(lines[key], ref=len(found[unit_id]) + 1)
    return found


def _lines(session: Session, keys: Collection[int]) -> dict[int, EvidenceLine]:
    files: dict[int, list[FileLine]] = defaultdict(list)
    found: dict[int, EvidenceLine] = {}
    for some in batched(sorted(keys)):
        stored = select(EvidenceFile.evidence_id, *FILE).where(EvidenceFile.evidence_id.in_(some))
        for file in session.execute(stored.order_by(EvidenceFile.evidence_id, EvidenceFile.version)):
            line = FileLine(version=file.version, name=file.name, sha256=file.sha256, size=file.size, scan=file.scan)
            files[file.evidence_id].append(line)
        for row in session.execute(select(Evidence.id, *DOCUMENT).where(Evidence.id.in_(some))):
            found[row.id] = EvidenceLine(
                ref=0,
                number=row.number,
                issued_on=row.issued_on,
                issuer=row.issuer,
                summary=row.summary,
                url=row.url or "",
                note=row.note,
                withdrawn=row.withdrawn,
                files=tuple(files[row.id]),
            )
    return found


def batched(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many as a statement takes at once."""
    return (keys[start : start + MOST_KEYS] for start in range(0, len(keys), MOST_KEYS))


def _supports(
    session: Session, places: Units, documents: Mapping[int, Mapping[int, EvidenceLine]]
) -> dict[int, dict[str, list[Support]]]:
    found: dict[int, dict[str, list[Support]]] = defaultdict(lambda: defaultdict(list))
    columns = (Supporting.assessment_id, Supporting.leaf, Supporting.evidence_id, Supporting.by_appraiser)
    query = select(*columns).where(Supporting.assessment_id.in_(places)).order_by(Supporting.evidence_id)
    for assessment_id, leaf, key, by_appraiser in session.execute(query):
        unit_id = places[assessment_id]
        found[unit_id][leaf].append(Support(ref=documents[unit_id][key].ref, by_appraiser=by_appraiser))
    return found


def _asked(session: Session, places: Units) -> dict[int, dict[str, list[Asked]]]:
    found: dict[int, dict[str, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    query = select(Explanation).where(Explanation.assessment_id.in_(places)).order_by(Explanation.id)
    for row in session.scalars(query):
        line = Asked(
            question=row.question,
            due=row.due,
            answer=row.answer or "",
            answered_on=row.answered_at.astimezone(ZONE).date() if row.answered_at else None,
        )
        found[places[row.assessment_id]][row.leaf].append(line)
    return found


def _corrections(session: Session, places: Units) -> dict[int, dict[str, list[Corrected]]]:
    """Those that a second person confirmed."""
    found: dict[int, dict[str, list[Corrected]]] = defaultdict(lambda: defaultdict(list))
    query = select(Correction).where(Correction.assessment_id.in_(places), Correction.confirmed_by.is_not(None))
    for row in session.scalars(query.order_by(Correction.id)):
        day = (row.confirmed_at or row.proposed_at).astimezone(ZONE).date()
        line = Corrected(points=Decimal(row.points), reason=row.reason, on=day)
        found[places[row.assessment_id]][row.leaf].append(line)
    return found


def _sources(session: Session, places: Units) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in session.execute(
        select(Feed.assessment_id, Feed.leaf, Feed.source).where(Feed.assessment_id.in_(places))
    ):
        found[places[row.assessment_id]][row.leaf] = row.source
    return found


def _frozen(found: Mapping[str, list[Line]]) -> dict[str, tuple[Line, ...]]:
    return {leaf: tuple(lines) for leaf, lines in found.items()}
