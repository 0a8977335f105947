"""Who answers where and when."""

import datetime

import numpy as np

from survey_app.demo import traffic
from survey_app.demo.traffic import Desk, Wave

BORDER = datetime.date(2025, 7, 1)
PERIOD = (datetime.date(2025, 5, 1), datetime.date(2025, 12, 31))


def desk(
    number: int,
    dossiers: dict[str, float],
    *,
    opened: datetime.date = BORDER,
    closed: datetime.date | None = None,
) -> Desk:
    return Desk(number, number, None, opened, closed, dossiers)


def waves(desks: list[Desk], total: int, **channels: float) -> list[Wave]:
    return traffic.waves(np.random.default_rng(3), desks, total, channels or {"C": 1.0}, PERIOD)


def test_months_run_from_the_first_to_the_last() -> None:
    assert [month.month for month in traffic.months(datetime.date(2025, 11, 20), datetime.date(2026, 2, 1))] == [
        11,
        12,
        1,
        2,
    ]
    assert list(traffic.months(datetime.date(2026, 2, 1), datetime.date(2026, 1, 31))) == []


def test_most_units_are_near_the_target_and_some_clearly_off() -> None:
    units = list(range(120))
    found = traffic.unit_levels(np.random.default_rng(120), units)
    assert list(found) == units
    values = np.array(list(found.values()))
    assert 1.2 < np.median(values) < 1.5
    assert (values > 1.9).sum() >= 5
    assert (values < 0.8).sum() >= 3


def test_answers_follow_the_dossiers() -> None:
    busy, quiet = desk(1, {"land": 10_000, "justice": 100}), desk(2, {"land": 10})
    found = waves([busy, quiet], 5000)
    assert 4700 < sum(wave.size for wave in found) < 5300
    by_desk = {number: sum(wave.size for wave in found if wave.desk.unit_id == number) for number in (1, 2)}
    assert by_desk[1] > 20 * by_desk[2] > 0
    land, justice = (sum(w.size for w in found if w.desk is busy and w.field == field) for field in ("land", "justice"))
    assert 5 < land / justice < 30  # less than the hundredfold of the dossiers
    assert all(wave.size for wave in found)


def test_a_desk_answers_while_it_is_open() -> None:
    old, new = desk(1, {"land": 100}, opened=datetime.date(1997, 1, 1), closed=BORDER), desk(2, {"land": 100})
    found = waves([old, new], 2000)
    assert {wave.month.month for wave in found if wave.desk is old} == {5, 6}
    assert {wave.month.month for wave in found if wave.desk is new} == {7, 8, 9, 10, 11, 12}


def test_channels_get_their_share() -> None:
    found = waves([desk(1, {"land": 100})], 4000, A=0.6, B=0.4)
    sizes = {channel: sum(wave.size for wave in found if wave.channel == channel) for channel in "ABC"}
    assert sizes["C"] == 0
    assert 0.55 < sizes["A"] / (sizes["A"] + sizes["B"]) < 0.65


def test_without_desks_nobody_answers() -> None:
    assert waves([], 100) == []
    assert waves([desk(1, {}, opened=datetime.date(2030, 1, 1))], 100) == []


def test_land_is_harder_to_please_and_things_get_better() -> None:
    def level(field: str, month: datetime.date, channel: str = "A") -> float:
        wave = Wave(desk(1, {field: 1}), field, month, channel, 3)
        found = traffic.respondents(np.random.default_rng(1), wave, {1: 1.3}, {1: 15.0})
        assert len(found.level) == len(found.waiting) == 3
        return float(found.level[0])

    may, later = datetime.date(2025, 5, 1), datetime.date(2026, 5, 1)
    assert level("land", may) < level("planning", may) < level("justice", may)
    assert level("land", later) > level("land", may)
    assert level("land", may, "C") < level("land", may, "A") < level("land", may, "B")


def test_people_come_on_working_days() -> None:
    found = traffic.days(np.random.default_rng(1), datetime.date(2026, 2, 1), 500)
    assert {day.month for day in found} == {2}
    assert {day.weekday() for day in found} == {0, 1, 2, 3, 4}
    assert len(set(found)) == 20
