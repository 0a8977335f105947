"""A document and a question of an appraised unit, to walk every URL about them.

Once a unit is appraised neither it nor its appraisers may change anything, so that no step of the walk takes the
ground from the next.
"""

import datetime
import io
from dataclasses import asdict, dataclass

from flask import Flask
from sqlalchemy.orm import Session

from survey_app.evidence_store import EvidenceStore
from survey_app.models import Account, Assessment, Evidence, EvidenceFile, Explanation, Mark, Support
from survey_app.models.assessment import SELF
from survey_app.models.evidence import CLEAN
from tests.survey_app.evidence_files.samples import pdf

LEAF, FIELD = "1.1.1", "1"  # of the shipped set of communes
NOW = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Papers:
    """The keys of a unit's document, its file, and a question."""

    evidence_id: int
    file_id: int
    explanation_id: int

    def keys(self) -> dict[str, int]:
        return asdict(self)


def make_papers(app: Flask, session: Session, assessment_id: int, officer: Account) -> Papers:
    """A mark with a document in the store, and a question about it; the unit is appraised then."""
    row = session.get_one(Assessment, assessment_id)
    row.state = "appraised"
    document = Evidence(round_id=row.round_id, unit_id=row.unit_id, summary="Kế hoạch CCHC năm")
    session.add(document)
    session.flush()
    file = EvidenceFile(evidence_id=document.id, version=1, name="a.pdf", media_type="application/pdf", scan=CLEAN)
    folder = app.extensions["runtime"].settings.data_dir / "evidence"
    kept = EvidenceStore(folder, keep_free=0).put(io.BytesIO(pdf()), limit=10**6)
    file.store_key, file.sha256, file.size = kept.key, kept.sha256, kept.size
    file.account_id, file.at = officer.id, NOW
    asked = Explanation(assessment_id=row.id, leaf=LEAF, question="Vì sao?", due=NOW.date(), asked_at=NOW)
    asked.asked_by = officer.id
    mark = Mark(assessment_id=row.id, leaf=LEAF, stage=SELF, points="1", account_id=officer.id, at=NOW)
    support = Support(assessment_id=row.id, leaf=LEAF, evidence_id=document.id)
    session.add_all((file, asked, mark, support))
    session.flush()
    return Papers(document.id, file.id, asked.id)
