"""What the address of a results page asks for: order, filter, another campaign, nothing that is there."""

from survey_app.models import Campaign
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign
from tests.survey_app.results.conftest import World
from tests.survey_app.results.pages import said, several

__all__ = ["several"]


def order(page: str) -> list[str]:
    found = [(page.index(f">{name}</a>"), name) for name in ("Xã An Cọ", "Xã Bình Đa") if f">{name}</a>" in page]
    return [name for _, name in sorted(found)]


@on_sqlite
def test_the_address_sorts_and_filters(browser: Client, several: Campaign) -> None:
    an, binh = "Xã An Cọ", "Xã Bình Đa"

    def shown(query: str) -> list[str]:
        return order(browser.get(f"/results/{several.id}/units?{query}").text)

    assert shown("") == shown("sort=name") == shown("sort=nonsense") == shown("sort=-n") == [an, binh]
    assert shown("sort=-name") == shown("sort=n") == shown("sort=-rate") == [binh, an]
    assert shown("sort=rate") == [an, binh]
    assert shown("q=bình") == [binh]
    assert shown("q=XÃ&sort=-name") == [binh, an]
    page = browser.get(f"/results/{several.id}/units?sort=-rate&q=xã").text
    assert 'aria-sort="descending"' in page
    assert "sort=rate&amp;q=x%C3%A3" in page
    empty = said(browser.get(f"/results/{several.id}/units?q=không có"))
    assert "Không có đơn vị nào có tên như vậy." in empty


@on_sqlite
def test_a_filter_is_text_and_nothing_else(browser: Client, several: Campaign) -> None:
    page = browser.get(f"/results/{several.id}/units", query_string={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert(1)" not in page


@on_sqlite
def test_another_campaign_on_the_same_page(browser: Client, filled: Campaign, world: World) -> None:
    address = f"/results/choose?page=trend&campaign={filled.id}&unit={world.an.id}"
    assert browser.get(address).headers["Location"] == f"/results/{filled.id}/trend?unit={world.an.id}"
    for query in ("page=nothing&campaign=1", "page=trend", "campaign=x", ""):
        assert browser.get(f"/results/choose?{query}").status_code == 404, query


@on_sqlite
def test_what_does_not_exist_is_not_found(browser: Client, filled: Campaign, make_campaign: MakeCampaign) -> None:
    draft = make_campaign(state="draft")
    for url in (
        f"/results/{draft.id}/overview",
        "/results/99/overview",
        f"/results/{filled.id}/nothing",
        f"/results/{filled.id}/overview?unit=999",
        f"/results/{filled.id}/report.pdf?unit=999",
        f"/results/{filled.id}/report.doc",
    ):
        assert browser.get(url).status_code == 404, url
