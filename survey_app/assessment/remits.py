"""What an appraiser appraises in a round: fields and units by their duties, everything where nobody has any."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import Duty
from survey_app.policy import Action, Actor


@dataclass(frozen=True, slots=True)
class Remit:
    """Pairs of a field ("": all) and a unit (None: all); None instead of pairs is everything."""

    pairs: frozenset[tuple[str, int | None]] | None = None

    def covers(self, unit_id: int, field: str) -> bool:
        """Whether the person appraises this field of this unit."""
        if self.pairs is None:
            return True
        return any(name in ("", field) and unit in (None, unit_id) for name, unit in self.pairs)

    def touches(self, unit_id: int) -> bool:
        """Whether the person appraises anything of this unit."""
        return self.pairs is None or any(unit in (None, unit_id) for _, unit in self.pairs)


def remit(session: Session, actor: Actor, round_id: int) -> Remit:
    """What a person appraises; Home Affairs everything, and so does everyone where a round has no duties at all."""
    if actor.may(Action.MANAGE_ROUNDS):
        return Remit()
    query = select(Duty.account_id, Duty.field, Duty.unit_id).where(Duty.round_id == round_id)
    rows = session.execute(query).all()
    if not rows:
        return Remit()
    return Remit(frozenset((field, unit_id) for account_id, field, unit_id in rows if account_id == actor.account_id))
