"""Packages of evidence: asked for, followed while they are made, downloaded in one go or in parts."""

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from survey_app import web
from survey_app.assessment.documents.routes import shelf
from survey_app.assessment.packing import packages
from survey_app.assessment.packing.making import KEEP, folder
from survey_app.assessment.packing.packages import Scope
from survey_app.assessment.room import room
from survey_app.assessment.unit import words
from survey_app.errors import Conflict, Rejected
from survey_app.policy import Action
from survey_app.web import access

STATES = {"waiting": "Đang chờ", "running": "Đang đóng gói", "done": "Đã xong", "failed": "Không làm được"}
REASONS = {
    "full": "Máy chủ không còn đủ chỗ trên đĩa; xin báo người quản trị.",
    "fault": "Có lỗi khi đóng gói; xin thử lại, nếu vẫn lỗi xin báo người quản trị.",
}


@room.get("/rounds/<int:round_id>/packages")
@access(Action.READ_ASSESSMENTS)
def round_packages(round_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        choices = packages.choices(opened, web.actor(), round_id)
        rows = packages.packages(opened, web.actor(), round_id)
    return render_template(
        "assessment/packages.html",
        round_id=round_id,
        choices=choices,
        rows=rows,
        busy=any(row.state in ("waiting", "running") for row in rows),
        states=STATES,
        reasons=REASONS,
        say=words,
        days=KEEP.days,
    )


@room.post("/rounds/<int:round_id>/packages")
@access(Action.READ_ASSESSMENTS)
def package_ask(round_id: int) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            packages.ask(opened, web.actor(), round_id, _scope(request.form.get("of", "")), web.now())
    except Conflict:
        flash(f"Chưa nhận: đang có {packages.MOST_WAITING} gói chờ làm. Xin đợi các gói này xong rồi yêu cầu tiếp.")
    else:
        flash("Đã nhận yêu cầu. Gói được làm ngầm; có thể rời trang này và quay lại sau.")
    return redirect(url_for(".round_packages", round_id=round_id), 303)


@room.get("/packages/<int:package_id>.zip")
@access(Action.READ_ASSESSMENTS)
def package_file(package_id: int) -> ResponseReturnValue:
    """The package, wholly or the part that a browser still lacks; noted in the audit log."""
    with web.reading() as opened:
        place, given_out = folder(web.runtime().settings), shelf().given_out
        found = packages.ready(opened, web.actor(), package_id, place, given_out)
    if request.method == "GET":
        part = request.headers.get("Range", "")
        web.audited_download(f"package {package_id}", sha256=found.sha256, part=part[:80])
    response = send_file(
        found.path,
        mimetype="application/zip",
        as_attachment=True,
        download_name=found.name,
        etag=found.sha256,
        last_modified=found.at,
    )
    response.headers["Cache-Control"] = "no-store"
    return web.sealed(response)


def _scope(text: str) -> Scope:
    """What the form chose: "u-<unit>" or "f-<set>-<field>"."""
    kind, _, rest = text.partition("-")
    number, _, field = rest.partition("-")
    if not number.isdecimal() or len(number) > 9:
        raise Rejected("package", problems={"of": "unknown"})
    return Scope(unit_id=int(number)) if kind == "u" else Scope(set_id=int(number), field=field)
