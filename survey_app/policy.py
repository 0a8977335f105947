"""Who may do what to what: roles, actions, and the part of the unit tree a person answers for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Unit, UnitSuccession


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    APPRAISER = "appraiser"
    INSPECTOR = "inspector"
    SURVEYOR = "surveyor"
    LEADER = "leader"


class Action(StrEnum):
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    MANAGE_ORGANISATION = "manage_organisation"
    PRINT_QR = "print_qr"
    MANAGE_CAMPAIGNS = "manage_campaigns"
    RELEASE = "release"
    READ_RESULTS = "read_results"
    ENTER_SUBMISSIONS = "enter_submissions"
    EDIT_SETS = "edit_sets"
    MANAGE_ROUNDS = "manage_rounds"
    READ_ASSESSMENTS = "read_assessments"
    SCORE_SELF = "score_self"
    APPROVE_SELF = "approve_self"
    APPRAISE = "appraise"
    SETTLE = "settle"


R = Role
RULES: Mapping[Action, frozenset[Role]] = {
    Action.MANAGE_ACCOUNTS: frozenset({R.ADMINISTRATOR}),
    Action.READ_AUDIT: frozenset({R.ADMINISTRATOR}),
    Action.MANAGE_ORGANISATION: frozenset({R.ADMINISTRATOR, R.ANALYST}),
    Action.PRINT_QR: frozenset({R.ADMINISTRATOR, R.ANALYST, R.INSPECTOR}),
    Action.MANAGE_CAMPAIGNS: frozenset({R.ANALYST}),
    Action.RELEASE: frozenset({R.ANALYST}),
    Action.READ_RESULTS: frozenset({R.ANALYST, R.APPRAISER, R.INSPECTOR, R.LEADER}),
    Action.ENTER_SUBMISSIONS: frozenset({R.SURVEYOR}),
    Action.EDIT_SETS: frozenset({R.ANALYST}),
    Action.MANAGE_ROUNDS: frozenset({R.ANALYST}),
    Action.READ_ASSESSMENTS: frozenset({R.ANALYST, R.APPRAISER, R.INSPECTOR, R.LEADER}),
    Action.SCORE_SELF: frozenset({R.INSPECTOR}),
    Action.APPROVE_SELF: frozenset({R.LEADER}),
    Action.APPRAISE: frozenset({R.APPRAISER, R.ANALYST}),
    Action.SETTLE: frozenset({R.ANALYST}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person as the rooms see one; ``units`` are all the units in their scope."""

    account_id: int
    username: str
    name: str
    role: Role
    unit_id: int
    units: frozenset[int]
    session_hash: str
    must_change_password: bool = False

    def may(self, action: Action) -> bool:
        return self.role in RULES[action]


def ensure(actor: Actor, action: Action, units: int | Collection[int] | None = None) -> None:
    """Refuse an action that the role does not permit (NotAllowed), or a unit out of scope (NotFound)."""
    if not actor.may(action):
        raise NotAllowed(action.value)
    wanted: Iterable[int] = () if units is None else {units} if isinstance(units, int) else units
    if not actor.units.issuperset(wanted):
        raise NotFound("unit")


def scope(session: Session, root_id: int) -> frozenset[int]:
    """A unit, all below it, and the units that these alone succeeded (with all below them)."""
    return _covered(root_id, *_ties(session))


def scopes(session: Session) -> dict[int, frozenset[int]]:
    """The scope of every unit."""
    children, successors = _ties(session)
    return {unit: _covered(unit, children, successors) for units in children.values() for unit in units}


def _ties(session: Session) -> tuple[dict[int | None, list[int]], dict[int, set[int]]]:
    """The units below each unit, and the successors of each."""
    children: dict[int | None, list[int]] = {}
    for unit_id, parent_id in session.execute(select(Unit.id, Unit.parent_id)):
        children.setdefault(parent_id, []).append(unit_id)
    successors: dict[int, set[int]] = {}
    for before, after in session.execute(select(UnitSuccession.predecessor_id, UnitSuccession.successor_id)):
        successors.setdefault(before, set()).add(after)
    return children, successors


def _covered(
    root_id: int, children: Mapping[int | None, list[int]], successors: Mapping[int, set[int]]
) -> frozenset[int]:
    found: set[int] = set()
    waiting = [root_id]
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting += children.get(unit, [])
        if not waiting:
            waiting = [before for before, after in successors.items() if before not in found and after <= found]
    return frozenset(found)
