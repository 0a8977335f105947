"""The forms that officials know: a unit's form to sign, the details of units, and the special report.

Their columns follow the layouts of the provinces' systems: phiếu chi tiết đơn vị, chi tiết từng đơn vị, báo cáo đặc
thù. The results and the evidence have modules of their own.
"""

from collections.abc import Collection, Iterator
from decimal import Decimal

from reports import par_words
from reports.par_content import (
    BlockResult,
    Criterion,
    Dossier,
    LeafLine,
    RoundReport,
    UnitResult,
    Word,
)
from reports.par_papers import CENTRE, LEFT, REPORT, RIGHT, SHEET, Cell, Paper, Row, Section, Table, table
from reports.words import DASH, day

FORM = {
    "TT": (13.0, LEFT),
    "Tiêu chí": (57.0, LEFT),
    "Điểm chuẩn": (14.0, RIGHT),
    "Tự chấm": (14.0, RIGHT),
    "Tài liệu kiểm chứng, giải trình": (66.0, LEFT),
    "Điểm thẩm định": (16.0, RIGHT),
    "Ý kiến thẩm định": (57.0, LEFT),
    "Tổng điểm": (15.0, RIGHT),
}
DETAILS = {"TT": (14.0, LEFT), "Nội dung": (103.0, LEFT), "Điểm tối đa": (16.0, RIGHT), "Điểm tự chấm": (16.0, RIGHT),
           "Điểm thẩm định": (16.0, RIGHT)}  # fmt: skip
DEDUCTED = {"Điểm bị trừ": (16.0, RIGHT), "Điểm sau khi trừ": (16.0, RIGHT)}
SPECIAL = {
    "Đơn vị": (45.0, LEFT),
    "Điểm thẩm định thực tế": (34.0, CENTRE),
    "Tỷ lệ (%)": (17.0, RIGHT),
    "Quy về tối đa": (19.0, RIGHT),
    "KSCB": (15.0, RIGHT),
    "SIPAS": (15.0, RIGHT),
    "Chỉ số, tính trên phần áp dụng (%)": (23.0, RIGHT),
    "Chỉ số, quy về điểm tối đa (%)": (23.0, RIGHT),
    "Các tiêu chí đặc thù không đánh giá": (61.0, LEFT),
}
CONVENTIONS = (
    "Hai cách tính cho đơn vị có tiêu chí không áp dụng: (a) tỷ lệ điểm đạt trên điểm tối đa còn áp dụng; (b) tỷ lệ đó "
    "của từng phương pháp quy về điểm tối đa đầy đủ của phương pháp rồi cộng lại."
)
NOT_APPLICABLE = "không áp dụng"
EXEMPT = "đơn vị đặc thù, không đánh giá"


def unit_sheet(content: RoundReport, block: BlockResult, unit: UnitResult, dossier: Dossier) -> Paper:
    """Phiếu chi tiết đơn vị: what the unit said beside what the appraisers said, to be signed by its leader."""
    rows = [
        *(_form_row(unit, node, dossier) for node in block.criteria.nodes),
        *_sums(unit, ("", "", "")),
    ]
    shown = table("Phiếu chi tiết", "", FORM, rows, decimals=block.criteria.decimals)
    return Paper(
        form=SHEET,
        letterhead=content.letterhead,
        summary=f"Phiếu chi tiết kết quả Chỉ số cải cách hành chính năm {content.year} của {unit.name}",
        made_on=content.made_on,
        fictional=content.fictional,
        notices=par_words.notices(content),
        sections=(
            Section(title="", sentences=(par_words.reading(block, unit, ranked=content.ranked),), tables=(shown,)),
        ),
        unit=unit.name,
        wide=True,
    )


def unit_details(content: RoundReport, units: Collection[int] | None = None) -> Paper:
    """Chi tiết từng đơn vị: a table for each unit (of these only when they are named)."""
    parts = tuple(
        Section(title=unit.name, sentences=(par_words.reading(block, unit, ranked=content.ranked),),
                tables=(_details(block, unit),))
        for block in content.blocks for unit in block.units if units is None or unit.unit_id in units
    )  # fmt: skip
    whose, where = (parts[0].title, "phụ lục") if len(parts) == 1 else ("từng đơn vị", "các phụ lục")
    return Paper(
        form=REPORT,
        letterhead=content.letterhead,
        summary=f"Chi tiết Chỉ số cải cách hành chính năm {content.year} của {whose}",
        made_on=content.made_on,
        fictional=content.fictional,
        notices=par_words.notices(content),
        sections=(Section(title="", sentences=(f"Kết quả của {whose} ở {where} kèm theo.",)),),
        annexes=parts,
        closing=f"Trên đây là chi tiết kết quả của {whose}./.",
    )


def special(content: RoundReport) -> Paper:
    """Báo cáo đặc thù: the units to which points of the base do not apply, by both conventions."""
    sections = tuple(_special(block) for block in content.blocks if any(unit.special for unit in block.units))
    none = Section(title="", sentences=("Không đơn vị nào có tiêu chí không áp dụng.",))
    return Paper(
        form=REPORT,
        letterhead=content.letterhead,
        summary=f"Đơn vị đặc thù trong Chỉ số cải cách hành chính năm {content.year}",
        made_on=content.made_on,
        fictional=content.fictional,
        notices=par_words.notices(content),
        sections=sections or (none,),
        closing="Trên đây là kết quả của các đơn vị đặc thù./.",
        wide=True,
    )


def _form_row(unit: UnitResult, node: Criterion, dossier: Dossier) -> Row:
    line = unit.leaf(node.number) if node.leaf else None
    if line is None:
        return group_row(unit, node, ("", "", ""))
    given = line.council or line.appraised
    return Row((
        node.number, node.name, node.maximum, own_cell(line), _support(line, dossier), word_cell(given),
        "; ".join(opinions(line, dossier)), counted_cell(line),
    ))  # fmt: skip


def group_row(unit: UnitResult, node: Criterion, between: tuple[Cell, ...]) -> Row:
    """A field or criterion with the sums below it; bonus and penalty groups have none of their own."""
    own, counted = unit.own.parts.get(node.number), unit.counted.parts.get(node.number)
    points: tuple[Cell, Cell] = ("", "") if own is None or counted is None else (own.points, counted.points)
    return Row((node.number, node.name, node.maximum, points[0], *between, points[1]), strong=True)


def _sums(unit: UnitResult, between: tuple[Cell, ...]) -> Iterator[Row]:
    """How the points make the index: the base, what stands outside it, the percent."""
    own, counted = unit.own, unit.counted
    whole = counted.parts[""]
    yield Row(("", "Tổng điểm", whole.applicable, own.parts[""].points, *between, whole.points), strong=True)
    if any(line.criterion.role != "base" for line in unit.leaves):
        beside = (own.bonus - own.deducted, counted.bonus - counted.deducted)
        yield Row(("", "Điểm thưởng, điểm trừ", "", beside[0], *between, beside[1]), strong=True)
    yield Row(("", "Chỉ số (%)", "", own.index, *between, counted.index), strong=True)


def _support(line: LeafLine, dossier: Dossier) -> str:
    """Documents by number and day, then the entries and the unit's own words."""
    known = {each.ref: each for each in dossier.evidence}
    parts = []
    for support in dossier.supports.get(line.criterion.number, ()):
        document = known[support.ref]
        issued = f" ngày {day(document.issued_on)}" if document.issued_on else ""
        named = f"{document.number or document.summary}{issued}"
        parts.append(f"{named} (thẩm định bổ sung)" if support.by_appraiser else named)
    if line.own and line.own.inputs:
        parts.append(par_words.said(line.criterion, line.own.inputs))
    if line.fed:
        parts.append(fed_words(line, dossier))
    if line.own and line.own.reason:
        parts.append(f"Giải trình: {line.own.reason}")
    parts += [
        f"Trả lời: {each.answer}" for each in dossier.asked.get(line.criterion.number, ()) if each.answer
    ]  # fmt: skip
    return "; ".join(parts)


def fed_words(line: LeafLine, dossier: Dossier) -> str:
    """What feeds a survey or statistics leaf, with its source."""
    source = dossier.sources.get(line.criterion.number)
    said = par_words.said(line.criterion, line.fed)
    return f"{said}; Nguồn: {source}" if source else said


def opinions(line: LeafLine, dossier: Dossier) -> Iterator[str]:
    """What appraisers and council said of a leaf, in its order."""
    number = line.criterion.number
    if line.first and line.first.reason:
        yield f"Thẩm định lần 1: {line.first.reason}"
    for asked in dossier.asked.get(number, ()):
        yield f"Hỏi: {asked.question} (hạn {day(asked.due)})"
    if line.second and line.second.reason:
        yield f"Thẩm định lần 2: {line.second.reason}"
    if line.council:
        decided = par_words.points(line.council.points) if line.council.applies else NOT_APPLICABLE
        yield f"Hội đồng: {decided}" + (f" ({line.council.reason})" if line.council.reason else "")
    for corrected in dossier.corrections.get(number, ()):
        yield f"Đính chính {day(corrected.on)}: {par_words.points(corrected.points)} ({corrected.reason})"


def own_cell(line: LeafLine) -> Cell:
    """What the unit gave itself; nothing where it does not score."""
    if line.exempt:
        return ""
    return "" if line.own is None and line.criterion.method != "appraisal" else word_cell(line.own)


def word_cell(word: Word | None) -> Cell:
    """The points of a stage, or that the leaf does not apply; empty when it said nothing."""
    if word is None:
        return ""
    return word.points if word.applies else NOT_APPLICABLE


def counted_cell(line: LeafLine) -> Cell:
    """The points that count."""
    if line.exempt:
        return EXEMPT
    return line.points if line.applies else NOT_APPLICABLE


def _details(block: BlockResult, unit: UnitResult) -> Table:
    used = any(_deducted(line) for line in unit.leaves)
    rows = []
    for node in block.criteria.nodes:
        line = unit.leaf(node.number) if node.leaf else None
        rows.append(_details_row(unit, node, line, used=used))
    rows += _sums(unit, ("", "") if used else ())
    columns = DETAILS | DEDUCTED if used else DETAILS
    if used:
        columns["Nội dung"] = (71.0, LEFT)
    group = "Chi tiết, có điểm trừ" if used else "Chi tiết"
    return table(unit.name, "", columns, rows, decimals=block.criteria.decimals, group=group)


def _details_row(unit: UnitResult, node: Criterion, line: LeafLine | None, *, used: bool) -> Row:
    if line is None:
        found = group_row(unit, node, ("", "") if used else ())
        return found
    appraised: Cell = counted_cell(line)
    if used and line.points is not None:
        given = line.council or line.appraised
        appraised = given.points if given and line.corrected is None else line.points
    tail: tuple[Cell, ...] = (_deducted(line) or "", counted_cell(line)) if used else ()
    return Row((node.number, node.name, node.maximum, own_cell(line), appraised, *tail))


def _deducted(line: LeafLine) -> Decimal:
    given = line.council or line.appraised
    return given.deducted if given and line.corrected is None else Decimal(0)


def _special(block: BlockResult) -> Section:
    units = [unit for unit in block.units if unit.special]
    rows = [_special_row(unit) for unit in units]
    return Section(
        title=f"{block.name.capitalize()}: {len(units)} đơn vị đặc thù",
        sentences=(CONVENTIONS,),
        tables=(table(f"Đặc thù {block.key}", "", SPECIAL, rows, decimals=block.criteria.decimals),),
    )


def _special_row(unit: UnitResult) -> Row:
    part = unit.counted.blocks.get("appraisal")
    surveys = [unit.counted.blocks.get(name) for name in ("survey_leaders", "survey_sipas")]
    actual: tuple[Cell, Cell, Cell] = (DASH, None, None)
    if part is not None:
        actual = (_removed(unit), None if part.share is None else 100 * part.share, part.scaled)
    missing = [f"{line.criterion.number} {line.criterion.name}" for line in unit.leaves
               if not line.applies and line.criterion.role == "base"]  # fmt: skip
    return Row((
        unit.name, *actual, *(part.points if part else None for part in surveys), unit.percent, unit.scaled,
        "; ".join(missing),
    ))  # fmt: skip


def _removed(unit: UnitResult) -> str:
    """ "64,20/(69,5 − 5)" of the appraised points."""
    part = unit.counted.blocks["appraisal"]
    off = part.maximum - part.applicable
    whole, less = par_words.maximum(part.maximum), par_words.maximum(off)
    return f"{par_words.points(part.points)}/({whole} − {less})"
