"""The parts of an official document as Nghị định 30/2020/NĐ-CP, Phụ lục I places them.

Number, date and signature stay open: the agency's document system and its clerk fill them in.
"""

from collections.abc import Sequence

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table

from reports import theme
from reports.content import Letterhead
from reports.plain import plain
from reports.theme import WIDTH, Heading, text, width_of

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
OPEN = "\u00a0" * 6  # the place of a number or a date, wide enough to write in
LEFT_COLUMN, RIGHT_COLUMN = 64 * mm, 101 * mm
LONGEST_NAME = 150
ROOM_TO_SIGN = 26 * mm
# A line under a text that must be a third to a half as long as the text.
SHARE_UNDERLINED = 0.42

BARE: list[theme.Command] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ("FONTNAME", (0, 0), (-1, -1), theme.FAMILY),
]


def heading(letterhead: Letterhead, year: int | None) -> Table:
    """Issuing body and Quốc hiệu side by side, under them number and place with date (a minute has none: None)."""
    left = [
        _centred(letterhead.superior.upper(), theme.SUPERIOR),
        _centred(letterhead.issuer.upper(), theme.ISSUER),
        _underline(letterhead.issuer.upper(), theme.ISSUER, LEFT_COLUMN),
    ]
    right = [
        theme.paragraph(NATION, theme.NATION),
        theme.paragraph(MOTTO, theme.MOTTO),
        Rule(width_of(MOTTO, theme.BOLD, theme.MOTTO.fontSize)),
    ]
    place = f"{plain(letterhead.place, LONGEST_NAME)}, ngày{OPEN}tháng{OPEN}năm {year}"
    numbered = _centred(f"Số:{OPEN}{_symbol(letterhead)}", theme.SYMBOL)
    dated = theme.paragraph(place, theme.PLACE_DATE) if year is not None else ""
    rows: list[list[object]] = [[left, right], [numbered, dated]]
    commands: list[theme.Command] = [*BARE, ("TOPPADDING", (0, 1), (-1, 1), 6), ("VALIGN", (0, 1), (-1, 1), "BOTTOM")]
    return Table(rows, [LEFT_COLUMN, RIGHT_COLUMN], style=commands)


def title(kind: str, summary: str) -> list[Flowable]:
    """ "BÁO CÁO", trích yếu, line."""
    return [
        Spacer(0, 16),
        Heading(kind, theme.TITLE, outline=f"{kind}: {summary}"),
        theme.paragraph(summary, theme.TITLE),
        _underline(summary, theme.TITLE, WIDTH),
        Spacer(0, 6),
    ]


def bases(names: Sequence[str]) -> list[Flowable]:
    """Legal bases, each ending with ";", the last with "."."""
    lines = [plain(name).rstrip(" .;") for name in names]
    said = [line if line.startswith("Căn cứ") else f"Căn cứ {line}" for line in lines]
    ends = [";"] * (len(said) - 1) + ["."]
    return [theme.paragraph(line + end, theme.BASIS) for line, end in zip(said, ends, strict=False)]


def closing(last: Sequence[Flowable], letterhead: Letterhead) -> KeepTogether:
    """The last paragraph with Nơi nhận on the left and, level with it, the signer on the right."""
    recipients = [plain(name, LONGEST_NAME).rstrip(" .;") for name in letterhead.recipients]
    if not any(name.startswith("Lưu") for name in recipients):
        recipients.append("Lưu: VT")
    ends = [";"] * (len(recipients) - 1) + ["."]
    left = [theme.paragraph("Nơi nhận:", theme.RECIPIENTS_HEAD)]
    left += [theme.paragraph(f"- {n}{end}", theme.RECIPIENTS) for n, end in zip(recipients, ends, strict=True)]
    right: list[Flowable] = [_centred(line.upper(), theme.SIGNER) for line in letterhead.signer]
    right.append(Spacer(0, ROOM_TO_SIGN))
    # The smaller type on the left is lowered onto the signer's baseline.
    level: theme.Command = ("TOPPADDING", (0, 0), (0, 0), theme.SIGNER.fontSize - theme.RECIPIENTS_HEAD.fontSize)
    block = Table([[left, right]], [WIDTH * 0.52, WIDTH * 0.48], style=[*BARE, level])
    return KeepTogether([*last, Spacer(0, 14), block])


def annex(number: str, name: str, kind: str, letterhead: Letterhead) -> list[Flowable]:
    """A new page with "Phụ lục II", its title, and the document that it belongs to."""
    of = (
        f"(Kèm theo {kind} số{OPEN}{_symbol(letterhead)} ngày{OPEN}tháng{OPEN}năm{OPEN} "
        f"của {plain(letterhead.issuer, LONGEST_NAME)})"
    )
    label = f"Phụ lục {number}".strip()
    return [
        *theme.new_part(),
        Heading(label, theme.ANNEX_NUMBER, outline=f"{label}: {plain(name)}"),
        theme.paragraph(name.upper(), theme.TITLE),
        theme.paragraph(of, theme.ANNEX_OF),
    ]


def _symbol(letterhead: Letterhead) -> str:
    return f"/{plain(letterhead.symbol, LONGEST_NAME).lstrip('/')}"


def _centred(value: str, look: ParagraphStyle) -> Paragraph:
    return Paragraph(text(plain(value, LONGEST_NAME)), look)


def _underline(value: str, look: ParagraphStyle, room: float) -> "Rule":
    return Rule(SHARE_UNDERLINED * min(room, width_of(plain(value, LONGEST_NAME), look.fontName, look.fontSize)))


class Rule(Flowable):
    """A line in the middle of its column, close under a text."""

    HEIGHT = 5.0

    def __init__(self, length: float) -> None:
        super().__init__()
        self.length = length

    def wrap(self, available: float, _: float) -> tuple[float, float]:
        self.width = available
        return available, self.HEIGHT

    def draw(self) -> None:
        left = (self.width - self.length) / 2
        self.canv.setLineWidth(0.7)
        self.canv.line(left, self.HEIGHT / 2, left + self.length, self.HEIGHT / 2)
