"""Rows as the pages of appraisal, council and figures read them: plain and frozen, whatever becomes of the session."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from survey_app.models import CouncilMeeting, Explanation, FrozenResult, Mark, Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A round."""

    id: int
    title: str
    state: str
    appraise_until: datetime.date
    explain_until: datetime.date
    settle_until: datetime.date

    @classmethod
    def of(cls, row: Round) -> "Held":
        return cls(
            id=row.id,
            title=row.title,
            state=row.state,
            appraise_until=row.appraise_until,
            explain_until=row.explain_until,
            settle_until=row.settle_until,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A mark with who gave it when."""

    stage: str
    points: Decimal | None
    deducted: Decimal
    applies: bool
    reason: str
    edition: int
    account_id: int
    at: datetime.datetime

    @classmethod
    def of(cls, row: Mark | None) -> "Given | None":
        """The mark; None where there is none."""
        if row is None:
            return None
        return cls(
            stage=row.stage,
            points=None if row.points is None else Decimal(row.points),
            deducted=Decimal(row.deducted),
            applies=row.applies,
            reason=row.reason,
            edition=row.edition,
            account_id=row.account_id,
            at=row.at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question to a unit with its answer."""

    question: str
    due: datetime.date
    answer: str | None

    @classmethod
    def of(cls, row: Explanation) -> "Asked":
        return cls(question=row.question, due=row.due, answer=row.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A meeting of the council."""

    id: int
    held_on: datetime.date
    in_writing: bool

    @classmethod
    def of(cls, row: CouncilMeeting) -> "Met":
        return cls(id=row.id, held_on=row.held_on, in_writing=row.in_writing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A frozen satisfaction result with the campaign that it comes from."""

    id: int
    campaign_id: int
    campaign: str
    value: float
    lower: float | None
    upper: float | None
    level: float
    answers: int
    method_ref: str
    data_hash: str
    made_on: datetime.date

    @classmethod
    def of(cls, row: FrozenResult, campaign: str) -> "Frozen":
        return cls(
            id=row.id,
            campaign_id=row.campaign_id,
            campaign=campaign,
            value=row.value,
            lower=row.lower,
            upper=row.upper,
            level=row.level,
            answers=row.answers,
            method_ref=row.method_ref,
            data_hash=row.data_hash,
            made_on=row.made_on,
        )
