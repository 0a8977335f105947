"""The pages of counters, as a browser uses them."""

import pytest
from sqlalchemy import select

from survey_app import codes
from survey_app.db import Database
from survey_app.models import Counter
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.factories.accounts import MakeAccount
from tests.factories.units import MakeCounter, MakeField
from tests.survey_app.organisation.conftest import TODAY, World

COUNTERS = "/organisation/counters"


@pytest.fixture
def browser(world: World, make_account: MakeAccount, sign_in: SignIn) -> Client:
    return sign_in(make_account(Role.ANALYST, world.province))


@pytest.fixture
def inspector(world: World, make_account: MakeAccount, sign_in: SignIn) -> Client:
    return sign_in(make_account(Role.INSPECTOR, world.an))


def test_the_list_is_filtered_by_its_url(
    browser: Client, world: World, make_counter: MakeCounter, make_field: MakeField
) -> None:
    make_counter(world.an, "Quầy Đất đai", field=make_field("land"))
    make_counter(world.binh, "Quầy Hộ tịch")
    make_counter(world.binh, "Quầy cũ", closed=TODAY)
    page = browser.get(COUNTERS).text
    assert "2 quầy" in page
    assert "Quầy cũ" not in page
    assert "Chọn một đơn vị để in" in page
    page = browser.get(f"{COUNTERS}?unit={world.an.id}").text
    assert "Quầy Hộ tịch" not in page
    assert f"/organisation/units/{world.an.id}/cards.pdf" in page
    assert "Quầy cũ" in browser.get(f"{COUNTERS}?state=closed").text
    assert "Không có quầy nào như vậy" in browser.get(f"{COUNTERS}?q=zz").text


def test_empty_lists_say_what_to_do_next(browser: Client, inspector: Client) -> None:
    assert "Hãy thêm quầy hoặc nhập từ bảng." in browser.get(COUNTERS).text
    assert "Xin liên hệ Sở Nội vụ" in inspector.get(COUNTERS).text


def test_a_counter_is_added_changed_closed(
    browser: Client, world: World, make_field: MakeField, database: Database
) -> None:
    make_field("land")
    sent = {
        "unit_id": world.an.id,
        "name": "Quầy số 3",
        "place": "Tầng 1",
        "field_key": "land",
        "opened_on": "2026-03-01",
    }
    answer = browser.send(f"{COUNTERS}/new", sent, follow_redirects=True)
    assert "Mã QR của quầy ở ngay dưới đây." in answer.text
    with database.reading() as opened:
        counter = opened.scalars(select(Counter)).one()
        opened.expunge(counter)
    assert codes.grouped(counter.code) in answer.text
    assert f"http://localhost/r/{counter.code}" in answer.text
    path = f"{COUNTERS}/{counter.id}"
    answer = browser.send(f"{path}/edit", {"name": "Quầy Đất đai", "place": "", "field_key": ""}, follow_redirects=True)
    assert "Đã lưu quầy." in answer.text
    assert "mọi lĩnh vực" in answer.text
    assert "ngay từ" not in browser.get(f"{path}/close").text
    assert "Đã đóng quầy." not in browser.send(f"{path}/close", {"day": "2026-02-27"}, follow_redirects=True).text
    answer = browser.send(f"{path}/close", {"day": "2026-03-16"}, follow_redirects=True)
    assert "Đã đóng quầy." in answer.text
    assert "mã QR không nhận phiếu nữa" in answer.text
    assert "Sửa quầy" not in answer.text
    again = browser.send(f"{path}/edit", {"name": "Khác", "place": "", "field_key": ""})
    assert "không sửa được nữa" in again.text


def test_unit_and_first_day_of_a_counter_cannot_be_changed(
    browser: Client, world: World, make_counter: MakeCounter, database: Database
) -> None:
    counter = make_counter(world.an)
    sent = {
        "name": "Khác",
        "place": "",
        "field_key": "",
        "unit_id": world.binh.id,
        "opened_on": "2020-01-01",
        "code": "X",
    }
    browser.send(f"{COUNTERS}/{counter.id}/edit", sent)
    with database.reading() as opened:
        found = opened.get_one(Counter, counter.id)
        assert (found.name, found.unit_id, found.opened_on, found.code) == (
            "Khác",
            world.an.id,
            counter.opened_on,
            counter.code,
        )


def test_what_is_refused_stands_at_its_field_and_everything_typed_stays(
    browser: Client, world: World, make_counter: MakeCounter
) -> None:
    make_counter(world.an, "Quầy số 1")
    sent = {"unit_id": world.an.id, "name": "Quầy số 1", "place": "Gõ dở", "field_key": "", "opened_on": "2026-03-01"}
    page = browser.send(f"{COUNTERS}/new", sent).text
    assert "Đơn vị đã có quầy đang mở mang tên này." in page
    assert 'value="Gõ dở"' in page


def test_a_merged_counter_names_the_one_that_took_over(
    browser: Client, world: World, make_counter: MakeCounter
) -> None:
    old, heir = make_counter(world.an), make_counter(world.binh)
    path = f"{COUNTERS}/{old.id}"
    assert heir.code in browser.get(f"{path}/merge").text
    assert "Mục này cần được điền." in browser.send(f"{path}/merge", {"into_id": "", "day": "2026-03-16"}).text
    early = {"into_id": heir.id, "day": "1990-01-01"}
    assert "Đã gộp quầy." not in browser.send(f"{path}/merge", early, follow_redirects=True).text
    answer = browser.send(f"{path}/merge", {"into_id": heir.id, "day": "2026-03-16"}, follow_redirects=True)
    assert "Đã gộp quầy." in answer.text
    assert codes.grouped(heir.code) in answer.text


def test_an_inspector_sees_and_prints_but_changes_nothing(
    inspector: Client, world: World, make_counter: MakeCounter, database: Database
) -> None:
    own, foreign = make_counter(world.an), make_counter(world.binh, "Quầy của xã khác")
    page = inspector.get(COUNTERS).text
    assert "Quầy của xã khác" not in page
    assert "Thêm quầy" not in page
    assert f"/organisation/units/{world.an.id}/a4.pdf" in page
    page = inspector.get(f"{COUNTERS}/{own.id}").text
    assert "Tờ A4 (PDF)" in page
    assert "Sửa quầy" not in page
    assert "Đóng quầy" not in page
    for verb in ("edit", "close", "merge"):
        sent = {"name": "Khác", "day": "2026-03-16", "into_id": foreign.id}
        assert inspector.send(f"{COUNTERS}/{own.id}/{verb}", sent).status_code == 403
    with database.reading() as opened:
        assert opened.get_one(Counter, own.id).name == "Quầy số 1"
