"""A criteria set as the pages and documents of results show it."""

from questionnaires.base import Source
from questionnaires.par_nodes import Spot
from questionnaires.par_sets import Band
from questionnaires.par_words import WORDS
from reports import par_words
from reports.par_content import CriteriaText, Criterion
from scoring.par.inputs import Ask
from survey_app.assessment.criteria import Criteria

KINDS = ("Quyết định", "Nghị định", "Nghị quyết", "Thông tư", "Chỉ thị", "Kế hoạch", "Công văn")


def shown(found: Criteria, fingerprint: str) -> CriteriaText:
    """The words of a set. ``fingerprint`` is that of its stored text."""
    definition = found.definition
    field_of: dict[str, str] = {}
    for spot in definition.spots:
        field_of[spot.node.id] = spot.node.id if spot.parent is None else field_of[spot.parent]
    return CriteriaText(
        title=definition.title.vi,
        ref=definition.ref,
        fingerprint=fingerprint,
        total=definition.total,
        decimals=definition.decimals,
        verified=definition.verified,
        note=definition.note or "",
        bases=tuple((basis(source), source.verified) for source in definition.legal_basis),
        convention=WORDS[definition.denominator].lower(),
        bands=tuple((band.name, bound(band)) for band in definition.bands),
        nodes=tuple(_criterion(found, spot, field_of[spot.node.id]) for spot in definition.spots),
    )


def basis(source: Source) -> str:
    """A document as a report names its basis: "Quyết định số 1/QĐ-BNV ngày 05 tháng 01 năm 2026 của Bộ Nội vụ ..."."""
    if source.number is None:
        return source.title
    day = f" ngày {source.date:%d} tháng {source.date:%m} năm {source.date:%Y}" if source.date else ""
    kind = next((each for each in KINDS if source.title.startswith(each)), None)
    if kind is None:
        return f"{source.title} số {source.number}{day}"
    issuer = f" của {source.issuer}" if source.issuer else ""
    return f"{kind} số {source.number}{day}{issuer}{source.title.removeprefix(kind)}"


def bound(band: Band) -> str:
    """Where a class begins: "từ 80" or "trên 80"."""
    number, strict = band.mark
    return f"{'trên' if strict else 'từ'} {par_words.maximum(number)}"


def _criterion(found: Criteria, spot: Spot, field: str) -> Criterion:
    node = spot.node
    rule = found.nodes[node.id].rule if spot.is_leaf else None
    questions = rule.questions() if rule is not None else ()
    labels = {question.name: question.label for question in questions if question.label}
    return Criterion(
        number=node.id,
        name=node.name,
        depth=spot.depth,
        field=field,
        maximum=node.max,
        leaf=spot.is_leaf,
        role=spot.role.value,
        method=node.method.value if node.method else "",
        rule=node.legal_text or "",
        labels=labels | {entry.key: entry.label for entry in node.inputs},
        units={entry.key: entry.unit for entry in node.inputs if entry.unit},
        ticks={question.name: question.options for question in questions if question.ask is Ask.TICKS},
        evidence=node.evidence,
        lead=node.lead_unit or spot.lead_unit or "",
        verified=node.verified,
    )
