"""What is counted together counts in every process: wrong codes, codes used up, and locks around both."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client

from stoa.kit import clock
from stoa.kit.counts import SharedCache, forget_expired
from stoa.kit.models import Count, Mail
from stoa.people.models import Person
from tests.live import LiveStoa
from tests.stage import Stage


def process() -> SharedCache:
    """The cache as another process has it: only the table is shared."""
    return SharedCache("", {})


@pytest.mark.django_db
def test_what_one_process_keeps_every_other_finds() -> None:
    one, other = process(), process()
    one.set("tries", [3.5, 1.25], timeout=60)
    assert (other.get("tries"), other.get("none"), other.get("none", 7)) == ([3.5, 1.25], None, 7)
    other.set("tries", [4.5], timeout=60)
    assert one.get("tries") == [4.5]
    assert (one.delete("tries"), other.delete("tries"), one.get("tries")) == (True, False, None)


@pytest.mark.django_db
def test_what_has_expired_is_not_there_and_may_be_added_again() -> None:
    assert [process().add("code", True, timeout=30), process().add("code", True, timeout=30)] == [True, False]
    process().set("for ever", 1, timeout=None)
    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert process().get("code") is None
        assert process().add("code", False, timeout=30)
        assert process().get("code") is False
    with time_machine.travel(clock.now() + timedelta(days=1)):
        forget_expired()
    assert [count.key for count in Count.objects.all()] == [process().make_key("for ever")]


@pytest.mark.slow
def test_of_many_who_add_at_once_one_is_told_that_it_did(live_stoa: LiveStoa) -> None:
    told: list[bool] = []
    ready = threading.Barrier(6)

    def add() -> None:
        ready.wait()
        told.append(process().add("code", True, timeout=30))
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 5 + [True]


@pytest.mark.django_db
def test_a_limit_holds_across_processes() -> None:
    Stage()
    before = Mail.objects.filter(kind__contains="code").count()
    email = Person.objects.get().email
    for _ in range(5):
        if hasattr(caches._connections, "default"):
            del caches["default"]  # as in a process that has just begun
        Client().post("/account/login/code/", {"email": email})
    assert Mail.objects.count() - before == 3
