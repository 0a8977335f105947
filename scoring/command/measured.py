"""A rate or an index of a unit, as every command that estimates hands it on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from scoring.command.printing import Column, Form
from scoring.results import Estimate, Reason

WHOLE = "Toàn bộ"

REASONS: Mapping[str, str] = MappingProxyType(
    {
        Reason.NO_ANSWERS: "không có trả lời",
        Reason.TOO_FEW_FOR_INTERVAL: "không tính được khoảng tin cậy",
        "lonely_psu": "có tầng chỉ có một đơn vị bậc một (xem --lonely)",
        "no_degrees_of_freedom": "không còn bậc tự do (một đơn vị bậc một mỗi tầng)",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An estimate of ``item`` (a question, or several) in ``domain`` (None: the whole sample).

    ``reason`` says why something is missing, ``population`` how many dossiers there are, where that is known;
    ``details`` are further figures for the table and JSON.
    """

    domain: str | None
    item: str
    estimate: Estimate
    reason: str | None = None
    population: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, Any]:
        """Its figures by the keys of JSON."""
        interval = self.estimate.interval
        reason = self.reason or self.estimate.reason
        return {
            "domain": self.domain,
            "item": self.item,
            "n": self.estimate.n,
            "rate": self.estimate.value,
            "lower": interval and interval.lower,
            "upper": interval and interval.upper,
            "effective_n": self.estimate.effective_n,
            "reason": None if reason is None else str(reason),
            **self.details,
        }


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with what only the table shows.

    Examples
    --------
    >>> shown({"domain": None, "reason": "no_answers"})
    {'domain': None, 'reason': 'no_answers', '_unit': 'Toàn bộ', '_note': 'không có trả lời'}
    """
    return {**row, "_unit": row["domain"] or WHOLE, "_note": row["reason"] and REASONS[row["reason"]]}


def columns(rows: Sequence[Mapping[str, Any]], *, domain: str | None) -> list[Column]:
    """The columns that all estimates have, up to the limits.

    Parameters
    ----------
    rows : sequence of mapping
        The rows; a single question needs no column.
    domain : str or None
        Heading of the units; None where there are none.

    Returns
    -------
    list of Column
    """
    several = len({row["item"] for row in rows}) > 1
    return [
        *([Column("_unit", domain)] if domain else []),
        *([Column("item", "Câu hỏi")] if several else []),
        Column("n", "Số trả lời", Form.COUNT),
        Column("rate", "Tỷ lệ (%)", Form.PERCENT),
        Column("lower", "Từ (%)", Form.PERCENT),
        Column("upper", "Đến (%)", Form.PERCENT),
    ]
