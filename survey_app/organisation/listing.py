"""Lists as their URL asks for them: filtered, sorted, fifty rows a page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from survey_app.typed import folded

Row = TypeVar("Row")

PAGE = 50
LONGEST_TEXT = 80
ALIVE, CLOSED, ALL = "alive", "closed", "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a URL asks of a list; `sort` is a column, with "-" in front for the other way round."""

    q: str = ""
    level: str = ""
    unit: int | None = None
    state: str = ALIVE
    sort: str = ""
    page: int = 1

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    def shows(self, *, gone: bool) -> bool:
        """Whether what is gone, or is not, belongs in the list."""
        return self.state == ALL or gone == (self.state == CLOSED)

    def address(self, **changes: object) -> dict[str, object]:
        """The arguments of the URL that asks for this with changes; what is usual stays out."""
        usual = Asked()
        values = {name: getattr(self, name) for name in ("q", "level", "unit", "state", "sort", "page")} | changes
        return {name: value for name, value in values.items() if value != getattr(usual, name)}

    def sorted_by(self, column: str) -> str:
        """What a click on a column asks for."""
        return f"-{column}" if self.sort == column else column


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int


def page_of(rows: Sequence[Row], page: int) -> Page[Row]:
    """A page of rows; beyond the last page, the last one."""
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(page, 1), pages)
    return Page(rows=tuple(rows[(page - 1) * PAGE : page * PAGE]), total=len(rows), page=page, pages=pages)


def in_order(rows: Iterable[Row], asked: Asked, keys: Mapping[str, Callable[[Row], Any]]) -> list[Row]:
    """Rows sorted by the column that is asked for; as they come when there is no such column."""
    key = keys.get(asked.column)
    return list(rows) if key is None else sorted(rows, key=key, reverse=asked.descending)


def holds(asked: Asked, *texts: str | None) -> bool:
    """Whether one of the texts has what is looked for."""
    wanted = folded(asked.q)
    return not wanted or any(wanted in folded(text) for text in texts if text)
