"""Where somebody works is suggested by their address; which post they hold is shown by a page, ORCID or a member, never by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.members import acts as members
from stoa.members.acts.vouching import vouching_link
from stoa.members.models import Application, Draft, KnownDomain, Vouch
from stoa.members.queries import recognised
from stoa.methods.recognition import Listed
from stoa.people import acts as people
from stoa.people.models import Person
from tests.cast import Cast, browser
from tests.members.applying import apply, begin
from tests.members.calling import FACTS, opened
from tests.stage import acting

pytestmark = pytest.mark.django_db
CALL = "/calls/members-2027"
POST = {"post": "Professor of computer science", "page": "https://example.edu/staff/one"}


def tell(person: Person, draft: Draft, **profile: str) -> Draft:
    draft.refresh_from_db()
    return members.save_draft(acting(person), draft=draft, version=draft.version, profile=profile)


def begun(cast: Cast) -> Draft:
    draft = begin(cast.stranger, opened(cast))
    return tell(cast.stranger, draft, post=POST["post"])


def path(draft: Draft) -> str:
    return vouching_link(draft).removeprefix("http://stoa.test")


def test_the_lists_take_the_place_of_those_before_and_an_address_is_looked_up_in_one_query(cast: Cast) -> None:
    members.load_domains(OPERATOR, listed={"old.edu": Listed("Old", "US")})
    assert members.load_domains(OPERATOR, listed={"example.edu": Listed("Example University", "US")}) == 1
    assert KnownDomain.objects.get().name == "Example University"
    with CaptureQueriesContext(connection) as asked:
        assert recognised("a@student.cs.example.edu").organisation == "Example University"
    assert len(asked) == 1
    with pytest.raises(Refused):
        members.load_domains(acting(cast.steward), listed={})


def test_an_organisation_is_suggested_until_one_says_oneself_where_one_works(cast: Cast) -> None:
    members.load_domains(OPERATOR, listed={"example.edu": Listed("Example University", "US")})
    Person.objects.filter(pk=cast.stranger.pk).update(email="a@student.example.edu")
    call = opened(cast)
    draft = members.begin_application(acting(cast.stranger), person=cast.stranger, call=call, facts=FACTS)
    client = browser(cast.stranger)
    page = client.get(f"{CALL}/apply/1").content.decode()
    assert ('value="Example University"' in page, "Suggested by your address (example.edu)" in page) == (True, True)
    tell(cast.stranger, draft, organisation="")
    page = client.get(f"{CALL}/apply/1").content.decode()
    assert ('value="Example University"' in page, "Suggested" in page) == (False, False)


def test_what_an_address_tells_is_shown_to_who_keeps_the_call_and_a_student_never_as_staff(cast: Cast) -> None:
    members.load_domains(OPERATOR, listed={"example.edu": Listed("Example University", "US")})
    Person.objects.filter(pk=cast.stranger.pk).update(email="a@student.example.edu")
    cast.stranger.refresh_from_db()
    one = apply(cast.stranger, opened(cast))
    assert one.address == {"organisation": "Example University", "country": "US", "kind": "student"}
    page = browser(cast.steward).get(f"{CALL}/applications/{one.pk}").content.decode()
    assert ("of Example University, one of students" in page, "one of staff" in page) == (True, False)


def test_a_member_vouches_by_the_link_and_it_counts_until_another_post_is_said(cast: Cast) -> None:
    draft = begun(cast)
    link = path(draft)
    unsigned = link.partition(":")[0]  # what follows tells the second at which it was signed
    assert unsigned in browser(cast.stranger).get(f"{CALL}/mine").content.decode()
    page = browser(cast.member).get(link).content.decode()
    assert ("Stranger" in page, POST["post"] in page) == (True, True)
    assert browser(cast.member).post(link).headers["Location"] == CALL
    assert browser(cast.member).post(link).status_code == 302
    assert Vouch.objects.count() == 1
    members.submit(acting(cast.stranger), draft=draft)
    one = Application.objects.get()
    keeper = browser(cast.steward)
    page = keeper.get(f"{CALL}/applications/{one.pk}").content.decode()
    assert ("member-2, a member, who vouches" in page, "Nothing shows it yet" in page) == (True, False)
    assert keeper.get(f"/api/v1{CALL}/applications/{one.pk}").json()["vouched"] == ["member-2"]
    members.submit(acting(cast.stranger), draft=tell(cast.stranger, draft, post="Dean"))
    page = keeper.get(f"{CALL}/applications/{one.pk}").content.decode()
    assert ("vouches" in page, "Nothing shows it yet" in page) == (False, True)


def test_a_page_orcid_and_a_member_show_a_post_alike(cast: Cast) -> None:
    draft = begun(cast)
    client = browser(cast.stranger)
    assert "Nothing shows it yet" in client.get(f"{CALL}/apply/submit").content.decode()
    tell(cast.stranger, draft, page=POST["page"])
    page = client.get(f"{CALL}/apply/submit").content.decode()
    assert (f'href="{POST["page"]}" rel="nofollow' in page, "Nothing shows it" in page) == (True, False)
    tell(cast.stranger, draft, page="")
    SocialAccount.objects.create(user=cast.stranger, provider="orcid", uid="0000-0002-1694-233X")
    page = client.get(f"{CALL}/apply/submit").content.decode()
    assert ("https://orcid.org/0000-0002-1694-233X" in page, "Nothing shows it" in page) == (True, False)


@pytest.mark.parametrize("wrong", [{"page": "javascript:alert(1)"}, {"page": "example.org"}, {"post": "x" * 121}])
def test_what_can_be_no_page_or_post_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    draft = begun(cast)
    with pytest.raises(Invalid):
        tell(cast.stranger, draft, **wrong)


@pytest.mark.parametrize("who", ["associate", "facilitator", "scrutineer", "stranger"])
def test_nobody_but_a_member_vouches_and_nobody_for_themselves(cast: Cast, who: str) -> None:
    draft = begun(cast)
    person = cast.scrutineers[0] if who == "scrutineer" else getattr(cast, who)
    assert browser(person).get(path(draft)).status_code == 403
    with pytest.raises(Refused):
        members.vouch(acting(person), draft=draft)
    assert not Vouch.objects.exists()


def test_a_member_who_applies_does_not_vouch_for_themselves(cast: Cast) -> None:
    draft = begin(cast.member, opened(cast))
    draft = tell(cast.member, draft, post="Professor")
    with pytest.raises(Refused, match="themselves"):
        members.vouch(acting(cast.member), draft=draft)


def test_a_link_that_is_not_whole_or_out_of_time_serves_nothing(cast: Cast) -> None:
    draft = begun(cast)
    assert browser(cast.member).get("/calls/vouch/forged").status_code == 410
    with clock.travel(draft.call.ends), pytest.raises(Closed):
        members.vouch(acting(cast.member), draft=draft)
    tell(cast.stranger, draft, post="")
    assert browser(cast.member).get(path(draft)).status_code == 410
    with pytest.raises(Closed):
        members.vouch(acting(cast.member), draft=draft)


def test_one_vouches_over_http(cast: Cast) -> None:
    draft = begun(cast)
    mine = browser(cast.stranger).get(f"/api/v1{CALL}/application").json()
    token = mine["vouching"].rsplit("/", 1)[1]
    sent = browser(cast.member).post(f"/api/v1{CALL}/vouch", json.dumps({"token": token}), "application/json")
    assert (sent.status_code, Vouch.objects.get().draft, Vouch.objects.get().person) == (204, draft, cast.member)


def test_erasing_whoever_vouched_erases_that_they_did(cast: Cast) -> None:
    members.vouch(acting(cast.member), draft=begun(cast))
    people.erase(acting(cast.member), person=cast.member)
    assert not Vouch.objects.exists()
