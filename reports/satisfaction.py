"""The satisfaction report as an official BÁO CÁO with its annexes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.platypus import CondPageBreak, Flowable, Paragraph

from reports import findings, method, official_form, theme, words
from reports.content import Comparison, SatisfactionReport, TargetLine
from reports.satisfaction_annexes import Annex, annexes
from reports.tables import Cell, Column, Sign, data_table
from reports.theme import Heading, paragraph, text

KIND = "Báo cáo"
BODY_TABLE = 12.0

TARGET_COLUMNS = (
    Column("TT", 9, "CENTER"),
    Column("Mục tiêu", 51),
    Column("Kết quả", 22, "RIGHT"),
    Column("Khoảng tin cậy", 27, "RIGHT"),
    Column("n", 17, "RIGHT"),
    Column("", 7, "CENTER"),
    Column("Kết luận", 32),
)
FACTOR_COLUMNS = (
    Column("TT", 10, "CENTER"),
    Column("Yếu tố", 81),
    Column("Tỷ lệ (%)", 22, "RIGHT"),
    Column("Khoảng tin cậy", 32, "RIGHT"),
    Column("n", 20, "RIGHT"),
)
# A heading stays with what follows; kept together with a whole table it would leave half a page empty.
HEADING_ROOM = 110
CHOICE_COLUMNS = (Column("Câu hỏi", 68), Column("Tỷ lệ người trả lời chọn", 77), Column("n", 20, "RIGHT"))
CHANNEL_COLUMNS = (
    Column("Kênh thu phiếu", 57),
    Column("Phát ra", 22, "RIGHT"),
    Column("Nhận về", 22, "RIGHT"),
    Column("Tỷ lệ (%)", 17, "RIGHT"),
    Column("Khoảng tin cậy", 27, "RIGHT"),
    Column("Tính vào tỷ lệ", 20, "CENTER"),
)
COMPARISON_COLUMNS = (
    Column("Nhóm so sánh", 49),
    Column("Số lượng", 18, "RIGHT"),
    *(Column(name, 16, "RIGHT") for name in findings.STANDINGS),
    Column("Phụ lục", 18, "CENTER"),
)

NOT_OFFICIAL = (
    "Các tỷ lệ trong báo cáo này là chỉ số nội bộ theo khung SIPAS, không phải Chỉ số SIPAS do Bộ Nội vụ công bố; "
    "hai số liệu không thay thế cho nhau."
)
AT_THE_COUNTER = (
    "Phiếu do người vừa giao dịch tự nguyện trả lời. Tỷ lệ thu tại nơi giao dịch thường cao hơn tỷ lệ của điều tra "
    "dân cư; cần thận trọng khi đối chiếu với các cuộc điều tra khác."
)
RANDOM_ERROR = (
    "Khoảng tin cậy chỉ nói về sai số do số phiếu có hạn, không nói về khác biệt giữa người trả lời và người không "
    "trả lời. Khi khoảng tin cậy của hai đơn vị chồng lên nhau thì chưa đủ căn cứ để xếp hơn kém."
)
INVENTED = (
    "Toàn bộ số liệu, tên tỉnh và tên đơn vị trong báo cáo này là giả định, dùng để trình diễn chương trình; "
    "không sử dụng để đánh giá bất kỳ cơ quan nào."
)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """An annex with its number ("" when it is the only one)."""

    number: str
    annex: Annex

    @property
    def label(self) -> str:
        return f"Phụ lục {self.number}".strip()


def render(content: SatisfactionReport) -> bytes:
    """The PDF; the same content always gives the same bytes."""
    target = io.BytesIO()
    footer = words.FICTIONAL if content.fictional else ""
    document = theme.Document(target, title=_summary(content), author=content.letterhead.issuer, footer=footer)
    document.build(story(content))
    return target.getvalue()


def story(content: SatisfactionReport) -> list[Flowable]:
    """The report's flowables: the document itself, then each annex on new pages."""
    planned = annexes(content)
    numbered = [_Numbered(words.roman(i) if len(planned) > 1 else "", annex) for i, annex in enumerate(planned, 1)]
    flow: list[Flowable] = [
        official_form.heading(content.letterhead, content.made_on.year),
        *official_form.title("BÁO CÁO", _summary(content)),
    ]
    if content.fictional:
        flow.append(paragraph(words.FICTIONAL, theme.NOTICE))
    flow += official_form.bases([name for name, _ in content.method.legal_basis])
    flow.append(_opening(content))
    flow += [Heading("I. TÌNH HÌNH THU THẬP PHIẾU"), *_collection(content)]
    flow += [CondPageBreak(HEADING_ROOM + 40), Heading("II. KẾT QUẢ"), *_results(content, numbered)]
    flow += [Heading("III. LƯU Ý KHI SỬ DỤNG SỐ LIỆU"), *_cautions(content, numbered[-1])]
    flow.append(official_form.closing([_last_words(content)], content.letterhead))
    for item in numbered:
        flow += official_form.annex(item.number, item.annex.name, KIND, content.letterhead)
        flow += item.annex.flow
    return flow


def _summary(content: SatisfactionReport) -> str:
    return f"Kết quả đo lường sự hài lòng {content.subject}"


def _body(value: str) -> Paragraph:
    return paragraph(value, theme.BODY)


def _opening(content: SatisfactionReport) -> Flowable:
    return _body(f"{content.letterhead.issuer} báo cáo kết quả đo lường sự hài lòng {content.subject} như sau:")


def _last_words(content: SatisfactionReport) -> Flowable:
    issuer = content.letterhead.issuer
    return _body(f"Trên đây là kết quả đo lường sự hài lòng, {issuer} báo cáo để các cơ quan, đơn vị biết, sử dụng./.")


def _collection(content: SatisfactionReport) -> list[Flowable]:
    fieldwork = (
        f"Đợt khảo sát: {content.campaign}. Phạm vi: {content.scope}. Thời gian thu phiếu: {findings.period(content)}. "
        f"Số liệu tính đến ngày {words.day(content.data_as_of)}."
    )
    flow: list[Flowable] = [_body(fieldwork), _body(_counts(content))]
    if content.channels:
        flow += [paragraph("Số phiếu và tỷ lệ hài lòng theo kênh", theme.CAPTION), _channels(content)]
        flow += [_body(sentence) for sentence in findings.channels(content.channels)]
    return flow


def _counts(content: SatisfactionReport) -> str:
    score = content.whole.score
    if content.validity is None:
        return "Số phiếu trả lời không công bố, để giữ kín nhóm ít phiếu."
    if not score.received:
        return "Chưa nhận được phiếu trả lời nào."
    said = " ".join((findings.forms(content.validity), *findings.excluded(content.validity)))
    if score.response_rate is not None:
        said += (
            f" Trong kỳ có {words.number(score.population or 0)} hồ sơ đã giải quyết; số phiếu nhận được bằng "
            f"{words.percent(score.response_rate)} số hồ sơ."
        )
    return said


def _channels(content: SatisfactionReport) -> Flowable:
    def count(number: int | None) -> str:
        return words.DASH if number is None else words.number(number)

    rows = [
        [line.name, count(line.issued), count(line.received), words.rate_cell(line.index.value),
         words.interval(line.index, 2), "Có" if line.counted else "Không"]
        for line in content.channels
    ]  # fmt: skip
    received = [line.received for line in content.channels]
    total = words.DASH if None in received else words.number(sum(filter(None, received)))
    rows.append(["Tổng số", "", total, "", "", ""])
    if all(line.issued is None for line in content.channels):
        return data_table(
            [Column("Kênh thu phiếu", 79), *CHANNEL_COLUMNS[2:]], [[r[0], *r[2:]] for r in rows],
            size=BODY_TABLE, totals=1,
        )  # fmt: skip
    return data_table(CHANNEL_COLUMNS, rows, size=BODY_TABLE, totals=1)


def _results(content: SatisfactionReport, numbered: Sequence[_Numbered]) -> list[Flowable]:
    """The subsections that have something to say, numbered in their order."""
    sections: list[tuple[str, list[Flowable]]] = [
        ("Kết quả chung", _headline(content)),
        ("So với mục tiêu", _targets(content)),
        ("Theo đơn vị, lĩnh vực", _comparisons(content, numbered)),
        ("Theo yếu tố", _factors(content)),
        ("Thời gian", _numbers(content)),
        ("Nhận định của người trả lời", _choices(content)),
        ("Xu hướng", _trend(content, numbered)),
    ]
    flow: list[Flowable] = []
    number = 0
    for title, parts in sections:
        if parts:
            number += 1
            flow += [CondPageBreak(HEADING_ROOM), paragraph(f"{number}. {title}", theme.SUBHEADING), *parts]
    return flow


def _headline(content: SatisfactionReport) -> list[Flowable]:
    score = content.whole.score
    said = text(words.reading(score.index, content.whole.verdict, measure=content.method.measure))
    if score.index.value is not None:
        said = f"<b>Tỷ lệ hài lòng chung: {text(words.figure(score.index))}.</b> {said}"
    flow: list[Flowable] = [Paragraph(said, theme.BODY)]
    if score.overall.value is not None and score.overall != score.index:
        flow.append(_body(f"Riêng câu hỏi chung về sự phục vụ: {words.figure(score.overall)}."))
    if content.daily is not None:
        flow.append(_body(words.daily(score.overall, content.daily)))
    return flow


def _targets(content: SatisfactionReport) -> list[Flowable]:
    if not content.targets:
        return []
    rows = [[str(i), *_target_row(line)] for i, line in enumerate(content.targets, 1)]
    return [data_table(TARGET_COLUMNS, rows, size=BODY_TABLE), *_sources(content.targets)]


def _target_row(line: TargetLine) -> list[Cell]:
    estimate = line.estimate
    name = f"{line.name}: {words.target(line.operator, line.value, percent=line.percent)} (năm {line.year})"
    value, limits = words.percent(estimate.value, 2), words.interval(estimate, 2)
    if not line.percent:
        value = words.DASH if estimate.value is None else f"{words.number(estimate.value, 1)}\u00a0phút"
        limits = words.bounds(estimate)
    verdict = "; ".join(part for part in (words.standing(estimate, line.verdict), words.more(line.verdict)) if part)
    unverified = "" if line.verified else " (*)"
    return [name + unverified, value, limits, words.count(estimate), Sign(line.verdict.outcome), verdict]


def _sources(targets: Sequence[TargetLine]) -> list[Flowable]:
    said = "Nguồn mục tiêu: " + "; ".join(dict.fromkeys(line.source for line in targets)) + "."
    if not all(line.verified for line in targets):
        said += f" (*): nguồn {method.UNCHECKED}."
    return [paragraph(said, theme.NOTE)]


def _comparisons(content: SatisfactionReport, numbered: Sequence[_Numbered]) -> list[Flowable]:
    if not content.comparisons:
        return []
    numbers = {id(item.annex.comparison): item.number for item in numbered}
    rows = [[c.title, str(len(c.rows)), *_standing_cells(c), numbers[id(c)]] for c in content.comparisons]
    return [data_table(COMPARISON_COLUMNS, rows, size=11)]


def _standing_cells(comparison: Comparison) -> list[str]:
    if comparison.target is None:
        return [""] * len(findings.STANDINGS)
    found = findings.standings(comparison.rows)
    return [str(found[name]) for name in findings.STANDINGS]


def _factors(content: SatisfactionReport) -> list[Flowable]:
    if all(line.score.estimate.value is None for line in content.factors):
        return []
    rows = [
        [str(i), line.name, words.rate_cell(line.score.estimate.value), words.interval(line.score.estimate, 2),
         words.count(line.score.estimate)]
        for i, line in enumerate(content.factors, 1)
    ]  # fmt: skip
    return [_body(f"{findings.factors(content.factors)}."), data_table(FACTOR_COLUMNS, rows, size=BODY_TABLE)]


def _numbers(content: SatisfactionReport) -> list[Flowable]:
    measured = (
        (line.text.rstrip("?: "), words.measurement(line.score.estimate, line.unit)) for line in content.numbers
    )
    return [_body(f"{label}: {value}.") for label, value in measured]


def _choices(content: SatisfactionReport) -> list[Flowable]:
    rows = []
    for line in content.choices:
        known = [f"{name}: {words.percent(share)}" for name, share in line.options if share is not None]
        unverified = "" if line.verified else " (*)"
        answered = words.number(line.answered) if known else words.DASH
        rows.append([line.text + unverified, "; ".join(known) or words.DASH, answered])
    if all(share is None for line in content.choices for _, share in line.options):
        return []
    flow: list[Flowable] = [data_table(CHOICE_COLUMNS, rows, size=BODY_TABLE)]
    if not all(line.verified for line in content.choices):
        flow.append(paragraph(f"(*): lời văn câu hỏi {method.UNCHECKED}.", theme.NOTE))
    return flow


def _trend(content: SatisfactionReport, numbered: Sequence[_Numbered]) -> list[Flowable]:
    labels = [item.label for item in numbered if item.annex.trend]
    return [_body(f"{findings.trend(content.trend, content.breaks)} ({labels[0]}).")] if labels else []


def _cautions(content: SatisfactionReport, method_annex: _Numbered) -> list[Flowable]:
    unverified = [name for name, verified in content.method.legal_basis if not verified]
    said = [INVENTED] if content.fictional else []
    said += [NOT_OFFICIAL, AT_THE_COUNTER, RANDOM_ERROR]
    said.append(
        f"Nhóm và câu hỏi có dưới {content.method.fewest} phiếu trả lời không công bố, ghi “{words.DASH}”, để không "
        "lộ ý kiến của từng người."
    )
    if content.method.unverified_items or not content.method.scale_verified:
        said.append(
            f"Lời văn của một số câu hỏi hoặc thang đo {method.UNCHECKED} của Bộ Nội vụ; danh sách và phương pháp tính "
            f"tại {method_annex.label}."
        )
    if unverified:
        said.append(f"Văn bản được viện dẫn {method.UNCHECKED}: {'; '.join(unverified)}.")
    return [_body(f"{i}. {line}") for i, line in enumerate(said, 1)]
