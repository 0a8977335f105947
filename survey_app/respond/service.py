"""Taking a submission in: checked, stored once, without a person or a moment."""

import datetime
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from questionnaires.coding import Answer, Impossible, encode
from questionnaires.model import Questionnaire
from survey_app import audit, codes
from survey_app.errors import Conflict, NotOpen, Rejected
from survey_app.models import Inbox, Receipt, ServiceField
from survey_app.policy import Actor
from survey_app.respond.queries import OpenForm
from survey_app.respond.tickets import Ticket

# Built once: these two statements are all that an answer writes.
_STORE = insert(Inbox)  # executed on the connection, as plain statements
_CLAIM = {
    "sqlite": sqlite.insert(Receipt).on_conflict_do_nothing().returning(Receipt.code),
    "postgresql": postgresql.insert(Receipt).on_conflict_do_nothing().returning(Receipt.code),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was answered: item to answer, and the service field where the citizen chose it."""

    answers: Mapping[str, Answer]
    field_key: str | None = None


def record_submission(
    session: Session,
    form: OpenForm,
    ticket: Ticket,
    draft: Draft,
    *,
    questionnaire: Questionnaire,
    channel: str,
    secret: str,
    today: datetime.date,
) -> str:
    """Store a submission once and return its receipt code.

    `form` must have been read in this transaction. The same ticket with the same content gives the
    same receipt and stores nothing more; with other content it is a Conflict. Refuses a ticket of
    another campaign (NotOpen) and impossible or missing answers (Rejected).
    """
    receipt = codes.derive(ticket.key, secret)
    body_mac = _mac(ticket, draft)
    if not _claim(session, form, receipt, ticket, body_mac, today):
        known = session.scalar(select(Receipt.body_mac).where(Receipt.code == receipt))
        if known is None or not hmac.compare_digest(known, body_mac):
            raise Conflict("sent_before")
        return receipt
    if ticket.campaign != form.campaign_id:
        raise NotOpen("form_changed", place=form.shown)
    try:
        packed = encode(questionnaire, draft.answers)
    except Impossible as impossible:
        raise Rejected("answers", problems={impossible.item: impossible.reason}) from None
    row = {
        "key": uuid.uuid4(),
        "campaign_id": form.campaign_id,
        "definition_id": form.definition_id,
        "unit_id": form.unit_id,
        "counter_id": form.counter_id,
        "field_key": form.field_key or _known_field(session, draft.field_key),
        "channel": channel,
        "day": today,
        "codes": packed.codes,
        "extras": json.dumps(dict(packed.extras), ensure_ascii=False),
    }
    session.connection().execute(_STORE, row)
    return receipt


def record_entry(session: Session, actor: Actor, form: OpenForm, now: datetime.datetime) -> None:
    """Note that a surveyor entered a form at a unit; nothing of the form itself."""
    audit.record(session, actor, "submission_entered", f"unit {form.unit_id}", now=now)


def _claim(session: Session, form: OpenForm, receipt: str, ticket: Ticket, body_mac: str, today: datetime.date) -> bool:
    """Take the ticket's receipt; False when it is taken. One statement decides, however many race."""
    values = {
        "code": receipt,
        "campaign_id": form.campaign_id,
        "body_mac": body_mac,
        "day": today,
    }
    connection = session.connection()
    return connection.execute(_CLAIM[connection.dialect.name], values).first() is not None


def _mac(ticket: Ticket, draft: Draft) -> str:
    """A fingerprint of the content under the ticket's own key, which the database never sees."""
    content = json.dumps([ticket.counter, draft.field_key, dict(draft.answers)], sort_keys=True, ensure_ascii=False)
    return hmac.new(ticket.key.encode(), content.encode(), "sha256").hexdigest()


def _known_field(session: Session, field_key: str | None) -> str | None:
    if field_key is not None and session.get(ServiceField, field_key) is None:
        raise Rejected("answers", problems={"service_field": "no_such_option"})
    return field_key
