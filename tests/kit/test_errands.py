"""What takes long is done by the worker for who asked, by the rules of its act; whoever may ask sees how far it is."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from stoa.kit import errands
from stoa.kit.act import VISITOR, Actor
from stoa.kit.errands import Errand, ask, latest
from stoa.kit.faults import Closed, Refused
from stoa.people.models import Person
from tests.cast import Cast
from tests.errands import do_errands
from tests.live import run_tasks
from tests.stage import acting

NAME = "people.role.give"


@pytest.fixture
def deeds(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was done under the name of an act, each with who asked for it."""
    done: list[Any] = []

    def deed(actor: Actor, number: str, **given: str) -> None:
        done.append((actor, number, given))
        if "fault" in given:
            raise {"closed": Closed("It is over.", remedy="Wait."), "broken": ZeroDivisionError()}[given["fault"]]

    monkeypatch.setitem(errands._deeds, NAME, deed)
    return done


@pytest.mark.django_db
def test_what_is_asked_for_is_done_once_for_who_asked(cast: Cast, deeds: list[Any]) -> None:
    me, someone = acting(cast.steward), cast.stranger
    assert latest(NAME, someone) is None
    assert ask(me, NAME, someone, until="2027-01-01") == Errand("waiting")
    assert ask(acting(cast.founder), NAME, someone) == latest(NAME, someone) == Errand("waiting")
    assert do_errands() == 1
    assert deeds == [(me, someone.pk, {"until": "2027-01-01"})]
    assert latest(NAME, someone) == Errand("done")
    assert latest(NAME, cast.member) is None


@pytest.mark.django_db
def test_nobody_has_the_worker_do_what_they_may_not(cast: Cast, deeds: list[Any]) -> None:
    for actor in (acting(cast.member), VISITOR):
        with pytest.raises(Refused):
            ask(actor, NAME, cast.stranger)
    assert (do_errands(), deeds, latest(NAME, cast.stranger)) == (0, [], None)


@pytest.mark.django_db
def test_why_it_could_not_be_done_is_told_and_it_can_be_asked_for_again(cast: Cast, deeds: list[Any]) -> None:
    me = acting(cast.steward)
    ask(me, NAME, cast.stranger, fault="closed")
    do_errands()
    assert latest(NAME, cast.stranger) == Errand("refused", fault="It is over. Wait.")
    ask(me, NAME, cast.stranger, fault="broken")
    with pytest.raises(ZeroDivisionError):
        do_errands()
    assert latest(NAME, cast.stranger) == Errand("refused", fault=errands.FAILED)
    ask(me, NAME, cast.stranger)
    do_errands()
    assert latest(NAME, cast.stranger) == Errand("done")
    assert len(deeds) == 3


def test_the_worker_takes_it_up_and_tells_how_far_it_is_before_it_is_done(
    cloned_db: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def deed(_actor: Actor, _number: str) -> None:
        errands.reached(3, 7)
        assert go_on.wait(60)

    monkeypatch.setitem(errands._deeds, NAME, deed)
    monkeypatch.setattr(errands, "TOLD_EVERY", 0.01)
    someone = Person.objects.get(pk=cast.stranger.pk)
    ask(acting(cast.steward), NAME, someone)
    worker = threading.Thread(target=run_tasks)
    worker.start()
    seen = latest(NAME, someone)
    while seen and seen.done != 3 and worker.is_alive():
        seen = latest(NAME, someone)
    go_on.set()
    worker.join()
    assert seen == Errand("doing", 3, 7)
    assert latest(NAME, someone) == Errand("done")
