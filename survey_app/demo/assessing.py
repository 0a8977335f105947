"""Rows of the rounds of the PAR Index for the demonstration, and this year's round in the middle of its work."""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.loader import published
from questionnaires.par_nodes import Method
from scoring.par.inputs import NOT_APPLICABLE, Ask, InputError, Question
from scoring.par.kinds import evaluate, questions
from scoring.par.kinds_percents import Survey
from scoring.par.numbers import rounded
from scoring.par.tree import Node, Role
from scoring.par.votes import vote_share
from survey_app.assessment import criteria, rounds
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.criteria_sets import sets
from survey_app.assessment.flow import State
from survey_app.models import Assessment, Evidence, Feed, FrozenResult, Mark, Round, Support, Unit
from survey_app.models.assessment import FIRST, SELF
from survey_app.policy import Actor

BLOCKS = ("department", "commune", "vertical")
QUARTER = Decimal("0.25")
# How far the units of the running round have come; the rest has not begun.
PROGRESS = ((State.SUBMITTED, 0.35), (State.AWAITING_APPROVAL, 0.1), (State.DRAFT, 0.4))
OWN_UNIT = "so-tu-phap"  # whose officer signs in to look around: still at work


@dataclass(frozen=True, slots=True)
class Filling:
    """What every row of a round needs."""

    rng: np.random.Generator
    actor: Actor
    at: datetime.datetime


def this_round(session: Session, rng: np.random.Generator, actor: Actor, now: datetime.datetime) -> int:
    """The running round, with the units as far as they have come; returns its id."""
    filling = Filling(rng, actor, now)
    running = begin(session, filling, now.year, now.date() - datetime.timedelta(days=20))
    rows = assessments(session, running)
    for row, state in zip(rows, _states(session, rng, rows), strict=True):
        _at_work(session, filling, row, state)
    return running.id


def begin(session: Session, filling: Filling, year: int, begins: datetime.date) -> Round:
    """A round of a year, opened over the province by the starting sets."""
    sets = {block: _adopt(session, filling, block, year) for block in BLOCKS}
    steps = (45, 60, 90, 105, 120, 130)
    draft = rounds.RoundDraft(
        title=f"Chỉ số cải cách hành chính năm {year}",
        year=year,
        dates={name: begins + datetime.timedelta(days=n) for name, n in zip(rounds.DATES, steps, strict=True)},
        sets=sets,
    )
    round_id = rounds.create(session, filling.actor, draft, filling.at)
    rounds.open_round(session, filling.actor, round_id, filling.at)
    return session.get_one(Round, round_id)


def _adopt(session: Session, filling: Filling, block: str, year: int) -> int:
    """The starting set of a block, taken over for a year."""
    shipped = next(each.definition for each in published("par_index").values() if each.definition.id == f"{block}-2026")
    own = shipped.model_copy(update={"id": f"{block}-{year}", "index_year": year})
    return sets.create(session, filling.actor, own, filling.at)


def assessments(session: Session, row: Round) -> list[Assessment]:
    """The units of a round, the first to be entered first."""
    return list(session.scalars(select(Assessment).where(Assessment.round_id == row.id).order_by(Assessment.id)))


def _states(session: Session, rng: np.random.Generator, rows: list[Assessment]) -> list[State]:
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    drawn = zip(rows, rng.random(len(rows)).tolist(), strict=True)
    return [State.DRAFT if codes[row.unit_id] == OWN_UNIT else _state(share) for row, share in drawn]


def _state(share: float) -> State:
    for state, part in PROGRESS:
        if share < part:
            return state
        share -= part
    return State.NOT_STARTED


def appraised_unit(session: Session, filling: Filling, judging: Filling, row: Assessment) -> None:
    """A unit that scored itself, was fed, and appraised a little lower."""
    found = criteria.of(session, row.set_id)
    quality = float(filling.rng.beta(22, 3))
    for leaf in found.own:
        own = mark(filling, row, found, leaf, quality)
        session.add_all((own, _appraised(judging, own)))
    support(session, filling, row, found, found.own)
    feed(session, judging, row, found)
    session.flush()
    row.submitted_on = filling.at.date()
    row.state = State.APPRAISED


def _at_work(session: Session, filling: Filling, row: Assessment, state: State) -> None:
    """A unit of the running round as far as it has come."""
    if state is State.NOT_STARTED:
        return
    found = criteria.of(session, row.set_id)
    quality = float(filling.rng.beta(22, 3))
    own = list(found.own)
    done = own if state is not State.DRAFT else own[: int(len(own) * filling.rng.uniform(0.2, 0.9))]
    for leaf in done:
        session.add(mark(filling, row, found, leaf, quality))
    support(session, filling, row, found, done)
    row.state = state
    row.submitted_on = filling.at.date() if state is State.SUBMITTED else None
    session.flush()


def mark(filling: Filling, row: Assessment, found: Criteria, leaf: str, quality: float) -> Mark:
    """What a unit says of a leaf, the better the nearer to 1 its ``quality`` is."""
    node = found.nodes[leaf]
    inputs, points, applies = _scored(filling.rng, node, quality)
    stored = json.dumps(inputs, ensure_ascii=False, sort_keys=True)
    text = None if points is None else str(points)
    return Mark(
        assessment_id=row.id,
        leaf=leaf,
        stage=SELF,
        inputs=stored,
        computed=text if inputs else None,
        points=text,
        applies=applies,
        reason="" if applies else "Trong năm không phát sinh nội dung này.",
        account_id=filling.actor.account_id,
        at=filling.at,
    )


def _appraised(filling: Filling, own: Mark) -> Mark:
    """The appraiser mostly agrees, and else takes off a quarter or half a point."""
    points = own.points
    if points is not None and Decimal(points) >= QUARTER and filling.rng.random() < 0.12:
        points = str(max(Decimal(0), Decimal(points) - QUARTER * int(filling.rng.integers(1, 3))))
    agrees = points == own.points
    return Mark(
        assessment_id=own.assessment_id,
        leaf=own.leaf,
        stage=FIRST,
        inputs=own.inputs,
        computed=own.computed,
        points=points,
        applies=own.applies,
        reason="" if agrees else "Tài liệu kiểm chứng chưa đủ.",
        account_id=filling.actor.account_id,
        at=filling.at,
    )


def _scored(rng: np.random.Generator, node: Node, quality: float) -> tuple[dict[str, object], Decimal | None, bool]:
    """Entries of a leaf with the points by its rule; by hand, points alone."""
    if node.rule is None:
        share = Decimal(repr(round(quality, 2)))
        return {}, rounded(node.maximum * share / QUARTER, 0) * QUARTER if node.role is Role.BASE else Decimal(0), True
    for _ in range(20):
        asked = [q for q in questions(node.rule) if q.required] or [
            q for q in questions(node.rule) if q.name != NOT_APPLICABLE
        ][:1]
        entries = {q.name: _entry(rng, q, node.maximum, quality) for q in asked}
        if "a" in entries and "b" in entries:
            whole = int(rng.integers(20, 200))
            entries |= {"a": int(rng.binomial(whole, min(0.98, quality + 0.08))), "b": whole}
        if node.role is Role.PENALTY:
            entries = {name: _none(value) for name, value in entries.items()}
        try:
            score = evaluate(node.rule, entries, node.maximum)
        except InputError:
            continue
        return entries, score.points, score.applies
    return {}, Decimal(0), True


def _entry(rng: np.random.Generator, question: Question, maximum: Decimal, quality: float) -> object:
    """A plausible answer to a question of a rule."""
    good = bool(rng.random() < quality)
    made: Mapping[Ask, object] = {
        Ask.YES_NO: good,
        Ask.WHOLE: int(rng.integers(0, 6)) + 3 * good,
        Ask.AMOUNT: int(rng.integers(20, 200)),
        Ask.PERCENT: round(100 * min(1.0, quality + 0.08 * float(rng.random())), 1),
        Ask.DAYS: -int(rng.integers(0, 10)) if good else int(rng.integers(1, 20)),
        Ask.DATE: f"2026-{1 + int(rng.integers(0, 2)):02d}-{1 + int(rng.integers(0, 27)):02d}",
        Ask.OPTION: question.options[0 if good else -1] if question.options else "",
        Ask.TICKS: [bool(rng.random() < quality) for _ in question.options],
        Ask.POINTS: str(QUARTER * int(float(abs(maximum)) * quality * 4)),
        Ask.POINT_LIST: [],
    }
    return made[question.ask] if question.ask in made else [_votes(rng, question.options, quality)]


def _none(value: object) -> object:
    """Nothing happened that costs points."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 0
    return [False for _ in value] if isinstance(value, list) else value


def _votes(rng: np.random.Generator, options: tuple[str, ...], quality: float) -> dict[str, int]:
    weights = np.array([quality ** (1 + 2 * place) for place in range(len(options))])
    return dict(zip(options, rng.multinomial(60, weights / weights.sum()).tolist(), strict=True))


def support(session: Session, filling: Filling, row: Assessment, found: Criteria, leaves: Sequence[str]) -> None:
    """A published document for each field of the set, which supports its leaves."""
    documents: dict[str, Evidence] = {}
    for leaf in leaves:
        field = found.field_of[leaf]
        if field not in documents:
            documents[field] = _document(filling, row, found, field)
            session.add(documents[field])
            session.flush()
        session.add(Support(assessment_id=row.id, leaf=leaf, evidence_id=documents[field].id))


def _document(filling: Filling, row: Assessment, found: Criteria, field: str) -> Evidence:
    name = found.definition.node(field).name
    return Evidence(
        round_id=row.round_id,
        unit_id=row.unit_id,
        number=f"{int(filling.rng.integers(10, 900))}/BC",
        issued_on=datetime.date(found.definition.index_year, 11, 1 + int(filling.rng.integers(0, 28))),
        issuer="Đơn vị (giả định)",
        summary=f"Báo cáo kết quả thực hiện: {name}",
        url="https://example.org/van-ban-gia-dinh",
        note="Văn bản giả định để trình diễn.",
    )


def feed(session: Session, filling: Filling, row: Assessment, found: Criteria) -> None:
    """Survey and statistics leaves: made up here, as the source says."""
    results = {each.unit_id: each for each in session.scalars(select(FrozenResult))}
    for leaf, spot in found.spots.items():
        node = found.nodes[leaf]
        if spot.node.method in (None, Method.APPRAISAL) or node.rule is None:
            continue
        if isinstance(node.rule, Survey) and node.rule.weights:
            session.add(_counted(filling, row, leaf, node.rule))
            continue
        frozen = results.get(row.unit_id) if spot.node.method is Method.SURVEY_SIPAS else None
        share = frozen.value if frozen else float(filling.rng.beta(40, 6))
        entries = {q.name: _entry(filling.rng, q, node.maximum, share) for q in questions(node.rule) if q.required}
        percent = round(100 * share, 2)
        entries = {name: percent if isinstance(value, float) else value for name, value in entries.items()}
        error = frozen.standard_error if frozen and frozen.standard_error else 0.02
        data = {"inputs": entries, "share": share, "standard_error": error}
        session.add(
            Feed(
                assessment_id=row.id,
                leaf=leaf,
                kind="result" if frozen else "share",
                data=json.dumps(data, ensure_ascii=False),
                source="Kết quả khảo sát của hệ thống" if frozen else "Số liệu giả định để trình diễn",
                result_id=frozen.id if frozen else None,
                account_id=filling.actor.account_id,
                at=filling.at,
            )
        )


def _counted(filling: Filling, row: Assessment, leaf: str, rule: Survey) -> Feed:
    """The answers of sixty leaders per option, with the share and the error that they give."""
    weights = dict(rule.weights)
    votes = [_votes(filling.rng, tuple(weights), float(filling.rng.beta(8, 5)))]
    share, error = vote_share(votes, weights)
    return Feed(
        assessment_id=row.id,
        leaf=leaf,
        kind="counts",
        data=json.dumps({"inputs": {"votes": votes}, "share": share, "standard_error": error}, ensure_ascii=False),
        source="Số phiếu giả định để trình diễn",
        account_id=filling.actor.account_id,
        at=filling.at,
    )
