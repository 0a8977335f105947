"""The demonstration as a newcomer starts it, and a real Chromium in front of it."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
# Chromium looks for updates and other hosts when it starts; a closed network answers each with an error.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, LAPTOP = {"width": 360, "height": 780}, {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Site:
    """A running demonstration."""

    url: str
    folder: Path
    output: str
    people: dict[str, tuple[str, str]]

    def count(self, table: str) -> int:
        with closing(sqlite3.connect(self.folder / "survey.sqlite3")) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608

    def counter(self, *, field: bool = True) -> str:
        condition = "IS NOT NULL" if field else "IS NULL"
        query = f"SELECT code FROM counter WHERE closed_on IS NULL AND field_key {condition} ORDER BY id LIMIT 1"  # noqa: S608
        with closing(sqlite3.connect(self.folder / "survey.sqlite3")) as connection:
            return str(connection.execute(query).fetchone()[0])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    output = folder / "output.txt"
    with output.open("w") as stdout:
        server = subprocess.Popen(
            [sys.executable, "-m", "survey_app.cli", "demo", "--answers", "1500"],
            env=os.environ | {"DATA_DIR": str(folder), "PORT": str(port)},
            stdout=stdout,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", server)
        text = output.read_text("utf-8")
        people = {found[1]: (found[1], found[2]) for found in re.finditer(r"^ +([a-z]+) +(\S{19})  ", text, re.M)}
        yield Site(f"http://127.0.0.1:{port}", folder, text, people)
    finally:
        server.terminate()
        server.wait(30)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(2400):
        assert server.poll() is None, "the demonstration ended"
        try:
            with urlopen(url, timeout=1):  # noqa: S310  # our own loopback address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM, "Chromium is missing: ./dev test installs it on Debian as root, else install the package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page with everything it complained of."""

    page: Page
    complaints: list[str]
    first: str = ""


def open_context(chromium: Browser, **options: object) -> tuple[BrowserContext, Watched]:
    """A fresh browser profile; what it complains of is collected."""
    context = chromium.new_context(**{"viewport": PHONE, "locale": "vi-VN", **options})  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # A page that is not there says so in the console too; that is no complaint.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return context, Watched(page, complaints)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Watched]:
    context, watched = open_context(chromium)
    yield watched
    context.close()


@pytest.fixture
def plain_phone(chromium: Browser) -> Iterator[Watched]:
    """A phone without JavaScript."""
    context, watched = open_context(chromium, java_script_enabled=False)
    yield watched
    context.close()


@pytest.fixture(scope="session")
def staff(chromium: Browser, site: Site) -> Iterator[dict[str, Watched]]:
    """A signed-in laptop for each person of the demonstration, opened once."""
    contexts, pages = [], {}
    for name, (username, password) in site.people.items():
        context, watched = open_context(chromium, viewport=LAPTOP)
        watched.page.goto(f"{site.url}/sign-in")
        watched.page.fill("#username", username)
        watched.page.fill("#password", password)
        watched.page.click("main button")
        watched.page.wait_for_url(lambda url: "/sign-in" not in url)
        contexts.append(context)
        watched.first = watched.page.url
        pages[name] = watched
    yield pages
    for context in contexts:
        context.close()
