"""People are invited from a table: looked at first, each once, by one act that keeps no address."""

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
from stoa.members.models import Invited
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


def test_a_keeper_looks_and_then_invites_and_no_address_is_kept(cast: Cast) -> None:
    call = opened(cast)
    client = browser(cast.steward)
    assert PATH in client.get(call.get_absolute_url()).content.decode()
    people = Person.objects.count()
    page = client.post(PATH, {"people": TABLE, "look": "1"}).content.decode()
    assert "2 can be invited, 3 rows can&#x27;t be used" in page or "2 can be invited, 3 rows can't be used" in page
    for says in (
        "Row 2: “nothing” is no e-mail address.",
        "Row 3: It has no name",
        "Row 4: Its address stands in row 1.",
    ):
        assert says in page
    assert invited() == []
    assert client.post(PATH, {"people": TABLE, "send": "1"}).headers["Location"] == call.get_absolute_url()
    assert invited() == ["ada@example.org", "eve@example.org"]
    mail = Mail.objects.filter(to="ada@example.org").get()
    assert ("Hello Ada Example" in mail.body, f"http://stoa.test{call.get_absolute_url()}" in mail.body) == (True, True)
    (entry,) = Entry.objects.filter(type="members.invitations.sent")
    assert json.loads(bytes(entry.body))["facts"]["invited"] == 2
    assert (Person.objects.count(), "ada" in str(list(Invited.objects.values_list()))) == (people, False)


def test_nobody_is_asked_twice_by_whomever(cast: Cast) -> None:
    call = opened(cast)
    assert members.send_invitations(acting(cast.steward), call=call, people=[ADA]) == 1
    assert members.send_invitations(OPERATOR, call=call, people=[ADA, EVE]) == 1
    assert members.send_invitations(OPERATOR, call=opened(cast, "other"), people=[ADA]) == 1
    assert invited() == [ADA.email, EVE.email, ADA.email]


@pytest.mark.parametrize(
    "people", [[], [ADA] * (MOST_INVITED + 1), [Invitee("", "a@example.org")], [Invitee("A", "x")]]
)
def test_nobody_too_many_or_a_wrong_one_invites_nobody(cast: Cast, people: list[Invitee]) -> None:
    call = opened(cast)
    with pytest.raises(Invalid):
        members.send_invitations(OPERATOR, call=call, people=people)
    assert invited() == []


def test_only_an_open_call_invites(cast: Cast) -> None:
    waiting = announce(cast, "waiting", opens=clock.now() + timedelta(days=1))
    call = opened(cast)
    for one, when in ((waiting, clock.now()), (call, call.closes)):
        with clock.travel(when), pytest.raises(Closed):
            members.send_invitations(OPERATOR, call=one, people=[ADA])


@pytest.mark.parametrize("who", ["member", "associate", "facilitator", "stranger", "scrutineer"])
def test_nobody_else_invites(cast: Cast, who: str) -> None:
    call = opened(cast)
    person = cast.scrutineers[0] if who == "scrutineer" else getattr(cast, who)
    assert browser(person).post(PATH, {"people": TABLE, "send": "1"}).status_code == 403
    with pytest.raises(Refused):
        members.send_invitations(acting(person), call=call, people=[ADA])


@pytest.mark.parametrize(
    ("people", "says"), [("a,b\n1,2\n", "no column for name"), ("x", "no columns"), ("name,email\n", "no rows")]
)
def test_what_is_no_table_of_people_is_refused(cast: Cast, people: str, says: str) -> None:
    opened(cast)
    answer = browser(cast.steward).post(PATH, {"people": people, "send": "1"})
    assert (answer.status_code, says in answer.content.decode()) == (422, True)


def test_one_invites_over_http(cast: Cast) -> None:
    opened(cast)
    body: Any = {"people": [{"name": "Ada", "email": "ADA@example.org"}]}
    told = browser(cast.steward).post("/api/v1/calls/members-2027/invitations", json.dumps(body), "application/json")
    assert (told.json(), invited()) == ({"invited": 1, "passed_over": 0}, ["ada@example.org"])
