"""The council: units before it, its marks, meetings with their minutes, settling, and corrections of locked marks."""

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports import council_minute
from survey_app import web
from survey_app.assessment import trail
from survey_app.assessment.appraisal.forms import CorrectionForm, MarkForm, MeetingForm
from survey_app.assessment.appraisal.words import REFUSED, WHY, in_words, meetings, points, told, typed
from survey_app.assessment.room import room
from survey_app.assessment.settling import correcting, council, minutes
from survey_app.assessment.unit.words import STATES, lately
from survey_app.errors import Conflict, NotFound, Refusal, Rejected, Unavailable
from survey_app.forms import choices
from survey_app.policy import Action
from survey_app.web import access

PDF = "application/pdf"
WORDS = {
    "points": points,
    "typed_points": typed,
    "states": STATES,
    "why": WHY,
    "least": council.LEAST_MEMBERS,
    "lately": lately,
}


@room.get("/rounds/<int:round_id>/council")
@access(Action.READ_ASSESSMENTS)
def council_(round_id: int) -> ResponseReturnValue:
    return _overview(round_id)


@room.get("/rounds/<int:round_id>/council/cases/<int:case_id>")
@access(Action.READ_ASSESSMENTS)
def council_unit(round_id: int, case_id: int) -> ResponseReturnValue:
    return _unit(round_id, case_id)


@room.post("/rounds/<int:round_id>/council/cases/<int:case_id>/<leaf>")
@access(Action.SETTLE)
def council_decide(round_id: int, case_id: int, leaf: str) -> ResponseReturnValue:
    form = MarkForm()
    decision = council.Decision(
        points=form.points.data or "",
        applies=not form.not_applicable.data,
        reason=form.reason.data or "",
        edition=form.edition.data or 0,
        meeting_id=form.meeting.data,
    )
    assessment_id = _case(round_id, case_id).assessment_id
    refusal = _refusal(council.decide, assessment_id, leaf, decision)
    if refusal is not None:
        return _unit(round_id, case_id, form=form, at=leaf, refusal=refusal)
    flash("Đã lưu điểm của Hội đồng.")
    return redirect(url_for("assessment.council_unit", round_id=round_id, case_id=case_id, _anchor=f"r{leaf}"))


@room.post("/rounds/<int:round_id>/council/cases/<int:case_id>/settle")
@access(Action.SETTLE)
def council_settle(round_id: int, case_id: int) -> ResponseReturnValue:
    refusal = _refusal(partial(council.settle, keep=_keeps()), _case(round_id, case_id).assessment_id)
    if refusal is not None:
        return _unit(round_id, case_id, refusal=refusal)
    flash("Đã chốt điểm của đơn vị.")
    return redirect(url_for("assessment.council_", round_id=round_id))


@room.post("/rounds/<int:round_id>/council/settle")
@access(Action.SETTLE)
def council_settle_all(round_id: int) -> ResponseReturnValue:
    refusal = _refusal(partial(council.settle_all, keep=_keeps()), round_id)
    if refusal is not None:
        return _overview(round_id, refusal)
    flash("Đã chốt điểm của mọi đơn vị đã thẩm định.")
    return redirect(url_for("assessment.council_", round_id=round_id))


@room.route("/rounds/<int:round_id>/council/meetings/new", methods=["GET", "POST"])
@access(Action.SETTLE)
def council_meeting(round_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        held = council.open_to(opened, web.actor(), round_id)
        members = council.members(opened, round_id)
    form = MeetingForm(held_on=web.now().date())
    form.attended.choices = choices((member.account_id, _named(member)) for member in members)
    if form.validate_on_submit() and form.held_on.data is not None:
        meeting = council.Meeting(
            held_on=form.held_on.data,
            in_writing=form.in_writing.data,
            minute=form.minute.data or "",
            attended=form.attended.data or (),
        )
        refusal = _refusal(council.record_meeting, round_id, meeting)
        if refusal is None:
            flash("Đã ghi cuộc họp.")
            return redirect(url_for("assessment.council_", round_id=round_id))
        _show(form, refusal)
    more = {"members": members, "least": council.LEAST_MEMBERS}
    return render_template("assessment/council_meeting.html", form=form, held=held, **more)


@room.get("/council/meetings/<int:meeting_id>.pdf")
@access(Action.READ_ASSESSMENTS)
def council_pdf(meeting_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        content = minutes.minute(opened, web.actor(), meeting_id)
    document = council_minute.render(content)
    web.audited_download(f"meeting {meeting_id}", form="pdf")
    return web.attachment(document, PDF, f"bien-ban-hoi-dong-{content.held_on.isoformat()}.pdf")


@room.get("/rounds/<int:round_id>/corrections")
@access(Action.APPRAISE)
def corrections(round_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        held = correcting.find_round(opened, web.actor(), round_id)
        found = correcting.corrections(opened, web.actor(), round_id)
        units = correcting.locked(opened, web.actor(), round_id)
    return render_template("assessment/corrections.html", held=held, found=found, units=units, **WORDS)


@room.route("/units/<int:assessment_id>/corrections/new", methods=["GET", "POST"])
@access(Action.APPRAISE)
def correction_new(assessment_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        found = correcting.target(opened, web.actor(), assessment_id)
    form = CorrectionForm(leaf=request.args.get("leaf", ""))
    form.leaf.choices = choices([("", "– Chọn –"), *((leaf, f"{leaf} {name}") for leaf, name in found.leaves)])
    if form.validate_on_submit():
        given = (form.leaf.data or "", form.points.data or "", form.reason.data or "")
        refusal = _refusal(correcting.propose, assessment_id, *given)
        if refusal is None:
            flash("Đã ghi đề nghị. Điểm chỉ đổi khi một người khác xác nhận.")
            return redirect(url_for("assessment.corrections", round_id=found.round_id))
        _show(form, refusal)
    return render_template("assessment/correction_new.html", form=form, found=found, **WORDS)


@room.post("/corrections/<int:correction_id>/confirm")
@access(Action.SETTLE)
def correction_confirm(correction_id: int) -> ResponseReturnValue:
    refusal = _refusal(correcting.confirm, correction_id)
    with web.reading() as opened:
        round_id = correcting.round_of(opened, web.actor(), correction_id)
    flash(told(refusal)[0] if refusal else "Đã xác nhận. Điểm mới được tính từ bây giờ.")
    return redirect(url_for("assessment.corrections", round_id=round_id))


def _refusal(act: Callable[..., object], *given: object) -> Refusal | None:
    """Why a service refused; None when it did what it was asked."""
    try:
        with web.transaction() as opened:
            act(opened, web.actor(), *given, web.now())
    except (Conflict, Rejected, Unavailable) as refused:
        return refused
    return None


def _show(form: MeetingForm | CorrectionForm, refusal: Refusal) -> None:
    if isinstance(refusal, Rejected):
        reasons = refusal.problems.values()
        form.show(refusal, {reason: in_words(reason, refusal.details) for reason in reasons})
    else:
        form.form_errors.append(REFUSED[refusal.reason])


def _named(member: council.Member) -> str:
    return f"{member.name}, {member.title}" if member.title else member.name


def _case(round_id: int, case_id: int) -> council.Case:
    with web.reading() as opened:
        found = council.cases(opened, web.actor(), round_id, case_id)
    if not found:
        raise NotFound("unit")
    return found[0]


def _keeps() -> bool:
    """Whether the council keeps the points of the appraisal where it took no decision."""
    return request.form.get("keep") == "y"


def _overview(round_id: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    with web.reading() as opened:
        held = council.open_to(opened, web.actor(), round_id)
        cases = council.cases(opened, web.actor(), round_id)
        members, met = council.members(opened, round_id), council.meetings(opened, round_id)
        trails = trail.trails(opened, [case.assessment_id for case in cases])
    named = [(each, name) for each, (_, name) in zip(met, meetings(met), strict=True)]
    more = {"held": held, "cases": cases, "members": members, "meetings": named, "trails": trails}
    return _page("assessment/council.html", refusal, **more)


def _unit(
    round_id: int, case_id: int, *, form: MarkForm | None = None, at: str = "", refusal: Refusal | None = None
) -> ResponseReturnValue:
    with web.reading() as opened:
        held = council.open_to(opened, web.actor(), round_id)
        met = meetings(council.meetings(opened, round_id))
    case = _case(round_id, case_id)
    return _page("assessment/council_unit.html", refusal, held=held, case=case, meetings=met, sent=form, at=at)


def _page(template: str, refusal: Refusal | None, **more: object) -> ResponseReturnValue:
    shown = {"messages": told(refusal) if refusal else [], "today": web.now().date()}
    page = render_template(template, **shown, **more, **WORDS)
    return page, web.status_of(refusal) if refusal else 200
