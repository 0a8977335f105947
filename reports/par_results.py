"""Kết quả chỉ số: the ranking of every block, how sure it is, where points were lost, and against last year."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from reports import par_method, par_words, words
from reports.par_content import BlockResult, Criterion, RoundReport, UnitResult
from reports.par_papers import CENTRE, LEFT, REPORT, RIGHT, Cell, Paper, Row, Section, Table, table

MOST_LOST = 10
POINTS = 16.0
HEADS = {"appraisal": "Điểm thẩm định", "survey_leaders": "KSCB", "survey_sipas": "SIPAS", "statistics": "KT-XH"}
IMPACT = {
    "survey_leaders": "KSCB (khảo sát cán bộ)",
    "survey_sipas": "SIPAS",
    "statistics": "KT-XH (số liệu thống kê)",
}
TOTALS = ("Tổng điểm", "Tối đa áp dụng", "Chỉ số (%)")
METHOD = {"Nội dung": (40.0, LEFT), "Cách làm": (125.0, LEFT)}
SURE = {
    "Hạng": (14.0, CENTRE),
    "Đơn vị": (43.0, LEFT),
    "Chỉ số (%)": (18.0, RIGHT),
    "Khoảng 95 % (%)": (30.0, CENTRE),
    "Hạng có thể": (34.0, LEFT),
    "Xếp loại": (26.0, LEFT),
}
LOST = {
    "Tiêu chí": (16.0, LEFT),
    "Nội dung": (89.0, LEFT),
    "Tối đa": (15.0, RIGHT),
    "Mất bình quân": (22.0, RIGHT),
    "Số đơn vị mất điểm": (23.0, RIGHT),
}
COMPARED = {
    "Đơn vị": (55.0, LEFT),
    "Tự chấm": (22.0, RIGHT),
    "Được tính": (22.0, RIGHT),
    "Chênh lệch": (22.0, RIGHT),
    "Năm trước (%)": (22.0, RIGHT),
    "Năm nay (%)": (22.0, RIGHT),
}
CAUTION = (
    "Hai đơn vị có khoảng hạng chồng nhau thì chưa đủ căn cứ nói đơn vị nào hơn; thứ hạng công bố theo chỉ số và không "
    "thay cho khoảng hạng."
)
MATCHED = (
    "So năm trước chỉ trên các tiêu chí trùng số, cùng áp dụng ở cả hai kỳ; bộ tiêu chí đổi thì chỉ số không so được."
)


def results(content: RoundReport) -> Paper:
    """The report of a round."""
    bases = dict.fromkeys(name for block in content.blocks for name, _ in block.criteria.bases)
    return Paper(
        form=REPORT,
        letterhead=content.letterhead,
        summary=f"Kết quả Chỉ số cải cách hành chính năm {content.year}",
        made_on=content.made_on,
        fictional=content.fictional,
        notices=par_words.notices(content),
        bases=tuple(bases),
        sections=tuple(_sections(content)),
        annexes=(method(content),),
        closing=f"Trên đây là kết quả Chỉ số cải cách hành chính năm {content.year}./.",
    )


def method(content: RoundReport) -> Section:
    """How it was scored, as a table."""
    made = [Row(row) for row in par_method.rows(content)]
    return Section(title="Phương pháp và căn cứ", tables=(table("Phương pháp", "", METHOD, made),))


def _sections(content: RoundReport) -> Iterator[Section]:
    yield Section(title="I. THÔNG TIN CHUNG", sentences=tuple(_general(content)))
    for number, block in enumerate(content.blocks, start=2):
        yield Section(
            title=f"{words.roman(number)}. KẾT QUẢ KHỐI {block.name.upper()}",
            sentences=(par_words.headline(block), *_cautions(block)),
            tables=tuple(_tables(content, block)),
            forest=block if any(unit.counted.index is not None for unit in block.units) else None,
        )


def _general(content: RoundReport) -> Iterator[str]:
    units = sum(len(block.units) for block in content.blocks)
    blocks = "; ".join(f"{len(block.units)} {block.name}" for block in content.blocks)
    published = f" Công bố ngày {words.day(content.published_on)}." if content.published_on else ""
    yield f"Kỳ đánh giá: {content.title}. Số đơn vị: {units} ({blocks}).{published}"
    for meeting in content.meetings[-1:]:
        yield (
            f"Hội đồng thẩm định thông qua kết quả ngày {words.day(meeting.held_on)} với {meeting.present}/"
            f"{meeting.members} thành viên tham gia."
        )
    special = sum(unit.special for block in content.blocks for unit in block.units)
    if special:
        yield f"{special} đơn vị có tiêu chí không áp dụng; chỉ số của các đơn vị này tính trên phần áp dụng."


def _cautions(block: BlockResult) -> Iterator[str]:
    if any(unit.ranks and unit.ranks.lower < unit.ranks.upper for unit in block.units):
        yield CAUTION


def _tables(content: RoundReport, block: BlockResult) -> Iterator[Table]:
    yield _ranking(block)
    yield table(f"Chắc chắn {block.key}", "Khoảng của chỉ số, hạng có thể và xếp loại", SURE,
                [sure_row(unit, block.criteria.decimals) for unit in block.units])  # fmt: skip
    yield by_field(block)
    rows = [Row((node.number, node.name, node.maximum, mean, units)) for node, mean, units in most_lost(block)]
    yield table(f"Mất điểm {block.key}", "Tiêu chí mất nhiều điểm nhất, bình quân mỗi đơn vị", LOST, rows)
    changed = any(unit.change and unit.change.leaves for unit in block.units)
    yield _compared(content, block, changed=changed)


def _ranking(block: BlockResult) -> Table:
    """Hạng, đơn vị, điểm thẩm định, điểm tác động (KSCB, SIPAS ...), tổng điểm."""
    methods = [name for name in HEADS if any(name in unit.counted.blocks for unit in block.units)]
    extra = any(unit.counted.bonus or unit.counted.deducted for unit in block.units)
    heads = [HEADS[name] for name in methods] + (["Thưởng, trừ"] if extra else [])
    columns = {"Hạng": (18.0, LEFT), "Đơn vị": (165.0 - 18 - POINTS * (len(heads) + 3), LEFT)}
    columns |= dict.fromkeys([*heads, *TOTALS], (POINTS, RIGHT))
    rows = [_ranking_row(unit, methods, extra=extra) for unit in block.units]
    impact = ", ".join(IMPACT[name] for name in methods if name in IMPACT)
    caption = f"Kết quả chỉ số khối {block.name}" + (f". Điểm tác động: {impact}" if impact else "")
    return table(f"Kết quả {block.key}", caption, columns, rows, decimals=block.criteria.decimals)


def _ranking_row(unit: UnitResult, methods: Sequence[str], *, extra: bool) -> Row:
    whole = unit.counted.parts[""]
    parts: list[Cell] = []
    for name in methods:
        part = unit.counted.blocks.get(name)
        parts.append(part.points if part else None)
    if extra:
        parts.append(unit.counted.bonus - unit.counted.deducted)
    ranked = par_words.place(unit.place)
    return Row((ranked, unit.name, *parts, whole.points, whole.applicable, unit.counted.index))


def sure_row(unit: UnitResult, decimals: int) -> Row:
    """Rank, index, its interval, the places that it may hold, its class with chances."""
    return Row((
        par_words.place(unit.place), unit.name, unit.counted.index, par_words.limits(unit.interval, decimals),
        par_words.ranks(unit.ranks), par_words.band(unit),
    ))  # fmt: skip


def by_field(block: BlockResult) -> Table:
    """Percent of what applies, by field; bonus and penalty groups in points."""
    fields = [node for node in block.criteria.fields if node.role == "base"]
    width = min(16.0, 120.0 / max(1, len(fields)))
    columns = {"Đơn vị": (165.0 - width * len(fields), LEFT)}
    columns |= {node.number: (width, RIGHT) for node in fields}
    rows = [Row((unit.name, *(field_share(unit, node) for node in fields))) for unit in block.units]
    named = "; ".join(f"{node.number}: {node.name}" for node in fields)
    return table(f"Lĩnh vực {block.key}", f"Tỷ lệ điểm đạt theo lĩnh vực, %. {named}", columns, rows)


def field_share(unit: UnitResult, node: Criterion) -> Fraction | None:
    """The percent of what applies in a field; None when nothing does."""
    share = unit.counted.parts[node.number].share
    return None if share is None else 100 * share


def most_lost(block: BlockResult, most: int = MOST_LOST) -> list[tuple[Criterion, Fraction, int]]:
    """The leaves on which the units lost most on average, with how many lost."""
    lost: dict[str, list[Fraction]] = {}
    for unit in block.units:
        for line in unit.leaves:
            lost.setdefault(line.criterion.number, []).append(line.lost)
    found = [
        (
            node,
            sum(lost[node.number], Fraction(0)) / len(lost[node.number]),
            sum(each > 0 for each in lost[node.number]),
        )
        for node in block.criteria.leaves
        if node.number in lost
    ]
    return sorted((each for each in found if each[1] > 0), key=lambda each: -each[1])[:most]


def worst(block: BlockResult) -> str:
    """The leaf on which the units of a block lost most, in a sentence."""
    found = most_lost(block, 1)
    if not found:
        return f"Chưa {block.name} nào mất điểm."
    node, mean, units = found[0]
    return (
        f"Mất nhiều nhất ở tiêu chí {node.number} {node.name}: bình quân {par_words.points(mean)} trên "
        f"{par_words.maximum(node.maximum)} điểm, {units}/{len(block.units)} đơn vị mất điểm."
    )


def _compared(content: RoundReport, block: BlockResult, *, changed: bool) -> Table:
    columns = COMPARED if changed else {**dict(list(COMPARED.items())[:4]), "Đơn vị": (99.0, LEFT)}
    rows = []
    for unit in block.units:
        own, counted = unit.own.parts[""].points, unit.counted.parts[""].points
        both = (unit.change.before, unit.change.now) if unit.change and unit.change.leaves else (None, None)
        rows.append(Row((unit.name, own, counted, par_words.gap_of(unit.leaves), *(both if changed else ()))))
    caption = "Tự chấm và điểm được tính"
    if changed:
        caption += f"; tỷ lệ điểm so với {content.earlier}. {MATCHED}"
    return table(f"So sánh {block.key}", caption, columns, rows, decimals=block.criteria.decimals)
