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

from questionnaires.coding import Answer, Impossible, Packed, encode
from questionnaires.model import Questionnaire
from survey_app import audit, codes
from survey_app.errors import Conflict, NotOpen, Rejected
from survey_app.models import DossierMac, Inbox, Receipt, ServiceField
from survey_app.models.submission import DUPLICATE
from survey_app.policy import Actor
from survey_app.respond.queries import OpenForm
from survey_app.respond.tickets import Ticket

# Built once: the first two statements are all that a citizen's answer writes.
_STORE = insert(Inbox)  # executed on the connection, as plain statements
_CLAIM = {
    "sqlite": sqlite.insert(Receipt).on_conflict_do_nothing().returning(Receipt.code),
    "postgresql": postgresql.insert(Receipt).on_conflict_do_nothing().returning(Receipt.code),
}
_NEW_DOSSIER = {
    "sqlite": sqlite.insert(DossierMac).on_conflict_do_nothing().returning(DossierMac.mac),
    "postgresql": postgresql.insert(DossierMac).on_conflict_do_nothing().returning(DossierMac.mac),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was answered: item to answer, and the service field where the citizen chose it."""

    answers: Mapping[str, Answer]
    field_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a surveyor tells about a paper form beside its answers: its day, and its dossier's code where known."""

    day: datetime.date
    dossier: str = ""


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
    if _first_time(session, form, ticket, _mac(ticket, draft), receipt, today):
        row = _row(session, form, draft, _packed(questionnaire, draft), channel, today)
        session.connection().execute(_STORE, row)
    return receipt


def record_paper(
    session: Session,
    actor: Actor,
    form: OpenForm,
    ticket: Ticket,
    draft: Draft,
    paper: Paper,
    *,
    questionnaire: Questionnaire,
    secret: str,
    now: datetime.datetime,
) -> bool:
    """Store a paper form once, as `record_submission`; returns whether its dossier had a form before.

    Such a form is stored with that mark. The code of the dossier is kept under a key of this campaign, tied to
    nothing; the audit log notes who entered a form at which unit, and nothing of the form itself.
    """
    today, duplicate = now.date(), False
    receipt = codes.derive(ticket.key, secret)
    if _first_time(session, form, ticket, _mac(ticket, draft, paper), receipt, today):
        row = _row(session, form, draft, _packed(questionnaire, draft, paper=True), "B", paper.day)
        duplicate = bool(paper.dossier) and not _new_dossier(session, form.campaign_id, paper.dossier, secret)
        mark = DUPLICATE if duplicate else None
        session.connection().execute(_STORE, {**row, "invalid": mark, "entered": today})
    audit.record(session, actor, "submission_entered", f"unit {form.unit_id}", now=now)
    return duplicate


def _first_time(
    session: Session, form: OpenForm, ticket: Ticket, body_mac: str, receipt: str, today: datetime.date
) -> bool:
    """Whether this ticket was never sent; a Conflict when it was with other content, NotOpen when it is not of here."""
    if not _claim(session, form, receipt, body_mac, today):
        known = session.scalar(select(Receipt.body_mac).where(Receipt.code == receipt))
        if known is None or not hmac.compare_digest(known, body_mac):
            raise Conflict("sent_before")
        return False
    if ticket.campaign != form.campaign_id:
        raise NotOpen("form_changed", place=form.shown)
    return True


def _packed(questionnaire: Questionnaire, draft: Draft, *, paper: bool = False) -> Packed:
    try:
        return encode(questionnaire, draft.answers, paper=paper)
    except Impossible as impossible:
        raise Rejected("answers", problems={impossible.item: impossible.reason}) from None


def _row(
    session: Session, form: OpenForm, draft: Draft, packed: Packed, channel: str, day: datetime.date
) -> dict[str, object]:
    return {
        "key": uuid.uuid4(),
        "campaign_id": form.campaign_id,
        "definition_id": form.definition_id,
        "unit_id": form.unit_id,
        "counter_id": form.counter_id,
        "field_key": form.field_key or _known_field(session, draft.field_key),
        "channel": channel,
        "day": day,
        "codes": packed.codes,
        "extras": json.dumps(dict(packed.extras), ensure_ascii=False),
    }


def _new_dossier(session: Session, campaign_id: int, dossier: str, secret: str) -> bool:
    """Note that a dossier has a form; False when it had one. One statement decides, however many race."""
    content = f"dossier\n{campaign_id}\n{dossier}"
    mac = hmac.new(secret.encode(), content.encode(), "sha256").hexdigest()
    connection = session.connection()
    values = {"campaign_id": campaign_id, "mac": mac}
    return connection.execute(_NEW_DOSSIER[connection.dialect.name], values).first() is not None


def _claim(session: Session, form: OpenForm, receipt: str, body_mac: str, today: datetime.date) -> bool:
    """Take the ticket's receipt; False when it is taken. One statement decides, however many race."""
    values = {
        "code": receipt,
        "campaign_id": form.campaign_id,
        "body_mac": body_mac,
        "day": today,
    }
    connection = session.connection()
    return connection.execute(_CLAIM[connection.dialect.name], values).first() is not None


def _mac(ticket: Ticket, draft: Draft, paper: Paper | None = None) -> str:
    """A fingerprint of the content under the ticket's own key, which the database never sees."""
    sent: list[object] = [ticket.counter, draft.field_key, dict(draft.answers)]
    if paper is not None:
        sent += [paper.day.isoformat(), paper.dossier]
    content = json.dumps(sent, sort_keys=True, ensure_ascii=False)
    return hmac.new(ticket.key.encode(), content.encode(), "sha256").hexdigest()


def _known_field(session: Session, field_key: str | None) -> str | None:
    if field_key is not None and session.get(ServiceField, field_key) is None:
        raise Rejected("answers", problems={"service_field": "no_such_option"})
    return field_key
