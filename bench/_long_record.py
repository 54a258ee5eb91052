"""A community's server with a long record, for the benchmarks: `stoa init`, a vote, and entries of the kinds that there are.

The vote is imported by the program's own act, with its ballots opened and its result recomputable. All other entries are
spelled by the program's own events with ids that nobody has, and put in by COPY; the program's own sequencer places them.
"""

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench._server import SECRET

OPTIONS = 100
"""Options of the vote."""
MEMBERS = 5_000
COLUMNS = "body, at, type, act, actor, role, charter, subject"
LINE = "{:<44}{:>22}{:>18}{:>8}  {}"
SPELL = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
"""Canonical where keys and texts are ASCII, as ids and codes are."""

Row = tuple[bytes, str, str, str, str | None, str | None, int, str]


@contextmanager
def community(folder: Path, port: int) -> Iterator[None]:
    """A new server's data in this folder, its database up for as long as the block lasts and Django on it."""
    os.environ |= {
        "STOA_DATA": str(folder),
        "STOA_PORT": str(port),
        "STOA_ADDRESS": f"http://127.0.0.1:{port}",
        "STOA_SECRET_KEY": SECRET,
        "DJANGO_SETTINGS_MODULE": "stoa.config.settings",
    }
    stoa("init", "--json")
    from stoa.cli.opened import opened
    from stoa.kit.environment import environment

    with opened(environment()):
        yield


def stoa(*arguments: str) -> str:
    """Run the `stoa` command; returns what it printed."""
    command = [sys.executable, "-P", "-m", "stoa.cli", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def line(measure: str, ours: str, limit: str, ratio: float, *, holds: bool) -> bool:
    """Print one line of a benchmark's table; gives back whether the limit holds."""
    print(LINE.format(measure, ours, limit, f"{ratio:.2f}", "holds" if holds else "missed"), flush=True)
    return holds


def hold_vote(ballots: int) -> None:
    """A round decided by so many opened ballots."""
    from bench.equal_shares import synthetic
    from stoa.agenda import acts
    from stoa.kit import clock
    from stoa.kit.act import CLOCK, OPERATOR
    from stoa.methods.pabulib import Election, Project, Vote

    vote = synthetic(ballots, OPTIONS)
    projects = tuple(Project(name, name, cost) for name, cost in vote.costs.items())
    votes = tuple(Vote(f"voter-{number}", tuple(approved)) for number, approved in enumerate(vote.ballots))
    now = clock.now()
    hours = [now + timedelta(hours=hour) for hour in (0, 1, 2)]
    round_ = acts.announce_round(
        OPERATOR,
        slug="long",
        title="Long",
        summary="",
        questions_open=hours[0],
        vote_opens=hours[1],
        vote_closes=hours[2],
    )
    election = Election({}, projects, votes, vote.capacity, 1, "", {}, ())
    acts.import_votes(OPERATOR, round=acts.begin_questions(CLOCK, round=round_), election=election, digest="0" * 64)


def insert(rows: Iterator[Row]) -> None:
    """Put entries in by COPY, not yet placed."""
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(f"COPY record_entry ({COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@dataclass
class Writer:
    """Makes entries. The same number makes the same entries, but for their instants."""

    number: int = 1

    def __post_init__(self) -> None:
        from stoa.agenda import events as agenda
        from stoa.charter.queries import in_force
        from stoa.forum import events as forum
        from stoa.people import events as people

        self.chance = random.Random(self.number)
        self.agenda, self.forum, self.people = agenda, forum, people
        self.charter = in_force().version
        self.members = [self._opaque() for _ in range(MEMBERS)]
        kinds: list[tuple[int, str, str, Callable[[], Any], tuple[str, ...]]] = [
            (46, "forum.post.write", "member", self._post, ("body",)),
            (4, "forum.post.edit", "author", self._edit, ("body",)),
            (1, "forum.post.take_back", "author", self._taking_back, ()),
            (1, "forum.moderation.remove", "steward", self._removal, ()),
            (12, "agenda.statement.propose", "member", self._statement, ("text",)),
            (3, "agenda.question.propose", "member", self._question, ("body", "title")),
            (12, "agenda.effort.estimate", "member", self._estimate, ()),
            (8, "agenda.hours.offer", "member", self._offer, ()),
            (5, "people.person.admit", "steward", self._admission, ()),
            (4, "people.role.give", "steward", self._role, ()),
            (4, "people.tie.declare", "self", self._tie, ()),
        ]
        self._weights = [weight for weight, *_ in kinds]
        self._kinds = kinds

    def rows(self, count: int, start: datetime) -> Iterator[Row]:
        """So many entries, some microseconds apart."""
        for number, (_, act, role, make, texts) in enumerate(self.chance.choices(self._kinds, self._weights, k=count)):
            event = make()
            at = (start + timedelta(microseconds=50 * number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            actor = None if event.actor_withheld else f"person:{self._member()}"
            leaf = {
                "v": 1,
                "at": at,
                "type": event.type,
                "act": act,
                "actor": actor,
                "role": role if actor else None,
                "charter": self.charter,
                "subject": event.subject,
                "facts": event.facts(),
                "commitments": {name: self.chance.randbytes(32).hex() for name in texts},
            }
            body = SPELL(leaf).encode()
            yield body, at, event.type, act, actor, leaf["role"], self.charter, event.subject

    def _opaque(self) -> str:
        return "".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz234567", k=16))

    def _member(self) -> str:
        return self.chance.choice(self.members)

    def _some(self, most: int) -> str:
        return str(1 + int(most * self.chance.random()))

    def _post(self) -> Any:
        post, answered = self._some(500_000), self.chance.random() < 0.6
        on = f"question:{self._some(9_000)}"
        return self.forum.PostWritten(post, self._some(9_000), on, self._some(500_000) if answered else None)

    def _edit(self) -> Any:
        return self.forum.PostEdited(self._some(500_000), self._some(9_000), f"statement:{self._some(90_000)}", 2)

    def _taking_back(self) -> Any:
        return self.forum.PostTakenBack(self._some(500_000), self._some(9_000), f"round:{self._some(20)}")

    def _removal(self) -> Any:
        return self.forum.PieceRemoved(f"post:{self._some(500_000)}", "off-topic")

    def _statement(self) -> Any:
        return self.agenda.StatementProposed(self._some(90_000), self._some(20))

    def _question(self) -> Any:
        return self.agenda.QuestionProposed(self._some(9_000), self._some(20))

    def _estimate(self) -> Any:
        return self.agenda.EffortEstimated(self._some(9_000), 20, 40)

    def _offer(self) -> Any:
        return self.agenda.HoursOffered(self._some(9_000), 60)

    def _admission(self) -> Any:
        return self.people.PersonAdmitted(self._member())

    def _role(self) -> Any:
        return self.people.RoleGiven(self._member(), "member", until="2028-01-01T00:00:00.000000Z")

    def _tie(self) -> Any:
        return self.people.TieDeclared(self._member(), self._some(900), "employment", "2026-01-01")
