from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from stoa.kit.act import OPERATOR
from stoa.people import acts as people
from stoa.people.links import hashed
from stoa.people.models import ApiToken, Organisation, Person, Tie
from stoa.people.queries import directory, holders
from stoa.record.models import Entry
from tests.cast import Cast, browser, settle
from tests.stage import acting

pytestmark = pytest.mark.django_db
MINE = tuple(f"/people/me{side}" for side in ("", "/following", "/away", "/ties", "/keys", "/looks", "/leave"))


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def me(cast: Cast) -> Client:
    return browser(cast.member)


def once(client: Client, path: str) -> str:
    """The key of a form as served, by which it acts once."""
    found = re.search(r'name="once" value="([^"]+)"', text(client.get(path)))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", MINE)
def test_ones_own_pages_lead_visitors_to_sign_in_and_are_kept_by_no_cache(
    client: Client, cast: Cast, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/account/login/?next={path.replace('/', '%2F')}"
    assert "no-store" in browser(cast.stranger).get(path)["Cache-Control"]


def test_a_profile_is_changed_and_leaves_nothing_on_the_record(cast: Cast, me: Client) -> None:
    before = Entry.objects.count()
    filled = {"form": "profile", "name": " Ada  Byron ", "pronouns": "she/her", "zone": "Europe/Zurich"}
    assert me.post("/people/me", filled).status_code == 302
    changed = Person.objects.get(pk=cast.member.pk)
    assert (changed.name, changed.pronouns, changed.zone) == ("Ada Byron", "she/her", "Europe/Zurich")
    assert Entry.objects.count() == before
    assert "Your profile is changed." in text(me.get("/people/me"))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "Give the name that others will see."),
        ("name", "x" * 121, "120"),
        ("pronouns", "x" * 41, "40"),
        ("zone", "Mars/Olympus", "There is no such zone."),
        ("zone", "../../etc/passwd", "There is no such zone."),
    ],
)
def test_a_fault_in_the_profile_is_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, me: Client, field: str, value: str, says: str
) -> None:
    filled = {"form": "profile", "name": "Ada", "pronouns": "she/her", "zone": ""} | {field: value}
    answer = me.post("/people/me", filled)
    assert answer.status_code == 422
    assert says in text(answer)
    assert "she/her" in text(answer) or field == "pronouns"
    assert Person.objects.get(pk=cast.member.pk).name == "member-2"


def test_times_are_told_in_the_zone_that_one_chose(cast: Cast, me: Client) -> None:
    settle()
    assert "UTC" in text(me.get("/record"))
    me.post("/people/me", {"form": "profile", "name": "Ada", "zone": "Asia/Kathmandu"})
    assert "UTC+05:45" in text(me.get("/record"))
    assert "UTC+05:45" not in text(Client().get("/record"))


def test_mails_are_chosen(cast: Cast, me: Client) -> None:
    me.post("/people/me", {"form": "mail"})
    assert not Person.objects.get(pk=cast.member.pk).wants_mail
    me.post("/people/me", {"form": "mail", "wants": "on"})
    assert Person.objects.get(pk=cast.member.pk).wants_mail


def test_a_tie_is_declared_by_the_name_of_the_organisation_and_ended(cast: Cast, me: Client) -> None:
    north = people.add_organisation(OPERATOR, name="University North")
    filled = {"kind": "employment", "organisation": "university NORTH", "start": "2020-01-01", "end": ""}
    assert me.post("/people/me/ties", filled).status_code == 302
    tie = Tie.objects.get()
    assert (tie.person, tie.organisation, tie.start, tie.end) == (cast.member, north, date(2020, 1, 1), None)
    assert me.post(f"/people/me/ties/{tie.pk}/end", {"end": "2021-06-30"}).status_code == 302
    tie.refresh_from_db()
    assert tie.end == date(2021, 6, 30)
    facts = [entry.type for entry in Entry.objects.filter(actor=f"person:{cast.member.pk}")]
    assert facts == ["people.tie.declared", "people.tie.declared"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"organisation": "South"}, "is not on the list yet"),
        ({"end": "2019-12-31"}, "It ends before it starts."),
        ({"start": "2020-13-01"}, "Enter a valid date"),
        ({"start": "0001-01-01"}, "Check the year."),
        ({"start": "3020-01-01"}, "Check the year."),
        ({"kind": "love"}, "love"),
    ],
)
def test_a_tie_that_cannot_be_is_refused_with_what_was_typed(me: Client, change: dict[str, str], says: str) -> None:
    people.add_organisation(OPERATOR, name="North")
    filled = {"kind": "employment", "organisation": "North", "start": "2020-01-01", "end": ""} | change
    answer = me.post("/people/me/ties", filled)
    assert answer.status_code == 422
    assert says in text(answer)
    assert f'value="{filled["organisation"]}"' in text(answer)
    assert not Tie.objects.exists()


def test_nobody_ends_the_tie_of_somebody_else(cast: Cast, me: Client) -> None:
    north = people.add_organisation(OPERATOR, name="North")
    tie = people.declare_tie(
        acting(cast.author), person=cast.author, organisation=north, kind="study", start=date(2020, 1, 1)
    )
    assert me.post(f"/people/me/ties/{tie.pk}/end", {"end": "2021-06-30"}).status_code == 404
    tie.refresh_from_db()
    assert tie.end is None


def test_a_key_is_shown_once_and_works_until_it_is_revoked(cast: Cast, me: Client) -> None:
    key = once(me, "/people/me/keys")
    made = text(me.post("/people/me/keys", {"name": "my script", "once": key}))
    secret = re.search(r"stoa_[\w-]{20,}", made)
    assert secret is not None
    token = ApiToken.objects.get()
    assert (token.person, token.name, token.token_hash) == (cast.member, "my script", hashed(secret[0]))
    again = me.post("/people/me/keys", {"name": "my script", "once": key}, follow=True)
    assert ApiToken.objects.count() == 1
    assert secret[0] not in text(again)
    assert browser(cast.author).post(f"/people/me/keys/{token.pk}/revoke").status_code == 404
    assert ApiToken.objects.count() == 1
    assert me.get(f"/people/me/keys/{token.pk}/revoke").status_code == 302
    assert ApiToken.objects.count() == 1
    me.post(f"/people/me/keys/{token.pk}/revoke")
    assert not ApiToken.objects.exists()


def test_only_oneself_sees_who_of_the_staff_looked(cast: Cast, me: Client) -> None:
    assert "Nobody has looked." in text(me.get("/people/me/looks"))
    answer = browser(cast.steward).post(f"{cast.member.get_absolute_url()}/address")
    assert "member-2@example.org" in text(answer)
    settle()
    page = text(me.get("/people/me/looks"))
    assert f'<a href="{cast.steward.get_absolute_url()}">Steward</a>' in page
    assert "e-mail address" in page
    for other in (cast.author, cast.steward, cast.stranger):
        assert "Nobody has looked." in text(browser(other).get("/people/me/looks"))
    assert "people.private.seen" not in set(Entry.objects.values_list("type", flat=True))


def test_leaving_needs_a_yes_and_then_erases_and_signs_out(cast: Cast, me: Client) -> None:
    assert me.post("/people/me/leave", {}).status_code == 422
    assert Person.objects.get(pk=cast.member.pk).erased is None
    assert me.post("/people/me/leave", {"sure": "on"}).status_code == 302
    gone = Person.objects.get(pk=cast.member.pk)
    assert (gone.name, gone.email, gone.is_active, gone.shown_name) == ("", None, False, "former member")
    assert me.get("/people/me").status_code == 302
    settle()
    page = text(Client().get(cast.member.get_absolute_url()))
    assert "Former member" in page
    assert "member-2" not in page
    assert "member-2" not in text(Client().get("/people"))


def test_who_leaves_holds_no_role_any_more_also_none_with_a_term(cast: Cast) -> None:
    people.give_role(OPERATOR, person=cast.member, role="steward", until=cast.member.joined.replace(year=2099))
    people.erase(acting(cast.member), person=cast.member)
    assert cast.member not in holders("steward")
    assert cast.member not in directory()
    assert not [role for role in cast.member.roles.all() if role.end is None or role.end.year == 2099]


def test_what_was_typed_survives_signing_in(cast: Cast) -> None:
    people.add_organisation(OPERATOR, name="University North")
    client = Client()
    answer = client.post(
        "/people/me/ties", {"kind": "study", "organisation": "University North", "start": "2020-01-01"}
    )
    assert answer["Location"].startswith("/account/login/")
    client.force_login(cast.member, backend="stoa.people.backend.Backend")
    assert 'value="University North"' in text(client.get("/people/me/ties"))
    assert not Tie.objects.exists()
    assert Organisation.objects.count() == 1
