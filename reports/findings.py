"""What the figures say, in sentences: titles of charts, summaries, the method in words."""

from collections import Counter
from collections.abc import Iterable, Sequence

from reports import words
from reports.content import (
    Break,
    ChannelLine,
    Comparison,
    FactorLine,
    GroupLine,
    ItemLine,
    PriorityLine,
    SatisfactionReport,
    TrendPoint,
    Validity,
)
from reports.plain import plain
from scoring.changes import Change, Direction
from scoring.deciding import Multiplicity
from scoring.drivers import Quadrant
from scoring.results import Estimate, Outcome

ORDER = (Outcome.REACHED, Outcome.NOT_REACHED, Outcome.CANNOT_TELL, Outcome.NO_DATA)
STANDINGS = (*(words.OUTCOMES[outcome] for outcome in ORDER), words.WITHHELD)
LONGEST_NAME = 70
LONGEST_QUESTION, MOST_NAMED = 140, 2


def standings(rows: Iterable[GroupLine]) -> Counter[str]:
    """How many rows stand where, by the words of `STANDINGS`."""
    return Counter(words.standing(row.score.index, row.verdict) for row in rows)


def comparison(content: Comparison) -> str:
    """ "Xã, phường: 33/99 đạt mục tiêu 90 %, 12 chưa đạt, 50 chưa đủ căn cứ, 4 không công bố"."""
    if content.target is None:
        return _spread(content.title, [(row.name, row.score.index) for row in content.rows])
    found = standings(content.rows)
    parts = [f"{found[STANDINGS[0]]}/{len(content.rows)} đạt mục tiêu {words.percent(content.target, 0)}"]
    parts += [f"{found[other]} {other.lower()}" for other in STANDINGS[1:] if found[other]]
    return f"{content.title}: {', '.join(parts)}"


def together(content: SatisfactionReport, rows: int) -> str:
    """How sure the verdicts of so many rows are together."""
    level = words.percent(content.method.level, 0)
    if content.method.multiplicity is Multiplicity.SIDAK:
        return f"Cả {rows} kết luận cùng đúng với độ tin cậy {level}."
    one_in = words.number(2 / (1 - content.method.level))
    return f"Mỗi kết luận có độ tin cậy riêng {level}: cứ {one_in} kết luận có thể có một kết luận sai do ngẫu nhiên."


def items(content: Sequence[ItemLine]) -> str:
    """The question with the lowest rate and the one with the highest."""
    return _spread("Mức độ hài lòng theo tiêu chí", [(f"“{i.text}”", i.score.estimate) for i in content])


def priorities(content: Sequence[PriorityLine]) -> str:
    """The questions to improve first: those that weigh most and do worst."""
    first = [line for line in content if line.quadrant is Quadrant.IMPROVE]
    if not any(line.share for line in content):
        return "Chưa đủ phiếu để biết câu hỏi nào ảnh hưởng nhiều đến đánh giá chung"
    if not first:
        return "Không có câu hỏi nào vừa ảnh hưởng trên trung bình vừa có tỷ lệ dưới trung bình"
    named = "; ".join(f"“{plain(line.text, LONGEST_QUESTION)}”" for line in first[:MOST_NAMED])
    return f"Nên ưu tiên: {named}: ảnh hưởng trên trung bình đến đánh giá chung, tỷ lệ hài lòng dưới trung bình"


def factors(content: Sequence[FactorLine]) -> str:
    return _spread("Mức độ hài lòng theo yếu tố", [(f"“{f.name}”", f.score.estimate) for f in content])


def _spread(subject: str, rows: Sequence[tuple[str, Estimate]]) -> str:
    known = [(estimate.value, name) for name, estimate in rows if estimate.value is not None]
    if not known:
        return f"{subject}: chưa có số liệu công bố"
    (low, lowest), (high, highest) = min(known), max(known)
    if low == high:
        return f"{subject}: {words.percent(low)}"
    return f"{subject}: thấp nhất {_quoted(lowest, low)}; cao nhất {_quoted(highest, high)}"


def _quoted(name: str, rate: float) -> str:
    closing = "”" if name.endswith("”") else ""
    return f"{plain(name, LONGEST_NAME).removesuffix('”')}{closing} ({words.percent(rate)})"


def trend(points: Sequence[TrendPoint], breaks: Sequence[Break]) -> str:
    """The change since the last break, as the last point names it."""
    since = max((b.month for b in breaks if points and b.month <= points[-1].month), default=None)
    known = [p for p in points if p.estimate.value is not None and (since is None or p.month >= since)]
    if not known:
        return "Xu hướng: chưa có số liệu công bố"
    first, last = known[0], known[-1]
    end = f"{words.percent(last.estimate.value)} (tháng {words.month(last.month)})"
    if first is last:
        return f"Tỷ lệ hài lòng: {end}"
    start = f"{words.percent(first.estimate.value)} (tháng {words.month(first.month)})"
    if last.change is Direction.ONLY_MIX:
        return f"Từ {start} đến {end}: do tỷ trọng các cách trả lời thay đổi, từng cách trả lời chưa thấy tăng hay giảm"
    if last.change is Direction.CANNOT_TELL:
        return f"Từ {start} đến {end}: chưa đủ căn cứ để nói là tăng hay giảm"
    return f"Tỷ lệ hài lòng {'tăng' if last.change is Direction.HIGHER else 'giảm'} từ {start} đến {end}"


def channels(content: Sequence[ChannelLine]) -> tuple[str, ...]:
    """How each channel compares with the first, a sentence each."""
    return tuple(_compared(line, content[0]) for line in content[1:] if line.change is not None)


def _compared(line: ChannelLine, first: ChannelLine) -> str:
    return _difference(line.name, _inside(first.name), line.change)


def pair(one: GroupLine, other: GroupLine, change: Change) -> str:
    """How one row compares with another, in a sentence."""
    return _difference(one.name, other.name, change)


def _difference(one: str, other: str, change: Change | None) -> str:
    if change is None or change.interval is None or change.direction is Direction.CANNOT_TELL:
        return f"{one}: chưa đủ căn cứ để nói là cao hay thấp hơn {other}."
    higher = change.direction is Direction.HIGHER
    limits = sorted(abs(limit) for limit in (change.interval.lower, change.interval.upper))
    low, high = (words.number(100 * limit, 1) for limit in limits)
    return (
        f"{one} {'cao' if higher else 'thấp'} hơn {other} "
        f"{words.number(100 * abs(change.value), 1)} điểm phần trăm ({low}–{high})."
    )


def forms(content: Validity) -> str:
    """ "Phát ra 500 phiếu, thu về 430, hợp lệ 410, được tính vào tỷ lệ 395."; without what is not known."""
    numbers = (("Phát ra", content.issued), ("thu về", content.returned), ("hợp lệ", content.valid))
    first, *others = [(name, words.number(number)) for name, number in numbers if number is not None]
    said = [f"{first[0][0].upper()}{first[0][1:]} {first[1]} phiếu", *(f"{name} {number}" for name, number in others)]
    return f"{', '.join(said)}, được tính vào tỷ lệ {words.number(content.counted)}."


def excluded(content: Validity) -> tuple[str, ...]:
    """Why forms are not valid, and how many answers two ticks made blank, a sentence each."""
    reasons = "; ".join(f"{_inside(name)} {words.number(number)}" for name, number in content.excluded)
    said = [f"Phiếu không hợp lệ: {reasons}."] if reasons else []
    if content.blanked is not None:
        name, number = content.blanked
        said.append(f"{name}: {words.number(number)} câu, tính là bỏ trống.")
    return tuple(said)


def _inside(name: str) -> str:
    return name[0].lower() + name[1:]


def period(content: SatisfactionReport) -> str:
    """ "từ ngày 01/01/2026 đến ngày 31/10/2026"; a campaign that still runs ends with its data."""
    end = content.ends_on or content.data_as_of
    return f"từ ngày {words.day(content.starts_on)} đến ngày {words.day(end)}"


def note(content: SatisfactionReport) -> str:
    """What stands under every chart: how to read it, period, method, version."""
    level = words.number(content.method.level * 100)
    reading = f"Dấu chấm: tỷ lệ hài lòng; vạch: khoảng tin cậy {level}\u00a0%; n: số phiếu trả lời được tính."
    return f"{reading} {_source(content)}"


def bars_note(content: SatisfactionReport) -> str:
    return f"Số trong thanh: phần trăm người trả lời chọn mức đó; n: số câu trả lời hợp lệ. {_source(content)}"


def _source(content: SatisfactionReport) -> str:
    source = (
        f"Số liệu {period(content)}; phương pháp {content.method.symbols}; phiếu {content.method.questionnaire_ref}."
    )
    return f"{source} Số liệu giả định." if content.fictional else source


def missing(content: SatisfactionReport) -> str:
    """The note for dashes."""
    few = content.method.fewest
    hidden = f"“{words.DASH}”: không công bố, vì dưới {few} phiếu hoặc có thể làm lộ nhóm dưới {few} phiếu"
    return f"{hidden}; hoặc chưa đủ phiếu để tính (khi có ghi số phiếu)."
