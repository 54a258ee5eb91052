"""What stewards, founders and organisers do on pages: announcing, extending, mails that two people answer for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.models import Announcement, Round
from stoa.agenda.tasks import advance
from stoa.kit import clock
from stoa.kit.clock import ANYWHERE_ON_EARTH
from stoa.kit.models import Mail
from stoa.people import acts as people
from stoa.record.models import Entry
from tests.api.calling import Program
from tests.cast import Cast, browser, settle
from tests.stage import Stage, acting, at

pytestmark = pytest.mark.django_db


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def dates(first: int = 1, second: int = 20, third: int = 30) -> dict[str, str]:
    names = ("questions_open", "vote_opens", "vote_closes")
    days = zip(names, (first, second, third), strict=True)
    return {name: f"{clock.now() + timedelta(days=day):%Y-%m-%dT%H:%M}" for name, day in days}


def filled(**changes: str) -> dict[str, str]:
    return {"title": "What next?", "slug": "next", "summary": "Because.", "once": "k", **dates(), **changes}


def test_a_steward_announces_a_round() -> None:
    cast = Cast()
    sent = filled()
    answer = browser(cast.steward).post("/agenda/new", sent)
    assert answer.headers["Location"] == "/agenda/next"
    round_ = Round.objects.get()
    assert (round_.title, round_.summary, round_.anywhere_on_earth) == ("What next?", "Because.", False)
    assert f"{round_.vote_closes:%Y-%m-%dT%H:%M}" == sent["vote_closes"]


def test_instants_anywhere_on_earth_are_read_twelve_hours_west() -> None:
    cast = Cast()
    sent = filled(vote_closes="2027-03-31T23:59", anywhere_on_earth="on")
    with clock.travel(datetime(2027, 1, 1, tzinfo=UTC)):
        browser(cast.steward).post(
            "/agenda/new", sent | {"vote_opens": "2027-03-01T12:00", "questions_open": "2027-02-01T12:00"}
        )
    round_ = Round.objects.get()
    assert round_.vote_closes == datetime(2027, 3, 31, 23, 59, tzinfo=ANYWHERE_ON_EARTH)
    assert round_.vote_closes == datetime(2027, 4, 1, 11, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"vote_closes": "2027-02-30T12:00"}, "This is not a date and time that exists."),
        ({"vote_closes": "9999-12-31T23:59"}, "This year lies too far off."),
        ({"vote_closes": "0001-01-01T00:00", "anywhere_on_earth": "on"}, "This year lies too far off."),
        ({"vote_closes": ""}, "Give a date and time."),
        ({"vote_opens": "2020-01-01T12:00"}, "would"),
        ({"slug": "new"}, "This short name can&#x27;t stand in an address."),
        ({"slug": "Not Good"}, "This short name can&#x27;t stand in an address."),
        ({"title": ""}, "This field is required."),
    ],
)
def test_a_faulty_announcement_comes_back_with_everything_typed(changes: dict[str, str], says: str) -> None:
    cast = Cast()
    answer = browser(cast.steward).post("/agenda/new", filled(**changes))
    assert answer.status_code == 422
    assert says in text(answer)
    assert "Because." in text(answer)
    assert not Round.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "member", "associate", "facilitator"])
def test_others_announce_nothing(who: str) -> None:
    cast = Cast()
    assert browser(getattr(cast, who)).post("/agenda/new", filled()).status_code == 422
    assert not Round.objects.exists()


def test_who_announces_learns_that_too_few_are_there_to_estimate() -> None:
    stage = Stage()
    page = browser(stage.steward)
    stage.admit(2)
    assert "So far 3 people here can" in text(page.get("/agenda/new"))
    stage.admit(1)
    assert "Too few for a vote" not in text(page.get("/agenda/new"))


def test_without_a_second_factor_a_steward_is_led_to_it_and_keeps_the_text() -> None:
    cast = Cast()
    answer = browser(cast.steward, second_factor=False).post("/agenda/new", filled())
    assert answer.status_code == 403
    assert "/factor?next=%2Fagenda%2Fnew" in answer.content.decode()
    assert answer.content.decode().count('value="Because.') == 1
    assert not Round.objects.exists()


def test_a_phase_is_made_longer_and_not_shorter() -> None:
    cast = Cast()
    round_ = cast.round()
    client = browser(cast.steward)
    later = round_.vote_closes + timedelta(days=3)
    shorter = round_.vote_closes - timedelta(days=1)
    answer = client.post("/agenda/2027/extend", {"vote_closes": f"{shorter:%Y-%m-%dT%H:%M}", "once": "a"})
    assert answer.status_code == 422
    assert "A phase can only be made longer." in text(answer)
    answer = client.post("/agenda/2027/extend", {"vote_closes": f"{later:%Y-%m-%dT%H:%M:%S}", "once": "b"})
    assert answer.headers["Location"] == "/agenda/2027"
    round_.refresh_from_db()
    assert round_.vote_closes == later.replace(microsecond=0)


def test_why_a_phase_was_made_longer_stands_in_its_history_until_who_said_it_is_erased() -> None:
    cast = Cast()
    round_ = cast.round()
    client = browser(cast.steward)
    assert '<label for="id_reason">Why' in text(client.get("/agenda/2027/extend"))
    later = {"vote_closes": f"{round_.vote_closes + timedelta(days=3):%Y-%m-%dT%H:%M:%S}"}
    answer = client.post("/agenda/2027/extend", {**later, "reason": "x" * 501, "once": "a"})
    assert answer.status_code == 422
    client.post("/agenda/2027/extend", {**later, "reason": " The <b>mail</b> server\nwas down. ", "once": "b"})
    settle()
    told = "<p>Why: The &lt;b&gt;mail&lt;/b&gt; server was down.</p>"
    assert [told in text(browser().get(path)) for path in ("/agenda/2027", "/agenda/2027/history")] == [True, True]
    entry = Entry.objects.get(type="agenda.round.extended")
    assert b"server" not in bytes(entry.body)
    assert "The text is the one that was sealed." in text(browser().get(f"/record/entry/{entry.placement.position}"))
    people.erase(acting(cast.steward), person=cast.steward)
    assert "Why:" not in text(browser().get("/agenda/2027/history"))


def test_the_organiser_of_this_round_may_and_of_another_may_not() -> None:
    cast = Cast()
    mine, other = cast.round("2027"), cast.round("2028")
    client = browser(cast.organiser(f"round:{mine.pk}"))
    assert client.get(f"/agenda/{mine.slug}/extend").status_code == 200
    assert client.get(f"/agenda/{other.slug}/extend").status_code == 403
    assert client.get(f"/agenda/{mine.slug}/mails").status_code == 200
    assert client.get(f"/agenda/{other.slug}/mails").status_code == 403


@pytest.mark.parametrize("who", ["stranger", "member", "associate", "scrutineer"])
def test_others_see_neither_mails_nor_the_way_to_extend(who: str) -> None:
    cast = Cast()
    round_ = cast.round()
    draft = agenda.draft_announcement(acting(cast.steward), round=round_, subject="Soon", body="Secret draft")
    client = browser(cast.scrutineers[0] if who == "scrutineer" else getattr(cast, who))
    for path in ("/agenda/2027/extend", "/agenda/2027/mails", f"/agenda/2027/mails/{draft.pk}"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "Secret draft" not in text(answer)
    assert "/mails" not in text(client.get("/agenda/2027"))


def test_a_mail_goes_out_when_a_second_person_confirms_it() -> None:
    cast = Cast()
    cast.round()
    first, second = browser(cast.facilitator), browser(cast.steward)
    first.post("/agenda/2027/mails", {"subject": "Soon <b>", "body": "The vote opens soon.", "once": "a"})
    draft = Announcement.objects.get()
    path = f"/agenda/2027/mails/{draft.pk}"
    assert "Soon &lt;b&gt;" in text(second.get(path))
    assert "Send it to 8 people" in text(second.get(path))
    assert "<button>Send it" not in text(first.get(path))
    assert first.post(path, {"once": "b"}).status_code == 422
    assert not Mail.objects.filter(kind="announcement").exists()
    assert second.post(path, {"once": "c"}).status_code == 302
    assert Mail.objects.filter(kind="announcement").count() == 8
    assert "addressed to 8 people" in text(second.get("/agenda/2027/mails"))


def test_who_may_only_draft_mails_reads_no_draft_of_others_until_it_went_out() -> None:
    cast = Cast()
    round_ = cast.round()
    own = agenda.draft_announcement(acting(cast.facilitator), round=round_, subject="Own draft", body="Mine")
    theirs = agenda.draft_announcement(acting(cast.steward), round=round_, subject="Secret draft", body="Theirs")
    drafter, program = browser(cast.facilitator), Program.of(cast.facilitator)
    page = text(drafter.get("/agenda/2027/mails"))
    assert ("Own draft" in page, "Secret draft" in page) == (True, False)
    assert [drafter.get(f"/agenda/2027/mails/{one.pk}").status_code for one in (own, theirs)] == [200, 404]
    listed = "/rounds/2027/announcements"
    assert [one["number"] for one in program.get(listed)["items"]] == [own.pk]
    program.post(f"{listed}/{theirs.pk}/confirm", {}, status=404)
    for one in (own, theirs):
        assert one.subject in text(browser(cast.founder).get(f"/agenda/2027/mails/{one.pk}"))
    agenda.confirm_announcement(acting(cast.founder), announcement=theirs)
    assert "Secret draft" in text(drafter.get("/agenda/2027/mails"))
    assert [one["number"] for one in program.get(listed)["items"]] == [theirs.pk, own.pk]


def test_who_drafted_a_mail_does_not_send_it() -> None:
    cast = Cast()
    round_ = cast.round()
    draft = agenda.draft_announcement(acting(cast.steward), round=round_, subject="Soon", body="Text")
    path = f"/agenda/2027/mails/{draft.pk}"
    client = browser(cast.steward)
    assert "Another steward or founder has to confirm it" in text(client.get(path))
    assert "Somebody else has to confirm it." in text(client.post(path, {"once": "a"}))
    assert not Mail.objects.filter(kind="announcement").exists()


def test_a_mail_of_another_round_is_not_found_under_this_one() -> None:
    cast = Cast()
    draft = agenda.draft_announcement(acting(cast.steward), round=cast.round("2027"), subject="Soon", body="Text")
    cast.round("2028")
    assert browser(cast.steward).get(f"/agenda/2028/mails/{draft.pk}").status_code == 404


def test_after_the_close_nothing_is_made_longer() -> None:
    cast = Cast()
    round_ = cast.round()
    cast.question(round_, "One?", cost=10, hours=20)
    with at(round_.vote_opens):
        advance()
    with at(round_.vote_closes):
        advance()
        assert browser(cast.steward).get("/agenda/2027/extend").status_code == 403
        assert "/extend" not in text(browser(cast.steward).get("/agenda/2027"))
