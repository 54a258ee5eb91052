"""Many at the same instant: ballots recast from two devices until the vote closes, two editors of one text, two workers."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain, repeat
from typing import Any

import pytest
from django.db import connection, connections, transaction

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question, Round
from stoa.ballots.acts import cast
from stoa.ballots.acts.closing import unlink
from stoa.ballots.models import Ballot, CastBallot
from stoa.kit import clock, locks
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.cli.server import LONG, Server
from tests.crashes.clock import Clock
from tests.crashes.community import make_community
from tests.crashes.driving import settle
from tests.crashes.members import HOUR, Announced, Member, Told
from tests.crashes.reckoning import faults
from tests.live import free_port
from tests.stage import Stage, acting, approve, at

pytestmark = pytest.mark.slow
DEVICES = ("phone", "laptop")
TIMES = 3
"""How often each device casts together with all others, before each goes on by itself until the vote closes."""


@dataclass(frozen=True)
class Community:
    """A whole server with two web processes, its clock, and its members' devices."""

    server: Server
    clock: Clock
    told: Told
    devices: list[list[Member]]

    @property
    def every(self) -> list[Member]:
        """All devices of all members."""
        return [device for both in self.devices for device in both]


@pytest.fixture
def community(tmp_path, members):
    clock, port, told = Clock(tmp_path / "clock"), free_port(), Told()
    known = make_community(tmp_path / "data", f"http://localhost:{port}", members, clock)
    server = Server(tmp_path / "data", port, STOA_WEB_PROCESSES="2", **clock.variables)
    devices = [
        [Member(one, server.address, told, random.Random(n), clock=clock, device=device) for device in DEVICES]
        for n, one in enumerate(known)
    ]
    yield (there := Community(server, clock, told, devices))
    for device in there.every:
        device.leave()
    server.end()


@pytest.mark.prove
@pytest.mark.parametrize("members", [pytest.param(40, id="40-members"), pytest.param(200, id="200-members")])
def test_ballots_cast_and_recast_at_the_same_instants_count_once_each_the_last_of_them(members, community, capsys):
    server, clock, told = community.server.await_up(), community.clock, community.told
    begun = clock.now()
    first = community.every[0]
    round = first.announce("round-1", begun + HOUR, begun + 2 * HOUR, begun + 3 * HOUR)
    _prepare(round, [one for one, _ in community.devices])
    _edit_at_once(round, community.devices[0], told)
    for instant in (round.discussion, round.opens):
        clock.jump_to(instant)
        _await_phase(first, round, "discussion" if instant == round.discussion else "vote")
    seconds = _recast_until_closed(round, community)
    for key, all_ in told.casts.items():
        told.casts[key] = sorted(all_, key=lambda cast: cast.number)
        assert [cast.number for cast in told.casts[key]] == list(range(1, len(all_) + 1))
    _await_phase(first, round, "checking")
    tables = settle(server, clock)
    casts = sum(map(len, told.casts.values()))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{members} members, two devices each, two web processes: {casts:,} ballots cast in {seconds:.0f} s,"
            f" {told.refused.total():,} refused after the close, {tables.of_type('ballots.sealed').popitem()[1]['count']} counted\n"
        )
    assert list(faults(told, tables, [])) == []
    assert (tables.phases["round-1"], told.lost, len(told.casts)) == ("agenda", Counter(), members)
    assert min(map(len, told.casts.values())) >= len(DEVICES) * TIMES


def _prepare(round: Announced, members: list[Member]) -> None:
    """Three questions of one author, with estimates and hours, before the vote opens."""
    for _ in range(3):
        members[0].propose(round)
    for question in round.questions:
        for member in members[1:4]:
            member.estimate(round, question)
        members[0].offer(round, question)


def _await_phase(member: Member, round: Announced, phase: str) -> None:
    deadline = time.monotonic() + LONG
    while (member.ask(f"/rounds/{round.slug}") or {}).get("phase") != phase:
        assert time.monotonic() < deadline
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


def _recast_until_closed(round: Announced, community: Community) -> float:
    """All devices cast at the same instants, then each again and again until the vote closes under it. Gives the seconds."""
    begun, together = time.monotonic(), threading.Barrier(len(community.every))
    free = threading.Barrier(len(community.every), lambda: community.clock.jump_to(round.closes - timedelta(seconds=3)))

    def recast(device: Member) -> None:
        for _ in range(TIMES):
            together.wait(LONG)
            assert device.vote(round), "the vote is open, and somebody was refused"
        free.wait(LONG)
        while device.vote(round):
            pass

    _at_once([partial(recast, device) for device in community.every])
    return time.monotonic() - begun


def test_ballots_recast_at_the_same_instants_until_the_close_are_kept_once_each_the_last_of_them(cloned_db):
    """The same within one process, few people, for every run of the tests."""
    stage = Stage()
    stage.admit(12)
    round = stage.round()
    questions = [stage.question(round, f"Which {n}?", cost=5, hours=9) for n in range(3)]
    told: dict[str, dict[int, list[str]]] = {member.pk: {} for member in stage.members}
    with at(round.vote_opens), ExitStack() as late:
        ballot = stage.vote(round).ballot
        end = clock.travel(ballot.closes - timedelta(seconds=1))
        together = threading.Barrier(2 * len(stage.members))
        free = threading.Barrier(2 * len(stage.members), lambda: late.enter_context(end))

        def recast(member: Person) -> None:
            try:
                with suppress(Closed):
                    for barrier in chain([together] * TIMES, [free], repeat(None)):
                        if barrier:
                            barrier.wait(LONG)
                        approved = [q.reference for q in random.sample(questions, random.randint(0, 3))]
                        paper = cast(acting(member), ballot=ballot, approved=approved)
                        told[member.pk][paper.voter.casts] = paper.approved
            finally:
                connections.close_all()

        _at_once([partial(recast, member) for member in stage.members * 2])
    with at(ballot.closes):
        agenda.close_vote(CLOCK, round=round)
    for member, casts in told.items():
        assert len(casts) >= 2 * TIMES
        assert sorted(casts) == list(range(1, len(casts) + 1))
        assert list(CastBallot.objects.filter(voter__person=member).values_list("approved", flat=True)) == [
            casts[len(casts)]
        ]
    ballot.refresh_from_db()
    assert (ballot.count, ballot.state) == (12, Ballot.State.SEALED)


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
