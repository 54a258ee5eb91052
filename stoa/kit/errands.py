"""What takes longer than somebody waits: the worker carries the act out for who asked, and pages say how far it is.

What is asked for, and how far it is, stands among what expires (`stoa.kit.counts`): the act alone leaves anything behind.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from typing import Literal

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Model, Subquery
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.types import JSONValue

from stoa.kit.act import Actor, Subject, authority
from stoa.kit.faults import Fault
from stoa.kit.models import Count

TASK, QUEUE = "stoa.errand", "errands"
KEPT_SECONDS, DONE_SECONDS = 86_400, 600
"""For how long one that waits, is under way or was refused is told of; and one that is done."""
TOLD_EVERY = 1.0
FAILED = "It failed, by a fault of the program. The worker's log says why."

State = Literal["waiting", "doing", "done", "refused"]
Deed = Callable[..., object]
_deeds: dict[str, Deed] = {}


@dataclass(frozen=True)
class Errand:
    """How far something is that the worker does: `done` of `whole` as the act counts them; and why it was refused."""

    state: State
    done: int = 0
    whole: int = 0
    fault: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits or is under way."""
        return self.state in {"waiting", "doing"}


class _Reached:
    """How far the act under way is, told by a thread with a connection of its own: its own change nobody sees yet."""

    def __init__(self, key: str) -> None:
        self._key, self._over = key, threading.Event()
        self.now = Errand("doing")

    def run(self) -> None:
        """Tell every second, until it is over."""
        try:
            while not self._over.wait(TOLD_EVERY):
                cache.set(self._key, asdict(self.now), KEPT_SECONDS)
        finally:
            connection.close()

    def end(self) -> None:
        """Tell no more."""
        self._over.set()


_reached: ContextVar[_Reached | None] = ContextVar("reached", default=None)


def errand(name: str) -> Callable[[Deed], Deed]:
    """Let the worker do this under the name of its act: `deed(actor, number, **given)`, with the number of what it acts on."""

    def decorate(deed: Deed) -> Deed:
        _deeds[name] = deed
        return deed

    return decorate


def ask(actor: Actor, name: str, subject: Model, **given: str) -> Errand:
    """Have the worker do this for the actor, as soon as it can. Where it waits or is under way already, says how far that is.

    Raises `Refused` where the charter does not let them.
    """
    authority()(actor, name, subject if isinstance(subject, Subject) else None)
    found = latest(name, subject)
    if found and found.is_open:
        return found
    asked, key = Errand("waiting"), _key(name, subject.pk)
    who: list[JSONValue] = [actor.kind, actor.person_id, actor.second_factor]
    try:
        with transaction.atomic():
            cache.set(key, asdict(asked), KEPT_SECONDS)
            job = app.configure_task(TASK, queue=QUEUE, lock=key, queueing_lock=key)
            job.defer(name=name, number=subject.pk, who=who, given={**given})
    except AlreadyEnqueued:  # by somebody else, a moment ago
        return asked
    return asked


def latest(name: str, subject: Model) -> Errand | None:
    """How far the last errand of this name is, with what it acts on, as long as that is told. For pages of who may ask for it."""
    found = cache.get(_key(name, subject.pk))
    return Errand(**found) if found else None


def kept(name: str, subject: Model) -> Subquery:
    """The same as a part of another query, to be `read`."""
    rows = Count.objects.filter(key=cache.make_key(_key(name, subject.pk)), expires__gt=time.time())
    return Subquery(rows.values("value")[:1])


def read(value: str | None) -> Errand | None:
    """How far an errand is, from what was `kept`."""
    return Errand(**json.loads(value)) if value else None


def reached(done: int, whole: int) -> None:
    """Say how far the act under way is; where nobody had it done by the worker, nobody is told."""
    if report := _reached.get():
        report.now = replace(report.now, done=done, whole=whole)


@app.task(name=TASK, queue=QUEUE)
def do(name: str, number: str | int, who: tuple[Literal["person"], str, bool], given: dict[str, str]) -> None:
    """Carry out what was asked for, and keep what came of it. A fault of the program is told too, and raised again."""
    key = _key(name, number)
    with _told(key) as report:
        try:
            _deeds[name](Actor(*who), number, **given)
        except Fault as fault:
            report.now = Errand("refused", fault=str(fault))
        except Exception:
            report.now = Errand("refused", fault=FAILED)
            raise
        else:
            report.now = Errand("done")


@contextmanager
def _told(key: str) -> Iterator[_Reached]:
    report = _Reached(key)
    cache.set(key, asdict(report.now), KEPT_SECONDS)
    teller, mark = threading.Thread(target=report.run, name="errand"), _reached.set(report)
    teller.start()
    try:
        yield report
    finally:
        _reached.reset(mark)
        report.end()
        teller.join()
        cache.set(key, asdict(report.now), DONE_SECONDS if report.now.state == "done" else KEPT_SECONDS)


def _key(name: str, number: str | int) -> str:
    return f"errand/{name}/{number}"
