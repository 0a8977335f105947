"""Who may open which address of the room: every address, every role, own, foreign and no such thing."""

import pytest
from flask import Flask

from survey_app.policy import RULES, Action, Role
from tests.conftest import SignIn
from tests.factories.accounts import MakeAccount
from tests.factories.units import MakeCounter
from tests.survey_app.organisation.conftest import World

MANAGE, PRINT = RULES[Action.MANAGE_ORGANISATION], RULES[Action.PRINT_QR]
GENERAL = {
    "/organisation/units": MANAGE,
    "/organisation/units.xlsx": MANAGE,
    "/organisation/units.csv": MANAGE,
    "/organisation/units/new": MANAGE,
    "/organisation/units/merge": MANAGE,
    "/organisation/units/import": MANAGE,
    "/organisation/counters": PRINT,
    "/organisation/counters.xlsx": PRINT,
    "/organisation/counters.csv": PRINT,
    "/organisation/counters/new": MANAGE,
    "/organisation/counters/import": MANAGE,
}
OF_UNIT = {
    "/organisation/units/{}": MANAGE,
    "/organisation/units/{}/edit": MANAGE,
    "/organisation/units/{}/close": MANAGE,
    "/organisation/units/{}/a4.pdf": PRINT,
}
OF_COUNTER = {
    "/organisation/counters/{}": PRINT,
    "/organisation/counters/{}/edit": MANAGE,
    "/organisation/counters/{}/close": MANAGE,
    "/organisation/counters/{}/merge": MANAGE,
    "/organisation/counters/{}/code.svg": PRINT,
    "/organisation/counters/{}/qr.svg": PRINT,
    "/organisation/counters/{}/qr.png": PRINT,
    "/organisation/counters/{}/a6.pdf": PRINT,
}


@pytest.mark.parametrize("role", Role)
def test_the_matrix_of_roles_and_scope(
    role: Role, world: World, make_account: MakeAccount, make_counter: MakeCounter, sign_in: SignIn
) -> None:
    own, foreign = make_counter(world.an), make_counter(world.binh)
    client = sign_in(make_account(role, world.an))
    expected = {path: 200 if role in roles else 403 for path, roles in GENERAL.items()}
    for paths, mine, other in ((OF_UNIT, world.an.id, world.binh.id), (OF_COUNTER, own.id, foreign.id)):
        for path, roles in paths.items():
            expected[path.format(mine)] = 200 if role in roles else 403
            expected[path.format(other)] = expected[path.format(2**31 - 1)] = 404 if role in roles else 403
    assert {path: client.get(path).status_code for path in expected} == expected


def test_every_address_is_in_the_matrix(app: Flask) -> None:
    known = {path.format("<int:x>") for path in (*GENERAL, *OF_UNIT, *OF_COUNTER)}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("organisation."):
            plain = rule.rule.replace("unit_id", "x").replace("counter_id", "x")
            filled = {plain.replace("<kind>", "csv").replace("<form>", form) for form in ("a4", "a6")}
            assert filled & known, rule.rule


def test_without_signing_in_nothing_opens(world: World, app: Flask) -> None:
    for path in GENERAL:
        answer = app.test_client().get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in")
