"""A citizen with a phone: scan, answer, thanks; with and without JavaScript, and on bad days."""

import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.conftest import LAPTOP, PHONE, Site, Watched, open_context

RATED = ("TC0", "TT0", "CC0", "KQ0", "PA0", "CHUNG")
FIRST_VIEW_BYTES = 14_000


def answer(page: Page, *, overall: str = "4") -> None:
    for code in RATED:
        page.locator(f'label:has(input[name="{code}"][value="{overall}"])').click()
    page.fill("#CHO", "12")


def send(page: Page) -> None:
    page.get_by_role("button", name="Gửi phiếu").click()


def test_the_printed_code_leads_to_the_form(site: Site, phone: Watched, tmp_path: Path) -> None:
    poster = site.folder / "demo-output" / "ap-phich-a4.pdf"
    subprocess.run(["pdftoppm", "-r", "80", "-png", "-singlefile", poster, tmp_path / "poster"], check=True)
    code = zxingcpp.read_barcode(Image.open(tmp_path / "poster.png"))
    assert code is not None
    assert code.text.startswith(f"{site.url}/r/")
    phone.page.goto(code.text)
    assert phone.page.locator("fieldset").count() == 6


@pytest.mark.parametrize("kind", ["phone", "plain_phone"])
def test_answer_and_thanks(site: Site, request: pytest.FixtureRequest, kind: str) -> None:
    watched: Watched = request.getfixturevalue(kind)
    before = site.count("receipt")
    page = watched.page
    page.goto(f"{site.url}/r/{site.counter()}")
    answer(page)
    send(page)
    page.wait_for_url("**/thanks/**")
    assert page.get_by_text("Phiếu đã được ghi nhận.", exact=True).is_visible()
    assert len(page.locator(".code").inner_text().replace(" ", "")) == 10
    assert site.count("receipt") == before + 1
    assert watched.complaints == []


def test_what_is_missing_is_said_and_linked_and_the_rest_is_kept(site: Site, plain_phone: Watched) -> None:
    page = plain_phone.page
    page.goto(f"{site.url}/r/{site.counter()}")
    page.locator('label:has(input[name="TC0"][value="5"])').click()
    page.fill("#YK", "Giữ lại giúp tôi")
    send(page)
    assert page.locator('[role="alert"] a').count() == 5
    assert page.locator('input[name="TC0"][value="5"]').is_checked()
    assert page.input_value("#YK") == "Giữ lại giúp tôi"
    page.locator('[role="alert"] a[href="#CHUNG"]').click()
    assert page.locator("#CHUNG").evaluate("e => e === document.activeElement || location.hash === '#CHUNG'")


def test_back_and_send_again_is_one_submission(site: Site, phone: Watched) -> None:
    page, before = phone.page, site.count("receipt")
    page.goto(f"{site.url}/r/{site.counter()}")
    ticket = page.input_value('[name="ticket"]')
    answer(page)
    send(page)
    page.wait_for_url("**/thanks/**")
    receipt = page.url
    page.go_back()
    assert page.input_value('[name="ticket"]') == ticket
    if not page.locator('input[name="CHUNG"][value="4"]').is_checked():
        answer(page)
    send(page)
    page.wait_for_url("**/thanks/**")
    assert page.url == receipt
    page.reload()
    assert site.count("receipt") == before + 1


def test_a_double_click_is_one_submission(site: Site, phone: Watched) -> None:
    page, before = phone.page, site.count("receipt")
    page.goto(f"{site.url}/r/{site.counter()}")
    answer(page)
    page.get_by_role("button", name="Gửi phiếu").dblclick()
    page.wait_for_url("**/thanks/**")
    page.wait_for_load_state()
    assert site.count("receipt") == before + 1


def test_unsent_answers_survive_a_lost_page_and_are_gone_after_sending(site: Site, phone: Watched) -> None:
    page = phone.page
    page.goto(f"{site.url}/r/{site.counter()}")
    page.locator('label:has(input[name="TC0"][value="2"])').click()
    page.goto("about:blank")
    page.goto(f"{site.url}/r/{site.counter()}")
    assert page.locator('input[name="TC0"][value="2"]').is_checked()
    assert "1/8" in page.locator("[data-progress]").inner_text()
    answer(page)
    send(page)
    page.wait_for_url("**/thanks/**")
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert page.context.cookies() == []


def test_the_first_view_is_small_and_asks_nobody_else(site: Site, chromium: Browser) -> None:
    context, watched = open_context(chromium)
    sizes: dict[str, int] = {}
    watched.page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    watched.page.goto(f"{site.url}/r/{site.counter()}", wait_until="networkidle")
    assert all(url.startswith(site.url) for url in sizes)
    assert len(sizes) <= 3
    assert sum(sizes.values()) <= FIRST_VIEW_BYTES
    context.close()


def test_faces_are_big_and_five_in_a_row_and_a_list_at_double_text(site: Site, chromium: Browser) -> None:
    context, watched = open_context(chromium)
    watched.page.goto(f"{site.url}/r/{site.counter()}")
    boxes = [label.bounding_box() for label in watched.page.locator(".levels").first.locator("label").all()]
    assert all(box and box["width"] >= 60 and box["height"] >= 72 for box in boxes)
    assert len({box["y"] for box in boxes if box}) == 1
    targets = watched.page.locator("main button, main .na, main input:not([type]), main textarea").all()
    heights = [box["height"] for target in targets if (box := target.bounding_box())]
    assert min(heights) >= 48
    watched.page.set_viewport_size({"width": 320, "height": 780})  # as at 400 % zoom of a laptop
    boxes = [label.bounding_box() for label in watched.page.locator(".levels").first.locator("label").all()]
    assert len({box["y"] for box in boxes if box}) == 5
    context.close()


@pytest.mark.parametrize(
    "path", ["/", "/?q=an", "/?code=XXXXXX", "/privacy", "/receipt", "/r/{code}", "/r/{open}", "/r/XXXXXX"]
)
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_runs_out_of_the_side(site: Site, phone: Watched, path: str, width: int) -> None:
    phone.page.set_viewport_size({"width": width, "height": 800})
    phone.page.goto(site.url + path.format(code=site.counter(), open=site.counter(field=False)))
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_by_keyboard(site: Site, chromium: Browser) -> None:
    context, watched = open_context(chromium, viewport=LAPTOP)
    page = watched.page
    page.goto(f"{site.url}/r/{site.counter()}")
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("({n: document.activeElement.name, t: document.activeElement.tagName})")
        if focused["n"] in RATED:
            page.keyboard.press("Space")
        elif focused["n"] == "CHO":
            page.keyboard.type("5")
        elif focused["t"] == "BUTTON":
            page.keyboard.press("Enter")
            break
    page.wait_for_url("**/thanks/**")
    context.close()


def test_english(site: Site, phone: Watched) -> None:
    phone.page.goto(f"{site.url}/r/{site.counter()}")
    phone.page.get_by_role("link", name="English").click()
    assert phone.page.locator("html").get_attribute("lang") == "en"
    for code in RATED:
        phone.page.locator(f'label:has(input[name="{code}"][value="5"])').click()
    phone.page.get_by_role("button", name="Send").click()
    assert phone.page.get_by_role("heading", name="Thank you").is_visible()


def test_a_phone_on_its_side(site: Site, phone: Watched) -> None:
    phone.page.set_viewport_size({"width": PHONE["height"], "height": PHONE["width"]})
    phone.page.goto(f"{site.url}/r/{site.counter()}")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["height"]
