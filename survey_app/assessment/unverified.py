"""What a page or a table of the room says as long as its criteria sets were not held against the official text."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from survey_app.assessment.criteria_sets.faults import stored
from survey_app.models import (
    Assessment,
    CriteriaSet,
    Evidence,
    EvidenceFile,
    Explanation,
    RemedyTask,
    RoundSet,
)

NOTE = "Bộ tiêu chí chưa đối chiếu văn bản gốc"


def titles(session: Session, place: Mapping[str, object]) -> tuple[str, ...]:
    """The unverified sets behind what an address names: a set, a round, a unit's work or something in it.

    An address that names none of them is a list of rounds: every set of a round.
    """
    query = select(CriteriaSet).where(CriteriaSet.id.in_(_sets(place))).order_by(CriteriaSet.year, CriteriaSet.id)
    return tuple(row.title for row in session.scalars(query) if not _verified(row.body))


def note(found: Sequence[str]) -> str:
    """A sentence about these sets: one by its name, several by their number; empty without one."""
    if not found:
        return ""
    return f"{NOTE}: {found[0] if len(found) == 1 else f'{len(found)} bộ'}."


def of_round(session: Session, round_id: int) -> tuple[tuple[str], ...]:
    """The row that stands below the rows of a round's table; none when every set was verified."""
    said = note(titles(session, {"round_id": round_id}))
    return ((said,),) if said else ()


def _sets(place: Mapping[str, object]) -> Select[int]:
    of_work = select(Assessment.set_id)
    of_document = of_work.join(
        Evidence, (Evidence.round_id == Assessment.round_id) & (Evidence.unit_id == Assessment.unit_id)
    )
    of_file = of_document.join(EvidenceFile, EvidenceFile.evidence_id == Evidence.id)
    of_question = of_work.join(Explanation, Explanation.assessment_id == Assessment.id)
    of_task = of_work.join(RemedyTask, RemedyTask.assessment_id == Assessment.id)
    ways = {
        "set_id": select(CriteriaSet.id).where(CriteriaSet.id == place.get("set_id")),
        "round_id": select(RoundSet.set_id).where(RoundSet.round_id == place.get("round_id")),
        "assessment_id": of_work.where(Assessment.id == place.get("assessment_id")),
        "evidence_id": of_document.where(Evidence.id == place.get("evidence_id")),
        "file_id": of_file.where(EvidenceFile.id == place.get("file_id")),
        "explanation_id": of_question.where(Explanation.id == place.get("explanation_id")),
        "task_id": of_task.where(RemedyTask.id == place.get("task_id")),
    }
    return next((ways[name] for name in ways if name in place), select(RoundSet.set_id))


@lru_cache(maxsize=32)
def _verified(body: str) -> bool:
    return stored(body).verified
