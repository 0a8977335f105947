"""QR codes of counters: shown on the page, taken away as images and as sheets to print."""

from collections.abc import Sequence

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from reports import qr_sheets
from reports.content import CounterSheet
from survey_app import web
from survey_app.errors import NotFound
from survey_app.organisation import counter_queries
from survey_app.organisation.counter_queries import CounterRow
from survey_app.organisation.room import room
from survey_app.policy import Action
from survey_app.web import access

SVG, PNG, PDF = "image/svg+xml", "image/png", "application/pdf"
# An image opened by itself may load and run nothing.
IMAGE_POLICY = "default-src 'none'; sandbox"


@room.get("/organisation/counters/<int:counter_id>/code.svg")
@access(Action.PRINT_QR)
def counter_code(counter_id: int) -> ResponseReturnValue:
    """The code as the counter's page shows it; looking at it is not taking it away."""
    with web.reading() as opened:
        row = counter_queries.open_counter(opened, web.actor(), counter_id, web.now().date())
    response = Response(qr_sheets.qr_svg(address(row.code)), mimetype=SVG)
    response.headers["Content-Security-Policy"] = IMAGE_POLICY
    return response


@room.get("/organisation/counters/<int:counter_id>/qr.svg")
@access(Action.PRINT_QR)
def counter_svg(counter_id: int) -> ResponseReturnValue:
    row = _taken(counter_id, "svg")
    return web.attachment(qr_sheets.qr_svg(address(row.code)), SVG, f"qr-{row.code}.svg")


@room.get("/organisation/counters/<int:counter_id>/qr.png")
@access(Action.PRINT_QR)
def counter_png(counter_id: int) -> ResponseReturnValue:
    row = _taken(counter_id, "png")
    return web.attachment(qr_sheets.qr_png(address(row.code)), PNG, f"qr-{row.code}.png")


@room.get("/organisation/counters/<int:counter_id>/<form>.pdf")
@access(Action.PRINT_QR)
def counter_pdf(counter_id: int, form: str) -> ResponseReturnValue:
    """An A4 poster or an A6 stand."""
    _known(form, "a4", "a6")
    row = _taken(counter_id, form)
    return web.attachment(_document([row], form), PDF, f"qr-{row.code}-{form}.pdf")


@room.get("/organisation/units/<int:unit_id>/<form>.pdf")
@access(Action.PRINT_QR)
def unit_pdf(unit_id: int, form: str) -> ResponseReturnValue:
    """Posters, stands, or a sheet of cards for all open counters of a unit."""
    _known(form, "a4", "a6", "cards")
    with web.reading() as opened:
        rows = counter_queries.open_of_unit(opened, web.actor(), unit_id, web.now().date())
    content = _document(rows, form)
    web.audited_download(f"unit {unit_id} qr", form=form, counters=[row.code for row in rows])
    return web.attachment(content, PDF, f"qr-{unit_id}-{form}.pdf")


def address(code: str) -> str:
    """What a QR code holds: always the configured address, whatever host was asked."""
    return web.runtime().settings.base_url + url_for("respond.form", code=code)


def _taken(counter_id: int, form: str) -> CounterRow:
    with web.reading() as opened:
        row = counter_queries.open_counter(opened, web.actor(), counter_id, web.now().date())
    web.audited_download(f"counter {row.code} qr", form=form)
    return row


def _document(rows: Sequence[CounterRow], form: str) -> bytes:
    sheets = [
        CounterSheet(unit=row.unit, counter=row.name, place=row.place, code=row.code, url=address(row.code))
        for row in rows
    ]
    if form == "cards":
        return qr_sheets.sheet(sheets)
    return qr_sheets.posters(sheets, form="a6" if form == "a6" else "a4")


def _known(form: str, *forms: str) -> None:
    if form not in forms:
        raise NotFound("page")
