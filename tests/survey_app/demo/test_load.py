"""The demonstration province: loaded once, proven, and like life."""

import datetime
import shutil
from collections import Counter as Counts
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select, update

from questionnaires.loader import published, questionnaire
from scoring.results import Outcome
from survey_app import codes
from survey_app.accounts import passwords
from survey_app.campaigns.tallying import recount
from survey_app.config import UnsafeSetting
from survey_app.db import Database
from survey_app.definitions import code_matrix
from survey_app.demo import load
from survey_app.demo.filling import BURST, BURST_DAY
from survey_app.models import (
    Account,
    Campaign,
    CampaignTarget,
    Counter,
    DefinitionVersion,
    Inbox,
    Letterhead,
    Population,
    Release,
    Submission,
    SubmissionExtra,
    Unit,
)
from survey_app.policy import Role
from survey_app.results.service import report
from tests.conftest import AUDIT
from tests.databases import on_sqlite
from tests.factories.units import MakeUnit

BORDER = datetime.date(2025, 7, 1)
TODAY = datetime.date(2026, 11, 2)


def quiet(_line: str) -> None:
    """Says nothing."""


def contents(database: Database) -> Counts[tuple[object, ...]]:
    """Every submission by what it says; keys and counter codes are drawn anew each time."""
    with database.reading() as session:
        extras: dict[object, list[tuple[str, str]]] = {}
        for row in session.scalars(select(SubmissionExtra)):
            extras.setdefault(row.submission_key, []).append((row.item, row.value))
        rows = session.execute(
            select(
                Submission.key, Campaign.title, Counter.name, Unit.code, Submission.field_key,
                Submission.channel, Submission.day, Submission.codes,
            )
            .join(Campaign, Campaign.id == Submission.campaign_id)
            .join(Counter, Counter.id == Submission.counter_id)
            .join(Unit, Unit.id == Counter.unit_id)
        )  # fmt: skip
        return Counts((*row[1:], *sorted(extras.get(row.key, []))) for row in rows)


def test_a_small_demonstration_is_whole_and_proven(database: Database) -> None:
    said: list[str] = []
    load.load(database, 400, said.append)
    assert said[0].startswith("Nạp tỉnh Minh Họa (giả định)")
    with database.reading() as session:
        assert list(recount(session)) == []
        assert session.scalars(select(Inbox)).all() == []
        number = session.scalar(select(func.count()).select_from(Submission)) or 0
        assert 400 + BURST - 100 < number < 400 + BURST + 100
        campaigns = session.scalars(select(Campaign).order_by(Campaign.id)).all()
        assert [(one.starts_on.year, one.accepts, one.state) for one in campaigns] == [
            (2025, "C", "closed"),
            (2025, "AB", "closed"),
            (2026, "C", "open"),
            (2026, "AB", "open"),
        ]
        assert said[-1] == "Kỳ đánh giá Chỉ số CCHC năm trước và năm nay ..."
        assert said[1:-1] == [
            f"Đợt {place}/4: {one.title}: {batch} phiếu"
            for place, (one, batch) in enumerate(
                zip(campaigns, session.scalars(select(Release.submissions).order_by(Release.id)), strict=True), start=1
            )
        ]
        assert set(session.scalars(select(Population.campaign_id))) == {one.id for one in campaigns}
        assert session.scalar(select(func.count()).select_from(CampaignTarget)) == 2 * 7 + 2 * 8
        named = Account.username.in_([name for name, _ in load.PEOPLE.values()])
        roles = dict(session.execute(select(Account.role, Account.username).where(named)).all())
        assert roles == {role.value: name for role, (name, _) in load.PEOPLE.items()}
        assert session.scalars(select(Letterhead.fictional)).one()
        actor = load.analyst(session)
        assert actor.role is Role.ANALYST
        assert len(actor.units) == len(published("provinces")["demo@1"].definition.units)
        life = session.execute(
            select(Submission.day, Counter.opened_on, Counter.closed_on).join(
                Counter, Counter.id == Submission.counter_id
            )
        )
        assert all(opened <= day and (closed is None or day < closed) for day, opened, closed in life)


def test_a_second_load_leaves_everything_as_it_is(database: Database) -> None:
    load.load(database, 60, quiet)
    before = contents(database)
    said: list[str] = []
    load.load(database, 5000, said.append)
    assert contents(database) == before
    assert said == []


@on_sqlite
def test_the_same_seed_gives_the_same_answers(database: Database, sqlite_template: Path, tmp_path: Path) -> None:
    load.load(database, 120, quiet)
    path = tmp_path / "again.sqlite3"
    shutil.copy(sqlite_template, path)
    again = Database(f"sqlite:///{path}", audit_key=AUDIT)
    load.load(again, 120, quiet)
    assert contents(again) == contents(database)
    again.close()


@on_sqlite
def test_codes_that_happen_to_be_alike_are_drawn_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = [codes.draw() for _ in range(400)]
    numbers = iter([0, 0, 1, 1, *range(400)])
    monkeypatch.setattr(codes, "draw", lambda: drawn[next(numbers)])
    load.load(database, 0, quiet)
    with database.reading() as session:
        assert len(set(session.scalars(select(Counter.code)))) == len(
            published("provinces")["demo@1"].definition.counters
        )


def test_a_real_province_is_not_touched(database: Database, make_unit: MakeUnit) -> None:
    make_unit("Tỉnh Thật", level="province")
    with pytest.raises(UnsafeSetting, match="DATABASE_URL"):
        load.load(database, 10, quiet)
    with database.transaction() as session:
        session.add(
            Letterhead(id=1, superior="", issuer="", symbol="", place="", signer="", recipients="", fictional=False)
        )
    with pytest.raises(UnsafeSetting, match="real province"):
        load.load(database, 10, quiet)
    with database.transaction() as session:
        session.execute(update(Letterhead).values(fictional=True))
    load.load(database, 10, quiet)
    with database.reading() as session:
        assert session.scalars(select(Account)).all() == []


def test_each_start_draws_new_passwords(database: Database) -> None:
    load.load(database, 0, quiet)
    first, second = load.new_passwords(database), load.new_passwords(database)
    assert set(first) == set(load.PEOPLE)
    with database.reading() as session:
        for role, (username, password) in second.items():
            account = session.scalars(select(Account).where(Account.username == username)).one()
            assert (account.role, account.must_change_password) == (role.value, False)
            assert passwords.matches(account.password_hash, password)
            assert not passwords.matches(account.password_hash, first[role][1])
    with database.transaction() as session:
        session.execute(update(Account).where(Account.username == "lanhdao").values(username="another"))
    assert set(load.new_passwords(database)) == set(load.PEOPLE) - {Role.LEADER}


# --- like life; one province for all of these


@pytest.fixture(scope="module")
def province_at_work(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("demo") / "survey.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}", audit_key=AUDIT)
    load.load(database, 5000, quiet)
    yield database
    database.close()


def test_the_criteria_hang_together_and_some_answers_are_missing(province_at_work: Database) -> None:
    definition = questionnaire("counter-2640@1").definition
    with province_at_work.reading() as session:
        codes = session.scalars(
            select(Submission.codes)
            .join(DefinitionVersion, DefinitionVersion.id == Submission.definition_id)
            .where(DefinitionVersion.ref == "counter-2640@1")
        ).all()
    places = {item.code: place for place, item in enumerate(definition.closed)}
    criteria = [places[code] for factor in definition.factors for code in factor.criteria]
    matrix = code_matrix(codes, len(definition.closed))[:, criteria]
    levels = np.ma.masked_outside(matrix.astype(float), 1, 5)
    covariance = np.ma.cov(levels, rowvar=False)
    assert 0.85 < 22 / 21 * (1 - np.trace(covariance) / covariance.sum()) < 0.95
    assert 0.02 < (matrix == 0).mean() < 0.05
    assert 0 < (levels <= 2).mean() < 0.05


def test_people_wait_a_quarter_of_an_hour_more_or_less(province_at_work: Database) -> None:
    with province_at_work.reading() as session:
        rows = session.execute(
            select(Submission.unit_id, SubmissionExtra.value)
            .join(Submission, Submission.key == SubmissionExtra.submission_key)
            .where(SubmissionExtra.item == "CHO")
        )
        told: dict[int, list[int]] = {}
        for unit, value in rows:
            told.setdefault(unit, []).append(int(value))
    everything = [minutes for found in told.values() for minutes in found]
    assert 10 < np.mean(everything) < 20
    assert max(everything) < 180
    means = [np.mean(found) for found in told.values() if len(found) >= 20]
    assert min(means) < 12
    assert max(means) > 20  # the target of 20 minutes is missed somewhere


def test_some_units_are_above_the_target_some_below_and_some_undecided(province_at_work: Database) -> None:
    with province_at_work.reading() as session:
        actor = load.analyst(session)
        found = report(session, actor, 4, actor.unit_id, today=TODAY)
    communes = next(comparison for comparison in found.comparisons if comparison.title == "Các xã, phường")
    outcomes = Counts(line.verdict.outcome for line in communes.rows if line.verdict)
    assert min(outcomes[o] for o in (Outcome.REACHED, Outcome.NOT_REACHED, Outcome.CANNOT_TELL)) >= 3
    sizes = [line.score.counted for line in communes.rows if not line.score.withheld]
    assert any(line.score.withheld for line in communes.rows)  # small communes
    assert max(sizes) > 5 * min(sizes)
    populations = [line.score.population for line in communes.rows if line.score.population]
    assert max(populations) > 5 * min(populations)
    fields = found.comparisons[-1]
    rates = {line.name: line.score.index.value for line in fields.rows}
    assert rates["Đất đai"] < rates["Tư pháp (hộ tịch, chứng thực)"]


def test_answers_lie_on_both_sides_of_the_border(province_at_work: Database) -> None:
    with province_at_work.reading() as session:
        actor = load.analyst(session)
        found = report(session, actor, 1, actor.unit_id, today=TODAY)
        before = session.scalar(select(func.count()).select_from(Submission).where(Submission.day < BORDER)) or 0
        ended = session.scalar(
            select(func.count())
            .select_from(Submission)
            .join(Unit, Unit.id == Submission.unit_id)
            .where(Unit.valid_to == BORDER)
        )
    assert before > 30
    assert ended == before  # closed units have their own, and only from their time
    assert [mark.month for mark in found.breaks] == [BORDER]
    assert min(point.month for point in found.trend) == datetime.date(2025, 5, 1)
    assert "Các huyện cũ" in [comparison.title for comparison in found.comparisons]


def test_one_counter_has_a_burst_that_looks_like_no_other_day(province_at_work: Database) -> None:
    with province_at_work.reading() as session:
        rows = session.execute(
            select(Submission.counter_id, Submission.day, func.count(), func.min(Submission.codes))
            .group_by(Submission.counter_id, Submission.day)
            .order_by(func.count().desc())
            .limit(2)
        ).all()
    (counter, day, many, worst), second = rows
    assert (day, many, worst) == (BURST_DAY, BURST, "555555")
    assert second[2] < BURST / 4
    with province_at_work.reading() as session:
        assert session.get_one(Counter, counter).closed_on is None
