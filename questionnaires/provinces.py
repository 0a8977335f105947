"""A province as data: levels, dated units, service fields, counters, completed dossiers."""

import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from questionnaires.base import Definition, Key, Line, Model, Text, problem, unique


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
            raise problem("until phải sau since", "until must come after since")
        if self.successors and self.until is None:
            raise problem("đơn vị còn hoạt động thì không có successors", "a living unit has no successors")
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
        unique([level.key for level in self.levels], "cấp", "level")
        unique([field.key for field in self.fields], "lĩnh vực", "field")
        unique([unit.code for unit in self.units], "mã đơn vị", "unit code")
        levels = {level.key for level in self.levels}
        fields = {field.key for field in self.fields}
        units = {unit.code for unit in self.units}
        for unit in self.units:
            if unit.level not in levels:
                raise problem(f"{unit.code}: không có cấp {unit.level}", f"{unit.code}: no level {unit.level}")
            for other in (*unit.successors, *filter(None, [unit.parent])):
                if other not in units or other == unit.code:
                    raise problem(f"{unit.code}: không có đơn vị {other}", f"{unit.code}: no unit {other}")
        used = {counter.field for counter in self.counters if counter.field}
        used |= {field for row in self.dossiers for field in row.by_field}
        for missing in used - fields:
            raise problem(f"không có lĩnh vực {missing}", f"no field {missing}")
        for name in {counter.unit for counter in self.counters} | {row.unit for row in self.dossiers}:
            if name not in units:
                raise problem(f"không có đơn vị {name}", f"no unit {name}")
        self._no_cycle()
        return self

    def _no_cycle(self) -> None:
        parents = {unit.code: unit.parent for unit in self.units}
        for start in parents:
            seen, at = set(), parents[start]
            while at is not None:
                if at == start or at in seen:
                    raise problem(f"{start}: vòng lặp đơn vị cha", f"{start}: its parents run in a circle")
                seen.add(at)
                at = parents[at]
