"""axe finds nothing (WCAG 2.0 to 2.2, A and AA) on any state of any page."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import LAPTOP, PHONE, Site, Watched, open_context

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds; it is evaluated, not loaded, so the page's content policy stays on."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found["violations"]]


CITIZEN = {
    "start": "/",
    "search": "/?q=an",
    "nothing found": "/?q=khongco",
    "wrong code": "/?code=XXXXXX",
    "form": "/r/{code}",
    "form with field": "/r/{open}",
    "form in English": "/r/{code}?lang=en",
    "unknown counter": "/r/XXXXXX",
    "privacy": "/privacy",
    "receipt": "/receipt",
    "unknown receipt": "/receipt?code=2222222222",
    "not found": "/nowhere",
    "sign-in": "/sign-in",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", CITIZEN.values(), ids=CITIZEN.keys())
def test_public_pages(site: Site, chromium: Browser, path: str, scheme: str) -> None:
    context, watched = open_context(chromium, color_scheme=scheme)
    watched.page.goto(site.url + path.format(code=site.counter(), open=site.counter(field=False)))
    assert violations(watched.page) == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_filled_wrong_sent_and_sent_again(site: Site, chromium: Browser, scheme: str) -> None:
    context, watched = open_context(chromium, color_scheme=scheme)
    page = watched.page
    page.goto(f"{site.url}/r/{site.counter()}")
    for code in ("TC0", "TT0", "CC0", "KQ0", "PA0"):
        page.locator(f'label:has(input[name="{code}"][value="3"])').click()
    assert violations(page) == []
    page.get_by_role("button", name="Gửi phiếu").click()
    assert page.get_by_role("alert").is_visible()
    assert violations(page) == []
    page.locator('label:has(input[name="CHUNG"][value="3"])').click()
    page.get_by_role("button", name="Gửi phiếu").click()
    page.wait_for_url("**/thanks/**")
    assert violations(page) == []
    page.go_back()
    page.locator('label:has(input[name="CHUNG"][value="1"])').click()
    page.get_by_role("button", name="Gửi phiếu").click()
    assert page.get_by_role("heading", name="Phiếu này đã được gửi").is_visible()
    assert violations(page) == []
    context.close()


STAFF = {
    "chuyenvien": [
        "/results/4/overview",
        "/results/4/units",
        "/results/4/fields",
        "/results/4/criteria",
        "/results/4/priorities",
        "/results/4/trend",
        "/results/4/method",
        "/campaigns",
        "/campaigns/4",
        "/campaigns/4/edit",
        "/campaigns/4/plan",
        "/campaigns/4/signals",
        "/campaigns/new",
        "/organisation/units",
        "/organisation/units/new",
        "/organisation/counters",
    ],
    "quantri": ["/accounts", "/accounts/new", "/accounts/2", "/accounts/audit", "/accounts/password"],
    "dieutra": ["/respond/entry", "/respond/entry/{counter}"],
    "donvi": ["/results/4/overview", "/organisation/counters"],
    "lanhdao": ["/accounts", "/nowhere"],
}


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in STAFF.items() for path in paths])
def test_staff_pages(site: Site, staff: dict[str, Watched], name: str, path: str, size: dict[str, int]) -> None:
    page = staff[name].page
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(site.url + path.format(counter=site.counter()))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
