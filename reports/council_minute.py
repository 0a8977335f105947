"""The minute (biên bản) of a meeting of the appraisal council, as Nghị định 30/2020/NĐ-CP lays one out."""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table

from reports import official_form, theme, words
from reports.content import Letterhead
from reports.plain import plain
from reports.tables import Column, data_table
from reports.theme import WIDTH, paragraph
from scoring.par.steps import numeral

SYMBOL = "BB-HĐTĐ"
ROOM_TO_SIGN = 24 * mm
BLANK = "." * 60  # what the secretary fills in by hand
TABLE = 11.0
ATTENDANCE = (Column("TT", 10, "CENTER"), Column("Họ và tên", 60), Column("Chức danh", 60), Column("Tham gia", 35))
DECISIONS = (
    Column("TT", 10, "CENTER"),
    Column("Đơn vị", 35),
    Column("Tiêu chí", 17),
    Column("Tự chấm", 15, "RIGHT"),
    Column("Thẩm định", 17, "RIGHT"),
    Column("Hội đồng", 16, "RIGHT"),
    Column("Lý do", 55),
)
SETTLED = (Column("TT", 10, "CENTER"), Column("Đơn vị", 120), Column("Chốt điểm", 35, "CENTER"))
INVENTED = "Toàn bộ số liệu, tên tỉnh và tên đơn vị trong biên bản này là giả định, dùng để trình diễn chương trình."


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendant:
    """A member of the council, and whether they took part."""

    name: str
    title: str
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the council decided on a leaf; None where a stage gave no points (``applies`` false: none are due)."""

    unit: str
    leaf: str
    own: Decimal | None
    appraised: Decimal | None
    points: Decimal | None
    applies: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilMinute:
    """Everything that the minute says; ``units`` are those before the council, with whether they are settled."""

    letterhead: Letterhead
    fictional: bool
    round: str
    held_on: datetime.date
    in_writing: bool
    text: str
    attendants: tuple[Attendant, ...]
    decisions: tuple[Decided, ...]
    units: tuple[tuple[str, bool], ...]
    unverified: bool


def render(content: CouncilMinute) -> bytes:
    """The PDF; the same content always gives the same bytes."""
    target = io.BytesIO()
    footer = words.FICTIONAL if content.fictional else ""
    document = theme.Document(target, title=_summary(content), author=content.letterhead.issuer, footer=footer)
    document.build(story(content))
    return target.getvalue()


def story(content: CouncilMinute) -> list[Flowable]:
    """The minute's flowables in their order."""
    head = replace(content.letterhead, symbol=SYMBOL)
    flow: list[Flowable] = [
        official_form.heading(head, None),
        *official_form.title("BIÊN BẢN", _summary(content)),
    ]
    if content.fictional:
        flow.append(paragraph(words.FICTIONAL, theme.NOTICE))
    flow += [*_opening(content), *_attendance(content), *_said(content), *_decisions(content), *_units(content)]
    flow += [*_notes(content), _closing(content)]
    return flow


def _summary(content: CouncilMinute) -> str:
    how = "Lấy ý kiến bằng văn bản" if content.in_writing else "Họp"
    return f"{how} Hội đồng thẩm định {content.round}"


def _body(value: str) -> Paragraph:
    return paragraph(value, theme.BODY)


def _opening(content: CouncilMinute) -> list[Flowable]:
    if content.in_writing:
        day = f"Hội đồng cho ý kiến bằng văn bản, tổng hợp ngày {words.day(content.held_on)}."
        return [_body(day)]
    return [
        _body(f"Thời gian họp: ngày {words.day(content.held_on)}."),
        _body(f"Địa điểm: {BLANK}"),
        _body(f"Chủ tọa: {BLANK}"),
        _body(f"Thư ký: {BLANK}"),
    ]


def _attendance(content: CouncilMinute) -> list[Flowable]:
    present = sum(each.present for each in content.attendants)
    whole = len(content.attendants)
    said = f"Thành phần tham gia: {present} trên tổng số {whole} thành viên Hội đồng, quá nửa số thành viên."
    rows = [
        [str(i), each.name, each.title, "Có" if each.present else "Vắng mặt"]
        for i, each in enumerate(content.attendants, 1)
    ]
    return [_body(said), data_table(ATTENDANCE, rows, size=TABLE)]


def _said(content: CouncilMinute) -> list[Flowable]:
    lines = [line.strip() for line in content.text.splitlines() if line.strip()]
    return [paragraph("Nội dung:", theme.SUBHEADING), *map(_body, lines)]


def _decisions(content: CouncilMinute) -> list[Flowable]:
    if not content.decisions:
        return [_body("Hội đồng không thay đổi điểm thẩm định của tiêu chí nào.")]
    rows = [[str(i), *_decision(each)] for i, each in enumerate(content.decisions, 1)]
    return [paragraph("Điểm do Hội đồng quyết định", theme.CAPTION), data_table(DECISIONS, rows, size=TABLE)]


def _decision(each: Decided) -> list[str]:
    given = _points(each.points) if each.applies else "Không áp dụng"
    return [each.unit, each.leaf, _points(each.own), _points(each.appraised), given, each.reason]


def _units(content: CouncilMinute) -> list[Flowable]:
    if not content.units:
        return []
    rows = [[str(i), name, "Đã chốt" if settled else "Chưa chốt"] for i, (name, settled) in enumerate(content.units, 1)]
    return [paragraph("Đơn vị trình Hội đồng", theme.CAPTION), data_table(SETTLED, rows, size=TABLE)]


def _notes(content: CouncilMinute) -> list[Flowable]:
    said = [INVENTED] if content.fictional else []
    if content.unverified:
        said.append("Bộ tiêu chí dùng trong kỳ đánh giá này chưa đối chiếu văn bản gốc.")
    return [paragraph(line, theme.NOTE) for line in said]


def _closing(content: CouncilMinute) -> KeepTogether:
    """The end with secretary and chair side by side, below them who receives the minute."""
    how = "Việc lấy ý kiến" if content.in_writing else "Cuộc họp"
    last = _body(
        f"{how} kết thúc ngày {words.day(content.held_on)}; biên bản được các thành viên Hội đồng thông qua./."
    )
    signers = Table([[_signer("THƯ KÝ"), _signer("CHỦ TỌA")]], [WIDTH / 2, WIDTH / 2], style=official_form.BARE)
    receive = [paragraph("Nơi nhận:", theme.RECIPIENTS_HEAD)]
    names = ["Thành viên Hội đồng", "Lưu: VT, hồ sơ"]
    receive += [paragraph(f"- {plain(name)}{end}", theme.RECIPIENTS) for name, end in zip(names, ";.", strict=True)]
    return KeepTogether([last, Spacer(0, 14), signers, *receive])


def _signer(role: str) -> Sequence[Flowable]:
    return [paragraph(role, theme.SIGNER), Spacer(0, ROOM_TO_SIGN)]


def _points(points: Decimal | None) -> str:
    return words.DASH if points is None else numeral(points)
