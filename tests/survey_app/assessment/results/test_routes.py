"""The pages and documents of a round's results."""

import io
from collections.abc import Callable
from typing import cast

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from survey_app.assessment.flow import State
from survey_app.assessment.results.kept import Kept
from survey_app.assessment.results.routes import MAKING, PAGES, PAPERS
from survey_app.policy import Actor
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Browse, events
from tests.survey_app.assessment.judged import Judged, judged

__all__ = ["judged"]
UNVERIFIED = "chưa đối chiếu văn bản gốc"
NOT_OFFICIAL = "không phải Chỉ số cải cách hành chính (PAR INDEX)"
pytestmark = on_sqlite


@pytest.fixture
def office(browse: Browse, analyst: Actor) -> Client:
    return browse(analyst)


def url(judged: Judged, rest: str) -> str:
    return f"/assessment/rounds/{judged.id}/{rest}"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_that_the_set_was_not_checked(judged: Judged, office: Client, name: str) -> None:
    page = office.get(url(judged, f"results/{name}")).text
    assert UNVERIFIED in page
    assert NOT_OFFICIAL in page
    assert "chưa công bố" in page


def test_the_ranking_shows_index_interval_places_and_class(judged: Judged, office: Client) -> None:
    page = office.get(url(judged, "results"), follow_redirects=True).text
    assert "88,50\u00a0%" in page
    assert "8,80/10" in page
    assert "từ thứ 1 đến thứ 2" in page or "thứ 1" in page
    assert "3 xã, phường có chỉ số, cao nhất Xã An Cọ" in page
    assert page.index("Xã An Cọ") < page.index("Xã Bình Thủy")
    assert "chart/commune.svg" in page
    assert "chart/department.svg" not in page  # one unit alone
    assert "papers/evidence.pdf" in page


def test_a_unit_is_led_to_its_own_page_before_publication(judged: Judged, browse: Browse, inspector: Actor) -> None:
    client, own = browse(inspector), judged.place.communes[0].id
    response = client.get(url(judged, "results"))
    assert response.location == url(judged, f"results/units/{own}")
    ranking = client.get(url(judged, "results/ranking")).text
    assert "Xã Bình Thủy" not in ranking
    assert "chưa có xếp hạng" in ranking
    assert client.get(url(judged, f"results/units/{judged.place.communes[1].id}")).status_code == 404
    page = client.get(url(judged, f"results/units/{own}")).text
    assert "xếp thứ" not in page
    assert "Hạng có thể" not in page


def test_after_publication_a_unit_sees_the_others(judged: Judged, browse: Browse, inspector: Actor) -> None:
    judged.publish()
    client = browse(inspector)
    assert "Xã Bình Thủy" in client.get(url(judged, "results"), follow_redirects=True).text
    page = client.get(url(judged, f"results/units/{judged.place.communes[1].id}")).text
    assert "xếp thứ 3 trong 3 xã, phường" in page
    assert "remedies" not in page  # not its own
    assert "chỉ xem được hạng và điểm" in page
    other = judged.place.communes[1].id
    for path in (f"results/units/{other}/moves", f"papers/units/{other}/form.pdf"):
        assert path not in page
        assert client.get(url(judged, path)).status_code == 404
    details = client.get(url(judged, f"papers/units/{other}/details.xlsx")).data
    assert "Số nhiệm vụ" not in str(list(load_workbook(io.BytesIO(details))["Chi tiết"].values))
    behind = load_workbook(io.BytesIO(client.get(url(judged, "papers/evidence.xlsx")).data))["Tiêu chí"]
    assert {row[0].value for row in behind.iter_rows(min_row=4)} == {"Xã An Cọ"}
    assert "/remedies" in client.get(url(judged, f"results/units/{judged.place.communes[0].id}")).text


def test_the_page_of_a_unit_has_every_leaf_with_every_stage(judged: Judged, office: Client, appraiser: Actor) -> None:
    key = judged.running.of(judged.place.communes[0])
    judged.document(0, "1.1", number="12/KH", url="https://example.org")
    judged.make_mark(key, "1.1", "2.25", stage="council", reason="Thống nhất", deducted="0.25")
    judged.ask()
    judged.correct(appraiser, "1.3", "0.5")
    page = office.get(url(judged, f"results/units/{judged.place.communes[0].id}")).text
    for part in (
        "Đạt 100%: 3; từ 80% đến dưới 100%", "Số nhiệm vụ hoàn thành: 100", "Hội đồng: 2,25 (Thống nhất)", "trừ 0,25",
        "Hỏi: Thiếu báo cáo?", "Đã bổ sung", "12/KH", "https://example.org", "Đính chính", "Nguồn: Báo cáo năm 2025",
        "Người chấm cho điểm.", "Xã An Cọ mất tổng cộng",
    ):  # fmt: skip
        assert part in page, part


def test_the_page_of_a_special_unit(judged: Judged, office: Client) -> None:
    page = office.get(url(judged, f"results/units/{judged.place.communes[2].id}")).text
    assert "Phường Cao Sơn không áp dụng 1 tiêu chí (2 điểm)" in page
    assert "Không phát sinh" in page
    special = office.get(url(judged, "results/special")).text
    assert "6,45/(10 − 2) = 80,63\u00a0%" in special
    assert "1.2 Tiêu chí 1.2" in special


def test_losses_gaps_fields_and_last_year(judged: Judged, office: Client) -> None:
    assert "Mất nhiều nhất ở tiêu chí" in office.get(url(judged, "results/losses")).text
    assert "tự chấm bằng điểm được công nhận" in office.get(url(judged, "results/gaps")).text
    assert "91,67\u00a0%" in office.get(url(judged, "results/fields")).text
    assert "Chưa có kỳ đánh giá nào" in office.get(url(judged, "results/changes")).text
    assert "Phiên bản" in office.get(url(judged, "results/method")).text


def test_what_would_move_a_unit(judged: Judged, office: Client, browse: Browse, inspector: Actor) -> None:
    unit = judged.place.communes[0].id
    page = office.get(url(judged, f"results/units/{unit}/moves?aim=rank")).text
    assert "Thứ hạng" in page
    assert "Tiêu chí 1.1: thêm 0,50 điểm, chỉ số lên 93,50\u00a0%." in page
    own = browse(inspector).get(url(judged, f"results/units/{unit}/moves?aim=rank")).text
    assert "Thứ hạng" not in own


def test_a_unit_without_a_next_step_says_so(judged: Judged, browse: Browse, inspector: Actor) -> None:
    judged.all_to(State.DRAFT)
    page = browse(inspector).get(url(judged, f"results/units/{judged.place.communes[0].id}/moves")).text
    assert "Không có tiêu chí nào tính được mức kế tiếp" in page


def test_the_drawing_of_a_block(judged: Judged, office: Client) -> None:
    response = office.get(url(judged, "results/chart/commune.svg"))
    assert response.mimetype == "image/svg+xml"
    assert "Xã An Cọ" in response.text
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert office.get(url(judged, "results/chart/hamlet.svg")).status_code == 404


@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize("ending", ["pdf", "xlsx", "docx"])
def test_documents_of_a_round(judged: Judged, office: Client, kind: str, ending: str) -> None:
    response = office.get(url(judged, f"papers/{kind}.{ending}"))
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.data.startswith(b"%PDF" if ending == "pdf" else b"PK")


class Noted(Kept[bytes]):
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(0)
        self.keys: list[tuple[object, ...]] = []

    def get(self, key: object, make: Callable[[], bytes]) -> bytes:
        self.keys.append(cast(tuple[object, ...], key))
        return super().get(key, make)


def test_who_sees_the_same_at_the_same_moment_waits_for_one_document(
    judged: Judged, office: Client, browse: Browse, inspector: Actor
) -> None:
    own, noted = browse(inspector), Noted()
    own.application.extensions[MAKING] = noted
    for client in (office, own):
        client.get(url(judged, "papers/results.xlsx"))
    judged.publish()
    for client in (office, own):
        client.get(url(judged, "papers/results.xlsx"))
    (_, _, first, wide), (_, _, second, narrow), *published = noted.keys
    assert wide != narrow
    assert first != second  # the first download is an event of the log
    assert published[0][3] == published[1][3]
    assert {key[:2] for key in noted.keys} == {(f"round {judged.id} results", "xlsx")}


def test_documents_of_a_unit_are_noted_when_they_are_taken(
    judged: Judged, browse: Browse, inspector: Actor, session: Session
) -> None:
    client, unit = browse(inspector), judged.place.communes[0].id
    form = client.get(url(judged, f"papers/units/{unit}/form.docx")).data
    details = client.get(url(judged, f"papers/units/{unit}/details.xlsx")).data
    assert any(UNVERIFIED in paragraph.text for paragraph in Document(io.BytesIO(form)).paragraphs)
    assert load_workbook(io.BytesIO(details))["Chi tiết"]["A4"].value == "Xã An Cọ"
    assert events(session, "download") == [{"form": "docx"}, {"form": "xlsx"}]
    foreign = judged.place.communes[1].id
    assert client.get(url(judged, f"papers/units/{foreign}/form.pdf")).status_code == 404


def test_a_unit_takes_only_what_it_sees(judged: Judged, browse: Browse, inspector: Actor) -> None:
    content = browse(inspector).get(url(judged, "papers/evidence.xlsx")).data
    page = load_workbook(io.BytesIO(content))["Tiêu chí"]
    assert {row[0].value for row in page.iter_rows(min_row=4)} == {"Xã An Cọ"}
