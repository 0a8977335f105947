"""The room's views: units, counters, print-ready codes, and tables in and out."""

from survey_app.organisation import counter_routes, exchange_routes, print_routes, unit_routes
from survey_app.organisation.room import room

__all__ = ["counter_routes", "exchange_routes", "print_routes", "room", "unit_routes"]
