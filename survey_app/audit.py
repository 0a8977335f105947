"""The audit log (nhật ký): each event is bound to the one before by an HMAC, inside the same transaction.

The key stays outside the database. Edits and deletions are found at their row; a cut tail is found
by comparing with a head that was printed in a report or kept elsewhere.
"""

import contextlib
import datetime
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.models import AuditEvent, AuditHead
from survey_app.policy import Actor

KEY = "audit_key"
START = "0" * 64
LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold."""

    event_id: int
    reason: str


def record(
    session: Session,
    actor: Actor | None,
    action: str,
    subject: str = "",
    *,
    now: datetime.datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append an event to the chain; it is kept if and only if the transaction is."""
    head = _locked_head(session)
    event = AuditEvent(
        id=head.last_id + 1,
        # As it is read back: the code covers the text of this time.
        at=now.astimezone(datetime.UTC).replace(microsecond=0),
        account_id=actor.account_id if actor else None,
        action=action,
        subject=subject[:LONGEST_SUBJECT],
        detail=_canonical(dict(detail or {})),
    )
    event.mac = _mac(session, head.mac, event)
    session.add(event)
    head.last_id, head.mac = event.id, event.mac
    session.flush()


def verify(session: Session, *, anchor: str | None = None) -> Iterator[Break]:
    """Every place where the chain does not hold; with an anchor, also whether that head is still in it.

    Wants a session that sees one state throughout (Database.reading): events are written meanwhile.
    """
    before, expected, macs = START, 1, set()
    for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id).execution_options(yield_per=1000)):
        if event.id != expected:
            yield Break(expected, "missing")
        elif not hmac.compare_digest(event.mac, _mac(session, before, event)):
            yield Break(event.id, "altered")
        before, expected = event.mac, event.id + 1
        macs.add(event.mac)
    head = session.get(AuditHead, 1)
    if ((head.last_id, head.mac) if head else (0, START)) != (expected - 1, before):
        yield Break(expected, "head differs")
    if anchor is not None and anchor not in macs:
        yield Break(expected, "anchor missing")


def _locked_head(session: Session) -> AuditHead:
    """The end of the chain, held until this transaction ends; the first two writers may meet here."""
    statement = select(AuditHead).with_for_update().execution_options(populate_existing=True)
    head = session.scalars(statement).one_or_none()
    if head is None:
        with contextlib.suppress(IntegrityError), session.begin_nested():
            session.add(AuditHead(id=1, last_id=0, mac=START))
        head = session.scalars(statement).one()
    return head


def _mac(session: Session, before: str, event: AuditEvent) -> str:
    fields = [event.id, event.at.isoformat(), event.account_id, event.action, event.subject, event.detail]
    key: str = session.info[KEY]
    return hmac.new(key.encode(), f"{before}\n{_canonical(fields)}".encode(), "sha256").hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
