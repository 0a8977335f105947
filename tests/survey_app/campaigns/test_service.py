"""Making, changing, opening and closing campaigns; their populations."""

import datetime
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.campaigns import service
from survey_app.campaigns.service import CampaignDraft
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import (
    Campaign,
    CampaignField,
    CampaignTarget,
    CampaignUnit,
    Counter,
    DefinitionVersion,
    DossierMac,
    Inbox,
    Submission,
    Unit,
)
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeWaiting, answers
from tests.factories.units import MakeCounter, MakeField
from tests.survey_app.campaigns.drafts import SHORT, analyst, commune, district, events, opened

__all__ = ["analyst", "commune", "district"]


TARGET = ("bac-giang-2021-2030@1", "bg-2025-overall")


def refused(session: Session, actor: Actor, clock: Clock, draft: CampaignDraft) -> dict[str, str]:
    with pytest.raises(Rejected) as refusal:
        service.create(session, actor, draft, clock())
    return refusal.value.problems


# --- drafts


def test_a_draft_keeps_what_was_entered(session: Session, analyst: Actor, commune: Unit, clock: Clock) -> None:
    draft = replace(SHORT, units=(commune.id,), targets=(TARGET,), ends_on=datetime.date(2026, 12, 31))
    made = service.create(session, analyst, draft, clock())
    stored = session.get_one(Campaign, made)
    assert stored.state == "draft"
    assert {name: getattr(stored, name) for name in service.PLAIN_FIELDS} == {
        name: getattr(draft, name) for name in service.PLAIN_FIELDS
    }
    assert session.get_one(DefinitionVersion, stored.definition_id).ref == "qr-short@1"
    assert session.get_one(DefinitionVersion, stored.method_id).ref == "m1-f3-x1-v1@1"
    assert session.scalars(select(CampaignUnit.unit_id)).all() == [commune.id]
    assert session.execute(select(CampaignTarget.set_ref, CampaignTarget.target_key)).all() == [TARGET]
    assert session.scalars(select(CampaignField)).all() == []
    assert events(session) == [("campaign_created", f"campaign {made}", {"title": SHORT.title})]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"ends_on": datetime.date(2025, 12, 31)}, {"ends_on": "before_start"}),
        ({"accepts": ""}, {"accepts": "no_channel", "counts": "not_accepted"}),
        ({"accepts": "CX"}, {"accepts": "no_channel"}),
        ({"counts": ""}, {"counts": "not_accepted"}),
        ({"accepts": "AC", "counts": "AB"}, {"counts": "not_accepted"}),
        ({"definition_ref": "qr-short@99"}, {"definition_ref": "unknown_definition"}),
        ({"method_ref": "m1-f1-x1-v1@1"}, {"method_ref": "method_does_not_fit"}),
        ({"method_ref": "m1-f1-x3-v1@1"}, {"method_ref": "method_does_not_fit"}),
        ({"method_ref": "m9@1"}, {"method_ref": "unknown_definition"}),
        ({"validity_ref": "m1-f3-x1-v1@1"}, {"validity_ref": "unknown_rules"}),
        (
            {"definition_ref": "counter-2640@1", "method_ref": "m1-f1-x5-v1@1"},
            {"method_ref": "method_does_not_fit"},
        ),
        (
            {"definition_ref": "counter-2640@1", "method_ref": "m1-f1-x1-c2-v1@1", "accepts": "ABC", "counts": "ABC"},
            {"method_ref": "other_channels"},
        ),
        (
            {"ends_on": datetime.date(2025, 1, 1), "counts": "", "method_ref": "m1-f2-x1-v1@1"},
            {"ends_on": "before_start", "counts": "not_accepted", "method_ref": "method_does_not_fit"},
        ),
    ],
)
def test_what_does_not_fit_together_is_named_field_by_field(
    changes: dict[str, object], problems: dict[str, str]
) -> None:
    assert dict(service._problems(replace(SHORT, **changes))) == problems  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"ends_on": SHORT.starts_on},
        {"method_ref": "m1-f3-x4-v1@1"},
        {"accepts": "ABC", "counts": "B"},
        {"definition_ref": "counter-2640@1", "method_ref": "m1-f1-x2-v1@1"},
        {"definition_ref": "counter-2640@1", "method_ref": "m2-f1-x1-v1@1"},
        {"definition_ref": "counter-2640@1", "method_ref": "m1-f3-x4-v1@1"},
        {"definition_ref": "counter-2640@1", "method_ref": "m1-f1-x1-v4@1"},
        {"definition_ref": "counter-2640@1", "method_ref": "m1-f1-x1-c2-v1@1", "accepts": "ABC", "counts": "AB"},
        {"definition_ref": "two-domains@1", "method_ref": "m1-f1-x5-v1@1"},
    ],
)
def test_what_fits_has_no_problems(changes: dict[str, object]) -> None:
    assert dict(service._problems(replace(SHORT, **changes))) == {}  # type: ignore[arg-type]


def test_a_refused_draft_leaves_nothing(session: Session, analyst: Actor, clock: Clock) -> None:
    assert refused(session, analyst, clock, replace(SHORT, counts="")) == {"counts": "not_accepted"}
    with pytest.raises(NotFound):
        service.create(session, analyst, replace(SHORT, targets=(("bac-giang-2021-2030@1", "nothing"),)), clock())
    session.rollback()
    assert session.scalars(select(Campaign)).all() == []


def test_units_out_of_scope_do_not_exist(
    session: Session, make_actor: MakeActor, commune: Unit, district: Unit, clock: Clock
) -> None:
    local = make_actor(Role.ANALYST, commune)
    with pytest.raises(NotFound):
        service.create(session, local, replace(SHORT, units=(district.id,)), clock())
    with pytest.raises(NotFound):
        service.create(session, local, replace(SHORT, units=(commune.id, 9999)), clock())
    made = service.create(session, local, replace(SHORT, units=(commune.id,)), clock())
    with pytest.raises(NotFound):
        service.edit(session, local, made, replace(SHORT, units=(district.id,)), clock())


def test_only_home_affairs_manages_campaigns(
    session: Session, make_actor: MakeActor, make_campaign: MakeCampaign, province: Unit, clock: Clock
) -> None:
    campaign = make_campaign(state="draft")
    for role in set(Role) - {Role.ANALYST}:
        actor = make_actor(role, province)
        calls: list[Callable[[], object]] = [
            lambda actor=actor: service.create(session, actor, SHORT, clock()),  # type: ignore[misc]
            lambda actor=actor: service.edit(session, actor, campaign.id, SHORT, clock()),  # type: ignore[misc]
            lambda actor=actor: service.open_campaign(session, actor, campaign.id, clock()),  # type: ignore[misc]
            lambda actor=actor: service.close(session, actor, campaign.id, clock()),  # type: ignore[misc]
            lambda actor=actor: service.set_populations(session, actor, campaign.id, [], clock()),  # type: ignore[misc]
        ]
        for call in calls:
            with pytest.raises(NotAllowed):
                call()
        session.rollback()  # makes room for the next account


def test_a_draft_can_be_changed_in_everything(
    session: Session, analyst: Actor, commune: Unit, district: Unit, clock: Clock
) -> None:
    made = service.create(session, analyst, replace(SHORT, units=(commune.id,), targets=(TARGET,)), clock())
    other = replace(
        SHORT,
        title="Phiếu đầy đủ",
        definition_ref="counter-2640@1",
        starts_on=datetime.date(2026, 2, 1),
        accepts="AB",
        counts="A",
        confidence=0.9,
        method_ref="m1-f1-x2-v1@1",
        fewest=10,
        design="clustered",
        multiplicity="sidak",
        looks="daily",
        units=(district.id,),
    )
    service.edit(session, analyst, made, other, clock())
    stored = session.get_one(Campaign, made)
    assert {name: getattr(stored, name) for name in service.PLAIN_FIELDS} == {
        name: getattr(other, name) for name in service.PLAIN_FIELDS
    }
    assert session.scalars(select(CampaignUnit.unit_id)).all() == [district.id]
    assert session.scalars(select(CampaignTarget)).all() == []
    assert [event[0] for event in events(session)] == ["campaign_created", "campaign_changed"]


# --- open and closed


def test_of_an_open_campaign_only_what_changes_no_meaning_may_change(
    session: Session, analyst: Actor, commune: Unit, clock: Clock, make_field: MakeField
) -> None:
    land = make_field("land")
    made = service.create(session, analyst, SHORT, clock())
    service.open_campaign(session, analyst, made, clock())
    allowed = replace(SHORT, title="Tên khác", ends_on=datetime.date(2026, 6, 30), fewest=8, targets=(TARGET,))
    service.edit(session, analyst, made, allowed, clock())
    stored = session.get_one(Campaign, made)
    assert (stored.title, stored.ends_on, stored.fewest, stored.state) == ("Tên khác", allowed.ends_on, 8, "open")
    forbidden: list[dict[str, object]] = [
        {"definition_ref": "counter-2640@1"},
        {"starts_on": datetime.date(2026, 1, 2)},
        {"accepts": "AC"},
        {"accepts": "AC", "counts": "A"},
        {"confidence": 0.9},
        {"design": "clustered"},
        {"multiplicity": "sidak"},
        {"looks": "daily"},
        {"validity_ref": "standard@1"},
        {"method_ref": "m1-f3-x4-v1@1"},
        {"units": (commune.id,)},
        {"fields": (land.key,)},
    ]
    for changes in forbidden:
        with pytest.raises(Conflict, match="campaign_open"):
            service.edit(session, analyst, made, replace(allowed, **changes), clock())  # type: ignore[arg-type]
    session.refresh(stored)
    assert (stored.accepts, stored.confidence) == ("C", 0.95)
    assert session.get_one(DefinitionVersion, stored.method_id).ref == SHORT.method_ref


def test_validity_rules_are_kept_and_frozen_with_the_campaign(session: Session, analyst: Actor, clock: Clock) -> None:
    ruled = replace(SHORT, validity_ref="standard@1")
    made = opened(session, analyst, clock, ruled)
    stored = session.get_one(Campaign, made)
    assert session.get_one(DefinitionVersion, stored.validity_id).ref == "standard@1"
    service.edit(session, analyst, made, replace(ruled, title="Tên khác"), clock())
    for other in ("none@1", None):
        with pytest.raises(Conflict, match="campaign_open"):
            service.edit(session, analyst, made, replace(ruled, validity_ref=other), clock())


def test_the_last_day_of_an_open_campaign_moves_only_from_today_on(
    session: Session, analyst: Actor, clock: Clock
) -> None:
    over = datetime.date(2026, 3, 1)
    made = opened(session, analyst, clock, replace(SHORT, ends_on=over))
    service.edit(session, analyst, made, replace(SHORT, title="Tên khác", ends_on=over), clock())  # not moved
    for day in (clock.today - datetime.timedelta(days=1), datetime.date(2026, 2, 1)):
        with pytest.raises(Rejected) as refusal:
            service.edit(session, analyst, made, replace(SHORT, ends_on=day), clock())
        assert refusal.value.problems == {"ends_on": "end_passed"}
    for moved in (clock.today, None):
        service.edit(session, analyst, made, replace(SHORT, ends_on=moved), clock())
        assert session.get_one(Campaign, made).ends_on == moved


def test_the_last_day_of_a_draft_may_be_any(session: Session, analyst: Actor, clock: Clock) -> None:
    made = service.create(session, analyst, SHORT, clock())
    service.edit(session, analyst, made, replace(SHORT, ends_on=datetime.date(2026, 1, 31)), clock())
    assert session.get_one(Campaign, made).ends_on == datetime.date(2026, 1, 31)


def test_closing_forgets_the_dossiers_of_this_campaign(session: Session, analyst: Actor, clock: Clock) -> None:
    one, other = (
        opened(session, analyst, clock, replace(SHORT, accepts=channel, counts=channel)) for channel in ("A", "B")
    )
    session.add_all(DossierMac(campaign_id=campaign, mac=mac * 64) for campaign in (one, other) for mac in "ab")
    session.flush()
    service.close(session, analyst, one, clock())
    assert set(session.scalars(select(DossierMac.campaign_id))) == {other}


def test_a_campaign_opens_once_and_closes_once(session: Session, analyst: Actor, clock: Clock) -> None:
    made = service.create(session, analyst, SHORT, clock())
    with pytest.raises(Conflict, match="not_open"):
        service.close(session, analyst, made, clock())
    service.open_campaign(session, analyst, made, clock())
    with pytest.raises(Conflict, match="not_a_draft"):
        service.open_campaign(session, analyst, made, clock())
    assert service.close(session, analyst, made, clock()) == 0
    for call in (service.close, service.open_campaign):
        with pytest.raises(Conflict):
            call(session, analyst, made, clock())
    with pytest.raises(Conflict, match="campaign_closed"):
        service.edit(session, analyst, made, SHORT, clock())
    assert [event[0] for event in events(session)] == ["campaign_created", "campaign_opened", "campaign_closed"]


def test_what_does_not_exist_is_not_found(session: Session, analyst: Actor, clock: Clock) -> None:
    for call in (service.open_campaign, service.close):
        with pytest.raises(NotFound):
            call(session, analyst, 99, clock())


def test_closing_ends_a_campaign_today_at_the_latest(session: Session, analyst: Actor, clock: Clock) -> None:
    new_year, today = datetime.date(2026, 1, 1), clock.today
    for starts, ends, ended in (
        (new_year, None, today),
        (new_year, datetime.date(2026, 12, 31), today),
        (new_year, datetime.date(2026, 2, 28), datetime.date(2026, 2, 28)),
        (datetime.date(2026, 5, 1), None, datetime.date(2026, 5, 1)),  # it had not begun
    ):
        made = opened(session, analyst, clock, replace(SHORT, starts_on=starts, ends_on=ends))
        service.close(session, analyst, made, clock())
        assert session.get_one(Campaign, made).ends_on == ended


def test_closing_releases_what_still_waits(
    database: Database,
    analyst: Actor,
    clock: Clock,
    commune: Unit,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_waiting: MakeWaiting,
) -> None:
    campaign = make_campaign()
    desk: Counter = make_counter(commune)
    make_waiting(campaign, desk, [answers()] * 3)
    with database.transaction() as session:
        assert service.close(session, analyst, campaign.id, clock()) == 3
    with database.reading() as session:
        assert session.scalars(select(Inbox)).all() == []
        assert len(session.scalars(select(Submission)).all()) == 3
        assert events(session)[-1] == ("campaign_closed", f"campaign {campaign.id}", {"released": 3})
