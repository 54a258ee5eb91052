"""People are invited from a table: one looks and drafts, another sends to each once, and then no address is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.models import Call, Invitations, Invited
from stoa.members.rules.inviting import MOST_INVITED, Invitee
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.cast import Cast, browser
from tests.members.calling import announce, opened
from tests.stage import acting

pytestmark = pytest.mark.django_db
PATH = "/calls/members-2027/invite"
TABLE = (
    "Name,E-mail\nAda Example,Ada@Example.org\nBo,nothing\n,cy@example.org\nDee,ada@example.org\nEve,eve@example.org\n"
)
ADA, EVE = Invitee("Ada Example", "ada@example.org"), Invitee("Eve", "eve@example.org")


def invited() -> list[str]:
    return list(Mail.objects.filter(kind="call-invited").order_by("pk").values_list("to", flat=True))


def draft(cast: Cast, *people: Invitee, call: Call | None = None) -> Invitations:
    found = call or Call.objects.get(slug="members-2027")
    return members.draft_invitations(acting(cast.steward), call=found, people=people)


def send(cast: Cast, one: Invitations) -> int:
    return members.send_invitations(acting(cast.founder), invitations=one)


def test_a_keeper_drafts_another_sends_and_no_address_is_kept(cast: Cast) -> None:
    call = opened(cast)
    client, founder = browser(cast.steward), browser(cast.founder)
    assert PATH in client.get(call.get_absolute_url()).content.decode()
    people = Person.objects.count()
    page = client.post(PATH, {"people": TABLE, "look": "1"}).content.decode()
    assert "2 can be invited, 3 rows can't be used" in page
    for says in (
        "Row 2: “nothing” is no e-mail address.",
        "Row 3: It has no name",
        "Row 4: Its address stands in row 1.",
    ):
        assert says in page
    path = client.post(PATH, {"people": TABLE, "draft": "1"}).headers["Location"]
    assert "eve@example.org" in client.get(path).content.decode()
    assert "Send them" not in client.get(path).content.decode()
    assert client.post(path, {"send": "1"}).status_code == 422
    assert invited() == []
    assert Mail.objects.get(kind="invitations-to-send").person_id == cast.founder.pk
    assert "Send invitations to apply: Members of members-2027" in founder.get("/").content.decode()
    assert path in founder.get(PATH).content.decode()
    assert founder.post(path, {"send": "1"}).headers["Location"] == call.get_absolute_url()
    assert invited() == ["ada@example.org", "eve@example.org"]
    mail = Mail.objects.filter(to="ada@example.org").get()
    told = [
        words in mail.body for words in ("Hello Ada Example", "Steward", f"http://stoa.test{call.get_absolute_url()}")
    ]
    assert told == [True, True, True]
    (entry,) = Entry.objects.filter(type="members.invitations.sent")
    assert json.loads(bytes(entry.body))["facts"]["invited"] == 2
    kept = str(list(Invited.objects.values_list()))
    assert (Person.objects.count(), "ada@" in kept, "Ada Example" in kept) == (people, False, False)
    assert not Invitations.objects.exists()
    assert founder.get(path).status_code == 404


def test_what_was_dropped_invites_nobody(cast: Cast) -> None:
    opened(cast)
    one = draft(cast, ADA)
    assert browser(cast.steward).post(one.get_absolute_url(), {"drop": "1"}).headers["Location"] == PATH
    with pytest.raises(Closed):
        send(cast, one)
    assert (invited(), Invitations.objects.exists()) == ([], False)


def test_an_organiser_drafts_and_does_not_send(cast: Cast) -> None:
    call = opened(cast)
    organiser = cast.organiser(call.reference)
    one = members.draft_invitations(acting(organiser), call=call, people=[ADA])
    other = draft(cast, EVE)
    with pytest.raises(Refused):
        members.send_invitations(acting(organiser), invitations=other)
    with pytest.raises(Refused, match="You drafted"):
        members.send_invitations(acting(cast.steward), invitations=other)
    assert members.send_invitations(acting(cast.steward), invitations=one) == 1


def test_nobody_is_asked_twice_by_whomever(cast: Cast) -> None:
    call = opened(cast)
    assert send(cast, draft(cast, ADA)) == 1
    by_operator = members.draft_invitations(OPERATOR, call=call, people=[ADA, EVE])
    assert send(cast, by_operator) == 1
    assert send(cast, draft(cast, ADA, call=opened(cast, "other"))) == 1
    assert invited() == [ADA.email, EVE.email, ADA.email]


@pytest.mark.parametrize(
    "people", [[], [ADA] * (MOST_INVITED + 1), [Invitee("", "a@example.org")], [Invitee("A", "x")]]
)
def test_nobody_too_many_or_a_wrong_one_invites_nobody(cast: Cast, people: list[Invitee]) -> None:
    call = opened(cast)
    with pytest.raises(Invalid):
        members.draft_invitations(OPERATOR, call=call, people=people)
    assert not Invitations.objects.exists()


def test_only_an_open_call_invites(cast: Cast) -> None:
    waiting = announce(cast, "waiting", opens=clock.now() + timedelta(days=1))
    call = opened(cast)
    for one, when in ((waiting, clock.now()), (call, call.closes)):
        with clock.travel(when), pytest.raises(Closed):
            members.draft_invitations(OPERATOR, call=one, people=[ADA])
    late = draft(cast, ADA)
    with clock.travel(call.closes), pytest.raises(Closed):
        send(cast, late)


@pytest.mark.parametrize("who", ["member", "associate", "facilitator", "stranger", "scrutineer"])
def test_nobody_else_invites(cast: Cast, who: str) -> None:
    call = opened(cast)
    person = cast.scrutineers[0] if who == "scrutineer" else getattr(cast, who)
    one = draft(cast, ADA)
    for path, sent in ((PATH, {"people": TABLE, "draft": "1"}), (one.get_absolute_url(), {"send": "1"})):
        assert browser(person).post(path, sent).status_code == 403
    with pytest.raises(Refused):
        members.draft_invitations(acting(person), call=call, people=[ADA])
    with pytest.raises(Refused):
        members.send_invitations(acting(person), invitations=one)


@pytest.mark.parametrize(
    ("people", "says"), [("a,b\n1,2\n", "no column for name"), ("x", "no columns"), ("name,email\n", "no rows")]
)
def test_what_is_no_table_of_people_is_refused(cast: Cast, people: str, says: str) -> None:
    opened(cast)
    answer = browser(cast.steward).post(PATH, {"people": people, "draft": "1"})
    assert (answer.status_code, says in answer.content.decode()) == (422, True)


def test_one_drafts_and_another_sends_over_http(cast: Cast) -> None:
    opened(cast)
    steward, founder, path = browser(cast.steward), browser(cast.founder), "/api/v1/calls/members-2027/invitations"
    body: Any = {"people": [{"name": "Ada", "email": "ADA@example.org"}]}
    first, second = (steward.post(path, json.dumps(body), "application/json").json()["id"] for _ in range(2))
    assert [one["people"] for one in founder.get(path).json()["items"]] == [[["Ada", "ada@example.org"]]] * 2
    assert steward.post(f"{path}/{first}/send").status_code == 403
    assert founder.post(f"{path}/{first}/send").json() == {"invited": 1, "passed_over": 0}
    assert founder.delete(f"{path}/{second}").status_code == 204
    assert (invited(), founder.get(path).json()["items"]) == (["ada@example.org"], [])
    assert browser(cast.member).get(path).status_code == 403
