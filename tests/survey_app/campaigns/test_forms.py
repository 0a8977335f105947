"""What can be chosen for a campaign is what the program knows."""

import datetime

from flask import Flask
from werkzeug.datastructures import MultiDict

from survey_app.campaigns import forms
from survey_app.models.submission import CHANNELS
from tests.databases import on_sqlite


def keys(pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(key for key, _ in pairs)


def test_every_channel_can_be_chosen() -> None:
    assert keys(forms.CHANNELS) == CHANNELS


def test_levels_are_written_as_they_are_stored() -> None:
    """The page of a campaign compares them as text."""
    assert [f"{float(level):g}" for level in keys(forms.LEVELS)] == list(keys(forms.LEVELS))


@on_sqlite
def test_a_form_reads_what_a_browser_sends(app: Flask) -> None:
    sent = {"title": " Đợt 1 ", "starts_on": "2026-01-31", "ends_on": "", "fewest": "7", "confidence": "0.9"}
    body = MultiDict([*sent.items(), ("accepts", "A"), ("accepts", "C"), ("units", "3"), ("units", "5")])
    with app.test_request_context(method="POST", data=body):
        form = forms.CampaignForm(meta={"csrf": False})
    assert (form.starts_on.data, form.ends_on.data) == (datetime.date(2026, 1, 31), None)
    assert (form.accepts.data, form.counts.data, form.units.data) == (["A", "C"], [], [3, 5])
    assert (form.fewest.data, form.confidence.data) == (7, "0.9")
