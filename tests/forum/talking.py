"""What tests of the forum's pages share: who reads, what somebody wrote, a thread of many posts, a form as it stands."""

from __future__ import annotations

import re

from django.test import Client

from stoa.forum import acts
from stoa.forum.models import Post, Thread
from stoa.forum.queries.posts import recount
from stoa.kit import markdown
from stoa.people.models import Person
from tests.stage import acting

EVERYBODY = ("visitor", "stranger", "member", "associate", "facilitator", "steward", "founder", "author")


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def write(person: Person, about: str, body: str = "Much leaks.", **more: object) -> Post:
    return acts.write_post(acting(person), about=about, body=body, **more)


def many(about: str, count: int, by: Person) -> Thread:
    """A thread with so many posts."""
    thread = Thread.objects.create(subject=about)
    Post.objects.bulk_create(
        Post(thread=thread, author=by, body=f"Post {n}", rendered=f"<p>Post {n}</p>", renderer=markdown.RENDERER)
        for n in range(1, count + 1)
    )
    recount(thread)
    return thread


def typed(client: Client, path: str, **fields: str) -> dict[str, str]:
    """The fields of a page's form as they stand there, with some changed."""
    page = text(client.get(path))
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return {name: found[name] for name in ("once", "draft", "version", "answers") if name in found} | fields
