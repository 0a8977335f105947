"""The province's letterhead, as documents place it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.content import Letterhead as Content
from survey_app.errors import NotFound
from survey_app.models import Letterhead


def letterhead(session: Session) -> tuple[Content, bool]:
    """The letterhead, and whether the data are made up for a demonstration; NotFound when there is none."""
    row = session.scalars(select(Letterhead)).one_or_none()
    if row is None:
        raise NotFound("letterhead")
    content = Content(
        superior=row.superior,
        issuer=row.issuer,
        symbol=row.symbol,
        place=row.place,
        signer=tuple(row.signer.splitlines()),
        recipients=tuple(row.recipients.splitlines()),
    )
    return content, row.fictional
