"""Paper forms: what a surveyor tells about them, two ticks, and second forms of a dossier."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.coding import Answer
from questionnaires.loader import questionnaire
from survey_app.db import Database
from survey_app.errors import Conflict, NotOpen, Rejected
from survey_app.models import AuditEvent, Campaign, Counter, DossierMac, Inbox, Unit
from survey_app.policy import Actor, Role
from survey_app.respond import queries, service
from survey_app.respond.tickets import Ticket
from tests.conftest import Client, Clock, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount, MakeActor
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import answers, ticket_of
from tests.factories.units import MakeCounter

SECRET = "a secret of the tests, long enough to be one"
DAY = datetime.date(2026, 3, 2)
Enter = Callable[..., bool]


@pytest.fixture
def counter(province: Unit, make_counter: MakeCounter) -> Counter:
    return make_counter(province)


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign(validity="standard@1")


@pytest.fixture
def enter(make_actor: MakeActor, province: Unit, counter: Counter, campaign: Campaign, clock: Clock) -> Enter:
    """enter(session, "k1", answers, dossier="..."): a form as the surveyor sends it."""
    actor: Actor = make_actor(Role.SURVEYOR, province)

    def send(
        session: Session,
        key: str = "k1",
        sent: dict[str, Answer] | None = None,
        *,
        of: int | None = None,
        **paper: object,
    ) -> bool:
        ticket = Ticket(key, counter.code, campaign.id if of is None else of, "qr-short@1", asks_field=True)
        return service.record_paper(
            session,
            actor,
            queries.open_form(session, counter.code, today=clock.today, channel="B"),
            ticket,
            service.Draft(answers=answers() if sent is None else sent),
            service.Paper(**{"day": DAY, **paper}),
            questionnaire=questionnaire("qr-short@1").definition,
            secret=SECRET,
            now=clock(),
        )

    return send


def test_a_paper_form_has_its_own_day_and_waits_since_today(session: Session, enter: Enter, clock: Clock) -> None:
    assert enter(session, sent=answers(TC0="t", TT0="")) is False
    row = session.scalars(select(Inbox)).one()
    assert (row.channel, row.day, row.entered, row.codes, row.invalid) == ("B", DAY, clock.today, "t.43n4", None)
    assert session.scalars(select(DossierMac)).all() == []
    assert session.scalars(select(AuditEvent.action)).all() == ["submission_entered"]


def test_a_second_form_of_a_dossier_is_kept_with_a_mark(session: Session, enter: Enter) -> None:
    assert [enter(session, f"k{i}", dossier=code) for i, code in enumerate(["HS-1", "HS-2", "HS-1", ""])] == [
        False,
        False,
        True,
        False,
    ]
    assert sorted(str(mark) for mark in session.scalars(select(Inbox.invalid))) == ["None", "None", "None", "d"]
    macs = session.scalars(select(DossierMac.mac)).all()
    assert len(macs) == 2
    assert all("HS" not in mac and len(mac) == 64 for mac in macs)


def test_the_same_dossier_has_another_mac_in_another_campaign(session: Session, make_campaign: MakeCampaign) -> None:
    one, other = make_campaign(accepts="B", counts="B"), make_campaign(accepts="C", counts="C")
    for made, secret in ((one, SECRET), (other, SECRET), (one, "another secret of the tests")):
        assert service._new_dossier(session, made.id, "HS-1", secret)
    assert len(set(session.scalars(select(DossierMac.mac)))) == 3


def test_a_form_sent_twice_is_no_second_form(session: Session, enter: Enter) -> None:
    assert [enter(session, dossier="HS-1") for _ in range(2)] == [False, False]
    assert len(session.scalars(select(Inbox)).all()) == 1
    for other in ({"dossier": "HS-2"}, {"dossier": "HS-1", "day": DAY + datetime.timedelta(days=1)}):
        with pytest.raises(Conflict):
            enter(session, **other)


def test_one_of_many_at_once_is_the_first(database: Database, enter: Enter) -> None:
    def send(number: int) -> bool:
        with database.transaction() as session:
            return enter(session, f"k{number}", dossier="HS-1")

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, range(6))) == [False] + [True] * 5


def test_what_does_not_fit_is_refused_and_leaves_no_dossier(session: Session, enter: Enter) -> None:
    with pytest.raises(NotOpen), session.begin_nested():
        enter(session, of=999, dossier="HS-1")
    with pytest.raises(Rejected), session.begin_nested():
        enter(session, sent=answers(TC0="9"), dossier="HS-1")
    assert session.scalars(select(DossierMac)).all() == []


def test_the_dossier_is_asked_where_a_rule_looks_for_it(session: Session, make_campaign: MakeCampaign) -> None:
    asked = {rules: make_campaign(title=str(rules), validity=rules) for rules in ("standard@1", "none@1", None)}
    found = {rules: queries.asks_dossier(session, made.id) for rules, made in asked.items()}
    assert found == {"standard@1": True, "none@1": False, None: False}


# --- the page


@pytest.fixture
def surveyor(sign_in: SignIn, make_account: MakeAccount, province: Unit) -> Client:
    return sign_in(make_account(Role.SURVEYOR, province))


def send(client: Client, url: str, **changes: object) -> tuple[int, str]:
    """What is answered to a form that is filled in; after a redirect, what the next page says."""
    form = {"paper_day": "2026-03-02", "CHUNG": "4", "ticket": ticket_of(client.get(url).text), **changes}
    response = client.send(url, form)
    return response.status_code, client.get(response.location).text if response.location else response.text


@pytest.fixture
def url(counter: Counter, campaign: Campaign) -> str:
    return f"/respond/entry/{counter.code}"


def test_the_page_asks_what_only_paper_has(client: Client, surveyor: Client, url: str, counter: Counter) -> None:
    page = surveyor.get(url).text
    assert 'name="paper_day" id="paper_day" max="2026-03-16" value="2026-03-16"' in page
    assert page.count("Đánh dấu 2 ô") == len(questionnaire("qr-short@1").definition.rated)
    assert 'name="dossier"' in page
    assert "data-form" not in page  # nothing of another's form stays in the browser
    public = client.get(f"/r/{counter.code}").text
    for only_paper in ("paper_day", "dossier", "Đánh dấu 2 ô", 'value="t"'):
        assert only_paper not in public, only_paper


@on_sqlite
def test_the_page_asks_for_no_dossier_without_a_rule(
    surveyor: Client, make_campaign: MakeCampaign, counter: Counter
) -> None:
    make_campaign()
    page = surveyor.get(f"/respond/entry/{counter.code}").text
    assert 'name="paper_day"' in page
    assert 'name="dossier"' not in page


def test_a_form_with_blanks_and_two_ticks_is_taken(surveyor: Client, url: str, database: Database) -> None:
    status, page = send(surveyor, url, TC0="t", dossier="  hs 01 ")
    assert status == 303
    assert "Đã ghi phiếu. Có thể nhập phiếu tiếp theo." in page
    assert 'value="2026-03-02"' in page  # the next one is likely of the same day
    with database.reading() as session:
        row = session.execute(select(Inbox.codes, Inbox.day, Inbox.channel)).one()
    assert row == ("t....4", DAY, "B")
    status, page = send(surveyor, url, dossier="HS  01")
    assert (status, "Hồ sơ này đã có một phiếu trước đó" in page) == (303, True)


@pytest.mark.parametrize("day", ["", "2026-03-17", "2025-03-15", "31/02/2026", "hôm nay"])
@on_sqlite
def test_a_day_that_cannot_be_is_refused_with_the_form_kept(surveyor: Client, url: str, day: str) -> None:
    status, page = send(surveyor, url, paper_day=day, dossier="HS-1")
    assert status == 422
    assert '<a href="#paper_day">Ngày ghi trên phiếu</a>' in page
    assert 'name="dossier" id="dossier" autocomplete="off" maxlength="60" value="HS-1"' in page
    assert "Not a valid" not in page


@pytest.mark.parametrize("day", ["2026-03-16", "2025-03-16", "02/03/2026"])
@on_sqlite
def test_a_day_within_a_year_is_taken(surveyor: Client, url: str, day: str) -> None:
    assert send(surveyor, url, paper_day=day)[0] == 303


@on_sqlite
def test_a_code_that_is_too_long_is_refused(surveyor: Client, url: str) -> None:
    status, page = send(surveyor, url, dossier="x" * 61)
    assert (status, "Mã hồ sơ dài nhất 60 ký tự." in page) == (422, True)


@on_sqlite
def test_a_citizen_cannot_send_two_ticks(client: Client, url: str, counter: Counter, database: Database) -> None:
    public = f"/r/{counter.code}"
    form = {"TC0": "t", "TT0": "4", "CC0": "4", "KQ0": "4", "PA0": "4", "CHUNG": "4"}
    response = client.post(public, data={**form, "ticket": ticket_of(client.get(public).text)})
    assert response.status_code == 422
    assert "Câu trả lời này không có trong phiếu." in response.text
    with database.reading() as session:
        assert session.scalars(select(Inbox)).all() == []
