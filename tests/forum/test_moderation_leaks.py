"""Two worlds that differ in a report: nobody below those who handle it can tell them apart, by any page, list, file or mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from stoa.forum import acts
from stoa.forum.models import Case, Post
from stoa.kit.models import Mail
from stoa.people.models import Person
from stoa.people.queries import looks_at
from tests.cast import browser, settle
from tests.forum.moderating import Forum
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EVER_NEW = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|name="once" value="[^"]*"|[?&;]at=[^"&]*|"X-CSRFToken": "[^"]*"|nonce-[\w-]+'
)
"""What differs between two answers to the same request: tokens of forms, and the instant of an answer."""


def pages() -> list[str]:
    """Every address of our own that takes no parameter."""

    def walk(resolver: URLResolver, prefix: str) -> list[str]:
        found = []
        for each in resolver.url_patterns:
            path = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                found += walk(each, path)
            elif isinstance(each, URLPattern) and "<" not in path and "account" not in path:
                found.append(f"/{path}")
        return found

    return sorted(set(walk(get_resolver(), "")))


def seen(person: Person | None, paths: list[str]) -> dict[str, Any]:
    """All answers that this viewer gets, with their heads."""
    client = browser(person)
    found = {}
    for path in paths:
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined,arg-type]
        heads = {name: value for name, value in answer.headers.items() if name not in {"Set-Cookie", "Expires"}}
        kept = {name: EVER_NEW.sub("", value) for name, value in heads.items() if name != "Content-Length"}
        found[path] = (answer.status_code, kept, EVER_NEW.sub("", body.decode("utf-8", "replace")))
    return found


def about(post: Post, case_id: str) -> list[str]:
    """The addresses of whatever a report of this post could show on."""
    return [
        post.thread.get_absolute_url(),
        post.get_absolute_url(),
        f"/forum/post/{post.pk}/history",
        f"/forum/report/{post.reference}",
        f"/forum/moderation/remove/{post.reference}",
        f"/forum/moderation/cases/{case_id}",
        "/forum/moderation/cases?state=decided",
        "/forum/moderation/cases?as=json",
        "/forum/moderation?as=csv",
        f"/people/{post.author_id}",
        f"/record?about={post.reference}",
        "/search?q=fool",
        "/api/v1/moderation/figures",
        "/api/v1/moderation/cases",
        "/api/v1/me/decisions",
        "/api/v1/me/looks",
        "/api/v1/me/reports",
        "/forum",
        "/forum/mine",
        "/governance/charter",
        "/",
    ]


@pytest.mark.parametrize(
    ("author", "viewers", "handler"),
    [
        ("author", ["author", "associate", "stranger", "visitor"], lambda forum: forum.steward),
        (
            "steward",
            ["steward", "second_steward", "founder", "associate", "visitor"],
            lambda forum: forum.scrutineers[0],
        ),
    ],
    ids=["a member's post", "a steward's post"],
)
def test_nobody_can_tell_that_something_was_reported_and_left(
    author: str, viewers: list[str], handler: Callable[[Forum], Person]
) -> None:
    forum = Forum()
    post = forum.post(getattr(forum, author))
    settle()
    paths = {who: about(post, "a" * 16) for who in viewers}
    paths[author] = sorted({*paths[author], *pages()})
    without = {who: seen(getattr(forum, who), paths[who]) for who in viewers}
    case = forum.reported(post, forum.member)
    acts.read_reports(acting(handler(forum)), case=case)
    settle()
    reported = {who: seen(getattr(forum, who), paths[who]) for who in viewers}
    acts.leave(acting(handler(forum)), case=case, words="Nothing.")
    settle()
    left = {who: seen(getattr(forum, who), paths[who]) for who in viewers}
    for who in viewers:
        for path in paths[who]:
            assert reported[who][path] == without[who][path], (who, path)
            assert left[who][path] == without[who][path], (who, path)
        person = getattr(forum, who)
        if person:
            assert not Mail.objects.filter(person_id=person.pk).exists(), who
            assert looks_at(person.pk) == [], who


def test_who_reported_it_is_not_told_with_the_removal(forum_removed: tuple[Forum, Post]) -> None:
    forum, post = forum_removed
    for who in ("author", "associate", "stranger", "visitor"):
        for path, (_, heads, body) in seen(getattr(forum, who), about(post, Case.objects.get().pk)).items():
            told = f"{heads}{body}"
            assert "So says" not in told, (who, path)
            assert "off topic" not in told.lower().replace("off topic. it has nothing", ""), (who, path)
            assert "off-topic" not in told.replace('value="off-topic"', ""), (who, path)
    mails = "".join(Mail.objects.filter(person_id=forum.author.pk).values_list("body", flat=True))
    assert mails
    assert "member-2" not in mails


@pytest.fixture
def forum_removed() -> tuple[Forum, Post]:
    """A post that a member reported for one reason and a steward removed for another."""
    forum = Forum()
    post = forum.post(forum.author)
    forum.reported(post, forum.member, reason="off-topic")
    forum.removed(post)
    settle()
    return forum, post


def test_the_two_worlds_do_differ_for_those_who_handle_it() -> None:
    forum = Forum()
    post = forum.post(forum.author)
    before = seen(forum.second_steward, ["/forum/moderation/cases"])
    forum.reported(post)
    assert seen(forum.second_steward, ["/forum/moderation/cases"]) != before
