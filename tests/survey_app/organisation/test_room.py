"""The blueprint: its addresses name the room."""

from flask import Flask

from survey_app.organisation.room import room


def test_addresses_name_the_room(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{room.name}.")]
    assert len(rules) > 15
    assert {rule.rule.split("/")[1] for rule in rules} == {"organisation"}
    assert {"organisation.units", "organisation.counters"} <= {rule.endpoint for rule in rules}
