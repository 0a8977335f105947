"""The pages of remedy plans."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from survey_app.policy import Actor
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import DATES, Browse, MakeRound, MakeSet
from tests.survey_app.assessment.judged import Judged, judged

__all__ = ["judged"]
pytestmark = on_sqlite
TASK = {"leaf": "1.1", "task": "Ban hành kế hoạch", "responsible": "Ông A", "due": "2026-04-01", "evidence_id": ""}
TASK_URL = "/assessment/remedies/1"


@pytest.fixture
def planned(judged: Judged) -> Judged:
    judged.publish()
    return judged


@pytest.fixture
def officer(browse: Browse, inspector: Actor) -> Client:
    return browse(inspector)


def url(judged: Judged, rest: str = "") -> str:
    return f"/assessment/rounds/{judged.id}/units/{judged.place.communes[0].id}/remedies{rest}"


def send(client: Client, judged: Judged, **changes: Any) -> Any:
    return client.send(url(judged), {**TASK, **changes}, follow_redirects=True)


def test_a_unit_writes_its_plan(planned: Judged, officer: Client) -> None:
    page = officer.get(url(planned)).text
    assert "Tiêu chí mất điểm chưa có nhiệm vụ" in page
    assert "1.1 Tiêu chí 1.1 (mất 0,50)" in page
    assert "chưa đối chiếu văn bản gốc" in page
    page = send(officer, planned).text
    assert "Đã thêm nhiệm vụ." in page
    assert "Ban hành kế hoạch" in page
    assert "đang làm" in page


def test_what_is_wrong_is_shown_and_kept(planned: Judged, officer: Client) -> None:
    response = send(officer, planned, responsible="", task="Giữ lại điều này")
    assert response.status_code == 422
    assert "Giữ lại điều này" in response.text
    assert "Mục này cần được điền." in response.text


def test_a_document_needs_the_day(planned: Judged, officer: Client) -> None:
    document = planned.document(number="9/KH")
    response = send(officer, planned, evidence_id=str(document))
    assert response.status_code == 422
    assert "ghi cả ngày hoàn thành" in response.text
    page = send(officer, planned, evidence_id=str(document), done_on="2026-03-10").text
    assert "xong ngày 10/03/2026" in page
    assert "9/KH: Kế hoạch CCHC" in page


def test_before_publication_there_is_no_plan(judged: Judged, officer: Client) -> None:
    assert "Thêm nhiệm vụ" not in officer.get(url(judged)).text
    response = send(officer, judged)
    assert response.status_code == 422
    assert "sau khi công bố" in response.text


def test_a_task_is_changed_and_done(planned: Judged, officer: Client) -> None:
    send(officer, planned, due="2026-03-01")
    assert "quá hạn" in officer.get(url(planned)).text
    page = officer.get(TASK_URL).text
    assert "Ban hành kế hoạch" in page
    page = officer.send(TASK_URL, {**TASK, "edition": "1", "done_on": "2026-05-01"}, follow_redirects=True).text
    assert "Đã lưu nhiệm vụ." in page
    assert "xong ngày 01/05/2026" in page


def test_a_wrong_change_is_shown(planned: Judged, officer: Client) -> None:
    document = planned.document()
    send(officer, planned)
    assert "cần được điền" in officer.send(TASK_URL, {**TASK, "task": ""}).text
    refused = officer.send(TASK_URL, {**TASK, "edition": "1", "evidence_id": str(document)})
    assert refused.status_code == 422
    assert "ghi cả ngày hoàn thành" in refused.text


def test_the_second_sees_what_changed_and_keeps_what_was_typed(
    planned: Judged, officer: Client, browse: Browse, analyst: Actor
) -> None:
    send(officer, planned)
    office, sent = browse(analyst), {**TASK, "edition": "1"}
    office.send(TASK_URL, {**sent, "responsible": "Bà B của Sở"})
    behind = officer.send(TASK_URL, {**sent, "task": "Việc vừa gõ"})
    assert behind.status_code == 409
    for words in ("Người khác vừa sửa nhiệm vụ này", "Bà B của Sở", "Việc vừa gõ", 'name="edition" value="2"'):
        assert words in behind.text
    done = officer.send(TASK_URL, {**sent, "task": "Việc vừa gõ", "edition": "2"}, follow_redirects=True).text
    assert "Đã lưu nhiệm vụ." in done
    assert "Việc vừa gõ" in done


def test_a_task_is_withdrawn_with_a_reason(planned: Judged, officer: Client) -> None:
    send(officer, planned)
    bare = officer.send(f"{TASK_URL}/withdraw", {"edition": "1"})
    assert (bare.status_code, "cần được điền" in bare.text) == (422, True)
    empty = officer.send(f"{TASK_URL}/withdraw", {"edition": "7", "reason": "Trùng với việc khác"})
    assert empty.status_code == 409
    assert "Trùng với việc khác" in empty.text
    sent = {"edition": "1", "reason": "Trùng với việc khác"}
    page = officer.send(f"{TASK_URL}/withdraw", sent, follow_redirects=True).text
    assert "Đã rút nhiệm vụ." in page
    assert "đã rút ngày 16/03/2026" in page
    assert "1.1 Tiêu chí 1.1: mất 0,50 điểm" in page  # its criterion has no task again
    shown = officer.get(TASK_URL).text
    assert "Trùng với việc khác" in shown
    assert "<button>Lưu</button>" not in shown
    assert "/withdraw" not in shown
    late = officer.send(TASK_URL, {**TASK, "edition": "1", "task": "Việc vừa gõ"})
    assert late.status_code == 409
    assert "Nhiệm vụ này vừa được rút" in late.text
    assert "Việc vừa gõ" in late.text


def test_what_is_done_meanwhile_is_not_withdrawn(
    planned: Judged, officer: Client, browse: Browse, analyst: Actor
) -> None:
    send(officer, planned)
    browse(analyst).send(TASK_URL, {**TASK, "edition": "1", "done_on": "2026-03-10"})
    late = officer.send(f"{TASK_URL}/withdraw", {"edition": "2", "reason": "Trùng"})
    assert (late.status_code, "Nhiệm vụ đã hoàn thành thì không rút nữa." in late.text) == (409, True)
    assert "/withdraw" not in officer.get(TASK_URL).text


def test_an_appraiser_reads_and_does_not_write(
    planned: Judged, officer: Client, browse: Browse, appraiser: Actor
) -> None:
    send(officer, planned)
    reader = browse(appraiser)
    assert "Thêm nhiệm vụ" not in reader.get(url(planned)).text
    page = reader.get(TASK_URL).text
    assert "Ban hành kế hoạch" in page
    assert "<button>Lưu</button>" not in page
    assert reader.send(TASK_URL, TASK).status_code == 403
    assert reader.send(f"{TASK_URL}/withdraw", {"reason": "x"}).status_code == 403
    assert reader.send(url(planned)).status_code == 403


def test_the_list_of_a_round_and_its_spreadsheet(
    planned: Judged, officer: Client, browse: Browse, analyst: Actor
) -> None:
    office = browse(analyst)
    held = f"/assessment/rounds/{planned.id}"
    assert "Chưa có nhiệm vụ nào." in office.get(f"{held}/remedies").text
    send(officer, planned)
    page = office.get(f"{held}/remedies").text
    assert "0/1 nhiệm vụ đã xong." in page
    send(officer, planned, task="Tập huấn công chức")
    officer.send("/assessment/remedies/2/withdraw", {"edition": "1", "reason": "Trùng"})
    assert "0/1 nhiệm vụ đã xong; 1 nhiệm vụ đã rút." in office.get(f"{held}/remedies").text
    book = load_workbook(io.BytesIO(office.get(f"{held}/remedies.xlsx").data))
    assert [cell.value for cell in book["Kế hoạch khắc phục"][2]][:4] == ["Xã An Cọ", "1.1", "Tiêu chí 1.1", 0.5]


def test_open_tasks_stand_on_the_page_of_the_next_round(
    planned: Judged, officer: Client, make_set: MakeSet, make_round: MakeRound
) -> None:
    send(officer, planned)
    sets = {"commune": make_set("commune", key="commune-2026", year=2026)}
    later = make_round(sets=sets, year=2026, title="Kỳ 2026", dates=dict(DATES))
    page = officer.get(f"/assessment/rounds/{later.id}/results/units/{planned.place.communes[0].id}").text
    assert "Nhiệm vụ khắc phục từ kỳ trước chưa xong" in page
    assert "Ban hành kế hoạch" in page
    changes = officer.get(f"/assessment/rounds/{later.id}/results/changes").text
    assert "So với Chỉ số CCHC năm 2025" in changes


def test_a_perfect_unit_has_nothing_to_plan(planned: Judged, officer: Client) -> None:
    send(officer, planned)
    page = officer.get(url(planned)).text
    assert page.count("1.1 Tiêu chí 1.1: mất") == 0


def test_a_document_that_shows_that_a_task_is_done_comes_after_publication(planned: Judged, officer: Client) -> None:
    place = f"/assessment/units/{planned.running.of(planned.place.communes[0])}/evidence/new"
    link = {"summary": "Kế hoạch đã ban hành", "url": "https://example.vn/kh", "note": "Trang 1"}
    closed = officer.get(place)
    assert closed.status_code == 200
    assert "chưa có nhiệm vụ nào" in closed.text
    assert '<form method="post" enctype' not in closed.text
    assert officer.send(place, link).status_code == 409
    send(officer, planned)
    assert f"{place}?task=1" in officer.get(TASK_URL).text
    assert "điểm đã công bố không thay đổi" in officer.get(f"{place}?task=1").text
    assert officer.send(place, {**link, "leaves": ["1.1"]}).status_code == 422
    back = officer.send(f"{place}?task=1", link)
    assert back.location == f"{TASK_URL}?evidence=1#evidence_id"
    assert '<option selected value="1">Kế hoạch đã ban hành' in officer.get(back.location).text
    done = {**TASK, "done_on": "2026-03-16", "evidence_id": "1", "edition": "1"}
    assert "xong ngày 16/03/2026" in officer.send(TASK_URL, done, follow_redirects=True).text


def test_open_tasks_are_carried_into_the_next_round(
    planned: Judged, officer: Client, make_round: MakeRound, make_set: MakeSet
) -> None:
    send(officer, planned)
    dates = {name: day.replace(year=2027) for name, day in DATES.items()}
    later = make_round(year=2026, sets={"commune": make_set("commune", year=2026)}, dates=dates)
    page = f"/assessment/units/{later.of(planned.place.communes[0])}"
    assert "Nhiệm vụ khắc phục từ kỳ trước chưa xong" in officer.get(page).text
    assert "(2025): Ban hành kế hoạch; Ông A, hạn 01/04/2026" in officer.get(page).text
    officer.send(TASK_URL, {**TASK, "done_on": "2026-03-16", "edition": "1"})
    assert "chưa xong" not in officer.get(page).text
