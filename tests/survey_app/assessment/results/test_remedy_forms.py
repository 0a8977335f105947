"""What is entered of a task."""

import datetime

from flask import Flask

from survey_app.assessment.results.remedies import TaskDraft
from survey_app.assessment.results.remedy_forms import NONE, RemedyForm, WithdrawalForm
from survey_app.forms import choices
from tests.databases import on_sqlite


def form(app: Flask, **sent: str) -> RemedyForm:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context(method="POST", data=sent):
        made = RemedyForm()
        made.leaf.choices = choices([("1.1", "Tiêu chí 1.1")])
        made.evidence_id.choices = choices([NONE, (7, "Kế hoạch")])
        made.validate()
        return made


@on_sqlite
def test_a_sound_form_is_a_draft(app: Flask) -> None:
    made = form(app, leaf="1.1", task=" Ban hành ", responsible="Ông  A", due="01/09/2026", evidence_id="7",
                done_on="2026-08-30")  # fmt: skip
    assert not made.errors
    assert made.draft() == TaskDraft(
        leaf="1.1", task="Ban hành", responsible="Ông A", due=datetime.date(2026, 9, 1),
        done_on=datetime.date(2026, 8, 30), evidence_id=7,
    )  # fmt: skip


@on_sqlite
def test_what_is_missing_is_named(app: Flask) -> None:
    made = form(app, leaf="9", evidence_id="")
    assert set(made.errors) == {"leaf", "task", "responsible", "due"}
    assert made.draft().evidence_id is None


@on_sqlite
def test_a_withdrawal_needs_words(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context(method="POST", data={"reason": " ", "edition": "3"}):
        made = WithdrawalForm()
        assert not made.validate()
        assert (set(made.errors), made.edition.data) == ({"reason"}, 3)
