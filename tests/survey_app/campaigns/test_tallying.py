"""Cells of the tally, and the recount that proves them."""

import datetime
import threading

import pytest
from sqlalchemy import delete, select, update

from questionnaires.coding import Answer
from scoring.tally import unpack
from survey_app.campaigns import release
from survey_app.campaigns.tallying import Cell, Difference, add, bases, exclude, portions, recount, tally_of
from survey_app.db import Database
from survey_app.definitions import layout
from survey_app.models import Campaign, Counter, Excluded, TallyCell, Unit
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.factories.units import MakeCounter, MakeField, MakeUnit

MARCH, APRIL, MAY = (datetime.date(2026, month, 1) for month in (3, 4, 5))


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign()


@pytest.fixture
def counter(province: Unit, make_counter: MakeCounter) -> Counter:
    return make_counter(province)


def test_a_submission_is_counted_in_the_month_of_its_day() -> None:
    cell = Cell.of(1, 2, None, "C", datetime.date(2026, 2, 28))
    assert cell == Cell(1, 2, "", "C", datetime.date(2026, 2, 1))
    assert Cell.of(1, 2, "land", "A", datetime.date(2025, 12, 31)).month == datetime.date(2025, 12, 1)
    assert sorted([cell, Cell(1, 1, "land", "A", MARCH)])[0].unit_id == 1


def test_portions_hold_everything_once() -> None:
    assert [len(part) for part in portions(range(1201))] == [500, 500, 201]
    assert [i for part in portions(range(1201)) for i in part] == list(range(1201))
    assert list(portions([])) == []


def test_numbers_and_choices_are_those_of_submissions_that_count() -> None:
    codes = "1" + "." * (layout("counter-2640@1").closed - 1)
    rows = [(codes, {"CHO": "12", "MD": "1,10", "YK": "x"}), (codes, {}), ("2" + codes[1:], {"CHO": "99", "MD": "3"})]
    found = tally_of("counter-2640@1", rows)
    assert (int(found.received), int(found.counted)) == (3, 2)
    assert found.numbers.tolist() == [[1, 12, 144]]
    assert found.choices.tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert not tally_of("counter-2640@1", []).vector.any()


def test_each_campaign_counts_by_its_own_questionnaire(database: Database, make_campaign: MakeCampaign) -> None:
    short, full = make_campaign(), make_campaign("counter-2640@1")
    with database.reading() as session:
        assert {key: basis.ref for key, basis in bases(session).items()} == {
            short.id: "qr-short@1",
            full.id: "counter-2640@1",
        }


def test_adding_adds(database: Database, campaign: Campaign, province: Unit) -> None:
    cell = Cell(campaign.id, province.id, "", "C", MARCH)
    one = tally_of("qr-short@1", [("5555n5", {"CHO": "7"})] * 3)
    other = tally_of("qr-short@1", [("1111.1", {})] * 2)
    for fresh in (one, other):
        with database.transaction() as session:
            add(session, cell, "qr-short@1", fresh)
    with database.reading() as session:
        stored = session.scalars(select(TallyCell)).one()
        assert stored.received == 5
        assert (unpack(layout("qr-short@1"), stored.data).vector == one.vector + other.vector).all()


# --- recount


@pytest.fixture
def cells(
    database: Database, campaign: Campaign, counter: Counter, make_released: MakeReleased, make_field: MakeField
) -> list[Cell]:
    """Three cells of one unit: March, April and May."""
    for month, many in ((MARCH, 6), (APRIL, 7), (MAY, 8)):
        make_released(campaign, counter, [answers(CHO=i) for i in range(many)], day=month.replace(day=20))
    return [Cell(campaign.id, counter.unit_id, "", "C", month) for month in (MARCH, APRIL, MAY)]


def found(database: Database, *, repair: bool = False) -> list[Difference]:
    with database.transaction() if repair else database.reading() as session:
        return list(recount(session, repair=repair))


def of(cell: Cell) -> tuple[object, ...]:
    return (TallyCell.month == cell.month, TallyCell.field_key == cell.field_key)


def test_a_recount_proves_a_sound_tally(database: Database, cells: list[Cell]) -> None:
    assert found(database) == []
    assert found(database, repair=True) == []


def test_a_recount_of_nothing_finds_nothing(database: Database) -> None:
    assert found(database) == []


def test_a_recount_finds_what_is_damaged_missing_and_too_much_and_mends_it(
    database: Database, cells: list[Cell], counter: Counter, campaign: Campaign, make_field: MakeField
) -> None:
    make_field("land")
    march, april, may = cells
    with database.transaction() as session:
        sound = {row.month: (row.received, row.data) for row in session.scalars(select(TallyCell))}
        session.execute(update(TallyCell).where(*of(march)).values(data=b"damaged"))
        session.execute(delete(TallyCell).where(*of(april)))
        session.execute(update(TallyCell).where(*of(may)).values(data=sound[MARCH][1]))  # sound, but of March
        extra = tally_of("qr-short@1", [("555555", {})])
        add(session, Cell(campaign.id, counter.unit_id, "land", "A", MARCH), "qr-short@1", extra)
    expected = [
        Difference(march, 6, 6),
        Difference(april, None, 7),
        Difference(may, 8, 8),
        Difference(Cell(campaign.id, counter.unit_id, "land", "A", MARCH), 1, None),
    ]
    assert sorted(found(database), key=lambda difference: difference.cell) == sorted(expected, key=lambda d: d.cell)
    assert sorted(found(database), key=lambda difference: difference.cell) == sorted(expected, key=lambda d: d.cell)
    assert len(found(database, repair=True)) == 4
    assert found(database) == []
    with database.reading() as session:
        assert {row.month: (row.received, row.data) for row in session.scalars(select(TallyCell))} == sound


def test_one_answer_changed_in_a_cell_is_found(database: Database, cells: list[Cell]) -> None:
    with database.transaction() as session:
        stored = session.scalars(select(TallyCell).where(*of(cells[0]))).one()
        tally = unpack(layout("qr-short@1"), stored.data)
        tally.vector[2 + 4] -= 1  # one citizen less said 4 to the first question, one more said 5
        tally.vector[2 + 5] += 1
        stored.data = tally.pack()
    assert found(database) == [Difference(cells[0], 6, 6)]


def test_cells_of_every_unit_field_channel_and_campaign_are_proven(
    database: Database,
    province: Unit,
    make_unit: MakeUnit,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_field: MakeField,
    make_waiting: MakeWaiting,
) -> None:
    short, full = make_campaign(), make_campaign("counter-2640@1")
    commune = make_unit(parent=province)
    desks = [make_counter(province), make_counter(commune), make_counter(commune, "Đất đai", field=make_field("land"))]
    for i, desk in enumerate(desks):
        for j, channel in enumerate("ABC"):
            make_waiting(short, desk, [answers(CHO=i, YK="Tốt")] * (i + j + 1), channel=channel, day=MARCH)
            make_waiting(full, desk, [{"LOC": "1", "CHUNG": "4", "MD": ("3", "4")}] * 2, channel=channel, day=APRIL)
    with database.transaction() as session:
        moved = release.release_at_day_end(session, datetime.date(2026, 6, 30))
    assert moved == 27 + 18
    assert found(database) == []
    with database.reading() as session:
        assert len(session.scalars(select(TallyCell)).all()) == 18


def test_what_is_released_during_a_repair_is_not_lost(
    database: Database, cells: list[Cell], campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [answers()] * 10, day=MARCH)
    with database.transaction() as session:
        session.execute(update(TallyCell).where(*of(cells[0])).values(data=b"damaged"))

    def go() -> None:
        with database.transaction() as other:
            release.release_full(other, MARCH)

    waiting = threading.Thread(target=go)
    with database.transaction() as session:
        assert len(list(recount(session, repair=True))) == 1
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join()
    assert found(database) == []
    with database.reading() as session:
        assert sorted(session.scalars(select(TallyCell.received))) == [7, 8, 16]


# --- validity


@pytest.fixture
def ruled(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign(validity="standard@1")


BAD: dict[str, dict[str, object]] = {
    "duplicate_dossier": {"invalid": "d"},
    "outside_period": {"day": datetime.date(2025, 12, 31)},
}
EMPTY: dict[str, Answer] = {"TC0": "4", "CHUNG": "4"}
TICKED: dict[str, Answer] = answers(TC0="t", TT0="t")


@pytest.fixture
def forms(ruled: Campaign, counter: Counter, make_released: MakeReleased) -> Cell:
    """Forms of one cell that break every rule, and some that break none."""
    on_paper = {"channel": "B", "day": datetime.date(2026, 1, 20)}
    make_released(ruled, counter, [answers()] * 6, **on_paper)
    make_released(ruled, counter, [TICKED, answers()], **on_paper)
    make_released(ruled, counter, [EMPTY] * 3, **on_paper)
    for number, changes in enumerate(BAD.values(), start=1):
        make_released(ruled, counter, [answers()] * number, **(on_paper | changes))
    return Cell(ruled.id, counter.unit_id, "", "B", datetime.date(2026, 1, 1))


def stored(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {row.reason: row.number for row in session.scalars(select(Excluded))}


def test_what_a_rule_takes_out_is_received_and_not_counted(database: Database, forms: Cell) -> None:
    assert stored(database) == {"duplicate_dossier": 1, "outside_period": 2, "half_empty": 3, "two_ticks": 2}
    with database.reading() as session:
        cell = session.scalars(select(TallyCell)).one()  # that of another year stands in the first month of the period
        assert cell.month == forms.month
        tally = unpack(layout("qr-short@1"), cell.data)
    assert (int(tally.received), int(tally.counted)) == (14, 8)
    assert tally.counts[:, 0].tolist() == [1, 1, 0, 0, 0, 0]  # two ticks are blank
    assert found(database) == []


def test_without_rules_everything_counts(
    database: Database, campaign: Campaign, counter: Counter, make_released: MakeReleased
) -> None:
    for changes in BAD.values():
        make_released(campaign, counter, [answers(), EMPTY, TICKED], channel="B", **changes)
    assert stored(database) == {}
    with database.reading() as session:
        cells = session.scalars(select(TallyCell)).all()
        tallies = [unpack(layout("qr-short@1"), cell.data) for cell in cells]
    assert [(int(tally.received), int(tally.counted)) for tally in tallies] == [(3, 3), (3, 3)]
    assert found(database) == []


def test_a_citizens_half_empty_form_is_taken_out_like_one_on_paper(
    database: Database, make_campaign: MakeCampaign, counter: Counter, make_released: MakeReleased
) -> None:
    full = make_campaign("counter-2640@1", validity="standard@1", accepts="AC", counts="AC")
    make_released(full, counter, [{"LOC": "1", "CHUNG": "4"}] * 2, channel="A")
    assert stored(database) == {"half_empty": 2}


def test_two_ticks_of_a_form_that_is_invalid_anyway_are_not_told_again(
    database: Database, ruled: Campaign, counter: Counter, make_released: MakeReleased
) -> None:
    make_released(ruled, counter, [TICKED], channel="B", invalid="d")
    assert stored(database) == {"duplicate_dossier": 1}


def test_a_recount_proves_and_mends_what_the_rules_took_out(
    database: Database, forms: Cell, make_unit: MakeUnit
) -> None:
    before, other = stored(database), Cell(forms.campaign_id, make_unit().id, "land", "B", forms.month)
    with database.transaction() as session:
        session.execute(update(Excluded).where(Excluded.reason == "half_empty").values(number=7))
        session.execute(delete(Excluded).where(Excluded.reason == "two_ticks"))
        exclude(session, forms, {"unknown_rule": 4})
        exclude(session, other, {"half_empty": 1})
    expected = [
        Difference(forms, 7, 3, "half_empty"),
        Difference(forms, None, 2, "two_ticks"),
        Difference(forms, 4, None, "unknown_rule"),
        Difference(other, 1, None, "half_empty"),
    ]
    assert found(database) == expected
    assert found(database, repair=True) == expected
    assert found(database) == []
    assert stored(database) == before


def test_numbers_of_batches_add_up(
    database: Database, forms: Cell, ruled: Campaign, counter: Counter, make_released: MakeReleased
) -> None:
    make_released(ruled, counter, [EMPTY] * 2, channel="B", day=datetime.date(2026, 1, 21))
    assert stored(database)["half_empty"] == 5
    assert found(database) == []
