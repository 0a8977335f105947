"""Results on screen, and the same content as PDF, spreadsheet and CSV."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from reports import charts, findings, method, satisfaction, spreadsheets
from reports.content import Comparison, GroupLine, SatisfactionReport
from reports.svg_renderer import svg
from survey_app import web
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.policy import Action
from survey_app.results import changes, freezing, queries, service
from survey_app.typed import folded
from survey_app.web import access

room = Blueprint("results", __name__, template_folder="templates")

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"  # the charset is added
PAGES = {
    "overview": "Tổng quan",
    "units": "Đơn vị",
    "fields": "Lĩnh vực",
    "criteria": "Tiêu chí",
    "priorities": "Ưu tiên",
    "trend": "Theo tháng",
    "method": "Phương pháp",
}
FIELDS_TITLE = "Lĩnh vực"
CACHE = "results.cache"
NOT_FROZEN = {
    "no_value": "Không chốt được: kết quả này không công bố hoặc chưa có giá trị.",
    "changed_meanwhile": "Chưa chốt: số liệu vừa thay đổi. Xin xem lại kết quả dưới đây rồi chốt.",
    "frozen_already": "Kết quả này đã được chốt với đúng số liệu hiện nay.",
}

SORTS: dict[str, Callable[[GroupLine], object]] = {
    "name": lambda line: folded(line.name),
    "rate": lambda line: -1.0 if line.score.index.value is None else line.score.index.value,
    "n": lambda line: line.score.counted,
}


@room.record_once
def _own_cache(state: BlueprintSetupState) -> None:
    state.app.extensions[CACHE] = service.Cache()


@dataclass(frozen=True, slots=True)
class Opened:
    """What a results page shows: the content, and what can be chosen instead."""

    content: SatisfactionReport
    campaigns: tuple[tuple[int, str], ...]
    campaign_id: int
    unit_id: int


@room.get("/results")
@access(Action.READ_RESULTS)
def overview() -> ResponseReturnValue:
    """The latest campaign of one's own part of the province."""
    with web.reading() as opened:
        found = queries.campaigns(opened, web.actor())
    if not found:
        return render_template("results/none.html")
    return redirect(url_for("results.page", campaign_id=found[0][0], name="overview"))


@room.get("/results/<int:campaign_id>/<any(overview, units, fields, criteria, priorities, trend, method):name>")
@access(Action.READ_RESULTS)
def page(campaign_id: int, name: str) -> ResponseReturnValue:
    found = _open(campaign_id)
    return render_template(
        f"results/{name}.html",
        name=name,
        pages=PAGES,
        content=found.content,
        found=found,
        sort=request.args.get("sort", ""),
        rows=_rows,
        search=request.args.get("q", "").strip()[:80],
        pair=changes.pair(found.content.comparisons, request.args.get("a", ""), request.args.get("b", "")),
        findings=findings,
        fields_title=FIELDS_TITLE,
        method=method,
    )


@room.get("/results/choose")
@access(Action.READ_RESULTS)
def choose() -> ResponseReturnValue:
    """Another campaign, on the same page and unit."""
    name = request.args.get("page", "overview")
    campaign_id, unit_id = request.args.get("campaign", type=int), request.args.get("unit", type=int)
    if name not in PAGES or campaign_id is None:
        raise NotFound("campaign")
    return redirect(url_for("results.page", campaign_id=campaign_id, name=name, unit=unit_id))


@room.get("/results/<int:campaign_id>/report.pdf")
@access(Action.READ_RESULTS)
def pdf(campaign_id: int) -> ResponseReturnValue:
    return _download(campaign_id, satisfaction.render, PDF, "pdf")


@room.get("/results/<int:campaign_id>/report.xlsx")
@access(Action.READ_RESULTS)
def xlsx(campaign_id: int) -> ResponseReturnValue:
    return _download(campaign_id, spreadsheets.workbook, XLSX, "xlsx")


@room.get("/results/<int:campaign_id>/report.csv")
@access(Action.READ_RESULTS)
def csv(campaign_id: int) -> ResponseReturnValue:
    return _download(campaign_id, spreadsheets.csv_table, CSV, "csv")


@room.get("/results/<int:campaign_id>/chart/<name>.svg")
@access(Action.READ_RESULTS)
def chart(campaign_id: int, name: str) -> ResponseReturnValue:
    """A drawing of the content: trend, criteria, or the comparison of that number."""
    drawing = _drawing(_open(campaign_id).content, name)
    response = Response(drawing, mimetype="image/svg+xml")
    # An image of its own, never a page: nothing in it may load or run.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@room.post("/results/<int:campaign_id>/<int:unit_id>/freeze")
@access(Action.MANAGE_ROUNDS)
def freeze(campaign_id: int, unit_id: int) -> ResponseReturnValue:
    """Take the result of a unit over into the PAR Index, as the page showed it."""
    actor = web.actor()
    with web.reading() as opened:
        found = freezing.result(opened, actor, campaign_id, unit_id)
    try:
        with web.transaction() as opened:
            freezing.freeze(opened, actor, found, web.now(), seen=request.form.get("seen", ""))
    except (Conflict, Rejected) as refusal:
        flash(NOT_FROZEN[refusal.reason])
        return redirect(url_for("results.page", campaign_id=campaign_id, name="overview", unit=unit_id))
    flash("Đã chốt kết quả cho Chỉ số CCHC.")
    return redirect(url_for("results.frozen", campaign=campaign_id))


@room.post("/results/<int:campaign_id>/<int:unit_id>/freeze-all")
@access(Action.MANAGE_ROUNDS)
def freeze_all(campaign_id: int, unit_id: int) -> ResponseReturnValue:
    """The same for every unit that the report of this unit compares."""
    actor = web.actor()
    with web.reading() as opened:
        found = freezing.results(opened, actor, campaign_id, unit_id)
    with web.transaction() as opened:
        number = freezing.freeze_all(opened, actor, found, web.now())
    flash(f"Đã chốt kết quả của {number} đơn vị; {len(found) - number} đơn vị đã chốt trước đó hoặc không công bố.")
    return redirect(url_for("results.frozen", campaign=campaign_id))


@room.get("/results/frozen")
@access(Action.MANAGE_ROUNDS)
def frozen() -> ResponseReturnValue:
    """What was taken over, and whether it is still what the data say."""
    with web.reading() as opened:
        campaigns = freezing.campaigns(opened, web.actor())
        chosen = request.args.get("campaign", campaigns[0][0] if campaigns else 0, int)
        rows = freezing.frozen(opened, web.actor(), chosen) if campaigns else ()
    return render_template("results/frozen.html", campaigns=campaigns, chosen=chosen, rows=rows)


@lru_cache(maxsize=64)
def _drawing(content: SatisfactionReport, name: str) -> bytes:
    if name == "trend":
        target = next((c.target for c in content.comparisons if c.target is not None), None)
        return svg(charts.trend(content.trend, content.breaks, target, note=findings.note(content)))
    if name == "criteria":
        return svg(charts.distribution(content.items, content.scale, note=findings.bars_note(content)))
    if name.isdecimal() and int(name) < len(content.comparisons):
        return svg(charts.forest(content.comparisons[int(name)], note=findings.note(content)))
    raise NotFound("chart")


def _open(campaign_id: int) -> Opened:
    actor = web.actor()
    unit_id = request.args.get("unit", actor.unit_id, int)
    cache: service.Cache = current_app.extensions[CACHE]
    with web.reading() as opened:
        content = service.report(opened, actor, campaign_id, unit_id, today=web.now().date(), cache=cache)
        campaigns = queries.campaigns(opened, actor)
    return Opened(content, campaigns, campaign_id, unit_id)


def _download(
    campaign_id: int, face: Callable[[SatisfactionReport], bytes], media_type: str, ending: str
) -> ResponseReturnValue:
    found = _open(campaign_id)
    content = face(found.content)
    web.audited_download(
        f"campaign {campaign_id} report", unit=found.unit_id, form=ending, data=found.content.method.data_hash
    )
    return web.attachment(content, media_type, f"bao-cao-hai-long-{campaign_id}-{found.unit_id}.{ending}")


def _rows(comparison: Comparison, sort: str, search: str) -> list[GroupLine]:
    """The rows that the URL asks for, in its order: "rate" ascending, "-rate" descending."""
    found = [line for line in comparison.rows if folded(search) in folded(line.name)]
    key = SORTS.get(sort.lstrip("-"))
    if key is None:
        return found
    # Each key gives values of one kind that compare with each other.
    return sorted(found, key=key, reverse=sort.startswith("-"))  # type: ignore[arg-type]
