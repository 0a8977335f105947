"""The room's views: rounds, a unit's own work, appraisal, council, results, criteria sets, packages."""

from survey_app.assessment.appraisal import routes as appraisal_routes
from survey_app.assessment.criteria_sets import edit_routes as set_edit_routes
from survey_app.assessment.criteria_sets import routes as set_routes
from survey_app.assessment.documents import routes as evidence_routes
from survey_app.assessment.feeds import routes as feed_routes
from survey_app.assessment.packing import routes as package_routes
from survey_app.assessment.results import remedy_routes
from survey_app.assessment.results import routes as result_routes
from survey_app.assessment.room import room
from survey_app.assessment.running import board_routes, staffing_routes
from survey_app.assessment.running import routes as round_routes
from survey_app.assessment.settling import routes as council_routes
from survey_app.assessment.unit import routes as unit_routes

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
