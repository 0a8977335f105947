"""What stands behind the marks of units."""

import datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from reports.par_content import AuditPoint, Dossier, EvidenceLine, Support
from survey_app import audit
from survey_app.assessment.flow import State
from survey_app.assessment.results import dossiers, reporting
from survey_app.models import AuditHead, EvidenceFile
from survey_app.models import Support as Supporting
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.judged import Judged, judged

__all__ = ["judged"]
HASH = "ab" * 32


@pytest.fixture
def documented(judged: Judged, appraiser: Actor, analyst: Actor, clock: Clock) -> Judged:
    """Xã An Cọ with a document in two versions, one of an appraiser, a question and a correction."""
    first = judged.document(0, "1.1", number="12/KH", issued_on=datetime.date(2025, 1, 5), issuer="UBND xã")
    judged.document(0, "1.1", by_appraiser=True, note="bổ sung")
    for version in (1, 2):
        file = EvidenceFile(evidence_id=first, version=version, store_key=f"{version}" * 64, sha256=HASH, size=9)
        file.name, file.media_type, file.scan = f"kh-{version}.pdf", "application/pdf", "clean"
        file.account_id, file.at = analyst.account_id, clock()
        judged.add(file)
    judged.ask()
    judged.ask(answer=None)
    judged.correct(appraiser, "1.3", "0.5")
    return judged


def read(session: Session, judged: Judged) -> Dossier:
    unit = judged.place.communes[0]
    return dossiers.dossiers(session, judged.id, {unit.id})[unit.id]


def test_documents_are_numbered_and_have_every_version(documented: Judged, session: Session) -> None:
    found = read(session, documented)
    first, second = found.evidence
    assert (first.ref, first.number, first.issuer, first.summary) == (1, "12/KH", "UBND xã", "Kế hoạch CCHC")
    assert [(file.version, file.name, file.sha256) for file in first.files] == [
        (1, "kh-1.pdf", HASH), (2, "kh-2.pdf", HASH),
    ]  # fmt: skip
    assert (second.ref, second.note, second.files) == (2, "bổ sung", ())
    assert [(each.ref, each.by_appraiser) for each in found.supports["1.1"]] == [(1, False), (2, True)]


def test_questions_corrections_and_sources(documented: Judged, session: Session) -> None:
    found = read(session, documented)
    answered, open_ = found.asked["1.1"]
    assert (answered.question, answered.answer, answered.answered_on) == (
        "Thiếu báo cáo?", "Đã bổ sung", documented.today,
    )  # fmt: skip
    assert (open_.answer, open_.answered_on) == ("", None)
    (corrected,) = found.corrections["1.3"]
    assert (corrected.points, corrected.reason) == (Decimal("0.5"), "Nhầm dòng")
    assert found.sources == {"2.1": "Báo cáo năm 2025"}


@on_sqlite
def test_a_document_of_another_unit_that_a_leaf_rests_on_is_listed(judged: Judged, session: Session) -> None:
    other = judged.document(1, "1.1", number="7/QĐ")
    judged.add(Supporting(assessment_id=judged.running.of(judged.place.communes[0]), leaf="1.2", evidence_id=other))
    found = read(session, judged)
    assert [(line.ref, line.number) for line in found.evidence] == [(1, "7/QĐ")]
    assert found.supports["1.2"][0].ref == 1


@on_sqlite
def test_days_are_those_of_the_province(judged: Judged, appraiser: Actor, clock: Clock, session: Session) -> None:
    clock.at = datetime.datetime(2026, 3, 16, 18, tzinfo=datetime.UTC)  # one in the morning of the next day
    judged.ask()
    judged.all_to(State.SETTLED)
    judged.correct(appraiser, "1.3", "0.5")
    found = read(session, judged)
    assert found.asked["1.1"][0].answered_on == datetime.date(2026, 3, 17)
    assert found.corrections["1.3"][0].on == datetime.date(2026, 3, 17)


@on_sqlite
def test_what_appraisers_brought_in_is_open_to_the_unit_when_its_appraisal_is(
    documented: Judged, inspector: Actor, analyst: Actor
) -> None:
    unit_id = documented.place.communes[0].id

    def shown(actor: Actor) -> Dossier:
        with documented.database.reading() as session:
            return seen(session, actor)

    def seen(session: Session, actor: Actor) -> Dossier:
        opened = reporting.results(session, actor, documented.id, today=documented.today)
        return dossiers.shown(session, opened, unit_id)[unit_id]

    assert len(shown(inspector).evidence) == 2
    documented.document(0, withdrawn=True)  # whose it was, nobody can tell any more
    assert (len(shown(inspector).evidence), len(shown(analyst).evidence)) == (2, 3)
    documented.all_to(State.IN_APPRAISAL)
    assert len(shown(analyst).evidence) == 3
    closed = shown(inspector)
    assert [line.number for line in closed.evidence] == ["12/KH"]
    assert (closed.asked, closed.corrections) == ({}, {})
    assert [each.by_appraiser for each in closed.supports["1.1"]] == [False]


def test_a_document_that_both_brought_in_stays() -> None:
    line = EvidenceLine(
        ref=1, number="", issued_on=None, issuer="", summary="", url="", note="", withdrawn=False, files=()
    )  # fmt: skip
    both = {"1.1": (Support(ref=1, by_appraiser=True),), "1.2": (Support(ref=1, by_appraiser=False),)}
    assert dossiers.unjudged(Dossier(evidence=(line,), supports=both)).evidence == (line,)


@on_sqlite
def test_the_end_of_the_audit_chain(judged: Judged, analyst: Actor, session: Session, clock: Clock) -> None:
    audit.record(session, analyst, "refused", "x", now=clock())
    head = session.get_one(AuditHead, 1)
    assert dossiers.audit_point(session) == AuditPoint(event=head.last_id, mac=head.mac)
    session.delete(head)
    session.flush()
    assert dossiers.audit_point(session) == AuditPoint(event=0, mac="")


def test_as_many_keys_as_a_statement_takes() -> None:
    assert [len(part) for part in dossiers.batched(range(12_000))] == [5000, 5000, 2000]
