"""A province definition becomes levels, units, fields, counters and letterhead of a new database."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.provinces import Province
from survey_app import audit, codes
from survey_app.errors import Conflict
from survey_app.models import Counter, Letterhead, Level, ServiceField, Unit, UnitSuccession


def load_province(session: Session, province: Province, now: datetime.datetime) -> None:
    """Load a province into an empty database; Conflict when there are units already."""
    if session.scalars(select(Unit.id).limit(1)).first() is not None:
        raise Conflict("province_loaded")
    for place, level in enumerate(province.levels):
        row = Level(key=level.key, name=level.name.vi, plural=level.plural.vi, ranked=level.ranked, position=place)
        session.add(row)
    for place, field in enumerate(province.fields):
        session.add(ServiceField(key=field.key, name_vi=field.name.vi, name_en=field.name.en, position=place))
    session.flush()
    units = _units(session, province)
    for counter, code in zip(province.counters, _codes(len(province.counters)), strict=True):
        unit = units[counter.unit]
        session.add(
            Counter(
                code=code,
                unit_id=unit.id,
                field_key=counter.field,
                name=counter.name,
                place=counter.place,
                opened_on=unit.valid_from,
                closed_on=unit.valid_to,
            )
        )
    _letterhead(session, province)
    audit.record(session, None, "province_loaded", province.ref, now=now)


def _codes(number: int) -> set[str]:
    """So many codes, no two alike: among a few hundred drawn at random two are, now and then."""
    drawn: set[str] = set()
    while len(drawn) < number:
        drawn.add(codes.draw())
    return drawn


def _units(session: Session, province: Province) -> dict[str, Unit]:
    made = {
        unit.code: Unit(
            code=unit.code,
            name=unit.name,
            short=unit.short,
            level=unit.level,
            valid_from=unit.since,
            valid_to=unit.until,
        )
        for unit in province.units
    }
    session.add_all(made.values())
    session.flush()
    for unit in province.units:
        if unit.parent is not None:
            made[unit.code].parent_id = made[unit.parent].id
        for successor in unit.successors:
            session.add(UnitSuccession(predecessor_id=made[unit.code].id, successor_id=made[successor].id))
    session.flush()
    return made


def _letterhead(session: Session, province: Province) -> None:
    head = province.letterhead
    session.add(
        Letterhead(
            id=1,
            superior=head.superior,
            issuer=head.issuer,
            symbol=head.symbol,
            place=head.place,
            signer="\n".join(head.signer),
            recipients="\n".join(head.recipients),
            fictional=province.fictional,
        )
    )
    session.flush()
