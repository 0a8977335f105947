"""The application served to a browser for each role, and the moves that rounds have in common."""

import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from werkzeug.serving import make_server

from survey_app.db import Database
from survey_app.models import Account
from survey_app.policy import Actor
from tests.browser.conftest import LAPTOP, PHONE, Watched, open_context
from tests.browser.test_accessibility import violations
from tests.conftest import SignIn


@dataclass
class Stage:
    """A browser for each person, on one address."""

    address: str
    watched: dict[str, Watched]

    @property
    def complaints(self) -> list[str]:
        """What any of the pages complained of."""
        return [said for each in self.watched.values() for said in each.complaints]

    def at(self, who: str, path: str) -> Page:
        """Somebody's page at a path; it is accessible, and fits a phone."""
        page = self.to(who, path)
        assert violations(page) == [], path
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        page.set_viewport_size(LAPTOP)
        return page

    def to(self, who: str, path: str) -> Page:
        """Somebody's page at a path, for those seen before."""
        page = self.watched[who].page
        answer = page.goto(f"{self.address}/assessment/{path}")
        assert answer is not None
        assert answer.ok, path
        return page


@contextmanager
def staged(
    app: Flask, chromium: Browser, database: Database, sign_in: SignIn, actors: Mapping[str, Actor]
) -> Iterator[Stage]:
    """Serve the application, with each of these people signed in to a browser of their own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    stage = Stage(f"http://127.0.0.1:{server.server_port}", {})
    for name, actor in actors.items():
        with database.reading() as session:
            account = session.get_one(Account, actor.account_id)
            session.expunge(account)
        cookie = sign_in(account).get_cookie("session")
        assert cookie
        context, watched = open_context(chromium, viewport=LAPTOP)
        context.add_cookies([{"name": "session", "value": cookie.value, "url": stage.address}])
        stage.watched[name] = watched
    yield stage
    for watched in stage.watched.values():
        watched.page.context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def press(page: Page, button: Locator) -> None:
    """Send a form and wait for the page that follows."""
    with page.expect_navigation():
        button.click()


def shown(page: Page, leaf: str) -> Locator:
    """The form of a leaf, unfolded."""
    form = page.locator(f'form[data-leaf="{leaf}"]')
    if not form.is_visible():
        page.locator(f'[id="l-{leaf}"] summary').first.click()
    return form


def score(page: Page, leaf: str, **entries: str) -> None:
    """Fill in a leaf and leave it: the script saves it."""
    form = shown(page, leaf)
    for name, value in entries.items():
        field = form.locator(f'[name="{name.replace("_", ".")}"]')
        if value == "yes":
            field.locator(f'xpath=self::*[@value="{value}"]').check()
        else:
            field.fill(value)
    form.get_by_role("button", name=f"Lưu tiêu chí {leaf}").click()
    expect(form.locator('[data-out="state"]')).to_contain_text("ưu")


def pdf_text(page: Page, link: Locator) -> str:
    """The text of a PDF that a link leads to, as it is laid out."""
    with page.expect_download() as file:
        link.click()
    read = ["pdftotext", "-layout", str(file.value.path()), "-"]
    return subprocess.run(read, capture_output=True, text=True, check=True).stdout
