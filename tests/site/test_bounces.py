"""Somebody whose mail comes back sees it and mends it; who keeps a call sees whom mail does not reach."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from stoa.kit import bounces, outbox
from stoa.kit.act import OPERATOR
from stoa.kit.models import Bounce
from stoa.people import acts as people
from stoa.people.models import Person
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
