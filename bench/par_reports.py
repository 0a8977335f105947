"""Documents of a PAR Index round: a province of 116 units, every leaf marked, thousands of documents behind."""

import datetime
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.loader import published
from questionnaires.par_sets import Block
from reports import par_document, par_evidence, par_layouts, par_ledger, par_report, par_results, par_spreadsheets
from reports.par_content import Dossier, RoundReport
from survey_app.assessment import criteria, rounds
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.criteria_sets import sets
from survey_app.assessment.results import dossiers, reporting
from survey_app.config import ZONE
from survey_app.db import Database
from survey_app.demo import load
from survey_app.models import Assessment, Evidence, EvidenceFile, Explanation, Feed, Mark, Round, Support, Unit
from survey_app.models.assessment import COUNCIL, FIRST, PUBLISHED, SECOND, SELF
from survey_app.policy import Actor

NOW = datetime.datetime(2026, 11, 2, 9, tzinfo=ZONE)
SET = "province-2022"  # 88 sub-criteria and a few outside the base, for every block
BLOCKS = ("department", "vertical", "commune")
DOCUMENTS = 40
YEAR = NOW.year + 1  # the demonstration has rounds of the years before
DATES = {name: datetime.date(2026, 12, day) for day, name in enumerate(rounds.DATES, start=1)}
SAID = (
    "Đơn vị bổ sung báo cáo số liệu đến hết tháng 11 vì nhiệm vụ hoàn thành sau thời điểm nộp hồ sơ lần đầu.",
    "Tài liệu kiểm chứng không thể hiện ngày ban hành; điều chỉnh theo số liệu của cơ quan chủ trì.",
    "Số liệu hệ thống một cửa lệch với số liệu đơn vị kê khai, lấy theo hệ thống.",
)


def run(*, quick: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'survey.sqlite3'}", audit_key="x" * 40)
        database.upgrade()
        load.load(database, 200, lambda _line: None)
        with database.transaction() as session:
            round_id = fill(session, load.analyst(session), published_too=True)
        with database.reading() as session:
            row = session.get_one(Round, round_id)
            print(f"\npar_reports: {'once' if quick else 'best of 3'}; processor time beside, in seconds")
            _whole(session, row, 1 if quick else 3)
            _documents(session, reporting.whole(session, row, today=NOW.date()).report, 1 if quick else 3)
        database.close()


def fill(session: Session, actor: Actor, *, published_too: bool) -> int:
    """A round over all units with marks of every stage; returns its id."""
    used = {block: _set(session, actor, block) for block in BLOCKS}
    draft = rounds.RoundDraft(title=f"Chỉ số CCHC năm {YEAR}", year=YEAR, dates=DATES, sets=used)
    round_id = rounds.create(session, actor, draft, NOW)
    rounds.open_round(session, actor, round_id, NOW)
    generator = random.Random(7)  # noqa: S311  # a made-up province, the same in every run
    for row, unit in session.execute(
        select(Assessment, Unit).join(Unit, Unit.id == Assessment.unit_id).where(Assessment.round_id == round_id)
    ).all():
        _Unit(session, actor, generator, row, unit).fill(criteria.of(session, row.set_id))
        session.flush()
    if published_too:
        held = session.get_one(Round, round_id)
        held.state, held.published_on = PUBLISHED, NOW.date()
    return round_id


def _set(session: Session, actor: Actor, block: str) -> int:
    shipped = next(each.definition for each in published("par_index").values() if each.definition.id == SET)
    changed = {"id": f"bench-{block}", "block": Block(block), "index_year": YEAR}
    return sets.create(session, actor, shipped.model_copy(update=changed), NOW)


class _Unit:
    def __init__(self, session: Session, actor: Actor, generator: random.Random, row: Assessment, unit: Unit) -> None:
        self.session, self.actor, self.random, self.row, self.unit = session, actor, generator, row, unit
        self.level = generator.uniform(0.6, 0.98)

    def fill(self, found: Criteria) -> None:
        documents = list(self._documents())
        for leaf, node in found.nodes.items():
            if leaf not in found.own:
                self._feed(leaf, [question.name for question in node.rule.questions()] if node.rule else [])
                continue
            applies = not (found.spots[leaf].node.not_applicable_allowed and self.random.random() < 0.15)
            most = float(node.maximum) if node.role == "base" else 0.0
            own = most * min(1.0, self.random.gauss(self.level + 0.05, 0.15)) if most > 0 else 0.0
            self._stages(leaf, max(0.0, own), applies=applies)
            for key in self.random.sample(documents, self.random.randint(1, 3)):
                self.session.add(Support(assessment_id=self.row.id, leaf=leaf, evidence_id=key))
            if self.random.random() < 0.08:
                self._ask(leaf)

    def _stages(self, leaf: str, own: float, *, applies: bool) -> None:
        stages = [(SELF, own), (FIRST, own * self.random.choice((1, 1, 1, 0.8, 0.5)))]
        stages += [(SECOND, own)] if self.random.random() < 0.1 else []
        stages += [(COUNCIL, own * 0.9)] if self.random.random() < 0.05 else []
        for stage, points in stages:
            reason = self.random.choice(SAID) if not applies or self.random.random() < 0.25 else ""
            self.session.add(
                Mark(
                    assessment_id=self.row.id, leaf=leaf, stage=stage, points=f"{points:.2f}" if applies else None,
                    applies=applies, reason=reason, account_id=self.actor.account_id, at=NOW,
                    inputs=json.dumps({"a": self.random.randint(30, 90), "b": 90}) if stage == SELF else "{}",
                )
            )  # fmt: skip

    def _feed(self, leaf: str, asked: list[str]) -> None:
        share = min(0.99, max(0.4, self.random.gauss(self.level, 0.05)))
        grown = {"value": 105, "base": 100, "low_percent": 0, "high_percent": 10}
        inputs = {name: grown.get(name, round(share * 100, 2)) for name in asked}
        surveyed = asked == ["percent"]  # the others are figures without a sampling error
        data = {"inputs": inputs, "share": round(share, 4) if surveyed else None, "standard_error": 0.015}
        self.session.add(
            Feed(
                assessment_id=self.row.id, leaf=leaf, kind="share", data=json.dumps(data),
                source="Kết quả điều tra xã hội học năm 2026", account_id=self.actor.account_id, at=NOW,
            )
        )  # fmt: skip

    def _ask(self, leaf: str) -> None:
        self.session.add(
            Explanation(
                assessment_id=self.row.id, leaf=leaf, question=SAID[2], asked_by=self.actor.account_id, asked_at=NOW,
                due=NOW.date(), answer=SAID[0], answered_by=self.actor.account_id, answered_at=NOW,
            )
        )  # fmt: skip

    def _documents(self) -> Iterator[int]:
        for number in range(DOCUMENTS):
            document = Evidence(
                round_id=self.row.round_id, unit_id=self.unit.id, number=f"{100 + number}/KH-UBND",
                issued_on=NOW.date(), issuer=f"UBND {self.unit.name}",
                summary=f"Kế hoạch số {number} về công tác cải cách hành chính năm 2026 của {self.unit.name}",
            )  # fmt: skip
            self.session.add(document)
            self.session.flush()
            digest = f"{self.random.getrandbits(256):064x}"
            self.session.add(
                EvidenceFile(
                    evidence_id=document.id, version=1, store_key=digest, sha256=digest, size=250_000,
                    name=f"KH-{number}.pdf", media_type="application/pdf", scan="clean",
                    account_id=self.actor.account_id, at=NOW,
                )
            )  # fmt: skip
            yield document.id


def _whole(session: Session, row: Round, times: int) -> None:
    """The content, and what the first reader of a fresh worker waits for."""

    def together() -> bytes:
        criteria.read.cache_clear()
        par_ledger.broken.cache_clear()
        report = reporting.whole(session, row, today=NOW.date()).report
        units = {unit.unit_id for block in report.blocks for unit in block.units}
        behind = dossiers.dossiers(session, row.id, units)
        return par_report.render(par_evidence.evidence(report, behind, dossiers.audit_point(session)))

    _line("content: sheets, outcomes, intervals", times, lambda: reporting.whole(session, row, today=NOW.date()))
    _line("evidence report, PDF, cold, all together", times, together)


def _documents(session: Session, report: RoundReport, times: int) -> None:
    units = [unit for block in report.blocks for unit in block.units]
    audit = dossiers.audit_point(session)
    behind: dict[int, Dossier] = {}

    def read() -> None:
        behind.update(dossiers.dossiers(session, report.round_id, {unit.unit_id for unit in units}))

    _line("dossiers of all units", times, read)
    print(f"{len(units)} units, {sum(len(unit.leaves) for unit in units):,} leaves, "
          f"{sum(len(each.evidence) for each in behind.values()):,} documents")  # fmt: skip
    _line("evidence report, PDF", times, lambda: par_report.render(par_evidence.evidence(report, behind, audit)))
    evidence = par_evidence.evidence(report, behind, audit)
    _line("evidence report, XLSX", times, lambda: par_spreadsheets.workbook(evidence))
    _line("evidence report, DOCX", times, lambda: par_document.document(evidence))
    _line("results, PDF", times, lambda: par_report.render(par_results.results(report)))
    details = par_layouts.unit_details(report)
    _line("details of all units, PDF", times, lambda: par_report.render(details))
    first = report.blocks[-1].units[0]
    form = par_layouts.unit_sheet(report, report.blocks[-1], first, behind[first.unit_id])
    _line("form of a unit, PDF", times, lambda: par_report.render(form))
    _line("form of a unit, DOCX", times, lambda: par_document.document(form))


def _line(name: str, times: int, work: Callable[[], object]) -> None:
    found = []
    size = 0
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        made = work()
        found.append((time.perf_counter() - start, time.process_time() - used))
        size = len(made) if isinstance(made, bytes) else 0
    wall, used = min(found)
    print(f"{name:44} {wall:7.3f} s ({used:.3f}){f'  {size / 1000:.0f} kB' if size else ''}")
