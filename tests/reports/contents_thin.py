"""Reports with little or nothing to show."""

from dataclasses import replace

from reports.content import Comparison, GroupLine, NumberLine, SatisfactionReport, Validity
from scoring.disclosure import HIDDEN
from scoring.results import ItemScore, NumberScore
from scoring.verdict import judge
from tests.reports.contents import LETTERHEAD, METHOD, choices, factors, group, items, province, rate, target, trend


def unit() -> SatisfactionReport:
    """A small commune: no comparisons, few answers, one question withheld."""
    whole = group("xa", "UBND xã Đồng Ỷ", rate(0.875, 40), target=0.90, population=812)
    rows = list(items(40)[:7])
    rows[2] = replace(rows[2], score=ItemScore(code=rows[2].code, estimate=HIDDEN, distribution=None))
    return replace(
        province(0),
        letterhead=replace(LETTERHEAD, superior="UBND tỉnh Minh Họa", issuer="UBND xã Đồng Ỷ", symbol="BC-UBND",
                           place="Đồng Ỷ", signer=("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        subject="của người dân, tổ chức đối với sự phục vụ của UBND xã Đồng Ỷ năm 2026",
        scope="UBND xã Đồng Ỷ",
        whole=whole,
        targets=(target("Mức độ hài lòng đối với sự phục vụ của cơ quan hành chính nhà nước", 0.9, whole.score.index),),
        comparisons=(),
        factors=factors(40),
        items=tuple(rows),
        trend=trend(5),
        breaks=(),
        validity=Validity(issued=None, returned=42, excluded=(), blanked=None, valid=42, counted=40),
        fictional=False,
    )  # fmt: skip


def nothing() -> SatisfactionReport:
    """A unit that nobody has answered for yet."""
    empty = rate(0, 0)
    whole = group("xa", "UBND xã Đồng Ỷ", empty, target=0.90)
    return replace(
        unit(), whole=whole, ends_on=None, fictional=True,
        targets=(target("Mức độ hài lòng", 0.9, empty),), factors=(), items=(), numbers=(), choices=(), trend=(),
        channels=(), priorities=(), daily=None,
        validity=Validity(issued=None, returned=0, excluded=(), blanked=None, valid=0, counted=0),
        method=replace(METHOD, legal_basis=(), classes=(), unverified_items=()),
    )  # fmt: skip


def single() -> SatisfactionReport:
    """One answer, and a threshold that lets it be shown."""
    one = rate(1.0, 1)
    score = replace(group("xa", "Xã", rate(0.5, 10), target=0.9).score, received=1, counted=1, index=one, overall=one)
    whole = GroupLine(key="xa", name="Xã", score=score, verdict=judge(one, target=0.9))
    return replace(
        unit(), whole=whole, targets=(target("Mức độ hài lòng", 0.9, one),), trend=trend(1), items=items(2)[:1],
        comparisons=(Comparison(title="Xã", target=None, rows=(whole,)),),
        method=replace(METHOD, fewest=1, scale_verified=False),
    )  # fmt: skip


def withheld() -> SatisfactionReport:
    """Everything is below the threshold."""
    whole = group("xa", "UBND xã Đồng Ỷ", rate(0.75, 4), target=0.90, population=30)
    hidden = ItemScore(code="x", estimate=HIDDEN, distribution=None)
    return replace(
        unit(),
        whole=whole,
        targets=(target("Mức độ hài lòng", 0.9, whole.score.index),),
        comparisons=(Comparison(title="Quầy", target=0.9, rows=(whole, whole)),),
        factors=tuple(replace(f, score=replace(f.score, estimate=HIDDEN)) for f in factors(40)),
        items=tuple(replace(i, score=hidden) for i in items(40)),
        numbers=(NumberLine(text="Thời gian chờ", unit="phút", score=NumberScore(code="TG", estimate=HIDDEN)),),
        choices=tuple(
            replace(c, answered=0, options=tuple((name, None) for name, _ in c.options)) for c in choices(40)
        ),
        trend=tuple(replace(point, estimate=HIDDEN) for point in trend(6)),
        channels=(),
        validity=None,
        priorities=(),
    )
