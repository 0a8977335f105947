"""The pages of units, as a browser uses them."""

import re

import pytest
from sqlalchemy import func, select

from survey_app.db import Database
from survey_app.models import Counter, Unit, UnitSuccession
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.factories.accounts import MakeAccount
from tests.factories.units import MakeCounter, MakeUnit
from tests.survey_app.organisation.conftest import TODAY, World, events

UNITS = "/organisation/units"


@pytest.fixture
def browser(world: World, make_account: MakeAccount, sign_in: SignIn) -> Client:
    return sign_in(make_account(Role.ANALYST, world.province))


def unit_sent(**changes: object) -> dict[str, object]:
    return {
        "code": "moi",
        "name": "Xã Mới",
        "short": "",
        "level": "commune",
        "parent_id": "",
        "valid_from": "2026-01-01",
    } | changes


def named(database: Database, code: str) -> Unit | None:
    with database.reading() as opened:
        found = opened.scalars(select(Unit).where(Unit.code == code)).one_or_none()
        opened.expunge_all()
        return found


def test_the_list_is_filtered_sorted_and_paged_by_its_url(browser: Client, world: World, make_unit: MakeUnit) -> None:
    for number in range(60):
        make_unit(f"Phường {number:02}", parent=world.province)
    first = browser.get(UNITS).text
    assert "64 đơn vị" in first
    assert "Trang 1/2" in first
    assert "page=2" in first
    found = browser.get(f"{UNITS}?q=PHUONG+1&sort=-name").text
    assert "10 đơn vị" in found
    assert found.index("Phường 19") < found.index("Phường 10")
    assert 'aria-sort="descending"' in found
    assert 'value="PHUONG 1"' in found
    assert "Không có đơn vị nào như vậy" in browser.get(f"{UNITS}?q=zz").text
    assert "Không có đơn vị nào như vậy" in browser.get(f"{UNITS}?state=closed").text


def test_a_unit_is_added_and_changed(browser: Client, world: World, database: Database) -> None:
    page = browser.get(f"{UNITS}/new?parent={world.an.id}").text
    assert f'selected value="{world.an.id}"' in page
    answer = browser.send(f"{UNITS}/new", unit_sent(parent_id=world.province.id), follow_redirects=True)
    assert "Đã thêm đơn vị." in answer.text
    assert "Xã Mới" in answer.text
    made = named(database, "moi")
    assert made is not None
    changed = unit_sent(name="Phường Mới", parent_id=world.province.id)
    answer = browser.send(f"{UNITS}/{made.id}/edit", changed, follow_redirects=True)
    assert "Đã lưu đơn vị." in answer.text
    assert "Phường Mới" in answer.text


def test_what_is_refused_stands_at_its_field_and_everything_typed_stays(
    browser: Client, world: World, database: Database
) -> None:
    sent = unit_sent(code="an-co", name="Xã Gõ Dở", parent_id=world.province.id)
    page = browser.send(f"{UNITS}/new", sent).text
    assert "Mã này đã có đơn vị dùng" in page
    assert 'value="Xã Gõ Dở"' in page
    page = browser.send(f"{UNITS}/{world.an.id}/edit", unit_sent(code="an-co", parent_id=world.an.id)).text
    assert "nằm dưới chính đơn vị đang sửa" in page
    with database.reading() as opened:
        assert opened.get_one(Unit, world.an.id).name == "Xã An Cọ"


def test_extra_fields_are_left_aside(browser: Client, world: World, database: Database) -> None:
    browser.send(f"{UNITS}/new", unit_sent(parent_id=world.province.id, id=world.an.id, valid_to="2026-01-02"))
    made = named(database, "moi")
    assert made is not None
    assert made.id != world.an.id
    assert made.valid_to is None


def test_the_root_has_no_parent_to_choose(browser: Client, world: World, database: Database) -> None:
    assert "parent_id" not in browser.get(f"{UNITS}/{world.province.id}/edit").text
    browser.send(f"{UNITS}/{world.province.id}/edit", unit_sent(code="TINH", level="province", parent_id=world.an.id))
    root = named(database, "TINH")
    assert root is not None
    assert (root.parent_id, root.name) == (None, "Xã Mới")


def test_closing_says_what_will_happen_and_to_whom(
    browser: Client,
    world: World,
    make_counter: MakeCounter,
    make_account: MakeAccount,
    make_unit: MakeUnit,
    sign_in: SignIn,
    database: Database,
) -> None:
    counter = make_counter(world.an)
    make_account(Role.INSPECTOR, world.an, username="nguoi-an")
    hamlet = make_unit("Thôn Một", parent=world.an)
    browser = sign_in(make_account(Role.ANALYST, world.province))
    page = browser.get(f"{UNITS}/{world.an.id}/close").text
    for told in (counter.code, "nguoi-an", "Thôn Một"):
        assert told in page
    sent: dict[str, object] = {"last_day": "2026-03-31", "successors": [str(world.binh.id)], "children_to": ""}
    assert "chọn nơi chuyển về" in browser.send(f"{UNITS}/{world.an.id}/close", sent).text
    sent["children_to"] = str(world.binh.id)
    answer = browser.send(f"{UNITS}/{world.an.id}/close", sent, follow_redirects=True)
    assert "Đã đóng đơn vị." in answer.text
    assert "đến hết 31/03/2026" in answer.text
    with database.reading() as opened:
        assert opened.get_one(Unit, hamlet.id).parent_id == world.binh.id


def test_a_closed_unit_is_readable_and_offers_no_change(
    world: World, make_unit: MakeUnit, make_account: MakeAccount, sign_in: SignIn
) -> None:
    old = make_unit("Huyện Cũ", parent=world.province, until=TODAY, successors=(world.an, world.binh))
    browser = sign_in(make_account(Role.ANALYST, world.province))
    page = browser.get(f"{UNITS}/{old.id}").text
    assert "Đã đóng" in page
    assert "Xã An Cọ" in page
    assert "Xã Bình Đa" in page
    assert "/edit" not in page
    assert "/close" not in page
    assert "Huyện Cũ" in browser.get(f"{UNITS}/{world.an.id}").text  # as its predecessor
    answer = browser.send(f"{UNITS}/{old.id}/edit", unit_sent(parent_id=world.province.id))
    assert "không sửa được nữa" in answer.text


def merger(world: World, **changes: object) -> dict[str, object]:
    return {
        "units": [str(world.an.id), str(world.binh.id)],
        "day": "2026-03-16",
        "into": "new",
        "successor": "",
        "code": "x-an-binh",
        "name": "Xã An Bình",
        "short": "",
        "level": "commune",
        "parent_id": str(world.province.id),
    } | changes


def hidden(page: str) -> dict[str, list[str]]:
    """The fields that the confirmation page would send."""
    form = page[page.index("<main") :]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form):
        fields.setdefault(name, []).append(value)
    fields.pop("csrf_token")
    return fields


def test_a_merger_is_shown_then_confirmed(
    browser: Client, world: World, make_counter: MakeCounter, database: Database
) -> None:
    counter = make_counter(world.an)
    page = browser.send(f"{UNITS}/merge", merger(world)).text
    assert "Chưa có gì được ghi" in page
    for told in ("Xã An Cọ", "Xã Bình Đa", "Xã An Bình", counter.code):
        assert told in page
    assert named(database, "x-an-binh") is None
    answer = browser.send(f"{UNITS}/merge", {**hidden(page), "confirm": "1"}, follow_redirects=True)
    assert "Đã sáp nhập." in answer.text
    made = named(database, "x-an-binh")
    assert made is not None
    with database.reading() as opened:
        assert opened.get_one(Counter, counter.id).unit_id == made.id
        assert opened.scalar(select(func.count()).select_from(UnitSuccession)) == 2
        assert len(events(opened, "units_merged")) == 1
    again = browser.send(f"{UNITS}/merge", {**hidden(page), "confirm": "1"})
    assert again.status_code == 200
    assert "Đã sáp nhập." not in again.text


def test_one_may_go_back_and_change_a_merger(browser: Client, world: World) -> None:
    page = browser.send(f"{UNITS}/merge", merger(world)).text
    form = browser.send(f"{UNITS}/merge", {**hidden(page), "back": "1"}).text
    assert 'value="x-an-binh"' in form
    assert len(re.findall(r'<input checked id="units-\d+"', form)) == 2


def test_a_merger_starts_from_the_unit_it_was_asked_for(browser: Client, world: World) -> None:
    page = browser.get(f"{UNITS}/merge?unit={world.binh.id}&unit=999999").text
    assert re.findall(r'<input checked id="units-\d+" name="units" type="checkbox" value="(\d+)"', page) == [
        str(world.binh.id)
    ]
    assert f'value="{world.province.id}"' not in re.findall(r'<input[^>]*name="units"[^>]*>', page)


def test_what_a_merger_is_refused_for_stands_in_the_form(browser: Client, world: World) -> None:
    page = browser.send(f"{UNITS}/merge", merger(world, day="2026-03-17")).text
    assert "Ngày sáp nhập chưa đến" in page
    confirmed = browser.send(f"{UNITS}/merge", merger(world, day="2026-03-17") | {"confirm": "1"}).text
    assert "Ngày sáp nhập chưa đến" in confirmed
    page = browser.send(f"{UNITS}/merge", merger(world, into="existing", successor=str(world.an.id))).text
    assert "Đơn vị kế tục thuộc số đơn vị chấm dứt" in page
    assert "Xác nhận" not in page


def test_a_merger_with_a_unit_of_others_is_not_offered(
    world: World, make_account: MakeAccount, sign_in: SignIn, database: Database
) -> None:
    local = sign_in(make_account(Role.ANALYST, world.an))
    page = local.send(f"{UNITS}/merge", merger(world) | {"confirm": "1"})
    assert "Hãy chọn lại trong danh sách." in page.text
    assert named(database, "x-an-binh") is None


def test_names_are_escaped(
    world: World, make_unit: MakeUnit, make_counter: MakeCounter, make_account: MakeAccount, sign_in: SignIn
) -> None:
    nasty = make_unit('<script>alert("1")</script>', parent=world.province)
    counter = make_counter(nasty, '"><img src=x onerror=alert(1)>')
    browser = sign_in(make_account(Role.ANALYST, world.province))
    for path in (
        UNITS,
        f"{UNITS}/{nasty.id}",
        f"{UNITS}/{nasty.id}/close",
        f"{UNITS}/merge",
        "/organisation/counters",
        f"/organisation/counters/{counter.id}",
        f"/organisation/counters/{counter.id}/merge",
    ):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
