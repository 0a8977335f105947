"""What the manifest of a package says, in a form that its reader can trust: every part typed, numbers bounded."""

import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

NAME = "manifest.json"
FORMAT = "par-package-1"
BIG = 1_000_000

Points = Annotated[Decimal, Field(ge=-BIG, le=BIG, decimal_places=80)]
Exact = Annotated[str, Field(pattern=r"^-?[0-9]{1,200}(/[1-9][0-9]{0,199})?$")]  # a fraction, never rounded
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """Frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MarkPart(Part):
    """What a stage says of a leaf."""

    leaf: str
    stage: Literal["self", "first", "second", "council"]
    inputs: dict[str, Any]
    computed: Points | None
    points: Points | None
    deducted: Annotated[Points, Field(ge=0)]
    applies: bool
    reason: str
    account: int
    at: datetime.datetime


class FrozenPart(Part):
    """A satisfaction result as it was taken over."""

    campaign: str
    unit: str
    value: float
    lower: float | None
    upper: float | None
    level: float
    answers: int
    standard_error: float | None
    method_ref: str
    method_hash: str
    data_hash: str
    made_on: datetime.date


class FeedPart(Part):
    """What a survey or statistics leaf is computed from."""

    leaf: str
    kind: str
    inputs: dict[str, Any]
    share: float | None
    standard_error: float | None
    source: str
    result: FrozenPart | None
    account: int
    at: datetime.datetime


class CorrectionPart(Part):
    """A change of a settled mark by two people; without the second it does not count."""

    leaf: str
    points: Points
    reason: str
    proposed_by: int
    proposed_at: datetime.datetime
    confirmed_by: int | None
    confirmed_at: datetime.datetime | None


class ExplanationPart(Part):
    """A question and its answer."""

    leaf: str
    question: str
    asked_by: int
    asked_at: datetime.datetime
    due: datetime.date
    answer: str | None
    answered_by: int | None
    answered_at: datetime.datetime | None


class FilePart(Part):
    """A version of a file; ``path`` is its place in the package.

    ``problem`` is empty, or says that the file is no longer what was uploaded (damaged), or why there is none: gone,
    or not given out with this verdict of the scanner.
    """

    path: str | None
    version: int
    name: str
    media_type: str
    size: Annotated[int, Field(ge=0)]
    sha256: Hash
    scan: str
    problem: str
    account: int
    at: datetime.datetime


class DocumentPart(Part):
    """A document with its number, date, issuer and summary, and the leaves it supports."""

    id: int
    number: str
    issued_on: datetime.date | None
    issuer: str
    summary: str
    url: str | None
    note: str
    withdrawn: bool
    leaves: tuple[str, ...]
    by_appraiser: bool
    files: tuple[FilePart, ...]


class FieldPart(Part):
    """A field: obtained, out of what applies, and the full maximum."""

    points: Exact
    applicable: Exact
    maximum: Exact


class IndexPart(Part):
    """The index of the unit; ``own`` by its own marks, with the interval that surveys carry into it."""

    index: Exact | None
    percent: Exact | None
    bonus: Exact
    deducted: Exact
    band: str | None
    reason: str | None
    own: Exact | None
    lower: float | None
    upper: float | None


class OutcomePart(Part):
    """What counts of each leaf (None: does not apply; left out: unscored), of each field, and of a whole unit."""

    leaves: dict[str, Exact | None]
    fields: dict[str, FieldPart]
    index: IndexPart | None


class UnitPart(Part):
    """Everything about a unit in the round, or in one field of it."""

    id: int
    code: str
    name: str
    block: str
    set_ref: str
    state: str
    submitted_on: datetime.date | None
    late: bool
    exempt: tuple[str, ...]
    marks: tuple[MarkPart, ...]
    feeds: tuple[FeedPart, ...]
    corrections: tuple[CorrectionPart, ...]
    explanations: tuple[ExplanationPart, ...]
    documents: tuple[DocumentPart, ...]
    outcome: OutcomePart


class SetPart(Part):
    """A criteria set as it was frozen."""

    ref: str
    content_hash: Hash
    body: str


class MeetingPart(Part):
    """A meeting of the council, with who was there."""

    id: int
    held_on: datetime.date
    in_writing: bool
    minute: str
    present: tuple[int, ...]


class RoundPart(Part):
    """The round."""

    id: int
    title: str
    year: int
    state: str
    published_on: datetime.date | None


class Manifest(Part):
    """The whole; ``field`` is empty for the package of a unit. ``audit_id`` and ``audit_mac`` are the end of the
    audit chain when it was made."""

    format: Literal["par-package-1"]
    program: str
    made_at: datetime.datetime
    internal: bool
    round: RoundPart
    field: str
    sets: tuple[SetPart, ...]
    units: Annotated[tuple[UnitPart, ...], Field(min_length=1)]
    members: tuple[int, ...]
    meetings: tuple[MeetingPart, ...]
    audit_id: int
    audit_mac: str
