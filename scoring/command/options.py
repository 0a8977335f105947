"""Every option of the command line, and which command takes which."""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from scoring.binomial import METHODS as OF_COUNTS
from scoring.command.indices import KINDS, OF_INDICES
from scoring.par.index import Convention
from scoring.ranking import Adjustment
from scoring.sampling.design import LonelyPsu
from scoring.sampling.intervals import METHODS as OF_DESIGNS
from scoring.verdict import OPERATORS

HYPERGEOMETRIC = "hypergeometric"


def share(text: str) -> float:
    """A share as a person writes it: 0.9, 0,9 or 90%.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is no number from 0 to 1.

    Examples
    --------
    >>> share("0.9"), share("0,9"), share("90%")
    (0.9, 0.9, 0.9)
    """
    found = number(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError(f"phải nằm giữa 0 và 1: {text} (must lie between 0 and 1)")
    return found


def number(text: str) -> float:
    """A number with a decimal point or comma.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.

    Examples
    --------
    >>> number("1.5"), number("1,5")
    (1.5, 1.5)
    """
    if not re.fullmatch(r"[0-9]+([.,][0-9]+)?", text.strip()):
        raise argparse.ArgumentTypeError(f"không phải là số: {text} (not a number)")
    return float(text.replace(",", "."))


def scale(text: str) -> tuple[int, int]:
    """The lowest and the highest answer.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is not two whole numbers, the lower first.

    Examples
    --------
    >>> scale("1-5")
    (1, 5)
    """
    found = re.fullmatch(r"([0-9]{1,3})-([0-9]{1,3})", text)
    if found is None or int(found[1]) >= int(found[2]):
        raise argparse.ArgumentTypeError(f"cần dạng 1-5: {text} (a scale is written as 1-5)")
    return int(found[1]), int(found[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: what it is for, the names of its files or numbers, the options that it takes."""

    help: str
    data: str
    options: tuple[str, ...]
    nargs: str | None = None


def _column(text: str) -> dict[str, Any]:
    return {"metavar": "CỘT", "help": f"cột {text}"}


def _one_of(names: Any, text: str, default: str | None = None) -> dict[str, Any]:
    return {"choices": [str(name) for name in names], "default": default, "help": text}


METHODS = tuple(dict.fromkeys((*OF_COUNTS, HYPERGEOMETRIC, *OF_DESIGNS, *OF_INDICES)))
OPTIONS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "design": {"metavar": "TỆP", "help": "tệp .yaml, .toml hoặc .json ghi sẵn các tùy chọn"},
        "json": {"action": "store_true", "help": "in JSON thay cho bảng"},
        "level": {"type": share, "default": 0.95, "metavar": "0.95", "help": "độ tin cậy hai phía"},
        "method": _one_of(METHODS, "phương pháp tính khoảng tin cậy"),
        "answer": {"nargs": "+", "metavar": "CỘT", "help": "cột trả lời (vi dữ liệu)"},
        "satisfied_from": {"type": int, "default": 4, "metavar": "4", "help": "từ mức này trở lên là hài lòng"},
        "scale": {"type": scale, "default": (1, 5), "metavar": "1-5", "help": "thang trả lời"},
        "missing": {"nargs": "+", "default": [], "metavar": "MÃ", "help": "mã không phải là trả lời (KAD, 9)"},
        "satisfied": _column("số trả lời hài lòng (số đếm)"),
        "total": _column("tổng số trả lời (số đếm)"),
        "domain": _column("đơn vị, lĩnh vực ... để tính riêng"),
        "weight": _column("quyền số"),
        "strata": _column("tầng"),
        "psu": _column("đơn vị mẫu bậc một (xã, điểm tiếp dân)"),
        "ssu": _column("đơn vị mẫu bậc hai"),
        "fpc": {"metavar": "CỘT|SỐ", "help": "quy mô tổng thể: số đơn vị bậc một của tầng, số hồ sơ của đơn vị"},
        "fpc2": {"metavar": "CỘT|SỐ", "help": "số đơn vị bậc hai của đơn vị bậc một"},
        "nest": {"action": "store_true", "help": "mã đơn vị bậc một lặp lại giữa các tầng"},
        "lonely": _one_of(LonelyPsu, "tầng chỉ có một đơn vị bậc một", LonelyPsu.FAIL),
        "index": _one_of(KINDS, "chỉ số gộp của nhiều câu: pooled (gộp trả lời), mean (trung bình các tỷ lệ)"),
        "item_weights": {"nargs": "+", "type": number, "metavar": "SỐ", "help": "trọng số các câu (mean)"},
        "target": {"type": share, "metavar": "0.9", "help": "mục tiêu"},
        "operator": _one_of(OPERATORS, "so với mục tiêu", ">="),
        "adjustment": _one_of(
            (Adjustment.BONFERRONI, Adjustment.SIDAK, Adjustment.UNADJUSTED),
            "để mọi khoảng hạng cùng đúng",
            Adjustment.BONFERRONI,
        ),
        "population": _column("số hồ sơ của từng đơn vị"),
        "margin": {"type": share, "default": 0.05, "metavar": "0.05", "help": "sai số cho phép"},
        "rate": {"type": share, "default": 0.5, "metavar": "0.5", "help": "tỷ lệ dự kiến"},
        "alternative": {"type": share, "default": 0.85, "metavar": "0.85", "help": "tỷ lệ cần phát hiện"},
        "power": {"type": share, "default": 0.8, "metavar": "0.8", "help": "xác suất phát hiện"},
        "deff": {"type": number, "default": 1.0, "metavar": "1", "help": "hệ số thiết kế"},
        "response_rate": {"type": share, "default": 1.0, "metavar": "1", "help": "tỷ lệ phản hồi dự kiến"},
        "convention": _one_of(Convention, "xử lý phần không áp dụng", Convention.APPLICABLE),
    }
)
COMMON = ("design", "json", "level")
SAMPLE = ("scale", "satisfied_from", "missing", "weight", "strata", "psu", "ssu", "fpc", "fpc2", "nest", "lonely")
MEASURED = (*COMMON, "method", "domain", "answer", *SAMPLE)
COUNTED = ("satisfied", "total")
INDEXED = ("index", "item_weights")
COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "interval": Command(
            help="khoảng tin cậy của tỷ lệ từ số đếm: hai số, hoặc tệp có mỗi dòng một đơn vị",
            data="SỐ_HÀI_LÒNG SỐ_TRẢ_LỜI | TỆP",
            nargs="+",
            options=(*COMMON, "method", "domain", *COUNTED, "fpc"),
        ),
        "estimate": Command(
            help="tỷ lệ hài lòng theo đơn vị từ vi dữ liệu có thiết kế mẫu", data="TỆP", options=MEASURED
        ),
        "index": Command(help="chỉ số gộp nhiều câu theo đơn vị", data="TỆP", options=(*MEASURED, *INDEXED)),
        "verdict": Command(
            help="đạt, chưa đạt hay chưa đủ căn cứ so với mục tiêu",
            data="TỆP",
            options=(*MEASURED, *COUNTED, *INDEXED, "target", "operator"),
        ),
        "ranks": Command(
            help="khoảng hạng của các đơn vị", data="TỆP", options=(*MEASURED, *COUNTED, *INDEXED, "adjustment")
        ),
        "plan": Command(
            help="số trả lời cần có: các số hồ sơ, hoặc tệp có mỗi dòng một đơn vị",
            data="SỐ_HỒ_SƠ ... | TỆP",
            nargs="*",
            options=(
                *COMMON,
                "domain",
                "population",
                "margin",
                "rate",
                "target",
                "alternative",
                "power",
                "deff",
                "response_rate",
            ),
        ),
        "par": Command(
            help="điểm PAR Index: tệp bộ tiêu chí, rồi tệp số liệu của từng đơn vị",
            data="TỆP",
            nargs="+",
            options=("json", "level", "convention"),
        ),
    }
)
FLAGS = frozenset(name for name, spec in OPTIONS.items() if spec.get("action") == "store_true")
LISTS = frozenset(name for name, spec in OPTIONS.items() if spec.get("nargs") == "+")
