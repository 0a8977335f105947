"""A small province with a person of every role, to walk every URL as each of them.

All people answer for one commune; the other commune and what belongs to it is foreign to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from survey_app import codes
from survey_app.models import Account, Campaign, Counter, Letterhead, Unit
from survey_app.policy import Role
from tests.factories.accounts import MakeAccount
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.factories.units import MakeCounter, MakeField, MakeUnit

NOWHERE = 999_999
# What a path needs besides the things of the province.
WORDS = {"kind": "csv", "form": "a4", "receipt": codes.derive("key", "secret")}
NAMES = {"results.page": "overview", "results.chart": "trend"}


@dataclass(frozen=True, slots=True)
class World:
    """`own` is in everyone's scope, `foreign` in nobody's."""

    own: Unit
    foreign: Unit
    own_counter: Counter
    foreign_counter: Counter
    own_account: Account
    foreign_account: Account
    campaign: Campaign
    people: dict[Role, Account]

    def path(self, app: Flask, endpoint: str, *, foreign: bool = False) -> str:
        """The path of an endpoint about a thing that exists: in scope, or (foreign) outside it."""
        rule = rule_of(app, endpoint)
        things: dict[str, Any] = {
            **WORDS,
            "name": NAMES.get(endpoint),
            "unit_id": (self.foreign if foreign else self.own).id,
            "counter_id": (self.foreign_counter if foreign else self.own_counter).id,
            "code": (self.foreign_counter if foreign else self.own_counter).code,
            "account_id": (self.foreign_account if foreign else self.own_account).id,
            "campaign_id": self.campaign.id,
        }
        found = app.url_map.bind("localhost").build(endpoint, {name: things[name] for name in rule.arguments})
        if endpoint == "results.choose":
            return f"{found}?campaign={self.campaign.id}"
        # Campaigns are the province's; their results are of a unit.
        if foreign and rule.arguments & {"campaign_id"}:
            if endpoint.startswith("results."):
                return f"{found}?unit={self.foreign.id}"
            return found.replace(f"/{self.campaign.id}", f"/{NOWHERE}")
        return found


def rule_of(app: Flask, endpoint: str) -> Rule:
    """The one rule of an endpoint."""
    (rule,) = app.url_map.iter_rules(endpoint)
    return rule


def views(app: Flask) -> Iterator[tuple[str, str]]:
    """Every endpoint with every method that it answers itself."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method


@pytest.fixture
def world(
    province: Unit,
    letterhead: Letterhead,
    make_unit: MakeUnit,
    make_field: MakeField,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    make_population: MakePopulation,
    make_account: MakeAccount,
    make_waiting: MakeWaiting,
    make_released: MakeReleased,
) -> World:
    field = make_field()
    own, foreign = make_unit("Xã An Cọ", parent=province), make_unit("Xã Bình Thủy", parent=province)
    own_counter, foreign_counter = make_counter(own, field=field), make_counter(foreign, field=field)
    campaign = make_campaign()
    for unit, counter in ((own, own_counter), (foreign, foreign_counter)):
        make_population(campaign, unit, field, 100)
        make_released(campaign, counter, [answers(), answers(TC0="2")] * 4)
        make_waiting(campaign, counter, [answers()] * 2)
    return World(
        own=own,
        foreign=foreign,
        own_counter=own_counter,
        foreign_counter=foreign_counter,
        own_account=make_account(Role.LEADER, own, username="nguoi.xem"),
        foreign_account=make_account(Role.LEADER, foreign, username="nguoi.la"),
        campaign=campaign,
        people={role: make_account(role, own) for role in Role},
    )
