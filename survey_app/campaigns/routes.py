"""Campaigns: list, make, change, open, close; populations; release by hand."""

import datetime
import re
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.safe_cells import table_xlsx
from survey_app import web
from survey_app.campaigns import planning, queries, release, service
from survey_app.campaigns import signals as unusual
from survey_app.campaigns.forms import DESIGNS, LOOKS, MULTIPLICITIES, AimForm, CampaignForm, PopulationForm
from survey_app.errors import Conflict, Rejected
from survey_app.forms import choices
from survey_app.policy import Action
from survey_app.sheets import MOST_BYTES, read_table
from survey_app.web import access

room = Blueprint("campaigns", __name__, template_folder="templates")

UNIT, FIELD, DOSSIERS, ISSUED = "Mã đơn vị", "Lĩnh vực", "Số hồ sơ", "Số phiếu phát ra"
WHOLE_NUMBER = re.compile(r"[0-9]{1,8}|[0-9]{1,2}(\.[0-9]{3}){1,2}|[0-9]{3}\.[0-9]{3}")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS = {
    "before_start": "Ngày kết thúc trước ngày bắt đầu.",
    "no_channel": "Chọn ít nhất một cách trả lời.",
    "not_accepted": "Chỉ được tính cách trả lời đã nhận; chọn ít nhất một.",
    "unknown_definition": "Không có phiếu khảo sát này.",
    "method_does_not_fit": "Cách tính này không hợp với phiếu: phiếu thiếu câu hỏi hoặc yếu tố mà cách tính cần.",
    "other_channels": "Cách tính này có trọng số cho những cách trả lời khác với những cách được tính.",
    "unknown_rules": "Không có bộ quy tắc này.",
    "end_passed": "Đợt đang mở: ngày kết thúc mới phải từ hôm nay trở đi; phiếu đã nhận vẫn là phiếu trong thời gian.",
    "overlap": "Một đợt khác đang mở đã nhận cách trả lời này ở cùng nơi và thời gian.",
    "unknown_unit": "không có mã đơn vị này trong phạm vi",
    "unknown_field": "không có lĩnh vực này",
    "repeated_row": "đơn vị và lĩnh vực này đã có ở dòng trên",
    "not_a_number": "số hồ sơ phải là số nguyên không âm (viết 1234 hoặc 1.234)",
    "issued_not_a_number": "số phiếu phát ra phải bỏ trống hoặc là số nguyên không âm (viết 1234 hoặc 1.234)",
    "too_large": "Tệp quá lớn.",
    "too_many_rows": "Tệp quá nhiều dòng.",
    "not_a_table": "Tệp không phải bảng tính XLSX hoặc CSV.",
    "not_utf8": "Tệp CSV phải ở dạng UTF-8.",
    "no_column": "Tệp thiếu cột bắt buộc.",
    "campaign_closed": "Đợt khảo sát đã đóng, không sửa được nữa.",
    "campaign_open": "Đợt đang mở: chỉ sửa được tên, ngày kết thúc, mục tiêu và ngưỡng công bố.",
    "not_a_draft": "Đợt này đã được mở.",
    "not_open": "Đợt này không ở trạng thái mở.",
    "definition_changed": "Tệp của phiếu này đã bị sửa sau khi dùng; hãy khôi phục tệp hoặc ban hành phiên bản mới.",
}


@room.get("/campaigns")
@access(Action.MANAGE_CAMPAIGNS)
def campaigns() -> ResponseReturnValue:
    with web.reading() as opened:
        rows = queries.campaigns(opened, web.actor())
        waiting = queries.waiting(opened, web.actor())
    return render_template("campaigns/list.html", rows=rows, waiting=waiting)


@room.route("/campaigns/new", methods=["GET", "POST"])
@access(Action.MANAGE_CAMPAIGNS)
def new() -> ResponseReturnValue:
    form = _with_choices(CampaignForm())
    if form.validate_on_submit():
        try:
            with web.transaction() as opened:
                campaign_id = service.create(opened, web.actor(), draft(form), web.now())
            flash("Đã tạo đợt khảo sát ở dạng nháp.")
            return redirect(url_for("campaigns.campaign", campaign_id=campaign_id))
        except Rejected as refusal:
            form.show(refusal, WORDS)
    return render_template("campaigns/edit.html", form=form, row=None)


@room.get("/campaigns/<int:campaign_id>")
@access(Action.MANAGE_CAMPAIGNS)
def campaign(campaign_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        row = queries.campaign(opened, web.actor(), campaign_id)
        found = queries.choices(opened, web.actor())
    return _detail(row, found, PopulationForm(), {})


@room.get("/campaigns/<int:campaign_id>/plan")
@access(Action.MANAGE_CAMPAIGNS)
def plan(campaign_id: int) -> ResponseReturnValue:
    form = AimForm(request.args or None, meta={"csrf": False})  # it changes nothing
    sound = form.validate() if request.args else True
    with web.reading() as opened:
        row = queries.campaign(opened, web.actor(), campaign_id)
        plans = planning.unit_plans(opened, web.actor(), campaign_id, aim(form)) if sound else ()
    return render_template("campaigns/plan.html", row=row, form=form, plans=plans), 200 if sound else 422


@room.get("/campaigns/<int:campaign_id>/signals")
@access(Action.MANAGE_CAMPAIGNS)
def signals(campaign_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        row = queries.campaign(opened, web.actor(), campaign_id)
        found = unusual.signals(opened, web.actor(), campaign_id)
    return render_template("campaigns/signals.html", row=row, found=found)


@room.route("/campaigns/<int:campaign_id>/edit", methods=["GET", "POST"])
@access(Action.MANAGE_CAMPAIGNS)
def edit(campaign_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        row = queries.campaign(opened, web.actor(), campaign_id)
    form = _with_choices(CampaignForm(obj=row), row.units)
    if form.validate_on_submit():
        try:
            with web.transaction() as opened:
                service.edit(opened, web.actor(), campaign_id, draft(form), web.now())
            flash("Đã lưu đợt khảo sát.")
            return redirect(url_for("campaigns.campaign", campaign_id=campaign_id))
        except Rejected as refusal:
            form.show(refusal, WORDS)
        except Conflict as conflict:
            form.form_errors.append(WORDS[conflict.reason])
    return render_template("campaigns/edit.html", form=form, row=row)


@room.post("/campaigns/<int:campaign_id>/open")
@access(Action.MANAGE_CAMPAIGNS)
def open_(campaign_id: int) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            service.open_campaign(opened, web.actor(), campaign_id, web.now())
        flash("Đợt khảo sát đã mở.")
    except Rejected as refusal:
        flash(f"Chưa mở được: {WORDS['overlap']} ({refusal.details['other']})")
    except Conflict as conflict:
        flash(WORDS[conflict.reason])
    return redirect(url_for("campaigns.campaign", campaign_id=campaign_id))


@room.post("/campaigns/<int:campaign_id>/close")
@access(Action.MANAGE_CAMPAIGNS)
def close(campaign_id: int) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            moved = service.close(opened, web.actor(), campaign_id, web.now())
        flash(f"Đợt khảo sát đã đóng. {moved} phiếu còn chờ đã được gộp vào số liệu.")
    except Conflict as conflict:
        flash(WORDS[conflict.reason])
    return redirect(url_for("campaigns.campaign", campaign_id=campaign_id))


@room.post("/campaigns/<int:campaign_id>/populations")
@access(Action.MANAGE_CAMPAIGNS)
@web.uploads(MOST_BYTES + 1024)
def populations(campaign_id: int) -> ResponseReturnValue:
    form, problems = PopulationForm(), {}
    if form.validate_on_submit():
        try:
            rows = _population_rows(form.file.data.read())
            with web.transaction() as opened:
                service.set_populations(opened, web.actor(), campaign_id, rows, web.now())
            flash(f"Đã nhập {len(rows)} dòng số hồ sơ.")
            return redirect(url_for("campaigns.campaign", campaign_id=campaign_id))
        except Rejected as refusal:
            problems = {place: WORDS[reason] for place, reason in refusal.problems.items()}
    with web.reading() as opened:
        row = queries.campaign(opened, web.actor(), campaign_id)
        found = queries.choices(opened, web.actor())
    page = _detail(row, found, form, problems)
    return page, 422


@room.get("/campaigns/<int:campaign_id>/populations.xlsx")
@access(Action.MANAGE_CAMPAIGNS)
def populations_file(campaign_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        rows = queries.population_rows(opened, web.actor(), campaign_id)
    web.audited_download(f"campaign {campaign_id} populations")
    content = table_xlsx([UNIT, "Tên đơn vị", FIELD, DOSSIERS, ISSUED], rows, "So ho so")
    return web.attachment(content, XLSX, f"so-ho-so-{campaign_id}.xlsx")


@room.post("/campaigns/release")
@access(Action.RELEASE)
def release_now() -> ResponseReturnValue:
    with web.transaction() as opened:
        moved = release.release_by_hand(opened, web.actor(), web.now())
    flash(f"Đã gộp {moved} phiếu vào số liệu." if moved else "Chưa có đơn vị nào đủ phiếu để gộp.")
    return redirect(url_for("campaigns.campaigns"))


def aim(form: AimForm) -> planning.Aim:
    margin, target, alternative = ((part.data or 0) / 100 for part in (form.margin, form.target, form.alternative))
    return planning.Aim(margin=margin, target=target, alternative=alternative)


def _detail(
    row: queries.CampaignDetail, found: queries.Choices, form: PopulationForm, problems: Mapping[str, str]
) -> str:
    return render_template(
        "campaigns/detail.html",
        row=row,
        choices=found,
        form=form,
        problems=problems,
        designs=DESIGNS,
        multiplicities=MULTIPLICITIES,
        looks=LOOKS,
    )


def draft(form: CampaignForm) -> service.CampaignDraft:
    return service.CampaignDraft(
        title=form.title.data or "",
        definition_ref=form.definition_ref.data,
        starts_on=form.starts_on.data or datetime.date.min,
        ends_on=form.ends_on.data,
        accepts="".join(sorted(form.accepts.data or [])),
        counts="".join(sorted(form.counts.data or [])),
        confidence=float(form.confidence.data),
        method_ref=form.method_ref.data,
        validity_ref=form.validity_ref.data or None,
        fewest=form.fewest.data or 0,
        design=form.design.data,
        multiplicity=form.multiplicity.data,
        looks=form.looks.data,
        units=tuple(form.units.data or ()),
        fields=tuple(form.fields.data or ()),
        targets=tuple(tuple(ref.split("/", 1)) for ref in form.targets.data or ()),
    )


def _with_choices(form: CampaignForm, units: Sequence[int] = ()) -> CampaignForm:
    with web.reading() as opened:
        found = queries.choices(opened, web.actor(), units)
    form.definition_ref.choices = choices(found.definitions)
    form.method_ref.choices = choices(found.methods)
    none = [("", "Không có (đợt tạo trước khi có quy tắc)")] if form.validity_ref.object_data == "" else []
    form.validity_ref.choices = choices([*none, *found.rules])
    form.targets.choices = choices(found.targets)
    form.fields.choices = choices(found.fields)
    form.units.choices = choices(found.units)
    return form


def _population_rows(content: bytes) -> list[service.PopulationRow]:
    rows, problems = [], {}
    for row in read_table(content, [UNIT, FIELD, DOSSIERS], optional=[ISSUED]):
        dossiers, issued = row.cells[DOSSIERS], row.cells[ISSUED]
        if not WHOLE_NUMBER.fullmatch(dossiers):
            problems[str(row.number)] = "not_a_number"
        elif issued and not WHOLE_NUMBER.fullmatch(issued):
            problems[str(row.number)] = "issued_not_a_number"
        else:
            numbers = (_whole(dossiers), _whole(issued) if issued else None)
            rows.append(service.PopulationRow(row.number, row.cells[UNIT], row.cells[FIELD], *numbers))
    if problems:
        raise Rejected("rows", problems=problems)
    return rows


def _whole(text: str) -> int:
    return int(text.replace(".", ""))
