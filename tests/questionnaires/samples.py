"""Small definitions as plain data, for the tests to break."""

from typing import Any

Data = dict[str, Any]


def item(code: str, kind: str = "rating", **more: Any) -> Data:
    words = {"vi": f"Câu {code}", "en": f"Item {code}"}
    return {"code": code, "kind": kind, "text": words, "verified": False, "source": "Phép thử", **more}


def options(count: int) -> list[Data]:
    return [{"code": str(n), "text": {"vi": f"Phương án {n}", "en": f"Option {n}"}} for n in range(1, count + 1)]


def questionnaire() -> Data:
    """A questionnaire with every kind of question and a chain of conditions: LOC → HEN → BAO."""
    first = [
        item("LOC", "single", required=True, options=options(2)),
        item("A1"),
        item("A2", not_applicable={"vi": "Không áp dụng", "en": "Not applicable"}),
        item("A0"),
        item("ALL", required=True),
    ]
    second = [
        item("HEN", "single", options=options(3), only_if={"item": "LOC", "options": ["1"]}),
        item("BAO", "single", options=options(2), required=True, only_if={"item": "HEN", "options": ["3"]}),
        item("MD", "multi", options=options(10), most=3),
        item("CHO", "number", minimum=0, maximum=600),
        item("TEN", "short_text", longest=20),
        item("YK", "long_text", longest=100),
    ]
    words = {"vi": "Phiếu thử", "en": "Trial form"}
    return {
        "id": "trial",
        "version": 1,
        "title": words,
        "minutes": 1,
        "intro": words,
        "scale": [{"vi": f"Mức {level}", "en": f"Level {level}"} for level in range(1, 6)],
        "scale_verified": False,
        "factors": [{"code": "A", "name": words, "criteria": ["A1", "A2"], "general": "A0"}],
        "overall": "ALL",
        "counted_if": {"item": "LOC", "options": ["1"]},
        "waiting": "CHO",
        "sections": [
            {"code": "s1", "title": words, "items": first},
            {"code": "s2", "title": words, "items": second},
        ],
    }


def province() -> Data:
    """A province of four units, one of which is gone."""
    unit = {"level": "commune", "parent": "p", "since": "2025-07-01"}
    words = {"vi": "Tỉnh thử", "en": "Trial province"}
    return {
        "id": "tiny",
        "version": 1,
        "title": words,
        "name": "tỉnh Thử",
        "fictional": True,
        "letterhead": {
            "superior": "UBND TỈNH THỬ",
            "issuer": "SỞ NỘI VỤ",
            "symbol": "BC-SNV",
            "place": "Thử",
            "signer": ["GIÁM ĐỐC"],
            "recipients": ["Lưu: VT"],
        },
        "levels": [{"key": key, "name": words, "plural": words} for key in ("province", "commune", "district")],
        "fields": [{"key": "land", "name": words}],
        "units": [
            {"code": "p", "name": "Tỉnh Thử", "level": "province", "since": "2025-07-01"},
            {"code": "x1", "name": "Xã Một", **unit},
            {"code": "x2", "name": "Xã Hai", **unit},
            {
                "code": "h1",
                "name": "Huyện Một",
                "level": "district",
                "since": "1997-01-01",
                "until": "2025-07-01",
                "successors": ["x1", "x2"],
            },
        ],
        "counters": [{"unit": "x1", "name": "Quầy số 1", "field": "land"}, {"unit": "x1", "name": "Quầy số 2"}],
        "dossiers": [{"unit": "x1", "year": 2026, "by_field": {"land": 10}}],
    }
