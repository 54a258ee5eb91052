from __future__ import annotations

import json
from typing import Any

import pytest

from stoa.charter.acts import publish_policy
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Conflict, Invalid
from stoa.members import acts
from stoa.members.models import Acceptance, Onboarding
from stoa.members.queries.onboarding import settling
from stoa.people.acts import create_token, erase
from stoa.people.models import Person
from stoa.record.models import Entry
from stoa.site.queries.waiting import waiting
from tests.cast import Cast, browser, settle
from tests.stage import acting

pytestmark = pytest.mark.django_db
READ = "Read and accept the code of conduct"


@pytest.fixture
def ruled(cast: Cast) -> Cast:
    """The cast, in a community that has published its code of conduct."""
    publish_policy(OPERATOR, kind="conduct", text="Be kind.")
    return cast


def titles(person: Person) -> list[str]:
    return [item.title for item in waiting(acting(person))]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_new_member_is_led_through_one_step_after_the_other_and_what_waits_says_how_far(ruled: Cast) -> None:
    me, client = ruled.member, browser(ruled.member)
    assert titles(me) == [READ]
    assert client.get("/welcome")["Location"] == "/welcome/conduct"
    page = text(client.get("/welcome/conduct"))
    assert "Be kind." in page
    assert "Pass over" not in page
    assert client.post("/welcome/conduct", {"version": "1", "accept": "on"})["Location"] == "/welcome/profile"
    assert titles(me) == ["Go on settling in"]
    seen = {"name": "Ada Byron", "pronouns": "she", "zone": "Europe/Zurich"}
    assert client.post("/welcome/profile", seen)["Location"] == "/welcome/topics"
    chosen = {"listed": ["Red teaming", "Fine-tuning"], "others": "Log  analysis, red TEAMING"}
    assert client.post("/welcome/topics", chosen)["Location"] == "/welcome/introduction"
    assert client.post("/welcome/introduction", {"text": "I look at *logs*."})["Location"] == "/"
    assert titles(me) == []
    assert settling(me.pk).steps == dict.fromkeys(("conduct", "profile", "topics", "introduction"), "done")
    page = text(browser().get(me.get_absolute_url()))
    assert "I look at <em>logs</em>." in page
    assert [topic.topic for topic in me.interests.all()] == ["red TEAMING", "Fine-tuning", "Log analysis"]
    assert "You have settled in" in text(client.get("/welcome"))


def test_steps_can_be_passed_over_but_for_the_code_of_conduct(ruled: Cast) -> None:
    me, client = ruled.member, browser(ruled.member)
    for step in ("profile", "topics", "introduction"):
        assert client.post(f"/welcome/{step}", {"skip": "1"}).status_code == 302
    assert client.post("/welcome/conduct", {"skip": "1", "version": "1"}).status_code == 422
    assert settling(me.pk).left == ["conduct"]
    assert titles(me) == [READ]
    assert settling(me.pk).steps["topics"] == "skipped"
    with pytest.raises(Invalid, match="passed over"):
        acts.take_step(acting(me), person=me, step="conduct")


def test_accepting_is_on_the_record_once_and_a_new_version_asks_again(ruled: Cast) -> None:
    me = ruled.member
    acts.accept_conduct(acting(me), person=me, version=1)
    acts.accept_conduct(acting(me), person=me, version=1)
    told = [json.loads(bytes(e.body)) for e in Entry.objects.filter(type="members.conduct.accepted")]
    assert [(leaf["actor"], leaf["facts"]) for leaf in told] == [(f"person:{me.pk}", {"person": me.pk, "version": 1})]
    publish_policy(OPERATOR, kind="conduct", text="Be kinder.")
    assert READ in titles(me)
    with pytest.raises(Conflict, match="Another version"):
        acts.accept_conduct(acting(me), person=me, version=1)
    assert "You accepted an earlier version" in text(browser(me).get("/welcome/conduct"))
    acts.accept_conduct(acting(me), person=me, version=2)
    assert READ not in titles(me)
    settle()
    assert "accepted version 2 of the code of conduct" in text(browser().get(me.get_absolute_url()))


def test_who_has_no_role_is_not_asked_and_nobody_is_where_no_code_is_published(cast: Cast) -> None:
    assert titles(cast.member) == []
    publish_policy(OPERATOR, kind="conduct", text="Be kind.")
    assert titles(cast.stranger) == titles(cast.facilitator) == []
    assert READ in titles(cast.associate)


def test_faults_stand_beside_their_fields_and_typed_text_stays(ruled: Cast) -> None:
    client = browser(ruled.member)
    many = client.post("/welcome/topics", {"others": ",".join(f"topic {n}" for n in range(13))})
    assert many.status_code == 422
    assert "These are 13 topics. Choose 12 at most." in text(many)
    assert "topic 12" in text(many)
    assert client.post("/welcome/profile", {"name": "Ada", "zone": "Mars/Olympus"}).status_code == 422
    assert client.get("/welcome/nothing").status_code == 404
    assert browser().get("/welcome").status_code == 302


def test_the_api_does_all_of_it(ruled: Cast) -> None:
    me = ruled.member
    key = {"HTTP_AUTHORIZATION": f"Bearer {create_token(acting(me), person=me, name='mine')[1]}"}
    client = browser()
    ask: dict[str, Any] = {"content_type": "application/json", **key}
    assert client.get("/api/v1/me/onboarding", **key).json()["left"][0] == "conduct"
    assert client.post("/api/v1/me/conduct", {"version": 2}, **ask).status_code == 409
    assert client.post("/api/v1/me/conduct", {"version": 1}, **ask).json()["steps"]["conduct"] == "done"
    assert client.put("/api/v1/me/topics", {"topics": ["Logs", "logs"]}, **ask).json() == ["logs"]
    assert client.put("/api/v1/me/introduction", {"text": "Hello."}, **ask).status_code == 200
    for step in ("profile", "topics", "introduction"):
        done = client.post(f"/api/v1/me/onboarding/{step}", {"skipped": step == "profile"}, **ask).json()
    assert done == {
        "steps": {"conduct": "done", "profile": "skipped", "topics": "done", "introduction": "done"},
        "left": [],
        "conduct": 1,
    }


def test_whoever_is_erased_leaves_no_topic_and_no_introduction_but_that_they_accepted(ruled: Cast) -> None:
    me = ruled.member
    acts.accept_conduct(acting(me), person=me, version=1)
    acts.choose_topics(acting(me), person=me, topics=["Logs"])
    acts.introduce(acting(me), person=me, text="Hello.")
    erase(acting(me), person=me)
    me.refresh_from_db()
    assert (me.introduction, me.interests.count(), Onboarding.objects.count()) == ("", 0, 0)
    assert Acceptance.objects.count() == 1
