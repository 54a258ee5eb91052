"""Moderation over HTTP: the whole way of a case by program, and what each kind of caller is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from stoa.forum import acts
from stoa.forum.models import Case
from stoa.people.models import Person
from tests.api.calling import VISITOR, Program
from tests.cast import browser, settle
from tests.forum.moderating import Forum
from tests.stage import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum() -> Forum:
    return Forum()


class Page:
    """Calls the API as a script of our own pages does: with the session, which may hold a second factor."""

    def __init__(self, person: Person) -> None:
        self.client: Client = browser(person)

    def get(self, path: str, status: int = 200) -> Any:
        return self._answer(self.client.get(f"/api/v1{path}"), status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        sent = json.dumps(body if body is not None else {})
        return self._answer(self.client.post(f"/api/v1{path}", sent, content_type="application/json"), status)

    def _answer(self, answer: Any, status: int) -> Any:
        assert answer.status_code == status, answer.content[:500]
        return json.loads(answer.content) if answer.content else None


def test_a_case_goes_its_whole_way_by_program(forum: Forum) -> None:
    post = forum.post(forum.author)
    member, author, steward, founder = (
        Program.of(forum.member), Program.of(forum.author), Page(forum.steward), Page(forum.founder),
    )  # fmt: skip
    given = {"reference": post.reference, "reason": "personal-attack", "words": "It is rude."}
    assert member.post("/moderation/reports", given, status=204) is None
    (mine,) = member.get("/me/reports")["items"]
    assert (mine["reference"], mine["reason"], mine["outcome"]) == (post.reference, "personal-attack", "")
    (waiting,) = steward.get("/moderation/cases")["items"]
    assert (waiting["asks"], waiting["reports"], waiting["reasons"]) == ("report", 1, ["personal-attack"])
    path = f"/moderation/cases/{waiting['case']}"
    assert steward.get(path)["text"] == "You fool."
    assert [r["reporter"] for r in steward.post(f"{path}/reports")] == [forum.member.pk]
    removal = {"reference": post.reference, "reason": "personal-attack", "words": "Say it otherwise."}
    assert steward.post("/moderation/removals", removal, 201)["outcome"] == "removed"
    assert member.get("/me/reports")["items"][0]["outcome"] == "removed"
    (decision,) = author.get("/me/decisions")["items"]
    assert (decision["reason"], decision["role"], decision["words"]) == (
        ("personal-attack", "steward", "Say it otherwise.")
    )
    assert decision["appeal_until"]
    author.post(f"/me/decisions/{decision['case']}/appeal", {"words": "It was a joke."}, status=204)
    (appealed,) = founder.get("/moderation/cases")["items"]
    assert (appealed["asks"], appealed["appeal"]) == ("appeal", "It was a joke.")
    assert steward.post(f"{path}/appeal", {"reverse": False}, 403)["code"] == "own-decision"
    assert founder.post(f"{path}/appeal", {"reverse": True, "words": "Right."})["outcome"] == "removed"
    assert author.get("/me/decisions")["items"][0]["restored"]
    settle()
    (month,) = VISITOR.get("/moderation/figures")["months"]
    assert {name: month[name] for name in ("removed", "appeals", "reversed", "reasons", "hours")} == {
        "removed": 1,
        "appeals": 1,
        "reversed": 1,
        "reasons": {"personal-attack": 1},
        "hours": None,
    }


def test_the_other_ends_of_a_case(forum: Forum) -> None:
    steward, founder = Page(forum.steward), Page(forum.founder)
    left = forum.reported(forum.post(forum.author))
    assert steward.post(f"/moderation/cases/{left.pk}/leave", {"words": "Fine."})["outcome"] == "left"
    removed = forum.removed(forum.post(forum.author))
    assert founder.post(f"/moderation/cases/{removed.pk}/restore")["outcome"] == "removed"
    acts.report(acting(forum.member), reference=f"person:{forum.author.pk}", reason="spam")
    complaint = Case.objects.get(decided=None)
    assert steward.post(f"/moderation/cases/{complaint.pk}/release", status=409)["message"].startswith("This piece")
    settled = steward.post(f"/moderation/cases/{complaint.pk}/settle", {"upheld": True, "reason": "spam"})
    assert (settled["outcome"], settled["reason"]) == ("upheld", "spam")
    assert steward.post(f"/moderation/cases/{complaint.pk}/author") == {"author": forum.author.pk}
    assert {case["outcome"] for case in steward.get("/moderation/cases?state=decided")["items"]} == (
        {"left", "removed", "upheld"}
    )


def test_what_one_puts_away_is_listed_for_oneself(forum: Forum) -> None:
    post, me = forum.post(forum.author), Program.of(forum.member)
    me.put(f"/me/hidden/{post.reference}", status=204)
    me.put(f"/me/muted/{forum.author.pk}", status=204)
    assert [each["reference"] for each in me.get("/me/hidden")["items"]] == [post.reference]
    assert [each["person"] for each in me.get("/me/muted")["items"]] == [forum.author.pk]
    me.delete(f"/me/hidden/{post.reference}", status=204)
    me.delete(f"/me/muted/{forum.author.pk}", status=204)
    assert (me.get("/me/hidden")["count"], me.get("/me/muted")["count"]) == (0, 0)
    assert me.put("/me/hidden/post:9999", status=422)["field"] == "reference"
    assert me.put("/me/muted/nobody", status=404)["code"] == "missing"


def test_reasons_are_listed_with_their_codes() -> None:
    listed = VISITOR.get("/moderation/reasons")["items"]
    assert {
        "code": "spam",
        "label": "spam",
        "sentence": "It advertises, or says the same in many places.",
        "conduct": True,
    } in (listed)


@pytest.mark.parametrize("who", ["author", "member", "associate", "stranger", "steward", None])
def test_callers_without_the_power_or_the_second_factor_learn_nothing_of_cases(forum: Forum, who: str | None) -> None:
    case = forum.reported(forum.post(forum.author))
    caller = Program.of(getattr(forum, who)) if who else VISITOR
    for path in ("/moderation/cases", f"/moderation/cases/{case.pk}", "/moderation/cases/none"):
        assert "fool" not in json.dumps(caller.get(path, status=403)), path
    for path in ("reports", "author", "leave", "release", "restore", "settle", "appeal"):
        body = {"settle": {"upheld": False}, "appeal": {"reverse": True}}.get(path, {})
        caller.post(f"/moderation/cases/{case.pk}/{path}", body, status=403)
    removal = {"reference": case.subject, "reason": "spam"}
    caller.post("/moderation/removals", removal, status=403)
    case.refresh_from_db()
    assert case.decided is None


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"reference": "post:1\0", "reason": "spam"}, 422),
        ({"reference": "post:99999", "reason": "spam"}, 422),
        ({"reference": "p" * 81, "reason": "spam"}, 422),
        ({"reference": "post:1", "reason": "x"}, 422),
        ({"reference": "post:1", "reason": "spam", "words": "x" * 10_001}, 422),
        ({"reference": "post:1", "reason": "spam", "more": "x"}, 422),
        ({"reason": "spam"}, 422),
    ],
)
def test_bad_input_is_refused_with_what_was_wrong(forum: Forum, given: dict[str, str], status: int) -> None:
    assert Program.of(forum.member).post("/moderation/reports", given, status=status)["message"]
    assert not Case.objects.exists()
