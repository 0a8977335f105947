"""Made-up report contents: a whole province, and the parts of which every other content is made."""

import datetime
import random
from collections.abc import Sequence
from dataclasses import replace

from reports.content import (
    Break,
    ChannelLine,
    ChoiceLine,
    Comparison,
    CounterSheet,
    FactorLine,
    GroupLine,
    ItemLine,
    Letterhead,
    Method,
    NumberLine,
    PriorityLine,
    RuleLine,
    SatisfactionReport,
    TargetLine,
    TrendPoint,
    Validity,
)
from scoring.changes import Change, Direction
from scoring.deciding import Looks, Multiplicity
from scoring.disclosure import HIDDEN, withhold
from scoring.drivers import Quadrant
from scoring.intervals import wilson
from scoring.results import (
    Distribution,
    Estimate,
    FactorScore,
    GroupScore,
    Interval,
    ItemScore,
    NumberScore,
    Reason,
)
from scoring.standings import rank
from scoring.verdict import judge

LEVEL = 0.95
FEWEST = 5

SCALE = ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")

DEPARTMENTS = (
    "Sở Nội vụ", "Sở Tài chính", "Sở Xây dựng", "Sở Nông nghiệp và Môi trường", "Sở Công Thương",
    "Sở Khoa học và Công nghệ", "Sở Văn hóa, Thể thao và Du lịch", "Sở Giáo dục và Đào tạo", "Sở Y tế",
    "Sở Tư pháp", "Sở Dân tộc và Tôn giáo", "Thanh tra tỉnh", "Ban Quản lý các khu công nghiệp",
    "Trung tâm Phục vụ hành chính công tỉnh",
)  # fmt: skip
VERTICAL = ("Công an tỉnh", "Thuế tỉnh", "Bảo hiểm xã hội tỉnh")
FIELDS = (
    "Đất đai", "Xây dựng", "Đầu tư", "Y tế công lập", "Giáo dục công lập", "Hộ tịch", "Chứng thực",
    "Đăng ký kinh doanh", "Lao động, người có công và xã hội", "Môi trường", "Giao thông vận tải", "Lý lịch tư pháp",
    "Trợ giúp pháp lý nhà nước", "Văn hóa cơ sở", "Trồng trọt và bảo vệ thực vật", "Chăn nuôi và thú y",
    "Quy hoạch xây dựng", "Thể dục, thể thao",
)  # fmt: skip
SYLLABLES = (
    "Đồng", "Yên", "Phượng", "Nghĩa", "Hưng", "Thịnh", "Quảng", "Lễ", "Mỹ", "Kỳ", "Bằng", "Vững", "Sơn", "Thượng",
    "Hạ", "Trữ", "Ngữ", "Lặc", "Ỷ", "Ẩm", "Giặm", "Xuân", "Khương", "Cẩm", "Đậu",
)  # fmt: skip
QUESTIONS = {
    "Tiếp cận dịch vụ": (
        "Nơi ngồi chờ giải quyết công việc có đủ chỗ ngồi",
        "Trang thiết bị phục vụ người dân, tổ chức đầy đủ",
        "Trang thiết bị phục vụ người dân, tổ chức hiện đại",
        "Trang thiết bị phục vụ người dân, tổ chức dễ sử dụng",
    ),
    "Thủ tục hành chính": (
        "Thủ tục hành chính được niêm yết công khai đầy đủ",
        "Thủ tục hành chính được niêm yết công khai chính xác",
        "Thành phần hồ sơ mà người dân, tổ chức phải nộp là đúng quy định",
        "Phí, lệ phí mà người dân, tổ chức phải nộp là đúng quy định",
        "Thời hạn giải quyết (tính từ ngày hồ sơ được tiếp nhận đến ngày trả kết quả) là đúng quy định",
    ),
    "Công chức trực tiếp giải quyết công việc": (
        "Công chức có thái độ giao tiếp lịch sự",
        "Công chức chú ý lắng nghe ý kiến của người dân, đại diện tổ chức",
        "Công chức trả lời, giải đáp đầy đủ các ý kiến của người dân, đại diện tổ chức",
        "Công chức hướng dẫn kê khai hồ sơ tận tình, chu đáo",
        "Công chức hướng dẫn hồ sơ dễ hiểu",
        "Công chức tuân thủ đúng quy định trong giải quyết công việc",
    ),
    "Kết quả cung ứng dịch vụ": (
        "Kết quả mà người dân, tổ chức nhận được là đúng quy định",
        "Kết quả có thông tin đầy đủ",
        "Kết quả có thông tin chính xác",
    ),
    "Tiếp nhận, giải quyết góp ý, phản ánh, kiến nghị": (
        "Có bố trí hình thức tiếp nhận góp ý, phản ánh, kiến nghị của người dân, tổ chức",
        "Người dân, tổ chức thực hiện góp ý, phản ánh, kiến nghị dễ dàng",
        "Góp ý, phản ánh, kiến nghị được tiếp nhận, xử lý tích cực",
        "Kết quả xử lý góp ý, phản ánh, kiến nghị được thông báo kịp thời",
    ),
}
GENERAL = "Nhìn chung, Ông/Bà hài lòng như thế nào về {}?"
OVERALL = "Nhìn chung, Ông/Bà hài lòng như thế nào về sự phục vụ của cơ quan trong lần giải quyết thủ tục này?"

LETTERHEAD = Letterhead(
    superior="UBND tỉnh Minh Họa",
    issuer="Sở Nội vụ",
    symbol="BC-SNV",
    place="Minh Họa",
    signer=("GIÁM ĐỐC",),
    recipients=(
        "Bộ Nội vụ (để báo cáo)",
        "Thường trực Tỉnh ủy, HĐND tỉnh, UBND tỉnh (để báo cáo)",
        "Các sở, ban, ngành thuộc tỉnh",
        "UBND các xã, phường",
        "Lưu: VT, CCHC",
    ),
)


def rate(value: float, n: int) -> Estimate:
    if n == 0:
        return Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)
    if n == 1:
        return Estimate(value=value, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)
    lower, upper = (float(x) for x in wilson(value, n, LEVEL))
    interval = Interval(lower=lower, upper=upper, level=LEVEL, method="wilson_neff")
    return Estimate(value=value, n=n, effective_n=float(n), interval=interval)


def minutes(mean: float, half: float, n: int) -> Estimate:
    interval = Interval(lower=mean - half, upper=mean + half, level=LEVEL, method="t")
    return Estimate(value=mean, n=n, effective_n=float(n), interval=interval)


def group(key: str, name: str, index: Estimate, *, target: float | None, population: int | None = None) -> GroupLine:
    score = withhold(
        GroupScore(
            key=key, received=index.n + index.n // 20, counted=index.n, population=population, index=index,
            overall=index, factors=(), items=(), numbers=(), choices=(),
        ),
        fewest=FEWEST,
    )  # fmt: skip
    verdict = None if target is None else judge(score.index, target=target, population=population)
    return GroupLine(key=key, name=name, score=score, verdict=verdict)


def comparison(title: str, names: Sequence[str], target: float | None, *, most: int = 900, seed: int = 1) -> Comparison:
    chance = random.Random(seed)  # noqa: S311 (made-up figures)
    rows = []
    for i, name in enumerate(names):
        n = max(2, int(most * chance.random() ** 2))
        value = round(min(1, max(0.3, chance.gauss(0.905, 0.045))) * n) / n
        rows.append(group(f"{title}-{i}", name, rate(value, n), target=target, population=20 * n))
    if target is not None:
        places = rank([row.score.index for row in rows])
        rows = [replace(row, rank=place) for row, place in zip(rows, places, strict=True)]
    return Comparison(title=title, target=target, rows=tuple(rows))


def communes(count: int) -> list[str]:
    chance = random.Random(7)  # noqa: S311 (made-up figures)
    pairs = [(a, b) for a in SYLLABLES for b in SYLLABLES if a != b]
    chance.shuffle(pairs)
    return [f"UBND {'phường' if i % 5 == 0 else 'xã'} {a} {b}" for i, (a, b) in enumerate(pairs[:count])]


def item(code: str, text: str, factor: str, n: int, chance: random.Random, *, verified: bool) -> ItemLine:
    weights = [0.012, 0.03, chance.uniform(0.03, 0.12), chance.uniform(0.3, 0.5), chance.uniform(0.4, 0.55)]
    levels = [round(n * w / sum(weights)) for w in weights]
    levels[4] += n - sum(levels)
    score = ItemScore(
        code=code,
        estimate=rate((levels[3] + levels[4]) / n if n else 0, n),
        distribution=Distribution(levels=tuple(levels), not_applicable=3, blank=2),
    )
    return ItemLine(code=code, text=text, factor=factor, verified=verified, score=score)


def items(n: int) -> tuple[ItemLine, ...]:
    chance = random.Random(3)  # noqa: S311 (made-up figures)
    rows = []
    for f, (factor, texts) in enumerate(QUESTIONS.items(), 1):
        for i, text in enumerate(texts, 1):
            rows.append(item(f"Y{f}.{i}", text, factor, max(0, n - i), chance, verified=i == 1))
        general = GENERAL.format(factor[0].lower() + factor[1:])
        rows.append(item(f"Y{f}.C", general, factor, n, chance, verified=False))
    return (*rows, item("C1", OVERALL, "Đánh giá chung", n, chance, verified=False))


def change(value: float, lower: float, upper: float) -> Change:
    interval = Interval(lower=lower, upper=upper, level=LEVEL, method="mover")
    direction = Direction.HIGHER if lower > 0 else Direction.LOWER if upper < 0 else Direction.CANNOT_TELL
    return Change(value=value, interval=interval, direction=direction)


def trend(months: int) -> tuple[TrendPoint, ...]:
    chance = random.Random(5)  # noqa: S311 (made-up figures)
    points = []
    for i in range(months):
        year, month = divmod(2025 * 12 + 4 + i, 12)
        n = 400 + 37 * (i % 7)
        estimate = HIDDEN if i == 3 else rate(round((0.86 + 0.003 * i + chance.gauss(0, 0.01)) * n) / n, n)
        points.append(TrendPoint(month=datetime.date(year, month + 1, 1), estimate=estimate))
    return tuple(points)


def target(
    name: str, value: float, estimate: Estimate, *, operator: str = ">=", percent: bool = True, verified: bool = True
) -> TargetLine:
    return TargetLine(
        name=name, operator=operator, value=value, percent=percent, year=2025, estimate=estimate,
        verdict=judge(estimate, target=value, operator=operator, population=None), verified=verified,
        source="Kế hoạch số 402/KH-UBND ngày 21/8/2021 của UBND tỉnh Bắc Giang",
    )  # fmt: skip


METHOD = Method(
    questionnaire="Phiếu khảo sát sự hài lòng tại Bộ phận Một cửa",
    questionnaire_ref="sipas-one-stop@1",
    questionnaire_hash="9f2c4e0b7d5a48d1a6c3f0e9b8172635445362718099aabbccddeeff00112233",
    legal_basis=(
        ("Quyết định số 2640/QĐ-BNV ngày 10/10/2017 của Bộ Nội vụ phê duyệt phương pháp đo lường sự hài lòng", False),
        ("Quyết định số 1001/QĐ-BNV ngày 11/12/2023 của Bộ trưởng Bộ Nội vụ", False),
        ("Kế hoạch số 402/KH-UBND ngày 21/8/2021 của UBND tỉnh Bắc Giang về cải cách hành chính nhà nước", True),
    ),
    index_method="m1-f1-x1-v1@1",
    index_method_hash="77aabbccddeeff0011223344556677889900aabbccddeeff0011223344556677",
    index_method_note="Cách tính mặc định.",
    index_method_verified=False,
    measure="M1",
    factor_rule="F1",
    index_rule="X1",
    unit_rule="V1",
    channel_rule="C1",
    fewest_per_cell=None,
    weights=(),
    channel_weights=(),
    design="open",
    multiplicity=Multiplicity.NONE,
    looks=Looks.ONCE,
    rules=(
        RuleLine(name="Ngoài thời gian khảo sát", note="Ngày trên phiếu ngoài đợt.", verified=False),
        RuleLine(name="Câu đánh dấu 2 ô trên phiếu giấy", note="Câu đó tính là bỏ trống.", verified=True),
    ),
    rules_ref="standard@1",
    rules_hash="5544aabbccddeeff0011223344556677889900aabbccddeeff00112233445566",
    level=LEVEL,
    satisfied_from=4,
    fewest=FEWEST,
    classes=("Phiếu theo mã biên nhận dùng một lần", "Máy tính bảng tại quầy, điều tra viên"),
    unverified_items=tuple(row.code for row in items(50) if not row.verified),
    scale_verified=True,
    program="0.1.0",
    data_hash="0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9",
)

VALIDITY = Validity(
    issued=402_118,
    returned=26_055,
    excluded=(("Phiếu thứ hai của cùng một hồ sơ", 310), ("Lý do khác", 120)),
    blanked=("Câu đánh dấu 2 ô trên phiếu giấy", 1_204),
    valid=25_625,
    counted=24_815,
)

CHOICES = (
    ("ND1", "Ông/Bà phải đi lại bao nhiêu lần để giải quyết công việc?",
     (("1 lần", 0.642), ("2 lần", 0.271), ("3 lần", 0.061), ("4 lần", 0.015), ("Từ 5 lần trở lên", 0.011))),
    ("ND2", "Công chức có gây phiền hà, sách nhiễu đối với Ông/Bà không?", (("Có", 0.011), ("Không", 0.989))),
    ("ND4", "Cơ quan trả kết quả đúng hẹn, sớm hẹn hay trễ hẹn?",
     (("Đúng hẹn", 0.71), ("Sớm hẹn", 0.252), ("Trễ hẹn", 0.038))),
    ("ND6", "Cơ quan có gửi thư xin lỗi vì trễ hẹn không?", (("Có", None), ("Không", None))),
)  # fmt: skip


def choices(answered: int) -> tuple[ChoiceLine, ...]:
    return tuple(
        ChoiceLine(code=code, text=text, answered=answered if options[0][1] is not None else 0, options=options,
                   verified=False)
        for code, text, options in CHOICES
    )  # fmt: skip


def factors(n: int) -> tuple[FactorLine, ...]:
    values = (0.8812, 0.9134, 0.9365, 0.9291, 0.8647)
    return tuple(
        FactorLine(name=name, score=FactorScore(code=f"Y{i}", estimate=rate(value, n)))
        for i, (name, value) in enumerate(zip(QUESTIONS, values, strict=True), 1)
    )


def _targets(whole: Estimate, wait: Estimate) -> tuple[TargetLine, ...]:
    return (
        target("Mức độ hài lòng đối với sự phục vụ của cơ quan hành chính nhà nước", 0.90, whole),
        target("Mức độ hài lòng về giải quyết thủ tục hành chính lĩnh vực đất đai", 0.85, rate(0.842, 1320)),
        target("Mức độ hài lòng về giải quyết thủ tục hành chính lĩnh vực xây dựng", 0.85, rate(0.79, 860)),
        target("Mức độ hài lòng về dịch vụ y tế công lập", 0.85, HIDDEN, verified=False),
        target("Thời gian chờ trung bình tại Bộ phận Một cửa", 20, wait, operator="<=", percent=False),
    )


def _comparisons(communes_count: int) -> tuple[Comparison, ...]:
    return (
        comparison("Sở, ban, ngành", DEPARTMENTS, 0.90, most=4000, seed=2),
        comparison("Cơ quan ngành dọc", VERTICAL, 0.90, most=3000, seed=4),
        comparison("Xã, phường", communes(communes_count), 0.90, seed=11),
        comparison("Lĩnh vực", FIELDS, None, most=3000, seed=6),
    )


def province(communes_count: int = 99) -> SatisfactionReport:
    whole = group("tinh", "Tỉnh Minh Họa", rate(0.9134, 24815), target=0.90, population=412_306)
    wait = minutes(17.42, 0.61, 23_990)
    return SatisfactionReport(
        letterhead=LETTERHEAD,
        subject="của người dân, tổ chức đối với sự phục vụ của các cơ quan hành chính nhà nước tỉnh Minh Họa năm 2026",
        scope="117 đơn vị của tỉnh Minh Họa",
        campaign="Khảo sát tại Bộ phận Một cửa năm 2026",
        starts_on=datetime.date(2026, 1, 1),
        ends_on=datetime.date(2026, 10, 31),
        data_as_of=datetime.date(2026, 11, 15),
        made_on=datetime.date(2026, 11, 20),
        fictional=True,
        whole=whole,
        targets=_targets(whole.score.index, wait),
        comparisons=_comparisons(communes_count),
        factors=factors(24_815),
        items=items(24_815),
        numbers=(
            NumberLine(text="Thời gian chờ đến lượt giao dịch", unit="phút",
                       score=NumberScore(code="TG", estimate=wait)),
        ),
        choices=choices(24_100),
        trend=trend(18),
        breaks=(Break(month=datetime.date(2025, 7, 1), label="Chính quyền hai cấp từ 01/7/2025"),),
        channels=(
            ChannelLine(
                name="Mã biên nhận dùng một lần", received=18_220, counted=True, index=rate(0.91, 18_220),
                issued=402_118,
            ),
            ChannelLine(
                name="Máy tính bảng tại quầy, điều tra viên", received=7_836, counted=True, index=rate(0.94, 7_836),
                change=change(0.03, 0.02, 0.04),
            ),
            ChannelLine(
                name="Mã QR mở, trực tuyến", received=3_914, counted=False, index=rate(0.91, 3_914),
                change=change(0.0, -0.01, 0.01),
            ),
        ),
        priorities=priorities(),
        daily=Interval(lower=0.912, upper=0.934, level=LEVEL, method="confidence_sequence"),
        validity=VALIDITY,
        scale=SCALE,
        method=METHOD,
    )  # fmt: skip


def priorities() -> tuple[PriorityLine, ...]:
    shares = (0.41, 0.27, 0.2, 0.12)
    rates = (0.93, 0.86, 0.95, 0.81)
    quadrants = (Quadrant.KEEP, Quadrant.IMPROVE, Quadrant.ENOUGH, Quadrant.WATCH)
    return tuple(
        PriorityLine(
            text=item.text, factor=item.factor, rate=rate(value, 900), share=share,
            interval=Interval(lower=share - 0.05, upper=share + 0.06, level=LEVEL, method="bootstrap_percentile"),
            quadrant=quadrant,
        )
        for item, value, share, quadrant in zip(items(900), rates, shares, quadrants, strict=False)
    )  # fmt: skip


def counters(count: int = 3) -> tuple[CounterSheet, ...]:
    return tuple(
        CounterSheet(
            unit="UBND xã Đồng Ỷ" if i % 2 else "Trung tâm Phục vụ hành chính công tỉnh Minh Họa",
            counter=f"Quầy {i + 1}: Đất đai, xây dựng" if i % 2 else f"Quầy {i + 1}",
            place="Tầng 1, nhà A" if i % 2 else None,
            code=f"KM{i:02}ĐH".replace("Đ", "D"),
            url=f"https://hailong.minhhoa.example/r/KM{i:02}DH",
        )
        for i in range(count)
    )
