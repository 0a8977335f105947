"""A province as data: levels, dated units, service fields, counters, completed dossiers."""

import datetime
from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from questionnaires.base import Definition, Key, Line, Model, Place, Text, known, members, problem, unique


class Level(Model):
    """A level of the unit tree; ``ranked`` levels are compared with each other in results."""

    key: Key
    name: Text
    plural: Text
    ranked: bool = False


class ServiceField(Model):
    """A service field (lĩnh vực)."""

    key: Key
    name: Text


class Unit(Model):
    """An administrative unit between two dates (`until` is the first day on which it is gone)."""

    code: Key
    name: Line
    short: Line | None = None
    level: Key
    parent: Key | None = None
    since: datetime.date
    until: datetime.date | None = None
    successors: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise problem("until phải sau since", "until must come after since", ("until",))
        if self.successors and self.until is None:
            raise problem("đơn vị còn hoạt động thì không có successors", "a living unit has no successors")
        if self.code in self.successors:
            raise problem("đơn vị không thể kế tục chính mình", "a unit cannot succeed itself", ("successors",))
        return self


class Counter(Model):
    """A place where citizens are served; its public code is drawn when the province is loaded."""

    unit: Key
    name: Line
    place: Line | None = None
    field: Key | None = None


class Dossiers(Model):
    """Completed dossiers (hồ sơ đã giải quyết) of a unit in a year, by service field."""

    unit: Key
    year: Annotated[int, Field(ge=2011, le=2100)]
    by_field: dict[Key, Annotated[int, Field(ge=0)]]


class Letterhead(Model):
    """The heading and ending of the province's reports (Nghị định 30/2020/NĐ-CP)."""

    superior: Line
    issuer: Line
    symbol: Line
    place: Line
    signer: tuple[Line, ...]
    recipients: tuple[Line, ...]


class Province(Definition):
    """Everything a province needs before its first campaign."""

    name: Line
    fictional: bool
    letterhead: Letterhead
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    fields: Annotated[tuple[ServiceField, ...], Field(min_length=1)]
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]
    counters: tuple[Counter, ...] = ()
    dossiers: tuple[Dossiers, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        levels = [level.key for level in self.levels]
        fields = [field.key for field in self.fields]
        units = [unit.code for unit in self.units]
        unique(members("levels", levels), "cấp", "level")
        unique(members("fields", fields), "lĩnh vực", "field")
        unique(members("units", units), "mã đơn vị", "unit code")
        unique(members("counters", (f"{row.unit}: {row.name}" for row in self.counters)), "quầy", "counter")
        unique(members("dossiers", (f"{row.unit}, {row.year}" for row in self.dossiers)), "số hồ sơ", "dossiers")
        used = ((("units", i, "level"), unit.level) for i, unit in enumerate(self.units))
        known(used, set(levels), "cấp", "level")
        known(self._units_named(), set(units), "đơn vị", "unit")
        known(self._fields_named(), set(fields), "lĩnh vực", "field")
        self._no_cycle()
        return self

    def _units_named(self) -> Iterator[tuple[Place, str]]:
        for i, unit in enumerate(self.units):
            if unit.parent is not None:
                yield ("units", i, "parent"), unit.parent
            for n, successor in enumerate(unit.successors):
                yield ("units", i, "successors", n), successor
        yield from members("counters", (counter.unit for counter in self.counters))
        yield from members("dossiers", (row.unit for row in self.dossiers))

    def _fields_named(self) -> Iterator[tuple[Place, str]]:
        for i, counter in enumerate(self.counters):
            if counter.field is not None:
                yield ("counters", i, "field"), counter.field
        for i, row in enumerate(self.dossiers):
            for field in row.by_field:
                yield ("dossiers", i, "by_field", field), field

    def _no_cycle(self) -> None:
        parents = {unit.code: unit.parent for unit in self.units}
        for i, start in enumerate(parents):
            seen, at = {start}, parents[start]
            while at is not None:
                if at in seen:
                    raise problem(
                        f"{start}: vòng lặp đơn vị cha", f"{start}: its parents run in a circle", ("units", i, "parent")
                    )
                seen.add(at)
                at = parents[at]
