"""Drawn answers as rows to store, with one unit whose staff answered for its citizens."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from questionnaires.coding import BLANK, TWO_TICKS, Answer, encode
from questionnaires.loader import questionnaire
from questionnaires.model import Kind, Questionnaire
from survey_app.campaigns.service import CampaignDraft
from survey_app.demo import answers, traffic
from survey_app.demo.traffic import Desk
from survey_app.models import Campaign
from survey_app.models.submission import DUPLICATE

Row = tuple[dict[str, object], dict[str, str]]

# Top marks for everything on one afternoon at one counter: what staff-made answers look like.
BURST, BURST_DAY = 60, datetime.date(2026, 9, 30)
BURST_ANSWERS: Mapping[str, Answer] = dict.fromkeys(("TC0", "TT0", "CC0", "KQ0", "PA0", "CHUNG"), "5")

# What happens to paper: a line with two ticks, most lines left blank, a second form of a dossier.
TICKED, HALF_EMPTY, SECOND = 0.03, 0.02, 0.008


@dataclass(frozen=True, slots=True)
class _Maker:
    """What the rows of one campaign share."""

    campaign: Campaign
    definition: Questionnaire

    def row(self, desk: Desk, field: str | None, channel: str, day: datetime.date, given: Mapping[str, Answer]) -> Row:
        packed = encode(self.definition, given, paper=channel == "B")
        row: dict[str, object] = {
            "campaign_id": self.campaign.id,
            "definition_id": self.campaign.definition_id,
            "unit_id": desk.unit_id,
            "counter_id": desk.counter_id,
            "field_key": desk.own_field or field,
            "channel": channel,
            "day": day,
            "codes": packed.codes,
        }
        return row, dict(packed.extras)


def rows(
    rng: np.random.Generator,
    campaign: Campaign,
    draft: CampaignDraft,
    desks: Sequence[Desk],
    total: int,
    channels: Mapping[str, float],
) -> list[Row]:
    """About `total` submissions of a campaign, drawn from the model."""
    maker = _Maker(campaign, questionnaire(draft.definition_ref).definition)
    units = sorted({desk.unit_id for desk in desks})
    fixed = np.random.default_rng(len(units))  # the same units are good, or slow, in every campaign
    levels = traffic.unit_levels(fixed, units)
    patience = dict(zip(units, fixed.gamma(9, 1.7, len(units)).tolist(), strict=True))
    period = (max(draft.starts_on, traffic.FIRST), min(draft.ends_on or traffic.LAST, traffic.LAST))
    chance = np.random.default_rng(total)  # of its own: what happens to paper changes nothing else
    found: list[Row] = []
    for wave in traffic.waves(rng, desks, total, channels, period):
        sets = answers.draw(rng, maker.definition, traffic.respondents(rng, wave, levels, patience))
        named = rng.random(wave.size) < 0.8  # some do not know the field of their procedure
        days = traffic.days(rng, wave.month, wave.size)
        made = [
            maker.row(wave.desk, wave.field if knows else None, wave.channel, day, given)
            for day, given, knows in zip(days, sets, named, strict=True)
        ]
        found += [_on_paper(row, maker.definition, chance) for row in made] if wave.channel == "B" else made
    if set(BURST_ANSWERS) == {item.code for item in maker.definition.rated} and period[0] <= BURST_DAY <= period[1]:
        desk = next(desk for desk in reversed(desks) if desk.closed_on is None)
        found += [maker.row(desk, None, "C", BURST_DAY, BURST_ANSWERS) for _ in range(BURST)]
    return found


def _on_paper(row: Row, definition: Questionnaire, chance: np.random.Generator) -> Row:
    """A row as it may come from paper."""
    answered, extras = row
    codes = list(str(answered["codes"]))
    rated = [place for place, item in enumerate(definition.closed) if item.kind is Kind.RATING]
    if chance.random() < TICKED:
        codes[chance.choice(rated)] = TWO_TICKS
    if chance.random() < HALF_EMPTY:
        for place in rated[len(rated) // 3 :]:
            codes[place] = BLANK
    invalid = DUPLICATE if chance.random() < SECOND else None
    return {**answered, "codes": "".join(codes), "invalid": invalid}, extras
