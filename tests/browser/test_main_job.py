"""The main job in the running program: answers at a counter become a figure with a verdict and a report."""

import subprocess
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import Site, Watched

RATED = ("TC0", "TT0", "CC0", "KQ0", "PA0", "CHUNG")


def answer(page: Page, url: str, level: str) -> None:
    page.goto(url)
    for code in RATED:
        page.locator(f'label:has(input[name="{code}"][value="{level}"])').click()
    page.get_by_role("button", name="Gửi phiếu").click()
    page.wait_for_url("**/thanks/**")


def counted(page: Page) -> int:
    return int(page.locator(".tile .big").nth(1).inner_text().replace(".", ""))


def test_from_a_counter_to_the_report(site: Site, phone: Watched, staff: dict[str, Watched], tmp_path: Path) -> None:
    office = staff["chuyenvien"].page
    # What other tests left waiting must not reach ten with these five: the worker would release them meanwhile.
    office.goto(f"{site.url}/campaigns")
    office.get_by_role("button", name="Gộp phiếu đang chờ").click()
    office.goto(f"{site.url}/results/3/overview")
    before = counted(office)
    for number in range(5):
        answer(phone.page, f"{site.url}/r/{site.counter()}", "5" if number else "2")
    office.goto(f"{site.url}/results/3/overview")
    assert counted(office) == before  # nothing moves with a single citizen
    office.goto(f"{site.url}/campaigns")
    office.get_by_role("button", name="Gộp phiếu đang chờ").click()
    assert "Đã gộp" in office.get_by_role("status").inner_text()
    office.goto(f"{site.url}/results/3/overview")
    assert counted(office) >= before + 5
    assert office.get_by_text("Cứ 100 người trả lời").is_visible()
    with office.expect_download() as waiting:
        office.get_by_role("link", name="Báo cáo PDF").click()
    report = tmp_path / "report.pdf"
    waiting.value.save_as(report)
    text = subprocess.run(["pdftotext", "-layout", report, "-"], capture_output=True, text=True, check=True).stdout
    assert "BÁO CÁO" in text
    shown = office.locator(".tile .big strong").first.inner_text().replace("\u00a0", " ")
    assert shown in text.replace("\u00a0", " ")


def test_every_person_of_the_demonstration_gets_to_work(staff: dict[str, Watched]) -> None:
    first = {name: watched.first.rsplit("/", 1)[1] for name, watched in staff.items()}
    assert set(first) == {"quantri", "chuyenvien", "thamdinh", "donvi", "dieutra", "lanhdao"}
    assert first["quantri"] == "accounts"
    assert first["dieutra"] == "entry"
    assert all(watched.complaints == [] for watched in staff.values())


def test_an_inspector_sees_one_unit(site: Site, staff: dict[str, Watched]) -> None:
    page = staff["donvi"].page
    page.goto(f"{site.url}/results/4/overview")
    assert page.get_by_role("heading", level=1).inner_text() == "Sở Tư pháp"
    answer_ = page.goto(f"{site.url}/results/4/overview?unit=1")
    assert answer_ is not None
    assert answer_.status == 404


def test_the_demonstration_printed_what_a_newcomer_needs(site: Site) -> None:
    assert site.url in site.output
    assert len(site.people) == 6
    folder = site.folder / "demo-output"
    assert {path.suffix for path in folder.iterdir()} == {".pdf"}
    assert str(folder) in site.output
