"""Text that attacks the reader of a document, wherever a person or a definition may put text."""

from collections.abc import Iterable
from dataclasses import replace

from reports.content import Letterhead, SatisfactionReport
from tests.reports.contents import METHOD, SCALE, province

ATTACKS = (
    "<b>chưa đóng",
    "</para></font>",
    "<img src='file:///etc/passwd'/>",
    '<img src="/etc/hostname" width="10" height="10"/>',
    '<img src="http://127.0.0.1:9/x.png"/>',
    '<a href="javascript:alert(1)">nhấn</a>',
    '<link href="http://example.org">x</link>',
    '<font size="5000">to</font>',
    '<font name="KhongCo">x</font>',
    "<onDraw name='x' label='y'/>",
    "&amp;&lt;&undefined; &#0; ]]>",
    "NUL\x00 BEL\x07 ESC\x1b[31m xóa\x7f",
    "mặt\ud800 nạ\udfff đơn",
    "Nguyê\u0303n Thi\u0323 Hô\u0300ng \u202egnol\u202c \u2066ẩn\u2069",
    "A" * 5000,
    "$\\frac{1}{2}$ {0} %s {name} \\n",
)
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\x00=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
)


def hostile(words: Iterable[str] = ATTACKS) -> SatisfactionReport:
    """Attack strings wherever a person or a definition may put text."""
    attacks = list(words)
    every = iter(attacks * 40)
    content = province(4)
    compared = tuple(
        replace(c, title=next(every), rows=tuple(replace(row, name=next(every)) for row in c.rows))
        for c in content.comparisons
    )
    return replace(
        content,
        letterhead=Letterhead(superior=next(every), issuer=next(every), symbol=next(every), place=next(every),
                              signer=(next(every),), recipients=tuple(attacks)),
        subject=next(every), scope=next(every), campaign=next(every),
        targets=tuple(replace(t, name=next(every), source=next(every)) for t in content.targets),
        comparisons=compared,
        factors=tuple(replace(f, name=next(every)) for f in content.factors),
        items=tuple(replace(i, text=next(every), factor=next(every), code=next(every)) for i in content.items),
        numbers=tuple(replace(x, text=next(every), unit=next(every)) for x in content.numbers),
        choices=tuple(
            replace(c, text=next(every), options=tuple((next(every), share) for _, share in c.options))
            for c in content.choices
        ),
        breaks=tuple(replace(b, label=next(every)) for b in content.breaks),
        channels=tuple(replace(c, name=next(every)) for c in content.channels),
        scale=tuple(next(every) for _ in SCALE),
        method=replace(
            METHOD, questionnaire=next(every), questionnaire_ref=next(every), questionnaire_hash=next(every),
            legal_basis=tuple((word, False) for word in attacks), classes=tuple(attacks),
            unverified_items=tuple(attacks), program=next(every), data_hash=next(every),
        ),
    )  # fmt: skip
