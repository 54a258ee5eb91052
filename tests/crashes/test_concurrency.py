"""Many at the same instant: ballots recast from two devices until the vote closes, two editors of one text, two workers."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question, Round
from stoa.ballots.acts import cast
from stoa.ballots.acts.closing import unlink
from stoa.ballots.models import Ballot
from stoa.kit import clock, locks
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.cli.server import LONG, Server
from tests.crashes.community import make_community
from tests.crashes.driving import settle
from tests.crashes.members import Announced, Member, Told
from tests.crashes.reckoning import faults
from tests.live import free_port
from tests.stage import Stage, acting, approve, at

pytestmark = pytest.mark.slow
DEVICES = ("phone", "laptop")
LASTING = frozenset({"far-1", "far-2"})


@pytest.fixture
def server(tmp_path, members):
    """A whole server with so many members, and how they are known."""
    port = free_port()
    known = make_community(tmp_path / "data", f"http://localhost:{port}", members)
    one = Server(tmp_path / "data", port)
    yield one, known
    one.end()


@pytest.mark.prove
@pytest.mark.parametrize("members", [pytest.param(40, id="40-members"), pytest.param(200, id="200-members")])
def test_ballots_cast_and_recast_at_the_same_instants_count_once_each_the_last_of_them(members, server):
    (server, known), told = server, Told()
    server.await_up()
    devices = [[Member(one, server.address, told, random.Random(n), d) for d in DEVICES] for n, one in enumerate(known)]
    every = [device for both in devices for device in both]
    try:
        pace = _pace(every[0])
        opens = 5 + 40 * pace
        round = every[0].announce("round-1", (opens - 1, opens, opens + 5 + 2 * len(every) * pace))
        _prepare(round, [one for one, _ in devices])
        _edit_at_once(round, devices[0], told)
        _await_vote(round, every[0])
        _recast_until_closed(round, every)
    finally:
        for device in every:
            device.leave()
    for key, all_ in told.casts.items():
        told.casts[key] = sorted(all_, key=lambda cast: cast.number)
        assert [cast.number for cast in told.casts[key]] == list(range(1, len(all_) + 1))
    tables = settle(server, LASTING)
    assert list(faults(told, tables, [])) == []
    assert (tables.phases["round-1"], told.lost, len(told.casts)) == ("agenda", Counter(), members)
    assert min(map(len, told.casts.values())) > 1, "the vote closed too soon for everybody to recast"


def _pace(member: Member) -> float:
    """Seconds that an act takes on this machine, now that the first was done."""
    for slug in sorted(LASTING):
        begun = time.monotonic()
        member.announce(slug, (86_400, 2 * 86_400, 3 * 86_400))
    return time.monotonic() - begun


def _prepare(round: Announced, members: list[Member]) -> None:
    """Three questions of one author, with estimates and hours, before the vote opens."""
    for _ in range(3):
        members[0].propose(round)
    for question in round.questions:
        for member in members[1:4]:
            member.estimate(round, question)
        members[0].offer(round, question)


def _await_vote(round: Announced, member: Member) -> None:
    while (member.ask(f"/rounds/{round.slug}") or {}).get("phase") != "vote":
        assert datetime.now(UTC) < round.closes
        time.sleep(0.1)


def _edit_at_once(round: Announced, devices: list[Member], told: Told) -> None:
    """Two devices save the same version of a question, several times: one of them is told that the other was first."""
    path, saved = f"/rounds/{round.slug}/questions/{round.questions[0]}", told.titles[0]
    for version in range(1, 6):
        texts = [f"{saved} {version}, {device}" for device in DEVICES]
        bodies = [{"title": text, "body": "", "version": version} for text in texts]
        done = _at_once([partial(one.act, "PUT", path, body) for one, body in zip(devices, bodies, strict=True)])
        kept = [text for text, one in zip(texts, done, strict=True) if one]
        assert len(kept) == 1
        told.titles[0] = kept[0]
    assert told.refused == {"409 stale": 5}


def _recast_until_closed(round: Announced, devices: list[Member]) -> None:
    """All devices cast at the same instant, again and again, until the vote closes under them."""
    start = threading.Barrier(len(devices))

    def recast(device: Member) -> None:
        with suppress(threading.BrokenBarrierError):
            while True:
                start.wait(LONG)
                if not device.vote(round):
                    start.abort()

    _at_once([partial(recast, device) for device in devices])


def test_two_workers_that_take_the_same_step_take_it_once(cloned_db):
    stage = Stage()
    members = stage.admit(24)
    round = stage.round(discussed_after=5)
    questions = [stage.question(round, f"Which {n}?", cost=5, hours=9) for n in range(2)]
    steps = [(agenda.begin_discussion, round.discussion_opens), (agenda.begin_vote, round.vote_opens)]
    for step, instant in steps:
        with at(instant):
            _take_at_once(step, round)
    round.refresh_from_db()
    with at(round.vote_opens):
        approve(members[:10], round, questions[:1])
        approve(members[10:], round, questions)
    for step, instant in [
        (agenda.close_vote, round.vote_closes),
        (agenda.decide, round.vote_closes + timedelta(days=2)),
    ]:
        with at(instant):
            _take_at_once(step, round)
    kinds = Counter(Entry.objects.filter(act__startswith="agenda.round.").values_list("type", flat=True))
    once = {"agenda.answers_committed", "agenda.effort_frozen", "ballots.sealed", "ballots.opened", "agenda.decided"}
    assert {kind: kinds[kind] for kind in once} == dict.fromkeys(once, 1)


def test_a_ballot_that_comes_while_ballots_are_unlinked_is_refused_and_holds_nothing_up(cloned_db):
    stage = Stage()
    (voter,) = stage.admit(5)[:1]
    round = stage.round()
    question = stage.question(round, "One?", cost=5, hours=9)
    with at(round.vote_opens):
        round = stage.vote(round)
        ballot = Ballot.objects.get(pk=round.ballot_id)
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                opening = locks.exclusive(ballot)
                late = pool.submit(_cast_late, voter, ballot, question)
                _await_waiting()
                opening.state, opening.sealed = Ballot.State.SEALED, clock.now()
                opening.save()
                unlink(opening)
            with pytest.raises(Closed):
                late.result()


def _cast_late(voter: Person, ballot: Ballot, question: Question) -> None:
    try:
        cast(acting(voter), ballot=ballot, approved=[question.reference])
    finally:
        connections.close_all()


def _await_waiting() -> None:
    """Until somebody waits for a lock that this transaction holds."""
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        deadline = time.monotonic() + LONG
        while cursor.execute(waits).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def _take_at_once(step: Callable[..., Round], round: Round) -> None:
    """Four workers take a step of the clock: one does, the others find it taken."""

    def take() -> bool:
        try:
            step(CLOCK, round=Round.objects.get(pk=round.pk))
        except Closed:
            return False
        finally:
            connections.close_all()
        return True

    assert sorted(_at_once([take] * 4)) == [False, False, False, True]


def _at_once(deeds: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same instant, each in a thread of its own."""
    ready = threading.Barrier(len(deeds))

    def begin(deed: Callable[[], Any]) -> Any:
        ready.wait(LONG)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(begin, deeds))
