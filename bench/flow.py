"""A citizen's visit under load, beside the ceilings of the same machine in the same run.

Ceilings: a bare Flask page under the same server with the same workers, and bare commits of a row
of the same size to SQLite with synchronous=FULL.
"""

import gzip
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from urllib.request import urlopen

from bench.load import Citizen, Result, levels
from survey_app.config import Settings
from survey_app.db import PRAGMAS
from survey_app.respond.tickets import Tickets

CLIENTS = (1, 4, 16, 32)
TICKET = re.compile(rb'name="ticket" value="([^"]+)"')
ANSWERS = {"TC0": "4", "TT0": "5", "CC0": "4", "KQ0": "4", "PA0": "n", "CHUNG": "4", "CHO": "15", "YK": "Cảm ơn"}
ROW_BYTES = 220


def run(*, quick: bool) -> None:
    seconds = 2.0 if quick else 8.0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        commits = _commits(data / "bare.sqlite3", seconds / 2)
        print(f"\nflow: one citizen = one new connection; {os.cpu_count()} cores, client on the same machine")
        print(f"bare commits of a {ROW_BYTES} B row, synchronous=FULL: {commits:.0f}/s")
        with _server([sys.executable, "-m", "bench.bare"], data) as (port, pid):
            bare = list(levels(lambda: _bare(port), CLIENTS, seconds, pid))
        environment = {"SURVEY_MODE": "demo", "DATA_DIR": str(data)}
        subprocess.run(
            [sys.executable, "-m", "survey_app.cli", "demo", "--no-serve", "--answers", "200"],
            env=os.environ | environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        settings, code, campaign = _place(data)
        with _server([sys.executable, "-m", "survey_app.cli", "serve"], data) as (port, pid):
            path, tickets = f"/r/{code}", _tickets(settings, code, campaign)
            posts = list(levels(lambda: _post(port, path, next(tickets)), CLIENTS, seconds, pid))
            flows = list(levels(lambda: _flow(port, path), CLIENTS, seconds, pid))
        _print(commits, bare, posts, flows)
        _stored(data, posts, flows)


def _print(commits: float, bare: list[Result], posts: list[Result], flows: list[Result]) -> None:
    print("        | bare page     | POST answers                       | of the | full visit: GET, POST, thanks")
    print(
        "clients |     /s cpu ms |     /s cpu ms   p50   p95   p99 ms | lower  |     /s   p50   p95   p99 ms | errors"
    )
    for page, post, flow in zip(bare, posts, flows, strict=True):
        share = post.rate / min(page.rate, commits)
        print(
            f"{page.clients:7} | {page.rate:6.0f} {page.cpu:6.2f} | {post.rate:6.0f} {post.cpu:6.2f} {_times(post)}    "
            f"| {share:6.0%} | {flow.rate:6.0f} {_times(flow)}    | {post.errors + flow.errors}"
        )


def _times(result: Result) -> str:
    return " ".join(f"{result.quantile(share):5.1f}" for share in (0.5, 0.95, 0.99))


def _stored(data: Path, posts: list[Result], flows: list[Result]) -> None:
    """Every acknowledged answer is on disk (the warm-up's are there too, so there are more)."""
    acknowledged = sum(len(result.times) for result in (*posts, *flows))
    with sqlite3.connect(data / "survey.sqlite3") as connection:
        receipts = connection.execute("SELECT count(*) FROM receipt").fetchone()[0]
    print(f"acknowledged {acknowledged}, receipts on disk {receipts}: {'ok' if receipts >= acknowledged else 'LOST'}")


async def _bare(port: int) -> None:
    async with Citizen(port) as citizen:
        assert (await citizen.get("/")).status == 200


async def _post(port: int, path: str, ticket: str) -> None:
    async with Citizen(port) as citizen:
        assert (await citizen.post(path, {**ANSWERS, "ticket": ticket})).status == 303


async def _flow(port: int, path: str) -> None:
    async with Citizen(port) as citizen:
        page = await citizen.get(path)
        found = TICKET.search(gzip.decompress(page.body))
        assert found is not None
        sent = await citizen.post(path, {**ANSWERS, "ticket": found[1].decode()})
        assert sent.status == 303
        assert (await citizen.get(sent.location)).status == 200


def _tickets(settings: Settings, code: str, campaign: int) -> Iterator[str]:
    tickets = Tickets(settings.secret_key)
    return (tickets.issue(code, campaign, "qr-short@1", asks_field=False) for _ in repeat(None))


def _place(data: Path) -> tuple[Settings, str, int]:
    """A counter with a field of its own, and the open campaign of the short form."""
    settings = Settings.from_env({"SURVEY_MODE": "demo", "DATA_DIR": str(data)})
    with sqlite3.connect(data / "survey.sqlite3") as connection:
        (code,) = connection.execute(
            "SELECT code FROM counter WHERE closed_on IS NULL AND field_key IS NOT NULL ORDER BY id LIMIT 1"
        ).fetchone()
        (campaign,) = connection.execute("SELECT id FROM campaign WHERE state = 'open' AND accepts = 'C'").fetchone()
    return settings, code, campaign


def _commits(path: Path, seconds: float) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    connection.execute("CREATE TABLE bare (key TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID")
    body, done, end = "x" * ROW_BYTES, 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare VALUES (?, ?)", (secrets.token_hex(16), body))
        connection.execute("COMMIT")
        done += 1
    connection.close()
    return done / seconds


@contextmanager
def _server(command: list[str], data: Path) -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"SURVEY_MODE": "demo", "DATA_DIR": str(data), "PORT": str(port)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=environment, **quiet)
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urlopen(url, timeout=1).read()  # noqa: S310  # our own loopback address
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {url}")
