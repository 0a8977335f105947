"""The running round of the demonstration (the shipped sets, 116 units) up to its publication, in a real browser.

The department goes through every state from its draft on there; of its many leaves two are filled in and appraised
and one is fed on the pages, the rest by the services behind them. A commune is sent, approved and handed to the
council there, a vertical agency approved and handed on, both filled and appraised by services. The other 113 units
are written in bulk, as the demonstration writes those of last year; the council settles all of them on its page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest
from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from scoring.par.kinds_shares import Proportional
from survey_app.accounts import passwords
from survey_app.assessment import criteria, marking
from survey_app.assessment.appraisal import appraising
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.flow import MOVES, State, Step
from survey_app.db import Database
from survey_app.demo import assessing, load, papers, people
from survey_app.demo.assessing import Filling
from survey_app.models import Account, Assessment, EvidenceFile, Feed, Mark, Package, Round, Support, Unit
from survey_app.models.assessment import FIRST, RUNNING
from survey_app.policy import Actor, Role
from tests.browser.stages import Stage, pdf_text, press, score, shown, staged
from tests.conftest import Clock, SignIn
from tests.databases import on_sqlite

pytestmark = on_sqlite
YEAR = 2026
FED = "1.7"  # leaders of other bodies were asked
QUALITY = 0.9
FILE, NUMBER = "bao-cao.pdf", "77/BC"
DRIVEN = {"commune": State.DRAFT, "vertical": State.AWAITING_APPROVAL}  # the first of a level that has come so far


@dataclass
class Play:
    """The round, its three driven units, and the people who act."""

    database: Database
    clock: Clock
    round_id: int
    keys: dict[str, int]
    actors: dict[str, Actor]
    rng: np.random.Generator

    def filling(self, who: str) -> Filling:
        return Filling(self.rng, self.actors[who], self.clock())

    def state(self, level: str) -> str:
        with self.database.reading() as session:
            return session.get_one(Assessment, self.keys[level]).state


@pytest.fixture
def play(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Play:
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    clock.at = clock.at.replace(year=YEAR, month=11, day=20)
    monkeypatch.setattr(load, "now", clock)
    load.load(database, 0, lambda _: None)
    with database.transaction() as session:
        held = session.scalars(select(Round).where(Round.state == RUNNING)).one()
        own = select(Assessment).join(Unit, Unit.id == Assessment.unit_id).where(Assessment.round_id == held.id)
        rows = {"department": session.scalars(own.where(Unit.code == assessing.OWN_UNIT)).one()}
        for level, state in DRIVEN.items():
            come = own.where(Unit.level == level, Assessment.state == state).order_by(Assessment.id)
            rows[level] = session.scalars(come).all()[0]
        names = {"analyst": "chuyenvien", "appraiser": "thamdinh", "officer": "donvi", "leader": "lanhdao"}
        actors = {who: people.known(session, name) for who, name in names.items()}
        accounts = [
            (f"{role.value}.{level}", f"{role.value} {level}", role, rows[level].unit_id)
            for level, role in (("commune", Role.INSPECTOR), ("commune", Role.LEADER), ("vertical", Role.LEADER))
        ]
        actors |= {each.username: each for each in people.added(session, accounts)}
        session.execute(update(Account).values(must_change_password=False))
        keys = {level: row.id for level, row in rows.items()}
        return Play(database, clock, held.id, keys, actors, np.random.default_rng(load.SEED))


@pytest.fixture
def stage(app: Flask, chromium: Browser, sign_in: SignIn, play: Play) -> Iterator[Stage]:
    with staged(app, chromium, play.database, sign_in, play.actors) as opened:
        yield opened


def lacking(session: Session, row: Assessment) -> dict[str, str]:
    return {each.leaf: each.reason for each in marking.missing(session, row)}


def fill_rest(play: Play, who: str, level: str) -> None:
    """What a unit has not filled in on its pages, with a document for each field."""
    with play.database.transaction() as session:
        row, filling = session.get_one(Assessment, play.keys[level]), play.filling(who)
        found = criteria.of(session, row.set_id)
        for leaf in lacking(session, row):
            session.merge(assessing.mark(filling, row, found, leaf, QUALITY))
        session.flush()
        assessing.support(session, filling, row, found, list(lacking(session, row)))


def accept_rest(play: Play, level: str) -> None:
    """The appraiser recognises what was not appraised on the pages."""
    who, key = play.actors["appraiser"], play.keys[level]
    with play.database.transaction() as session:
        row = session.get_one(Assessment, key)
        done = appraising.marks_of(session, key)
        for leaf in marking.applicable(session, row, criteria.of(session, row.set_id)):
            if (leaf, FIRST) not in done:
                appraising.accept(session, who, key, leaf, FIRST, 0, play.clock())


def feed_rest(play: Play) -> None:
    """The figures of the three units but for the one that is typed."""
    with play.database.transaction() as session:
        for level, key in play.keys.items():
            row = session.get_one(Assessment, key)
            assessing.feed(session, play.filling("analyst"), row, criteria.of(session, row.set_id))
            session.flush()
            if level == "department":
                session.delete(session.get_one(Feed, (key, FED)))


def bring_others(play: Play) -> int:
    """The other units, appraised, written in bulk; returns how many."""
    with play.database.transaction() as session:
        rows = assessing.assessments(session, session.get_one(Round, play.round_id))
        others = [row for row in rows if row.id not in play.keys.values()]
        for kind in (Mark, Support):
            session.execute(delete(kind).where(kind.assessment_id.in_([row.id for row in others])))
        for row in others:
            assessing.appraised_unit(session, play.filling("analyst"), play.filling("appraiser"), row)
        return len(others)


def shares(play: Play) -> tuple[Criteria, list[str]]:
    """The department's empty leaves of one field that are computed from a share."""
    with play.database.reading() as session:
        row = session.get_one(Assessment, play.keys["department"])
        found = criteria.of(session, row.set_id)
        empty = [leaf for leaf in lacking(session, row) if isinstance(found.rule(leaf), Proportional)]
    return found, [leaf for leaf in empty if found.field_of[leaf] == found.field_of[empty[0]]]


def self_scored(stage: Stage, play: Play) -> tuple[str, str, str]:
    """The department fills in and sends, its leader returns and approves.

    Returns a field with two leaves filled in on its page: one with a file, one with a claim.
    """
    key = play.keys["department"]
    found, (first, second, *_) = shares(play)
    field = found.field_of[first]
    page = stage.at("officer", f"units/{key}/fields/{field}")
    score(page, first, e_a="9", e_b="10")
    shown(page, second).locator("summary", has_text="Đề nghị điểm khác").click()
    claim = str(found.nodes[second].maximum).replace(".", ",")
    score(page, second, e_a="5", e_b="10", claimed=claim, reason="Số liệu của đơn vị sáp nhập chưa đủ")
    page = stage.at("officer", f"units/{key}/evidence/new?leaf={first}")
    content = papers.report("Sở Tư pháp", "Báo cáo kết quả năm")
    page.set_input_files("input[name=file]", {"name": FILE, "mimeType": "application/pdf", "buffer": content})
    page.fill("#number", NUMBER)
    page.fill("#summary", "Báo cáo kết quả năm")
    press(page, page.get_by_role("button", name="Lưu tài liệu"))
    with play.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(EvidenceFile)) == 1
        assert not {first, second} & set(lacking(session, session.get_one(Assessment, key)))
    fill_rest(play, "officer", "department")
    step(stage, play, "officer", "department", "send")
    page = stage.at("leader", f"units/{key}")
    page.get_by_text("Trả lại để sửa").click()
    page.fill("#reason", "Rà soát lại số liệu")
    press(page, page.get_by_role("button", name="Trả lại"))
    assert play.state("department") == State.DRAFT
    step(stage, play, "officer", "department", "send")
    step(stage, play, "leader", "department", "approve")
    return field, first, second


def step(stage: Stage, play: Play, who: str, level: str, action: str) -> None:
    """Somebody sends or approves; the unit is where that leads."""
    page = stage.to(who, f"units/{play.keys[level]}")
    press(page, page.locator(f"form[action$='/{action}'] button"))
    assert play.state(level) == MOVES[Step(action)].target


def judge(page: Page, leaf: str, points: str, reason: str) -> None:
    card = page.locator(f'[id="r{leaf}"]')
    card.locator('[name="points"]').fill(points)
    card.locator('[name="reason"]').fill(reason)
    press(page, card.get_by_role("button", name="Lưu"))


def appraised(stage: Stage, play: Play, field: str, agreed: str, disputed: str) -> None:
    """One leaf recognised, one lowered and asked about; explained; appraised anew; finished."""
    key = play.keys["department"]
    page = stage.at("appraiser", f"units/{key}/appraisal/{field}")
    press(page, page.locator(f'[id="r{agreed}"]').get_by_role("button", name="Công nhận điểm tự chấm"))
    judge(page, disputed, "0", "Chưa có căn cứ")
    assert play.state("department") == State.IN_APPRAISAL
    accept_rest(play, "department")
    page = stage.to("appraiser", f"units/{key}/appraisal/{field}")
    card = page.locator(f'[id="r{disputed}"]')
    card.get_by_text("Yêu cầu giải trình").first.click()
    card.locator('[name="question"]').fill("Đề nghị gửi căn cứ")
    press(page, card.get_by_role("button", name="Gửi yêu cầu"))
    assert play.state("department") == State.EXPLANATION_ASKED
    page = stage.at("officer", f"units/{key}")
    page.locator("textarea[name=answer]").fill("Căn cứ ở trang 3 của báo cáo")
    press(page, page.get_by_role("button", name="Lưu câu trả lời"))
    press(page, page.locator("form[action$='/explain'] button"))
    assert play.state("department") == State.EXPLAINED
    page = stage.to("appraiser", f"units/{key}/appraisal/{field}")
    judge(page, disputed, "0,1", "Chấp nhận một phần")
    finish(stage, play, "department", field)


def finish(stage: Stage, play: Play, level: str, field: str) -> None:
    page = stage.at("appraiser", f"units/{play.keys[level]}/appraisal/{field}")
    press(page, page.get_by_role("button", name="Hoàn thành thẩm định"))
    assert play.state(level) == State.APPRAISED


def settled(stage: Stage, play: Play, disputed: str) -> None:
    """Counts of a survey, a decision, a meeting with its minute; the department is settled, then all others."""
    page = stage.at("analyst", f"units/{play.keys['department']}/feeds/{FED}")
    for place, votes in enumerate(("30", "20")):
        page.locator(f'[name="votes.{place}"]').first.fill(votes)
    page.fill("#source", "Phiếu điều tra (giả định)")
    press(page, page.get_by_role("button", name="Lưu số liệu"))
    council = f"rounds/{play.round_id}/council"
    case = f"{council}/cases/{play.keys['department']}"
    page = stage.at("analyst", case)
    judge(page, disputed, "0,2", "Hội đồng quyết định")
    page = stage.at("analyst", f"{council}/meetings/new")
    page.fill("#held_on", play.clock.today.isoformat())
    for seat in range(3):
        page.locator("[name=attended]").nth(seat).check()
    page.fill("#minute", "Hội đồng thống nhất chốt điểm của mọi đơn vị.")
    press(page, page.get_by_role("button", name="Ghi cuộc họp"))
    for path, button in ((case, "Chốt điểm của đơn vị"), (council, "Chốt điểm mọi đơn vị đã thẩm định")):
        page = stage.at("analyst", path)
        for tick in page.locator("[name=keep]").all():
            tick.check()
        press(page, page.get_by_role("button", name=button))
    assert {play.state(level) for level in play.keys} == {State.SETTLED}


def published(stage: Stage, play: Play, disputed: str) -> None:
    """Home Affairs publishes; everybody sees three blocks with intervals; documents are taken away."""
    page = stage.at("analyst", f"rounds/{play.round_id}")
    page.get_by_text("Công bố kết quả").first.click()
    press(page, page.get_by_role("button", name="Công bố kết quả của 116 đơn vị"))
    assert {play.state(level) for level in play.keys} == {State.PUBLISHED}
    page = stage.at("officer", f"rounds/{play.round_id}/results/ranking")
    for block, units in (("department", 14), ("commune", 99), ("vertical", 3)):
        intervals = page.locator(f'[id="b-{block}"] tbody td.n:not(.aside) + td.n.aside').all_inner_texts()
        assert len(intervals) == units
        for limits in intervals:
            low, high = (Decimal(each.strip().replace(",", ".")) for each in limits.split("–"))
            assert 40 < low < high <= 100, limits
    page = stage.to("analyst", f"rounds/{play.round_id}/results/ranking")
    evidence = pdf_text(page, page.locator("a[href$='/papers/evidence.pdf']"))
    assert ": 116 đơn vị, " in evidence
    assert re.search(rf" {NUMBER} .* {FILE} ", evidence)
    unit = play.actors["officer"].unit_id
    page = stage.at("officer", f"rounds/{play.round_id}/results/units/{unit}")
    form = pdf_text(page, page.locator("a[href$='/form.pdf']"))
    assert NUMBER in form
    assert re.search(rf"^{re.escape(disputed)} .* 0,20$", form, re.M)  # what the council gave
    page = stage.at("officer", f"rounds/{play.round_id}/packages")
    press(page, page.get_by_role("button", name="Yêu cầu gói"))
    expect(page.locator("#packages tbody")).to_contain_text("Sở Tư pháp")
    with play.database.reading() as session:
        assert session.scalars(select(Package.unit_id)).all() == [unit]


def test_the_running_round_of_the_demonstration_to_its_publication(stage: Stage, play: Play) -> None:
    field, agreed, disputed = self_scored(stage, play)
    appraised(stage, play, field, agreed, disputed)
    fill_rest(play, "inspector.commune", "commune")
    step(stage, play, "inspector.commune", "commune", "send")
    step(stage, play, "leader.commune", "commune", "approve")
    step(stage, play, "leader.vertical", "vertical", "approve")
    for level in ("commune", "vertical"):
        accept_rest(play, level)
        finish(stage, play, level, "1")
    feed_rest(play)
    assert bring_others(play) == 113
    settled(stage, play, disputed)
    published(stage, play, disputed)
    assert stage.complaints == []
