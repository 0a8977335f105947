"""The ticket of a rendered form."""

import pytest

from survey_app.respond.tickets import LIFETIME_SECONDS, Ticket, Tickets

SECRET = "a secret of the tests, long enough to be one"


def test_a_ticket_says_what_was_rendered() -> None:
    tickets = Tickets(SECRET)
    read = tickets.read(tickets.issue("ABC234", 7, "qr-short@1", asks_field=True), "ABC234")
    assert read == Ticket(read.key if read else "", "ABC234", 7, "qr-short@1", asks_field=True)


def test_each_form_has_a_key_of_its_own_with_128_bits() -> None:
    tickets = Tickets(SECRET)
    read = [tickets.read(tickets.issue("ABC234", 7, "x@1", asks_field=False), "ABC234") for _ in range(200)]
    keys = {ticket.key for ticket in read if ticket}
    assert len(keys) == 200
    assert min(len(key) for key in keys) >= 22  # 128 bits in base64


@pytest.mark.parametrize("damage", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.replace(".", "", 1), lambda _: ""])
def test_a_damaged_ticket_is_none(damage) -> None:  # noqa: ANN001
    tickets = Tickets(SECRET)
    assert tickets.read(damage(tickets.issue("ABC234", 7, "x@1", asks_field=False)), "ABC234") is None


def test_a_ticket_of_another_counter_or_secret_is_none() -> None:
    ticket = Tickets(SECRET).issue("ABC234", 7, "x@1", asks_field=False)
    assert Tickets(SECRET).read(ticket, "XYZ789") is None
    assert Tickets(SECRET + "!").read(ticket, "ABC234") is None


def test_an_old_ticket_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = Tickets(SECRET)
    ticket = tickets.issue("ABC234", 7, "x@1", asks_field=False)
    stamp = tickets._signer.make_signer(b"").get_timestamp  # type: ignore[attr-defined]
    later = stamp() + LIFETIME_SECONDS + 1
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _self: later)
    assert tickets.read(ticket, "ABC234") is None
