"""The server process starts its worker and never leaves it behind; the main job runs it for real in a browser test."""

import subprocess
from typing import Any

import pytest

from survey_app import server
from survey_app.config import Settings
from tests.databases import on_sqlite


class Worker:
    """A process that only remembers what was done to it."""

    def __init__(self, done: list[str]) -> None:
        self.done = done

    def terminate(self) -> None:
        self.done.append("terminated")

    def wait(self) -> None:
        self.done.append("waited for")


@on_sqlite
@pytest.mark.parametrize(("with_worker", "told"), [(True, ["started", "terminated", "waited for"]), (False, [])])
def test_the_worker_ends_with_the_server_however_it_ends(
    with_worker: bool, told: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def start(command: list[str], **_more: Any) -> Worker:
        assert command[-1] == "worker"
        done.append("started")
        return Worker(done)

    def fall(_server: server.Server) -> None:
        raise SystemExit(3)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(server.Server, "run", fall)
    with pytest.raises(SystemExit):
        server.serve(settings, with_worker=with_worker)
    assert done == told
