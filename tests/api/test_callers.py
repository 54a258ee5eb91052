"""Who may call: a key without second factor, a session with its CSRF token, a visitor for what is public."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from stoa.kit import clock
from stoa.people.acts import create_token, erase
from stoa.people.models import ApiToken
from tests.api.calling import VISITOR, Program
from tests.stage import Stage, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.admit(4)
    return stage


def test_a_key_says_who_calls_and_only_its_hash_is_kept(stage: Stage) -> None:
    member = stage.members[0]
    program = Program.of(member)
    assert program.key.startswith("stoa_")
    assert not ApiToken.objects.filter(token_hash__contains=program.key).exists()
    me = program.get("/me")
    assert (me["id"], me["name"], me["email"]) == (member.pk, "member-1", "member-1@example.org")


def test_a_wrong_key_is_refused_even_for_what_is_public(stage: Stage) -> None:
    answer = Program("stoa_wrong").send("GET", "/rounds")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["message"] == "This key is not known here."  # type: ignore[attr-defined]
    assert VISITOR.send("GET", "/rounds", Authorization="Basic Zm9v").status_code == 401


def test_a_visitor_reads_what_is_public_and_nothing_of_their_own(stage: Stage) -> None:
    assert VISITOR.get("/rounds") == {"items": [], "count": 0}
    problem = VISITOR.get("/me", status=403)
    assert problem["code"] == "sign-in"
    assert VISITOR.post("/rounds/x/questions", {"title": "a"}, status=404)["code"] == "missing"


def test_the_key_of_somebody_who_left_is_dead(stage: Stage) -> None:
    program = Program.of(stage.members[0])
    erase(acting(stage.members[0]), person=stage.members[0])
    program.get("/rounds", status=401)


def test_a_steward_with_a_key_is_asked_for_a_second_factor(stage: Stage) -> None:
    now = clock.now()
    body = {
        "slug": "2028",
        "title": "What next?",
        "questions_open": (now + timedelta(days=1)).isoformat(),
        "vote_opens": (now + timedelta(days=2)).isoformat(),
        "vote_closes": (now + timedelta(days=3)).isoformat(),
    }
    problem = Program.of(stage.steward).post("/rounds", body, status=403)
    assert problem["code"] == "second-factor"
    assert problem["message"].startswith("This needs a second factor")


def test_a_session_acts_with_its_csrf_token_alone(stage: Stage) -> None:
    round_ = stage.round()
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.members[0], backend="stoa.people.backend.Backend")
    body = {"title": "From a page?", "body": ""}
    path = f"/api/v1/rounds/{round_.slug}/questions"
    answer = client.post(path, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")

    client.cookies["csrftoken"] = token = "a" * 32
    answer = client.post(path, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201, answer.content
    assert client.get("/api/v1/me").json()["id"] == stage.members[0].pk


def test_the_use_of_a_key_is_noted_at_most_hourly(stage: Stage) -> None:
    member = stage.members[0]
    key, secret = create_token(acting(member), person=member, name="mine")
    Program(secret).get("/me")
    key.refresh_from_db()
    first = key.last_used
    Program(secret).get("/me")
    key.refresh_from_db()
    assert key.last_used == first is not None
    with clock.travel(clock.now() + timedelta(hours=2)):
        Program(secret).get("/me")
    key.refresh_from_db()
    assert key.last_used is not None
    assert first is not None
    assert key.last_used > first


def test_a_key_can_be_revoked_but_not_made(stage: Stage) -> None:
    program = Program.of(stage.members[0])
    listed = program.get("/me/keys")["items"]
    assert set(listed[0]) == {"id", "name", "created", "last_used"}
    program.delete(f"/me/keys/{listed[0]['id']}", status=204)
    program.get("/me", status=401)
    Program.of(stage.members[1]).send("POST", "/me/keys", {"name": "more"})
    assert stage.members[1].api_tokens.count() == 1


def test_another_persons_key_is_not_there(stage: Stage) -> None:
    other = Program.of(stage.members[1]).get("/me/keys")["items"][0]["id"]
    assert Program.of(stage.members[0]).delete(f"/me/keys/{other}", status=404)["code"] == "missing"
