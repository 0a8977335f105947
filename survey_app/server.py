"""The production server (gunicorn) and, beside it, the worker process."""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from survey_app import create_app, jobs, logs
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing.making import Maker
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.definitions import check_frozen


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with threads; the application is loaded once, before the workers are forked."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "worker_class": "gthread",
            "preload_app": True,
            "post_fork": _after_fork,
            "graceful_timeout": 20,
            "timeout": 60,
            "control_socket_disable": True,
            "forwarded_allow_ips": "127.0.0.1,::1" if self.settings.proxies else "",
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self.settings)


def _after_fork(server: Any, _worker: Any) -> None:
    # Connections opened before the fork belong to the parent.
    server.app.callable.extensions["runtime"].database.engine.dispose(close=False)


def serve(settings: Settings, *, with_worker: bool = True) -> None:
    """Serve until told to stop; the worker process lives and ends with the server."""
    command = [sys.executable, "-m", "survey_app.cli", "worker"]
    worker = subprocess.Popen(command, env=os.environ) if with_worker else None  # noqa: S603  # our own program
    try:
        Server(settings).run()
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait()


def work(settings: Settings) -> None:
    """The worker process, until SIGTERM or SIGINT."""
    logs.configure()
    stop = threading.Event()

    def halt(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, halt)
    database = Database(settings.database_url, audit_key=settings.audit_key)
    database.check()
    with database.reading() as session:
        check_frozen(session)
    shelf = Shelf.of(settings)
    jobs.run(database, stop, shelf=shelf, maker=Maker.of(database, shelf, settings))
