"""Announcements: drafted in silence, released by two where they are mailed, corrected and retracted in sight."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.kit import search
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.kit.models import Mail
from stoa.notices import acts as notices
from stoa.notices.models import Announcement
from stoa.people import acts as people
from stoa.record.models import Entry
from tests.cast import Cast, browser, settle
from tests.notices.holding import released, write
from tests.stage import acting

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return str(answer.content.decode())


def form(client: Client, path: str, **typed: Any) -> Any:
    """Send the form of a page with what stands in it, changed by what is typed."""
    found = client.get(path).context["form"]
    standing = {bound.name: bound.value() for bound in found if bound.value() not in (None, False)}
    return client.post(path, standing | typed)


def told(kind: str) -> list[dict[str, Any]]:
    return [json.loads(bytes(entry.body)) for entry in Entry.objects.filter(type=kind).order_by("pk")]


def test_what_goes_to_everybody_by_mail_is_released_by_somebody_who_did_not_write_it() -> None:
    cast = Cast()
    people.choose_mail(acting(cast.member), person=cast.member, wants=False)
    draft = write(cast.steward, mailed=True)
    with pytest.raises(Refused, match="Somebody else has to release it"):
        notices.release_announcement(acting(cast.steward), announcement=draft, version=1)
    assert not Mail.objects.filter(kind="news").exists()
    one = notices.release_announcement(acting(cast.founder), announcement=draft, version=1)
    mails = Mail.objects.filter(kind="news")
    everybody = {cast.steward, cast.founder, cast.associate, *cast.members}
    assert set(mails.values_list("to", flat=True)) == {p.email for p in everybody} - {cast.member.email}
    mail = mails.get(to=cast.author.email)
    assert mail.subject == "News"
    assert "News of *today*." in mail.body
    assert one.get_absolute_url() in mail.body
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (entry,) = told("notices.announcement.released")
    assert entry["facts"] == {"announcement": one.pk, "number": 1, "mails": len(everybody)}
    assert sorted(entry["commitments"]) == ["body", "title"]


def test_whoever_changes_a_draft_wrote_it() -> None:
    cast = Cast()
    draft = write(cast.steward, mailed=True)
    changed = {"title": "Other news", "body": "Other.", "mailed": True}
    with pytest.raises(Conflict):
        notices.edit_announcement(acting(cast.founder), announcement=draft, version=2, **changed)
    notices.edit_announcement(acting(cast.founder), announcement=draft, version=1, **changed)
    with pytest.raises(Conflict, match="changed since you read it"):
        notices.release_announcement(acting(cast.steward), announcement=draft, version=1)
    with pytest.raises(Refused):
        notices.release_announcement(acting(cast.founder), announcement=draft, version=2)
    notices.release_announcement(acting(cast.steward), announcement=draft, version=2)
    with pytest.raises(Closed):
        notices.edit_announcement(acting(cast.steward), announcement=draft, version=2, **changed)


def test_a_draft_leaves_nothing_on_the_record_and_can_be_dropped() -> None:
    cast = Cast()
    before = Entry.objects.count()
    draft = write(cast.facilitator)
    with pytest.raises(Refused):
        notices.release_announcement(acting(cast.facilitator), announcement=draft, version=1)
    with pytest.raises(Refused):
        notices.drop_announcement(acting(cast.member), announcement=draft)
    notices.drop_announcement(acting(cast.facilitator), announcement=draft)
    assert (Entry.objects.count(), Announcement.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("title", "body", "field"),
    [("", "x", "title"), ("x" * 151, "x", "title"), ("x", " ", "body"), ("x", "x" * 10_001, "body")],
)
def test_what_can_not_be_said_is_refused(title: str, body: str, field: str) -> None:
    cast = Cast()
    with pytest.raises(Invalid) as fault:
        notices.write_announcement(acting(cast.steward), title=title, body=body)
    assert (fault.value.field, Announcement.objects.count()) == (field, 0)


def test_a_steward_takes_an_announcement_from_draft_to_retraction_on_pages() -> None:
    cast = Cast()
    steward, visitor = browser(cast.steward), browser()
    answer = form(steward, "/announcements/new", title="We begin", body="On **Monday**.")
    draft = answer.headers["Location"]
    assert "On <strong>Monday</strong>." in text(steward.get(draft))
    late = form(steward, f"{draft}/edit", title="Mine", version=0)
    assert (late.status_code, late.context["meanwhile"]) == (409, [("Title", "We begin")])
    assert [late.context["form"][name].value() for name in ("title", "version")] == ["Mine", "1"]
    unread = form(steward, draft, version=7)
    assert (unread.status_code, unread.context["form"]["version"].value()) == (409, "1")
    assert form(steward, draft).headers["Location"] == "/announcements/1"
    page = text(visitor.get("/announcements/1"))
    assert "On <strong>Monday</strong>." in page
    assert "Mailed to" not in page
    late = form(steward, "/announcements/1/correct", body="On Friday.", reason="So.", version=0)
    assert late.context["meanwhile"] == [("Text", "On **Monday**.")]
    answer = form(steward, "/announcements/1/correct", body="On **Tuesday**.", reason="The room was taken.")
    assert answer.status_code == 302, text(answer)
    settle()
    page = text(visitor.get("/announcements/1"))
    assert "Tuesday" in page
    assert "Monday" not in page
    assert "corrected the announcement" in page
    versions = text(visitor.get("/announcements/1/versions"))
    for words in ("Version 2", "The room was taken.", "Version 1", "Monday"):
        assert words in versions
    assert form(steward, "/announcements/1/retract", reason="It was a mistake.").status_code == 302
    page = text(visitor.get("/announcements/1"))
    for words in ("This holds no more", "It was a mistake.", "Tuesday"):
        assert words in page
    assert steward.get("/announcements/1/correct").status_code == 403
    kinds = ["released", "corrected", "retracted"]
    assert [len(told(f"notices.announcement.{kind}")) for kind in kinds] == [1, 1, 1]


@pytest.mark.parametrize("who", ["visitor", "stranger", "member", "associate", "facilitator", "scrutineer"])
def test_a_draft_is_to_others_as_if_there_were_none(who: str) -> None:
    cast = Cast()
    draft = write(cast.steward)
    client = browser(cast.scrutineers[0] if who == "scrutineer" else getattr(cast, who))
    for path in ("", "/edit"):
        answers = [client.get(f"/announcements/drafts/{pk}{path}").status_code for pk in (draft.pk, "a" * 16)]
        assert answers[0] == answers[1] in {302, 404}
    for path in ("/announcements", "/announcements/feed", "/announcements/drafts", "/api/v1/announcements/drafts"):
        assert "News" not in text(client.get(path))


def test_a_retracted_announcement_is_found_no_more_and_home_shows_those_that_hold() -> None:
    from stoa.charter.acts import describe_community

    cast = Cast()
    describe_community(OPERATOR, name="A community")
    one = released(cast.steward, "Bassoons")
    assert [hit.reference for hit in search.find("bassoons").hits] == [one.reference]
    assert 'href="/announcements/1">Bassoons' in text(browser().get("/"))
    notices.retract_announcement(acting(cast.steward), announcement=one, reason="No.")
    assert search.find("bassoons").hits == []
    assert "Bassoons" not in text(browser().get("/"))


def test_the_feed_has_each_announcement_and_says_what_was_retracted() -> None:
    cast = Cast()
    first, _ = released(cast.steward, "First"), released(cast.steward, "Second")
    notices.retract_announcement(acting(cast.steward), announcement=first, reason="No.")
    answer = browser().get("/announcements/feed")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    titles = [e.findtext("{*}title") for e in ET.fromstring(answer.content).findall("{*}entry")]
    assert titles == ["Retracted: First", "Second"]


def test_an_announcement_has_a_thread_and_the_list_costs_the_same_for_one_and_three() -> None:
    cast = Cast()
    released(cast.steward)
    assert "forum/about/announcement:" in text(browser(cast.member).get("/announcements/1"))

    def cost() -> int:
        client = browser()
        client.get("/announcements")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/announcements").status_code == 200
        return len(queries)

    one = cost()
    released(cast.steward, "Second")
    released(cast.steward, "Third")
    assert cost() == one


def test_a_draft_to_everybody_waits_for_a_second_person_on_their_home() -> None:
    cast = Cast()
    write(cast.steward, "To all", mailed=True)
    write(cast.steward, "On the page")
    page = text(browser(cast.founder).get("/"))
    assert "Release an announcement to everybody: To all" in page
    assert "On the page" not in page
    assert "To all" not in text(browser(cast.steward).get("/"))


def test_announcements_can_be_made_over_http() -> None:
    cast = Cast()
    steward, founder = browser(cast.steward), browser(cast.founder)

    def send(client: Client, method: str, path: str, body: Any) -> Any:
        return client.generic(method, f"/api/v1/announcements{path}", json.dumps(body), "application/json")

    given = {"title": "News", "body": "Old.", "mailed": True}
    assert send(browser(cast.member), "POST", "/drafts", given).status_code == 403
    draft = send(steward, "POST", "/drafts", given).json()
    changed = send(steward, "PUT", f"/drafts/{draft['id']}", {**given, "body": "New.", "version": 1}).json()
    assert (changed["body"], changed["version"]) == ("New.", 2)
    assert send(steward, "POST", f"/drafts/{draft['id']}/release", {"version": 2}).status_code == 403
    assert send(founder, "POST", f"/drafts/{draft['id']}/release", {"version": 2}).json()["number"] == 1
    correction = {"version": 2, "title": "News", "body": "Newer.", "reason": "A word."}
    assert send(founder, "POST", "/1/correct", correction).json()["body"] == "Newer."
    assert [one["body"] for one in browser().get("/api/v1/announcements/1/versions").json()["items"]] == [
        "Newer.",
        "New.",
    ]
    assert send(founder, "POST", "/1/retract", {"reason": "No."}).json()["retraction"] == "No."
    other = send(steward, "POST", "/drafts", given).json()
    assert send(steward, "DELETE", f"/drafts/{other['id']}", {}).status_code == 204
    assert browser().get("/api/v1/announcements").json()["count"] == 1


def test_who_is_erased_takes_their_drafts_along_and_leaves_what_they_announced() -> None:
    cast = Cast()
    released(cast.founder)
    write(cast.founder, "Mine")
    people.erase(acting(cast.founder), person=cast.founder)
    assert [one.title for one in Announcement.objects.all()] == ["News"]
    page = text(browser().get("/announcements/1"))
    assert "News" in page
    assert "former member" in page


def test_after_a_restore_an_announcement_stands_where_the_record_has_it() -> None:
    from stoa.notices.acts.recovering import bring_back

    cast = Cast()
    one = released(cast.steward)
    before = Announcement.objects.filter(pk=one.pk).values().get()
    notices.retract_announcement(acting(cast.steward), announcement=one, reason="No.")
    leaves = told("notices.announcement.retracted")
    Announcement.objects.filter(pk=one.pk).update(**before)
    bring_back(leaves)
    one.refresh_from_db()
    assert (one.retracted is None, one.number) == (False, 1)
    assert search.find("news").hits == []
