"""What the forms read of what a browser sends."""

import datetime

from flask import Flask

from survey_app.assessment.appraisal import forms
from tests.databases import on_sqlite


@on_sqlite
def test_forms_read_what_a_browser_sends(app: Flask) -> None:
    sent = {"points": " 1,5 ", "deducted": "", "not_applicable": "y", "reason": "Thiếu", "edition": "2", "view": "leaf"}
    with app.test_request_context(method="POST", data=sent):
        form = forms.MarkForm(meta={"csrf": False})
        figure = forms.FigureForm(meta={"csrf": False})
    assert (form.points.data, form.not_applicable.data, form.edition.data) == ("1,5", True, 2)
    assert (figure.result_id.data, figure.edition.data) == (None, 2)


@on_sqlite
def test_a_day_as_people_write_it(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"due": "01/05/2026", "held_on": "2026-05-20", "attended": "3"}):
        asked = forms.AskForm(meta={"csrf": False})
        met = forms.MeetingForm(meta={"csrf": False})
    assert (asked.due.data, met.held_on.data) == (datetime.date(2026, 5, 1), datetime.date(2026, 5, 20))
    assert (met.attended.data, met.in_writing.data) == ([3], False)
