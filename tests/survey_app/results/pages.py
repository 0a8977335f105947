"""What a page of results says, and a campaign with several units."""

import html
import re

import pytest
from werkzeug.test import TestResponse

from survey_app.models import Campaign
from tests.factories.campaigns import MakeCampaign
from tests.survey_app.results.conftest import Fill, World


def said(response: TestResponse) -> str:
    """The page as a person reads it, without its tags."""
    assert response.status_code == 200, response.status
    text = re.sub(r"<[^>]+>", "", response.get_data(as_text=True))
    return re.sub(r"[ \n]+", " ", html.unescape(text))


@pytest.fixture
def several(world: World, campaign: Campaign, fill: Fill, make_campaign: MakeCampaign) -> Campaign:
    fill(campaign, world.an, 20, 20)
    fill(campaign, world.binh, 12)
    return campaign
