"""Structured logs: one JSON object a line on standard error."""

import datetime
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

# Set on events of citizens' requests: the log must not say when someone answered.
COARSE = "coarse"


def _stamp(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    moment = datetime.datetime.now(datetime.UTC)
    coarse = event.pop(COARSE, False)
    event["time"] = moment.date().isoformat() if coarse else moment.isoformat(timespec="milliseconds")
    return event


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _stamp,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),  # whatever it is at that moment
        cache_logger_on_first_use=False,
    )
