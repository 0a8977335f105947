"""Results of a round: ranking, fields, where points were lost, last year, what if, special units, units, documents."""

from collections.abc import Callable

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from reports import (
    par_document,
    par_evidence,
    par_layouts,
    par_method,
    par_report,
    par_results,
    par_spreadsheets,
    par_words,
)
from reports.par_content import AuditPoint, Dossier
from reports.par_forest import par_forest
from reports.par_papers import Paper
from reports.svg_renderer import svg
from survey_app import web
from survey_app.assessment.feeds import origins
from survey_app.assessment.results import dossiers, moving, remedies, reporting
from survey_app.assessment.results.kept import Kept
from survey_app.assessment.room import room
from survey_app.errors import NotFound
from survey_app.policy import Action
from survey_app.web import access

MEMORY, MAKING = "assessment.results", "assessment.papers"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FACES = {
    "pdf": (par_report.render, "application/pdf"),
    "xlsx": (par_spreadsheets.workbook, XLSX),
    "docx": (par_document.document, DOCX),
}
PAGES = {
    "ranking": "Xếp hạng",
    "fields": "Lĩnh vực",
    "losses": "Mất điểm",
    "gaps": "Tự chấm và thẩm định",
    "changes": "So năm trước",
    "special": "Đặc thù",
    "method": "Phương pháp",
}
PAPERS = {
    "results": "Kết quả chỉ số",
    "details": "Chi tiết từng đơn vị",
    "special": "Báo cáo đặc thù",
    "evidence": "Tài liệu kiểm chứng và kết quả",
}
POINTS = ("results", "special")  # hold nothing of what stands behind the points
NAMES = {
    "results": "ket-qua-chi-so",
    "details": "chi-tiet-don-vi",
    "special": "bao-cao-dac-thu",
    "evidence": "tai-lieu-kiem-chung",
    "form": "phieu-chi-tiet",
}


@room.record_once
def _own_memory(state: BlueprintSetupState) -> None:
    state.app.extensions[MEMORY] = reporting.Memory()
    state.app.extensions[MAKING] = Kept[bytes](0)


@room.get("/rounds/<int:round_id>/results")
@access(Action.READ_ASSESSMENTS)
def results(round_id: int) -> ResponseReturnValue:
    """The ranking; who sees a single unit before publication is led to it."""
    report = _open(round_id).report
    units = [unit for block in report.blocks for unit in block.units]
    if not report.ranked and len(units) == 1:
        return redirect(url_for("assessment.result_unit", round_id=round_id, unit_id=units[0].unit_id))
    return redirect(url_for("assessment.result_page", round_id=round_id, name="ranking"))


@room.get(
    "/rounds/<int:round_id>/results/<any(ranking, fields, losses, gaps, changes, special, method):name>",
)
@access(Action.READ_ASSESSMENTS)
def result_page(round_id: int, name: str) -> ResponseReturnValue:
    opened = _open(round_id)
    return render_template(
        f"assessment/results/{name}.html",
        report=opened.report,
        name=name,
        pages=PAGES,
        papers={kind: text for kind, text in PAPERS.items() if opened.sheets or kind != "evidence"},
        par=par_words,
        found=par_results,
        rows=par_method.rows(opened.report) if name == "method" else (),
        round_id=round_id,
    )


@room.get("/rounds/<int:round_id>/results/chart/<block>.svg")
@access(Action.READ_ASSESSMENTS)
def result_chart(round_id: int, block: str) -> ResponseReturnValue:
    report = _open(round_id).report
    found = next((each for each in report.blocks if each.key == block), None)
    if found is None:
        raise NotFound("chart")
    response = Response(svg(par_forest(found)), mimetype="image/svg+xml")
    # An image of its own, never a page: nothing in it may load or run.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@room.get("/rounds/<int:round_id>/results/units/<int:unit_id>")
@access(Action.READ_ASSESSMENTS)
def result_unit(round_id: int, unit_id: int) -> ResponseReturnValue:
    opened = _open(round_id)
    block, unit = reporting.of_unit(opened, unit_id)
    with web.reading() as session:
        dossier = dossiers.shown(session, opened, unit_id).get(unit_id, Dossier())
        fed = origins.of_unit(session, round_id, unit_id) if unit_id in opened.sheets else {}
        carried = remedies.open_before(session, web.actor(), unit_id, opened.report.year)
    return render_template(
        "assessment/results/unit.html",
        report=opened.report, block=block, unit=unit, dossier=dossier, carried=carried, par=par_words,
        layouts=par_layouts, round_id=round_id, today=web.now().date(), inside=unit_id in opened.sheets, origins=fed,
        documents={each.ref: each for each in dossier.evidence},
    )  # fmt: skip


@room.get("/rounds/<int:round_id>/results/units/<int:unit_id>/moves")
@access(Action.READ_ASSESSMENTS)
def result_moves(round_id: int, unit_id: int) -> ResponseReturnValue:
    opened = _open(round_id)
    block, unit = reporting.inside(opened, unit_id)
    aim = moving.aim(request.args.get("aim", ""), ranked=opened.report.ranked)
    return render_template(
        "assessment/results/moves.html",
        report=opened.report,
        block=block,
        unit=unit,
        moves=moving.moves(opened, unit_id, aim),
        aim=aim,
        aims=moving.aims(ranked=opened.report.ranked),
        par=par_words,
        round_id=round_id,
    )


@room.get(
    "/rounds/<int:round_id>/papers/<any(results, details, special, evidence):paper>.<any(pdf, xlsx, docx):ending>"
)
@access(Action.READ_ASSESSMENTS)
def round_paper(round_id: int, paper: str, ending: str) -> ResponseReturnValue:
    """A document over everything that the person sees of the round, as the pages show it."""
    moment, opened = _moment(), _open(round_id)
    subject, name = f"round {round_id} {paper}", f"{NAMES[paper]}-{opened.report.year}"
    key = (moment, reporting.view(opened, points=paper in POINTS))
    return _taken(lambda: _paper(opened, paper), key, subject, name, ending)


@room.get("/rounds/<int:round_id>/papers/units/<int:unit_id>/<any(form, details):paper>.<any(pdf, xlsx, docx):ending>")
@access(Action.READ_ASSESSMENTS)
def unit_paper(round_id: int, unit_id: int, paper: str, ending: str) -> ResponseReturnValue:
    """A unit's form to sign for those who see what stands behind its points, or its details."""
    moment, opened = _moment(), _open(round_id)
    (reporting.inside if paper == "form" else reporting.of_unit)(opened, unit_id)
    subject, name = f"round {round_id} unit {unit_id} {paper}", f"{NAMES[paper]}-{unit_id}"
    key = (moment, reporting.view(opened, points=False))
    return _taken(lambda: _unit_paper(opened, unit_id, paper), key, subject, name, ending)


def _moment() -> AuditPoint:
    """Asked for before a content is read: while it stands, whoever reads finds the same."""
    with web.reading() as session:
        return dossiers.audit_point(session)


def _open(round_id: int) -> reporting.Opened:
    memory: reporting.Memory = current_app.extensions[MEMORY]
    with web.reading() as session:
        return reporting.results(session, web.actor(), round_id, today=web.now().date(), memory=memory)


def _paper(opened: reporting.Opened, kind: str) -> Paper:
    if kind == "evidence":
        with web.reading() as session:
            behind, audit = dossiers.shown(session, opened), dossiers.audit_point(session)
        return par_evidence.evidence(reporting.insides(opened), behind, audit)
    made = {"results": par_results.results, "details": par_layouts.unit_details, "special": par_layouts.special}
    return made[kind](opened.report)


def _unit_paper(opened: reporting.Opened, unit_id: int, kind: str) -> Paper:
    if kind == "details":
        return par_layouts.unit_details(opened.report, {unit_id})
    block, unit = reporting.of_unit(opened, unit_id)
    with web.reading() as session:
        dossier = dossiers.shown(session, opened, unit_id)[unit_id]
    return par_layouts.unit_sheet(opened.report, block, unit, dossier)


def _taken(
    paper: Callable[[], Paper], key: tuple[object, ...], subject: str, name: str, ending: str
) -> ResponseReturnValue:
    """The document; who asks for it while it is being made for somebody else waits for that one."""
    making: Kept[bytes] = current_app.extensions[MAKING]
    face, media_type = FACES[ending]
    content = making.get((subject, ending, *key), lambda: face(paper()))
    web.audited_download(subject, form=ending)
    return web.attachment(content, media_type, f"{name}.{ending}")
