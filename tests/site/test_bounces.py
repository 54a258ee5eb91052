"""Somebody whose mail comes back sees it and mends it; who keeps a call sees whom mail does not reach."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client

from stoa.cli.checks.duties import outbox as no_mail_is_stuck
from stoa.kit import bounces, clock, outbox
from stoa.kit.act import OPERATOR
from stoa.kit.models import Bounce, Mail
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.people.tasks import forget_what_expired
from stoa.site.queries.waiting import waiting
from tests.cast import Cast, browser
from tests.members.applying import apply
from tests.members.calling import opened
from tests.stage import acting, begin

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


@pytest.fixture
def ada() -> Person:
    cache.clear()
    begin()
    made = people.admit(OPERATOR, name="Ada", email=ADA)
    EmailAddress.objects.create(user=made, email=ADA, primary=True, verified=True)
    bounces.mark(ADA, "5.1.1")
    return made


def last_mail(pattern: str) -> str:
    outbox.deliver_due()
    found = re.search(pattern, str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None
    return found[0].strip()


def test_home_and_the_page_of_addresses_say_it_and_how_to_mend_it(ada: Person) -> None:
    titles = [item.title for item in waiting(acting(ada))]
    assert f"Mail to {ADA} comes back: confirm your address anew or give another" in titles
    page = browser(ada).get("/account/email/").content.decode()
    assert "Mail to this address comes back" in page
    assert "5.1.1" in page
    assert browser(ada).get("/api/v1/me").json()["mail_comes_back"] is True


def test_confirming_the_address_anew_clears_it(ada: Person) -> None:
    mine = browser(ada)
    mine.post("/account/email/", {"email": ADA, "action_send": ""})
    mine.post(last_mail(r"/account/confirm-email/\S+"))
    assert not Bounce.objects.exists()
    assert EmailAddress.objects.get().verified
    assert mine.get("/api/v1/me").json()["mail_comes_back"] is False


def test_signing_in_by_a_code_clears_it(ada: Person, client: Client) -> None:
    client.post("/account/login/code/", {"email": ADA})
    client.post("/account/login/code/confirm/", {"code": last_mail(r"^    \S+$")})
    assert not Bounce.objects.exists()
    assert EmailAddress.objects.get().verified


def test_who_keeps_a_call_sees_whom_mail_does_not_reach(cast: Cast) -> None:
    call = opened(cast)
    lost, reached = (apply(person, call) for person in cast.members[:2])
    steward: Any = browser(cast.steward)
    page = f"/calls/{call.slug}/applications"
    assert "Mail does not reach everybody" not in steward.get(page).content.decode()
    bounces.mark(lost.person.email or "", "5.1.1")
    assert "From 1 of those who applied mail comes back" in steward.get(page).content.decode()
    listed = [one["number"] for one in steward.get(f"/api/v1{page}?back=true").json()["items"]]
    assert listed == [lost.pk]
    shown = steward.get(f"{page}?back=yes").content.decode()
    assert (lost.name in shown, reached.name in shown) == (True, False)
    assert lost.person.email not in shown


def _posted(to: Person, kind: str, body: str) -> None:
    outbox.post(kind=kind, to=to.email or "", person_id=to.pk, subject=kind, body=body)


def _sent(*kinds: str) -> list[tuple[list[str], str]]:
    outbox.deliver_due()
    return [(one.to, str(one.body)) for one in mail.outbox if one.subject in kinds]


def test_what_was_decided_is_held_and_sent_once_the_address_is_confirmed_and_reminders_are_not(ada: Person) -> None:
    _posted(ada, "call-decision", "You are in.")
    _posted(ada, "vote-reminder", "Vote.")
    assert _sent("call-decision", "vote-reminder") == []
    held = Mail.objects.get(kind="call-decision")
    assert (held.error, held.body, Mail.objects.get(kind="vote-reminder").body) == ("held", "You are in.", "")
    assert not list(no_mail_is_stuck())
    mine = browser(ada)
    assert "<b>1 mail</b> about what was decided or done is held" in mine.get("/account/email/").content.decode()

    mine.post("/account/email/", {"email": ADA, "action_send": ""})
    mine.post(last_mail(r"/account/confirm-email/\S+"))
    assert _sent("call-decision", "vote-reminder") == [([ADA], "You are in.")]
    assert _sent("call-decision") == [([ADA], "You are in.")]
    held.refresh_from_db()
    assert (held.body, held.error, held.sent is not None) == ("", "", True)


def test_what_was_held_goes_to_another_address_that_takes_its_place(ada: Person) -> None:
    _posted(ada, "call-decision", "You are in.")
    assert _sent("call-decision") == []
    other = "ada@elsewhere.example"
    EmailAddress.objects.create(user=ada, email=other, verified=True)
    browser(ada).post("/account/email/", {"email": other, "action_primary": ""})
    assert _sent("call-decision") == [([other], "You are in.")]


def test_what_is_held_for_too_long_is_dropped_and_what_is_erased_is_gone(ada: Person) -> None:
    _posted(ada, "call-decision", "You are in.")
    assert _sent("call-decision") == []
    with clock.travel(clock.now() + bounces.HELD_FOR):
        forget_what_expired()
        assert list(Mail.objects.values_list("error", "body")) == [("withheld", "")]
        bounces.clear(ADA)
        assert _sent("call-decision") == []
    bounces.mark(ADA, "5.1.1")
    _posted(ada, "call-decision", "You are in.")
    assert _sent("call-decision") == []
    people.erase(OPERATOR, person=ada)
    assert _sent("call-decision") == []
    assert not Mail.objects.exists()


def test_each_kind_that_is_held_is_a_mail_that_there_is() -> None:
    known = {path.stem for path in (Path(settings.TEXTS) / "mail").glob("*.txt")}
    assert known >= bounces.LASTS
