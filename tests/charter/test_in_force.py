"""A new charter counts for every entry behind it, and for none before it."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection

from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.kit import act as kit
from stoa.kit.act import OPERATOR, Actor, act, tell
from stoa.people.acts import admit
from stoa.people.events import PersonAdmitted
from stoa.record.models import Placement
from stoa.record.sequencer import sequence
from tests.live import LiveStoa
from tests.stage import begin

pytestmark = pytest.mark.slow

TEXT = DEFAULT.read_text(encoding="utf-8")


def test_an_act_begun_under_the_old_charter_stands_on_the_record_before_the_new_one(
    live_stoa: LiveStoa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit, "ACTS", dict(kit.ACTS))
    begin()
    put_in_force(OPERATOR, text=TEXT.replace("[powers]\n", '[powers]\n"test.linger" = ["operator"]\n'))
    begun, may_end = threading.Event(), threading.Event()

    @act("test.linger")
    def linger(actor: Actor) -> None:
        """Take a while."""
        begun.set()
        assert may_end.wait(30)
        tell(PersonAdmitted("slow"))

    in_order = [threading.Thread(target=_closing, args=[linger]), threading.Thread(target=_closing, args=[_renew])]
    in_order[0].start()
    assert begun.wait(30)
    in_order[1].start()
    _wait_until_somebody_waits()
    may_end.set()
    for thread in in_order:
        thread.join()
    admit(OPERATOR, name="Ada", email="ada@example.org")
    while sequence():
        pass
    acts = list(dict.fromkeys(_story()))
    assert acts[-3:] == [("test.linger", 2), ("charter.text.put_in_force", 2), ("people.person.admit", 3)]


def test_two_new_charters_at_once_become_two_versions(live_stoa: LiveStoa) -> None:
    begin()
    both = [threading.Thread(target=_closing, args=[_renew]) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    while sequence():
        pass
    assert [charter for act_, charter in _story() if act_ == "charter.text.put_in_force"] == [0, 1, 2]


def _renew(actor: Actor) -> None:
    put_in_force(actor, text=TEXT)


def _closing(work: Any) -> None:
    try:
        work(OPERATOR)
    finally:
        connection.close()


def _wait_until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _ in range(3000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("the new charter did not wait")


def _story() -> list[tuple[str, int]]:
    bodies = Placement.objects.order_by("position").values_list("entry__body", flat=True)
    leaves = [json.loads(bytes(body)) for body in bodies]
    return [(leaf["act"], leaf["charter"]) for leaf in leaves]
