"""The province's evidence report: every leaf of every unit with rule, entries, evidence, marks, reasons, decision.

The rules stand once for each block; a unit's documents stand once in its list, and its leaves name them by number.
"""

from collections.abc import Iterator, Mapping

from reports import par_words, words
from reports.par_content import (
    AuditPoint,
    BlockResult,
    Criterion,
    Dossier,
    EvidenceLine,
    LeafLine,
    RoundReport,
    UnitResult,
)
from reports.par_layouts import counted_cell, fed_words, group_row, opinions, own_cell, word_cell
from reports.par_method import rows as method_rows
from reports.par_papers import LEFT, REPORT, RIGHT, Paper, Row, Section, Table, table

RULES = {
    "TT": (14.0, LEFT),
    "Tiêu chí": (66.0, LEFT),
    "Tối đa": (13.0, RIGHT),
    "Cách chấm": (76.0, LEFT),
    "Số liệu": (43.0, LEFT),
    "Tài liệu yêu cầu": (40.0, LEFT),
}
LEAVES = {
    "TT": (13.0, LEFT),
    "Tiêu chí": (47.0, LEFT),
    "Tối đa": (13.0, RIGHT),
    "Số liệu": (38.0, LEFT),
    "Tự chấm": (13.0, RIGHT),
    "TĐ lần 1": (13.0, RIGHT),
    "TĐ lần 2": (13.0, RIGHT),
    "Hội đồng": (13.0, RIGHT),
    "Được tính": (15.0, RIGHT),
    "Tài liệu": (17.0, LEFT),
    "Lý do, giải trình, quyết định": (57.0, LEFT),
}
DOCUMENTS = {
    "Số": (9.0, LEFT),
    "Số, ký hiệu": (33.0, LEFT),
    "Ngày": (20.0, LEFT),
    "Cơ quan ban hành": (36.0, LEFT),
    "Trích yếu": (58.0, LEFT),
    "Tệp": (40.0, LEFT),
    "SHA-256": (56.0, LEFT),
}
METHOD = {"Nội dung": (45.0, LEFT), "Cách làm": (207.0, LEFT)}
SCANS = {"infected": "nhiễm mã độc", "failed": "chưa quét được", "waiting": "chờ quét", "unscanned": "chưa quét"}
KILO = 1000


def evidence(content: RoundReport, dossiers: Mapping[int, Dossier], audit: AuditPoint) -> Paper:
    """The report over the whole round."""
    return Paper(
        form=REPORT,
        letterhead=content.letterhead,
        summary=f"Tài liệu kiểm chứng và kết quả chấm Chỉ số cải cách hành chính năm {content.year}",
        made_on=content.made_on,
        fictional=content.fictional,
        notices=par_words.notices(content),
        bases=tuple(dict.fromkeys(name for block in content.blocks for name, _ in block.criteria.bases)),
        sections=(Section(title="", sentences=tuple(_opening(content, dossiers, audit))),),
        annexes=tuple(_annexes(content, dossiers, audit)),
        closing="Trên đây là tài liệu kiểm chứng và kết quả chấm của từng đơn vị./.",
        wide=True,
    )


def _opening(content: RoundReport, dossiers: Mapping[int, Dossier], audit: AuditPoint) -> Iterator[str]:
    leaves = sum(len(unit.leaves) for block in content.blocks for unit in block.units)
    documents = sum(len(dossier.evidence) for dossier in dossiers.values())
    units = sum(len(block.units) for block in content.blocks)
    yield (
        f"{content.title}: {units} đơn vị, {words.number(leaves)} tiêu chí, {words.number(documents)} tài liệu. "
        "Cách chấm của từng tiêu chí đứng ở phụ lục của bộ tiêu chí; số trong cột “Tài liệu” là số thứ tự trong danh "
        "mục tài liệu của đơn vị, dấu * là tài liệu do người thẩm định bổ sung."
    )
    yield (
        f"Nhật ký đến sự kiện số {words.number(audit.event)}, mã {audit.mac}: ai sửa hay cắt nhật ký trước thời điểm "
        "này thì chuỗi mã không còn khớp."
    )


def _annexes(content: RoundReport, dossiers: Mapping[int, Dossier], audit: AuditPoint) -> Iterator[Section]:
    rows = [Row(row) for row in method_rows(content, audit)]
    yield Section(title="Phương pháp và căn cứ", tables=(table("Phương pháp", "", METHOD, rows),))
    for block in content.blocks:
        rules = [_rule(node) for node in block.criteria.nodes]
        note = () if block.criteria.verified else (par_words.UNVERIFIED_SET,)
        title = f"Bộ tiêu chí {block.name}"
        yield Section(title=title, sentences=note, tables=(table(title, "", RULES, rules),))
    for block in content.blocks:
        for unit in block.units:
            yield _unit(content, block, unit, dossiers.get(unit.unit_id, Dossier()))


def _rule(node: Criterion) -> Row:
    if not node.leaf:
        return Row((node.number, node.name, node.maximum, "", "", ""), strong=True)
    rule = node.rule or "Người chấm cho điểm"
    unchecked = "" if node.verified else " (*)"
    return Row((
        node.number, node.name + unchecked, node.maximum, rule, par_words.asks(node), "; ".join(node.evidence),
    ))  # fmt: skip


def _unit(content: RoundReport, block: BlockResult, unit: UnitResult, dossier: Dossier) -> Section:
    rows = [_leaf(unit, node, dossier) for node in block.criteria.nodes]
    marks = table(unit.name, "", LEAVES, rows, decimals=block.criteria.decimals, group="Tiêu chí")
    sentences = (par_words.reading(block, unit, ranked=content.ranked),)
    if not dossier.evidence:
        return Section(title=unit.name, sentences=(*sentences, "Đơn vị không có tài liệu nào."), tables=(marks,))
    return Section(title=unit.name, sentences=sentences, tables=(marks, _documents(unit, dossier)))


def _leaf(unit: UnitResult, node: Criterion, dossier: Dossier) -> Row:
    line = unit.leaf(node.number) if node.leaf else None
    if line is None:
        row = group_row(unit, node, ("", "", "", "", ""))
        number, name, most, own, *_, counted = row.cells
        return Row((number, name, most, "", own, "", "", "", counted, "", ""), strong=True)
    supports = dossier.supports.get(node.number, ())
    refs = ", ".join(f"{each.ref}{'*' if each.by_appraiser else ''}" for each in supports)
    return Row((
        node.number, node.name, node.maximum, _figures(line, dossier), own_cell(line), word_cell(line.first),
        word_cell(line.second), word_cell(line.council), counted_cell(line), refs, "; ".join(_reasons(line, dossier)),
    ))  # fmt: skip


def _figures(line: LeafLine, dossier: Dossier) -> str:
    """The entries that the last stage used: the appraisers' where they have some, else the unit's, else what feeds."""
    stages = (line.council, line.second, line.first, line.own)
    used = next((word.inputs for word in stages if word is not None and word.inputs), None)
    return fed_words(line, dossier) if used is None else par_words.said(line.criterion, used)


def _reasons(line: LeafLine, dossier: Dossier) -> Iterator[str]:
    if line.own and line.own.reason:
        yield f"Đơn vị: {line.own.reason}"
    yield from opinions(line, dossier)
    for asked in dossier.asked.get(line.criterion.number, ()):
        if asked.answer:
            yield f"Giải trình: {asked.answer}"


def _documents(unit: UnitResult, dossier: Dossier) -> Table:
    rows = [row for each in dossier.evidence for row in _document(each)]
    return table(unit.name, f"Danh mục tài liệu của {unit.name}", DOCUMENTS, rows, group="Tài liệu")


def _document(line: EvidenceLine) -> Iterator[Row]:
    """A row for each version of the file; a link has none."""
    said = line.summary + (f" ({line.note})" if line.note else "") + (" [đã rút]" if line.withdrawn else "")
    number, issued = line.number or words.DASH, words.day(line.issued_on) if line.issued_on else words.DASH
    head = (line.ref, number, issued, line.issuer or words.DASH, said)
    if not line.files:
        yield Row((*head, line.url or "không có tệp", ""))
    for place, file in enumerate(line.files):
        first = head if place == 0 else ("", "", "", "", "")
        yield Row((*first, f"{file.name} (bản {file.version}, {_size(file.size)}{_scan(file.scan)})", file.sha256))


def _size(size: int) -> str:
    return f"{words.number(max(1, size // KILO))}\u00a0kB"


def _scan(scan: str) -> str:
    return f"; {SCANS[scan]}" if scan in SCANS else ""
