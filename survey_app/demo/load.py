"""Fill an empty database with the demonstration province, its people, campaigns and answers."""

import datetime
from collections import Counter as Counts
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.loader import published
from questionnaires.provinces import Province
from survey_app.accounts import passwords
from survey_app.accounts.service import AccountDraft, add_account
from survey_app.assessment.documents.shelf import Shelf
from survey_app.campaigns import release, service
from survey_app.config import ZONE, UnsafeSetting
from survey_app.db import Database
from survey_app.demo import assessing, filling, judging, people, traffic
from survey_app.demo.traffic import Desk
from survey_app.models import Account, Campaign, Counter, Letterhead, Population, Release, Unit
from survey_app.models.campaign import CLOSED
from survey_app.organisation.loading import load_province
from survey_app.policy import Actor, Role
from survey_app.results import freezing

PROVINCE = "demo@1"
SEED = 20250701
Say = Callable[[str], None]

PEOPLE = {
    Role.ADMINISTRATOR: ("quantri", "Trần Văn Quản"),
    Role.ANALYST: ("chuyenvien", "Nguyễn Thị Chuyên"),
    Role.APPRAISER: ("thamdinh", "Lê Thị Thẩm"),
    Role.INSPECTOR: ("donvi", "Phạm Văn Đơn"),
    Role.SURVEYOR: ("dieutra", "Vũ Thị Điều"),
    Role.LEADER: ("lanhdao", "Hoàng Văn Lãnh"),
}
TARGETS_OF_2025 = tuple(
    ("bac-giang-2021-2030@1", f"bg-2025-{name}")
    for name in ("overall", "procedures", "land", "construction", "investment", "health", "education")
)
TARGETS = (*TARGETS_OF_2025, ("bac-giang-2022@1", "bg-2022-waiting"))


@dataclass(frozen=True, slots=True)
class Planned:
    """A campaign of the demonstration: its draft, the classes it gets answers by, and its share of them."""

    draft: service.CampaignDraft
    channels: dict[str, float]
    share: float
    year: int


def load(database: Database, total: int, say: Say, shelf: Shelf | None = None) -> None:
    """Everything or nothing, once; a demonstration that is there is left as it is.

    Without a shelf documents are links alone.

    Refuses a real province (UnsafeSetting).
    """
    with database.transaction() as session:
        if session.scalar(select(func.count()).select_from(Unit)):
            if not session.scalar(select(Letterhead.fictional)):
                raise UnsafeSetting("DATABASE_URL: holds a real province; the demonstration needs one of its own")
            return
        say("Nạp tỉnh Minh Họa (giả định): đơn vị, lĩnh vực, quầy ...")
        load_province(session, published("provinces")[PROVINCE].definition, now())
        for role, (username, name) in PEOPLE.items():
            draft = AccountDraft(username=username, name=name, role=role, unit_id=_unit_of(session, role))
            add_account(session, draft, passwords.issue())
        planned, rng = list(plan()), np.random.default_rng(SEED)
        for number, campaign in enumerate(planned, start=1):
            loaded = _campaign(session, rng, campaign, round(total * campaign.share))
            say(f"Đợt {number}/{len(planned)}: {campaign.draft.title}: {loaded} phiếu")
        say("Kỳ đánh giá Chỉ số CCHC năm trước và năm nay ...")
        _rounds(session, rng, shelf)


def plan() -> Iterator[Planned]:
    """Two years, each with the full form by receipt and surveyor and the short form by QR code."""
    for year, share in ((2025, 0.4), (2026, 0.6)):
        common = service.CampaignDraft(
            title=f"Khảo sát năm {year} – phiếu ngắn qua mã QR",
            definition_ref="qr-short@1",
            starts_on=datetime.date(year, 1, 1),
            ends_on=datetime.date(year, 12, 31) if year == 2025 else None,
            accepts="C",
            counts="C",
            confidence=0.95,
            method_ref="m1-f3-x1-v1@1",
            validity_ref="standard@1",
            fewest=5,
            targets=TARGETS_OF_2025,
        )
        full = replace(
            common,
            title=f"Khảo sát năm {year} – phiếu đầy đủ",
            definition_ref="counter-2640@1",
            accepts="AB",
            counts="AB",
            method_ref="m1-f1-x1-v1@1",
            targets=TARGETS,
        )
        yield Planned(common, {"C": 1.0}, share * 0.45, year)
        yield Planned(full, {"A": 0.6, "B": 0.4}, share * 0.55, year)


def new_passwords(database: Database) -> dict[Role, tuple[str, str]]:
    """Draw a new password for each demonstration account; returns role to user name and password."""
    issued = {}
    with database.transaction() as session:
        for role, (username, _) in PEOPLE.items():
            account = session.scalars(select(Account).where(Account.username == username)).one_or_none()
            if account is not None:
                password = passwords.issue()
                account.password_hash, account.must_change_password = passwords.hash_password(password), False
                issued[role] = (username, password)
    return issued


def _unit_of(session: Session, role: Role) -> int:
    """The officer and the leader of one unit, a surveyor of another; the others answer for the province."""
    level = {Role.INSPECTOR: "department", Role.LEADER: "department", Role.SURVEYOR: "commune"}.get(role, "province")
    code = assessing.OWN_UNIT if role in (Role.INSPECTOR, Role.LEADER) else None
    query = select(Unit.id).where(Unit.level == level, Unit.valid_to.is_(None)).order_by(Unit.id)
    return session.scalars(query if code is None else query.where(Unit.code == code)).first() or 1


def _campaign(session: Session, rng: np.random.Generator, planned: Planned, total: int) -> int:
    actor = analyst(session)
    campaign_id = service.create(session, actor, planned.draft, now())
    service.open_campaign(session, actor, campaign_id, now())
    campaign = session.get_one(Campaign, campaign_id)
    _populations(session, campaign_id, planned)
    rows = filling.rows(rng, campaign, planned.draft, _desks(session, planned.year), total, planned.channels)
    release.move(session, rows)
    session.add(Release(campaign_id=campaign_id, day=traffic.LAST, submissions=len(rows)))
    if planned.draft.ends_on is not None:
        campaign.state = CLOSED
    session.flush()
    return len(rows)


def analyst(session: Session) -> Actor:
    return people.known(session, PEOPLE[Role.ANALYST][0])


def _rounds(session: Session, rng: np.random.Generator, shelf: Shelf | None) -> None:
    """The satisfaction results of last year are frozen for the round that takes them over."""
    actor = analyst(session)
    last = select(Campaign.id).where(Campaign.accepts == "AB", Campaign.state == CLOSED).order_by(Campaign.id)
    found = freezing.results(session, actor, session.scalars(last).one(), actor.unit_id)
    freezing.freeze_all(session, actor, found, now())
    judging.last_round(session, rng, actor, now(), shelf)
    judging.staff(session, actor, assessing.this_round(session, rng, actor, now()), now())


def _dossiers(session: Session, year: int) -> dict[int, dict[str, int]]:
    """Completed dossiers of a year by unit and field, from the province's definition."""
    province: Province = published("provinces")[PROVINCE].definition
    unit_ids = dict(session.execute(select(Unit.code, Unit.id)).all())
    return {unit_ids[row.unit]: dict(row.by_field) for row in province.dossiers if row.year == year}


def _populations(session: Session, campaign_id: int, planned: Planned) -> None:
    """Dossiers of each unit and field; where forms are handed out, with every fifth."""
    for unit_id, by_field in _dossiers(session, planned.year).items():
        for key, dossiers in by_field.items():
            numbers = {"dossiers": dossiers, "issued": dossiers // 25 if "A" in planned.channels else None}
            session.add(Population(campaign_id=campaign_id, unit_id=unit_id, field_key=key, **numbers))
    session.flush()


def _desks(session: Session, year: int) -> list[Desk]:
    """Counters with the dossiers that come to them: those of their field, or what no field counter takes."""
    dossiers = _dossiers(session, year)
    counters = list(session.scalars(select(Counter).order_by(Counter.id)))
    shares = Counts((counter.unit_id, counter.field_key) for counter in counters)
    desks = []
    for counter in counters:
        of_unit = dossiers.get(counter.unit_id, {})
        taken = {key for unit_id, key in shares if unit_id == counter.unit_id and key}
        own = [counter.field_key] if counter.field_key else [key for key in of_unit if key not in taken]
        parts = shares[counter.unit_id, counter.field_key]
        desks.append(
            Desk(
                counter_id=counter.id,
                unit_id=counter.unit_id,
                own_field=counter.field_key,
                opened_on=counter.opened_on,
                closed_on=counter.closed_on,
                dossiers={key: of_unit.get(key, 0) / parts for key in own},
            )
        )
    return desks


def now() -> datetime.datetime:
    return datetime.datetime.now(ZONE)
