"""Asks two web processes for the same pages as visitors and as members while the community acts: is any old, or somebody's?

Each process has its own cache and its own ear for what the database announces; both run in threads of the test's process,
so that its clock is theirs. What is public changes all the time: a question's title says how often, and rounds begin to
take questions at instants a moment ahead.
"""

from __future__ import annotations

import dataclasses
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.conf import settings
from django.db import connections

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question
from stoa.config.asgi import Outer
from stoa.config.visitors import LONGEST
from stoa.config.wsgi import application as django
from stoa.forum import acts as forum
from stoa.kit import clock
from stoa.record.sequencer import sequence
from tests.cast import Cast, browser
from tests.live import answering, free_port, on_present_database
from tests.stage import acting

CREWS = 4
TITLE = re.compile(r"What leaks\? \((\d+)\)")
OWN_LINK = re.compile(r'href="[^"]*">\s*(member-\d+|Steward)\s*</a>\s*</div>\s*</header>')
AHEAD = "takes questions from"
SLACK = 0.05
"""Seconds for which a page may have been read before the instant from which the cache counts: by the clock of another thread."""


@dataclass
class Seen:
    """What was asked, and what was wrong. `oldest` is the greatest age in seconds of what a visitor was shown."""

    visitors: int = 0
    members: int = 0
    from_the_cache: int = 0
    changes: int = 0
    turns: int = 0
    oldest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def report(self) -> str:
        """A few lines for people to read."""
        rows = {
            "requests as visitor": f"{self.visitors:,}, of them {self.from_the_cache:,} not made anew for them",
            "requests as one of three members": f"{self.members:,}",
            "changes of what is public": f"{self.changes:,}",
            "instants at which a page changes by itself": f"{self.turns:,}",
            "oldest thing shown to a visitor": f"{self.oldest:.2f} s after it had changed",
            "faults found": len(self.wrong),
        }
        return "\n".join([*(f"{name:<44}{value}" for name, value in rows.items()), *self.wrong[:20]])


@dataclass
class Town:
    """A community that changes while it is asked."""

    cast: Cast
    seed: int
    seen: Seen = field(default_factory=Seen)
    versions: list[float] = field(default_factory=list)
    """By version of the title: when it was committed."""
    begins: dict[str, datetime] = field(default_factory=dict)
    """By round: from when on it takes questions."""
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def found(self) -> None:
        """The question, its thread, and the first round."""
        self.cast.admit(3)
        self.round = self.cast.round("2027", days=30)
        self.question = self.cast.question(self.round, "What leaks? (0)", cost=10)
        self.versions.append(time.monotonic())
        forum.write_post(acting(self.cast.members[0]), about=self.question.reference, body="A post.")
        self.thread = f"/forum/thread/{forum_thread(self.question)}"
        self.announce()

    def announce(self) -> None:
        """A round that takes questions from a moment on which no act marks."""
        now = clock.now()
        slug = f"r{len(self.begins)}"
        begins = now + timedelta(seconds=random.Random(len(self.begins)).uniform(0.3, 1.2))
        agenda.announce_round(
            acting(self.cast.steward),
            slug=slug,
            title=f"Round {slug}",
            summary="",
            questions_open=begins,
            vote_opens=now + timedelta(days=40),
            vote_closes=now + timedelta(days=50),
        )
        with self.lock:
            self.begins[slug] = begins
        self.seen.turns += 1

    def change(self) -> None:
        """The title says one more."""
        question = Question.objects.get(pk=self.question.pk)
        version = len(self.versions)
        agenda.edit_question(
            acting(self.cast.members[0]),
            question=question,
            version=question.version,
            title=f"What leaks? ({version})",
            body="",
        )
        with self.lock:
            self.versions.append(time.monotonic())
        self.seen.changes += 1

    def live(self) -> None:
        """Act now and then, and give entries their places as the worker does, until it is over."""
        try:
            while not self.ended.wait(0.15):
                self.change()
                if clock.now() > max(self.begins.values()):
                    self.announce()
                while sequence():
                    pass
        finally:
            connections.close_all()


def forum_thread(question: Question) -> int:
    """The number of a question's thread."""
    from stoa.forum.models import Thread

    return Thread.objects.get(subject=question.reference).pk


@contextmanager
def two_processes(found: Callable[[Any], Any] = lambda found: found) -> Iterator[list[str]]:
    """Addresses of two servers of the present database; `found` may set them up otherwise."""
    with ExitStack() as stack:
        addresses = []
        for _ in range(2):
            port = free_port()
            here = dataclasses.replace(on_present_database(settings.STOA), address="http://localhost:1", port=port)
            stack.enter_context(answering(Outer(found(here), {}, django), port))
            addresses.append(f"http://localhost:{port}")
        yield addresses


def interleave(town: Town, addresses: list[str], requests: int) -> Seen:
    """Ask so often, in several threads, while the community acts, or until something is wrong; returns what was seen."""
    acting_ = threading.Thread(target=town.live)
    cookies = [(m.shown_name, browser(m).cookies["sessionid"].value) for m in town.cast.members[:3]]
    crews = [
        threading.Thread(target=_crew, args=[town, addresses, cookies, requests // CREWS, town.seed + n])
        for n in range(CREWS)
    ]
    acting_.start()
    for crew in crews:
        crew.start()
    for crew in crews:
        crew.join()
    town.ended.set()
    acting_.join()
    return town.seen


def _crew(town: Town, addresses: list[str], cookies: list[tuple[str, str]], requests: int, seed: int) -> None:
    chance = random.Random(seed)  # a plan that can be replayed
    with httpx.Client(timeout=60) as client:
        for _ in range(requests):
            if town.seen.wrong:
                return
            path = chance.choice([*_pages(town), *_pages(town)[:3]])
            name, cookie = chance.choice([*cookies, *[("", "")] * 3])
            headers = {"cookie": f"sessionid={cookie}"} if name else {}
            client.cookies.clear()  # what the last one was given is not this one's
            asked, instant = time.monotonic(), clock.now()
            answer = client.get(chance.choice(addresses) + path, headers=headers)
            with town.lock:
                if name:
                    _judge_members(town, path, answer, name)
                else:
                    _judge_visitors(town, path, answer, asked, instant)


def _pages(town: Town) -> list[str]:
    newest = list(town.begins)[-2:]
    question = f"/agenda/2027/questions/{town.question.pk}"
    rounds = [f"/agenda/{slug}" for slug in newest]
    return [question, *rounds, "/agenda/2027", "/agenda", "/", town.thread, "/governance", "/forum"]


def _judge_visitors(town: Town, path: str, answer: httpx.Response, asked: float, instant: datetime) -> None:
    seen, page = town.seen, answer.text
    seen.visitors += 1
    seen.from_the_cache += "etag" in answer.headers
    if answer.status_code != 200 or "set-cookie" in answer.headers or "csrfmiddlewaretoken" in page:
        seen.wrong.append(f"visitor {path}: {answer.status_code}, {answer.headers}")
    if "Sign in" not in page or OWN_LINK.search(page):
        seen.wrong.append(f"visitor {path}: is shown a page of {OWN_LINK.findall(page)}")
    shown = max(map(int, TITLE.findall(page)), default=len(town.versions))
    if len(town.versions) > shown + 1:
        age = asked - town.versions[shown + 1]
        seen.oldest = max(seen.oldest, age)
        if age > LONGEST + SLACK:
            seen.wrong.append(f"visitor {path}: shown {age:.2f} s after it had changed")
    begins = town.begins.get(path.removeprefix("/agenda/"))
    if begins and instant >= begins and AHEAD in page:
        seen.wrong.append(f"visitor {path}: shown {(instant - begins).total_seconds():.2f} s after its instant")


def _judge_members(town: Town, path: str, answer: httpx.Response, name: str) -> None:
    town.seen.members += 1
    if answer.status_code != 200 or OWN_LINK.findall(answer.text) != [name]:
        town.seen.wrong.append(f"{name} {path}: is shown the page of {OWN_LINK.findall(answer.text)}")
    if "etag" in answer.headers or "private" not in answer.headers["cache-control"]:
        town.seen.wrong.append(f"{name} {path}: {answer.headers}")
