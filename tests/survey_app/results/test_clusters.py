"""Totals of PSUs from packed answers, in portions."""

import datetime

import pytest

from questionnaires.loader import questionnaire
from survey_app import definitions
from survey_app.results import clusters
from survey_app.results.queries import Drawn

DAYS = [datetime.date(2026, 2, day) for day in (2, 3, 4, 5, 6)]


def test_nobody_answered() -> None:
    layout = definitions.layout("qr-short@1")
    found = clusters.clusters(iter(()), layout, "M1", ["whole"], lambda _: iter(["whole"]))
    assert found.answered.shape == (0, len(layout.rated))


def test_many_submissions_are_added_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "AT_ONCE", 3)
    layout = definitions.layout("qr-short@1")
    size = len(questionnaire("qr-short@1").definition.closed)
    places = [Drawn(1, "", "A", DAYS[0].replace(day=1), 7, day) for day in DAYS[:2]]
    rows = [(places[k % 2], ("5" if k % 4 < 2 else "2") * size) for k in range(10)]
    found = clusters.clusters(iter(rows), layout, "M1", ["whole"], lambda _: iter(["whole"]))
    assert found.answered.sum(axis=0).tolist() == [10.0] * len(layout.rated)
    assert found.marked[:, 0].tolist() == [3.0, 3.0]
