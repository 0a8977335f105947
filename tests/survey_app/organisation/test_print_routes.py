"""QR codes lead to the configured address, whatever host was asked; taking one away is recorded."""

import io
import re
import subprocess
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.db import Database
from survey_app.models import AuditEvent
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.factories.accounts import MakeAccount
from tests.factories.units import MakeCounter
from tests.survey_app.organisation.conftest import TODAY, World, events

OTHER_HOST = "127.0.0.1"  # trusted, and not the one of the base address


@pytest.fixture
def inspector(world: World, make_account: MakeAccount, sign_in: SignIn) -> Client:
    return sign_in(make_account(Role.INSPECTOR, world.an))


def asked_at(client: Client, host: str, path: str) -> TestResponse:
    """The same signed-in browser, asking by another name of the server."""
    cookie = client.get_cookie("session")
    assert cookie is not None
    client.set_cookie("session", cookie.value, domain=host)
    return client.get(path, base_url=f"http://{host}")


def decoded(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L"))]


def drawn(svg: str, scale: int = 8) -> Image.Image:
    """The picture that a browser makes of the SVG's runs."""
    side = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])  # type: ignore[index]  # it is there, or the test fails
    image = Image.new("L", (side * scale, side * scale), 255)
    dark = re.search(r'fill="#000" d="([^"]+)"', svg)[1]  # type: ignore[index]
    for x, y, n in re.findall(r"M(\d+) (\d+)h(\d+)", dark):
        image.paste(0, (int(x) * scale, int(y) * scale, (int(x) + int(n)) * scale, (int(y) + 1) * scale))
    return image


@pytest.mark.parametrize("host", ["localhost", OTHER_HOST])
def test_images_hold_the_configured_address(
    inspector: Client, world: World, make_counter: MakeCounter, host: str
) -> None:
    counter = make_counter(world.an)
    expected = [f"http://localhost/r/{counter.code}"]
    path = f"/organisation/counters/{counter.id}"
    png = asked_at(inspector, host, f"{path}/qr.png")
    assert decoded(Image.open(io.BytesIO(png.data))) == expected
    for name in ("code.svg", "qr.svg"):
        assert decoded(drawn(asked_at(inspector, host, f"{path}/{name}").text)) == expected
    assert expected[0] in asked_at(inspector, host, path).text


def test_an_unknown_host_gets_nothing(inspector: Client, world: World, make_counter: MakeCounter) -> None:
    counter = make_counter(world.an)
    answer = inspector.get(f"/organisation/counters/{counter.id}/qr.png", headers={"Host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.slow
@pytest.mark.parametrize("form", ["a4", "a6", "cards"])
def test_printed_sheets_hold_every_open_counter(
    inspector: Client, world: World, make_counter: MakeCounter, tmp_path: Path, form: str
) -> None:
    counters = [make_counter(world.an, f"Quầy số {n}") for n in (1, 2, 3)]
    make_counter(world.an, "Quầy cũ", closed=TODAY)
    content = asked_at(inspector, OTHER_HOST, f"/organisation/units/{world.an.id}/{form}.pdf").data
    (tmp_path / "sheet.pdf").write_bytes(content)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "sheet.pdf", "page"], cwd=tmp_path, check=True)
    pages = sorted(tmp_path.glob("page*.png"))
    assert len(pages) == (1 if form == "cards" else 3)
    found = [text for page in pages for text in decoded(Image.open(page))]
    assert sorted(found) == sorted(f"http://localhost/r/{counter.code}" for counter in counters)
    text = subprocess.run(["pdftotext", "sheet.pdf", "-"], cwd=tmp_path, check=True, capture_output=True, text=True)
    for counter in counters:
        assert f"localhost/r/{counter.code}" in text.stdout  # for those who type, and against stickers


def test_files_are_named_in_ascii_and_never_opened_in_the_page(
    inspector: Client, world: World, make_counter: MakeCounter
) -> None:
    counter = make_counter(world.an)
    kinds = {"qr.svg": "image/svg+xml", "qr.png": "image/png", "a4.pdf": "application/pdf", "a6.pdf": "application/pdf"}
    for name, kind in kinds.items():
        answer = inspector.get(f"/organisation/counters/{counter.id}/{name}")
        assert answer.mimetype == kind
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename=")
        assert counter.code in disposition
        assert disposition.isascii()
        assert "filename*" not in disposition
    sheet = inspector.get(f"/organisation/units/{world.an.id}/cards.pdf")
    assert sheet.headers["Content-Disposition"] == f"attachment; filename=qr-{world.an.id}-cards.pdf"
    assert len(pikepdf.open(io.BytesIO(sheet.data)).pages) == 1


def test_the_image_of_the_page_is_shown_and_can_load_nothing(
    inspector: Client, world: World, make_counter: MakeCounter
) -> None:
    counter = make_counter(world.an)
    answer = inspector.get(f"/organisation/counters/{counter.id}/code.svg")
    assert answer.mimetype == "image/svg+xml"
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_taking_a_code_away_is_recorded_and_looking_at_it_is_not(
    inspector: Client, world: World, make_counter: MakeCounter, database: Database
) -> None:
    counter = make_counter(world.an)
    for name in ("", "/code.svg"):
        inspector.get(f"/organisation/counters/{counter.id}{name}")
    with database.reading() as opened:
        assert events(opened, "download") == []
    for name in ("qr.svg", "qr.png", "a4.pdf", "a6.pdf"):
        inspector.get(f"/organisation/counters/{counter.id}/{name}")
    inspector.get(f"/organisation/units/{world.an.id}/cards.pdf")
    with database.reading() as opened:
        subjects = list(
            opened.scalars(select(AuditEvent.subject).where(AuditEvent.action == "download").order_by(AuditEvent.id))
        )
        forms = [event["form"] for event in events(opened, "download")]
    assert subjects == [*[f"counter {counter.code} qr"] * 4, f"unit {world.an.id} qr"]
    assert forms == ["svg", "png", "a4", "a6", "cards"]


def test_closed_counters_and_unknown_forms_are_not_printed(
    inspector: Client, world: World, make_counter: MakeCounter
) -> None:
    closed = make_counter(world.an, closed=TODAY)
    for name in ("code.svg", "qr.svg", "qr.png", "a4.pdf"):
        assert inspector.get(f"/organisation/counters/{closed.id}/{name}").status_code == 410
    assert inspector.get(f"/organisation/units/{world.an.id}/a4.pdf").status_code == 410
    still = make_counter(world.an)
    for path in (f"counters/{still.id}/cards.pdf", f"counters/{still.id}/a5.pdf", f"units/{world.an.id}/a5.pdf"):
        assert inspector.get(f"/organisation/{path}").status_code == 404
