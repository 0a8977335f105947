"""Addresses of views, for the tests of what holds for every view."""

from typing import Any

from flask import Flask

from survey_app.policy import Role
from tests.factories.world import World


def allowed(app: Flask, world: World, endpoint: str) -> Any:
    """Someone who may use an endpoint; None when everyone may."""
    roles = app.view_functions[endpoint].access  # type: ignore[attr-defined]
    if roles is None:
        return None
    return world.people[min(roles, default=Role.ANALYST)]
