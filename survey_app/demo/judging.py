"""Last year's round of the demonstration, taken through its steps: appraised, explained, settled by a council,
published, corrected, and followed by a plan to make good what was lost.

Some units take each step as people do in the browser, with files; for the others the rows of their marks are written
in bulk, and the council settles all of them.
"""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria, marking, rounds
from survey_app.assessment.appraisal import appraising
from survey_app.assessment.appraisal.appraising import Judgement
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.documents import evidence
from survey_app.assessment.documents.evidence import Details
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.documents.uploading import received
from survey_app.assessment.entries import numeral
from survey_app.assessment.flow import Step
from survey_app.assessment.results import remedies
from survey_app.assessment.results.remedies import TaskDraft
from survey_app.assessment.running import staffing
from survey_app.assessment.settling import correcting, council
from survey_app.assessment.settling.council import Decision, Meeting
from survey_app.assessment.unit import explaining, submitting
from survey_app.config import ZONE
from survey_app.demo import assessing, papers, people
from survey_app.demo.assessing import Filling
from survey_app.models import Assessment, Explanation, Mark, Unit
from survey_app.models.assessment import FIRST, SECOND, SELF
from survey_app.policy import Actor, Role

# The day of the round on which each thing is done; each lies within the last day of its step.
DAYS = {
    "opened": 0,
    "scored": 20,
    "sent": 44,
    "appraised": 65,
    "explained": 72,
    "finished": 76,
    "seated": 80,
    "decided": 98,
    "met": 100,
    "settled": 112,
    "published": 128,
    "corrected": 135,
    "planned": 140,
}
LENGTH = 150  # days that lie behind, at least
STEPWISE = (assessing.OWN_UNIT, "so-tai-chinh", "so-y-te")  # and as many communes
# So many of the units taken step by step add a scanned page, are asked, decided on, make a plan.
SCANNED, ASKED, DECIDED, PLANNED = 3, 4, 3, 3
DISPUTED = 3  # leaves of such a unit on which the appraiser differs
TITLES = ("Chủ tịch Hội đồng", "Phó Chủ tịch Hội đồng", "Thư ký", "Ủy viên", "Ủy viên")
MEMBERS = (("hd.thanhvien1", "Đỗ Văn Hội"), ("hd.thanhvien2", "Bùi Thị Đồng"))
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What every step needs: the people of the province, the day the round began, where files go (None: nowhere)."""

    session: Session
    rng: np.random.Generator
    analyst: Actor
    appraiser: Actor
    begins: datetime.date
    shelf: Shelf | None

    def at(self, what: str) -> datetime.datetime:
        """The morning of the day on which something is done."""
        day = self.begins + datetime.timedelta(days=DAYS[what])
        return datetime.datetime.combine(day, datetime.time(8, 30), ZONE)

    def filling(self, actor: Actor, what: str) -> Filling:
        """What rows need that this person writes then."""
        return Filling(self.rng, actor, self.at(what))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A unit that is taken through each step, with its officer and its leader."""

    row: Assessment
    name: str
    found: Criteria
    officer: Actor
    leader: Actor


def last_round(
    session: Session, rng: np.random.Generator, analyst: Actor, now: datetime.datetime, shelf: Shelf | None
) -> int:
    """Make and play the round of last year; returns its id."""
    begins = min(datetime.date(now.year - 1, 12, 1), now.date() - datetime.timedelta(days=LENGTH))
    appraiser = people.known(session, "thamdinh")
    play = Play(session=session, rng=rng, analyst=analyst, appraiser=appraiser, begins=begins, shelf=shelf)
    held = assessing.begin(session, play.filling(analyst, "opened"), now.year - 1, begins)
    rows = assessing.assessments(session, held)
    cases = _cases(session, rows)
    stepwise = {case.row.id for case in cases}
    for row in rows:
        if row.id not in stepwise:
            scored, judging = play.filling(analyst, "scored"), play.filling(appraiser, "appraised")
            assessing.appraised_unit(session, scored, judging, row)
    for place, case in enumerate(cases):
        _score(play, case, scanned=place < SCANNED)
        _appraise(play, case, asked=place < ASKED)
    _settle(play, held.id, cases)
    rounds.publish(session, analyst, held.id, play.at("published"))
    _correct(play, cases[-1])
    for place, case in enumerate(cases[:PLANNED]):
        _plan(play, case, proved=place == 0)
    return held.id


def _cases(session: Session, rows: Sequence[Assessment]) -> list[Case]:
    by_id = {row.unit_id: row for row in rows}
    of_round = select(Unit).where(Unit.id.in_(by_id))
    named = session.scalars(of_round.where(Unit.code.in_(STEPWISE)).order_by(Unit.code != assessing.OWN_UNIT, Unit.id))
    communes = session.scalars(of_round.where(Unit.level == "commune").order_by(Unit.id).limit(len(STEPWISE)))
    units = [*named, *communes]
    own, others = units[0], units[1:]
    pairs = [(own, people.known(session, "donvi"), people.known(session, "lanhdao"))]
    officers = [(f"cb.{unit.code}"[:64], f"Cán bộ {unit.name}"[:120], Role.INSPECTOR, unit.id) for unit in others]
    leaders = [(f"ld.{unit.code}"[:64], f"Lãnh đạo {unit.name}"[:120], Role.LEADER, unit.id) for unit in others]
    pairs += zip(others, people.added(session, officers), people.added(session, leaders), strict=True)
    return [
        Case(
            row=by_id[unit.id],
            name=unit.name,
            found=criteria.of(session, by_id[unit.id].set_id),
            officer=officer,
            leader=leader,
        )
        for unit, officer, leader in pairs
    ]


def _score(play: Play, case: Case, *, scanned: bool) -> None:
    """The unit scores itself, adds documents, and its leader approves."""
    session, row, found = play.session, case.row, case.found
    filling, quality = play.filling(case.officer, "scored"), float(play.rng.beta(22, 3))
    leaves = marking.applicable(session, row, found)
    rounds.move(session, case.officer, row, Step.BEGIN, filling.at)
    session.add_all(assessing.mark(filling, row, found, leaf, quality) for leaf in leaves)
    session.flush()
    filed = [node.id for node in found.definition.fields[: 1 + scanned]]
    for field, name in zip(filed, ("bao-cao.pdf", "ban-quet.png"), strict=False):
        own = [leaf for leaf in leaves if found.field_of[leaf] == field]
        details = Details(number="12/BC", summary=f"Báo cáo: {found.definition.node(field).name}", issuer=case.name)
        _document(play, case, details, name, own, filling.at)
    rest = [leaf for leaf in leaves if found.field_of[leaf] not in filed]
    assessing.support(session, filling, row, found, rest)
    assessing.feed(session, play.filling(play.analyst, "sent"), row, found)
    session.flush()
    marking.send(session, case.officer, row.id, play.at("sent"))
    submitting.take(session, case.leader, row.id, Step.APPROVE, play.at("sent"), edition=row.edition)


def _document(play: Play, case: Case, details: Details, name: str, leaves: Sequence[str], at: datetime.datetime) -> int:
    """A document through the same door as in the browser; without a shelf a link in place of the file."""
    adding = (play.session, case.officer, case.row.id)
    if play.shelf is None:
        link = Details(summary=details.summary, url="https://example.org/van-ban-gia-dinh", note="Văn bản giả định.")
        return evidence.add(*adding, link, None, leaves, at, quota=0)
    content = papers.scan() if name.endswith("png") else papers.report(case.name, details.summary)
    with received(play.shelf, io.BytesIO(content), name) as upload:
        return evidence.add(*adding, details, upload, leaves, at, quota=play.shelf.quota)


def _appraise(play: Play, case: Case, *, asked: bool) -> None:
    """The appraiser differs on some leaves, asks about one, and recognises the rest."""
    session, who, key, at = play.session, play.appraiser, case.row.id, play.at("appraised")
    leaves = marking.applicable(session, case.row, case.found)
    marks = appraising.marks_of(session, key)
    disputed = [leaf for leaf in leaves if _plain(marks[leaf, SELF])][:DISPUTED]
    for leaf in disputed:
        less = numeral(Decimal(marks[leaf, SELF].points or 0) - HALF)
        appraising.save(session, who, key, leaf, Judgement(points=less, reason="Tài liệu kiểm chứng chưa đủ."), at)
    appraising.accept_all(session, who, key, "", at)
    done = appraising.marks_of(session, key)
    for leaf in leaves:
        if (leaf, FIRST) not in done:
            appraising.accept(session, who, key, leaf, FIRST, 0, at)
    if asked:
        _explain(play, case, disputed[0], marks[disputed[0], SELF])
    appraising.finish(session, who, key, play.at("finished"))


def _explain(play: Play, case: Case, leaf: str, own: Mark) -> None:
    """A question, its answer, and the second appraisal, which recognises the unit's points."""
    session, key, due = play.session, case.row.id, play.at("finished").date()
    question = "Đề nghị giải trình số liệu và bổ sung căn cứ của tiêu chí này."
    appraising.ask(session, play.appraiser, key, leaf, question, due, play.at("appraised"))
    at = play.at("explained")
    asked = session.scalars(select(Explanation.id).where(Explanation.assessment_id == key)).one()
    answer = "Đơn vị đã rà soát; số liệu theo báo cáo năm, căn cứ ở trang 3."
    explaining.answer(session, case.officer, asked, answer, explaining.stamp(None), at)
    submitting.take(session, case.officer, key, Step.EXPLAIN, at, edition=case.row.edition)
    given = Judgement(points=numeral(own.points or "0"), reason="Chấp nhận giải trình.", stage=SECOND)
    appraising.save(session, play.appraiser, key, leaf, given, play.at("finished"))


def _settle(play: Play, round_id: int, cases: Sequence[Case]) -> None:
    """Five members, two meetings, some decisions; everywhere else the marks of the appraisal stay."""
    session, analyst = play.session, play.analyst
    members = seat(session, analyst, round_id, play.at("seated"))
    for case in cases[:DECIDED]:
        (found,) = council.cases(session, analyst, round_id, case.row.id)
        leaf = next(each for each in found.leaves if each.leaf in found.undecided and each.own is not None)
        points = numeral(leaf.own.points or 0) if leaf.own else "0"
        given = Decision(points=points, reason="Hội đồng thống nhất công nhận điểm tự chấm.")
        council.decide(session, analyst, case.row.id, leaf.leaf, given, play.at("decided"))
    first = "Hội đồng xem xét các tiêu chí còn khác nhau giữa tự chấm và thẩm định; thống nhất như quyết định từng mục."
    second = "Hội đồng thống nhất giữ điểm thẩm định của các tiêu chí còn lại và chốt điểm của mọi đơn vị."
    for minute, what, present, in_writing in ((first, "met", members[:4], False), (second, "settled", members, True)):
        at = play.at(what)
        meeting = Meeting(held_on=at.date(), in_writing=in_writing, minute=minute, attended=present)
        council.record_meeting(session, analyst, round_id, meeting, at)
    council.settle_all(session, analyst, round_id, play.at("settled"), keep=True)


def seat(session: Session, analyst: Actor, round_id: int, at: datetime.datetime) -> list[int]:
    """The five members of the council of a round; returns their accounts."""
    known = [people.known(session, name).account_id for name in ("lanhdao", "chuyenvien", "thamdinh")]
    more = [people.find(session, username) for username, _ in MEMBERS]
    if None in more:
        rows = [(username, name, Role.LEADER, analyst.unit_id) for username, name in MEMBERS]
        more = [each.account_id for each in people.added(session, rows)]
    members = [key for key in (*known, *more) if key is not None]
    for account_id, title in zip(members, TITLES, strict=True):
        staffing.seat(session, analyst, round_id, account_id, title, at)
    return members


def staff(session: Session, analyst: Actor, round_id: int, now: datetime.datetime) -> None:
    """The people of the running round: who appraises what, and its council."""
    everything = people.known(session, "thamdinh")
    (procedures,) = people.added(session, [("td.thutuc", "Phan Thị Tục", Role.APPRAISER, analyst.unit_id)])
    staffing.assign(session, analyst, round_id, everything.account_id, "", None, now)
    staffing.assign(session, analyst, round_id, procedures.account_id, "3", None, now)
    seat(session, analyst, round_id, now)


def _correct(play: Play, case: Case) -> None:
    """A mistake found after publication: one person proposes, another confirms."""
    session, at = play.session, play.at("corrected")
    lowered = _lowered(session, case)[0]
    reason = "Cộng nhầm số liệu của năm trước; đã đối chiếu lại."
    given = (case.row.id, lowered.leaf, numeral(Decimal(lowered.points or 0) + HALF / 2), reason, at)
    correcting.confirm(session, play.analyst, correcting.propose(session, play.appraiser, *given), at)


def _plan(play: Play, case: Case, *, proved: bool) -> None:
    """Two tasks for leaves that lost points; where it is proved the first is done, with a document."""
    session, at, key = play.session, play.at("planned"), (case.row.round_id, case.row.unit_id)
    due = datetime.date(at.year, 12, 31)
    drafts = [
        TaskDraft(leaf=mark.leaf, task="Rà soát, bổ sung tài liệu kiểm chứng", responsible="Văn phòng", due=due)
        for mark in _lowered(session, case)[:2]
    ]
    first, *_ = [remedies.add(session, case.officer, *key, draft, at) for draft in drafts]
    if proved:
        details = Details(number="45/KH", summary="Kế hoạch khắc phục đã ban hành", issuer=case.name)
        shown = _document(play, case, details, "ke-hoach.pdf", (), at)
        done = replace(drafts[0], done_on=at.date(), evidence_id=shown)
        remedies.edit(session, case.officer, first, done, at, edition=1)


def _lowered(session: Session, case: Case) -> list[Mark]:
    """The marks that the appraiser put below those of the unit."""
    marks = appraising.marks_of(session, case.row.id)
    first = [mark for (_, stage), mark in marks.items() if stage == FIRST and mark.points is not None]
    return [mark for mark in first if Decimal(mark.points or 0) < Decimal(marks[mark.leaf, SELF].points or 0)]


def _plain(mark: Mark) -> bool:
    """Whether half a point can be taken off, and the points can be typed."""
    points = Decimal(mark.points or 0)
    return points >= HALF and points == points.quantize(Decimal("0.01"))
