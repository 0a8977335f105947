"""The room's views: rounds, a unit's own work, appraisal, council, results, criteria sets, packages."""

from survey_app.assessment import (
    appraisal_routes,
    board_routes,
    council_routes,
    evidence_routes,
    feed_routes,
    package_routes,
    remedy_routes,
    result_routes,
    round_routes,
    set_edit_routes,
    set_routes,
    staffing_routes,
    unit_routes,
)
from survey_app.assessment.room import room

__all__ = [
    "appraisal_routes",
    "board_routes",
    "council_routes",
    "evidence_routes",
    "feed_routes",
    "package_routes",
    "remedy_routes",
    "result_routes",
    "room",
    "round_routes",
    "set_edit_routes",
    "set_routes",
    "staffing_routes",
    "unit_routes",
]
