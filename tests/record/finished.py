"""A server whose round is over, its tables in the hands of a superuser, and what it then serves: for tests of tampering."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import connection, connections, transaction
from django.test import Client

from stoa.agenda import acts as agenda
from stoa.agenda import exports
from stoa.agenda.models import Round
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.postgres import ROLES
from stoa.methods.canonical import canonical
from stoa.methods.merkle import leaf_hash
from stoa.methods.tiles import Frontier
from stoa.record.sequencer import publish
from stoa.verify.tree import tiles_in_order
from tests import postgres
from tests.cast import settle
from tests.leaks.worlds import chance_from
from tests.stage import Stage, approve, at

VOTERS = 24
Change = Callable[[Any], Any]
"""Changes a value in place, or returns another in its stead."""


@contextmanager
def finished_round() -> Iterator[Round]:
    """A round decided by 24 of 26 voters on a database of its own, where Django connects as the superuser."""
    with postgres.clone():
        connection.close()
        settings = connections.databases["default"]
        before, settings["USER"] = settings["USER"], ROLES["superuser"]
        try:
            with chance_from("a finished round"):  # so that seed and ties are the same in each run
                round_ = _held()
            yield round_
        finally:
            connection.close()
            settings["USER"] = before


def _held() -> Round:
    stage = Stage()
    stage.admit(VOTERS + 1)
    round_ = stage.round()
    costs = (30, 40, 40, 50, 25, 60)
    questions = [
        stage.question(round_, f"Question {n}?", cost=cost, by=stage.members[n], hours=20)
        for n, cost in enumerate(costs)
    ]
    with at(round_.vote_opens):
        round_ = stage.vote(round_)
        for number, member in enumerate(stage.members[:VOTERS]):
            approve([member], round_, [questions[number % 6], questions[(number * 5 + 1) % 6]])
    with at(round_.vote_closes):
        agenda.close_vote(CLOCK, round=round_)
    with clock.travel(round_.vote_closes + timedelta(hours=25)):
        agenda.decide(CLOCK, round=round_)
        settle()
    return Round.objects.get(pk=round_.pk)


@contextmanager
def tampered(*, anew: bool) -> Iterator[Tables]:
    """The tables with every guard off; what the block does is undone. `anew`: the operator signs all of it anew."""
    with transaction.atomic():
        tables = Tables()
        tables.do("SET LOCAL session_replication_role = replica")
        tables.anew = anew
        yield tables
        transaction.set_rollback(True)


@dataclass
class Tables:
    """What somebody can do who holds the database, and with it the key."""

    anew: bool = False

    def do(self, statement: str, *values: Any) -> None:
        """One statement, as the superuser."""
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    @property
    def size(self) -> int:
        """How many entries the latest head covers."""
        return int(self.ask("SELECT max(size) FROM record_checkpoint")[0][0])

    def entry(self, kind: str) -> tuple[int, dict[str, Any]]:
        """The first entry of this type: its row's id and its body."""
        ((row, body),) = self.ask("SELECT id, body FROM record_entry WHERE type = %s ORDER BY id LIMIT 1", kind)
        return row, json.loads(bytes(body))

    def change_entry(self, kind: str, change: Change) -> None:
        """Change the body of the first entry of this type."""
        row, body = self.entry(kind)
        changed = change(body) or body
        self.do("UPDATE record_entry SET body = %s WHERE id = %s", canonical(changed), row)

    def change_facts(self, kind: str, change: Change) -> None:
        """Change the facts of the first entry of this type."""
        self.change_entry(kind, lambda body: {**body, "facts": change(body["facts"]) or body["facts"]})

    def change_blob(self, kind: str, fact: str, change: Change) -> None:
        """Change the public body that this entry names: in its place, or, where all is signed anew, under its new name."""
        name = self.blob_of(kind, fact)
        value = json.loads(bytes(self.ask("SELECT body FROM record_blob WHERE sha256 = %s", name)[0][0]))
        body = canonical(change(value) or value)
        if not self.anew:
            self.do("UPDATE record_blob SET body = %s WHERE sha256 = %s", body, name)
            return
        self.do("INSERT INTO record_blob VALUES (%s, %s)", sha256(body).hexdigest(), body)
        spelled = json.dumps(self.entry(kind)[1]).replace(name, sha256(body).hexdigest())
        self.change_entry(kind, lambda _: json.loads(spelled))

    def blob_of(self, kind: str, fact: str) -> str:
        """The name of the public body in this fact."""
        named = self.entry(kind)[1]["facts"][fact]
        return str(named["blob"] if isinstance(named, dict) else named)

    def append(self, kind: str) -> None:
        """Put the first entry of this type on the record once more, at its end."""
        row, _ = self.entry(kind)
        columns = "body, at, type, act, actor, role, charter, subject"
        self.do(f"INSERT INTO record_entry ({columns}) SELECT {columns} FROM record_entry WHERE id = %s", row)
        self.do("INSERT INTO record_placement SELECT %s, max(id) FROM record_entry", self.size)

    def change_note(self, change: Callable[[str], str]) -> None:
        """Change the latest signed head as it is served."""
        note = str(self.ask("SELECT note FROM record_checkpoint ORDER BY size DESC LIMIT 1")[0][0])
        self.do("UPDATE record_checkpoint SET note = %s WHERE size = %s", change(note), self.size)

    def sign_anew(self) -> None:
        """Make every tile and one head anew from the entries as they now stand, under the server's own key."""
        rows = self.ask(
            "SELECT body FROM record_placement JOIN record_entry ON entry_id = record_entry.id ORDER BY position"
        )
        self.do("DELETE FROM record_tile")
        self.do("DELETE FROM record_checkpoint")
        frontier, tiles = Frontier().extend([leaf_hash(bytes(body)) for (body,) in rows])
        for tile in tiles:
            self.do(
                "INSERT INTO record_tile (level, index, hashes) VALUES (%s, %s, %s)",
                tile.level, tile.index, tile.hashes,
            )  # fmt: skip
        publish(frontier)

    def served(self) -> dict[str, bytes]:
        """Every file below `/record` that a checker may ask for, as the server answers now."""
        blobs = [f"blob/{name}" for (name,) in self.ask("SELECT sha256 FROM record_blob")]
        paths = ["checkpoint", "vkey", *blobs, *(tile.path for tile in tiles_in_order(self.size))]
        answers = {path: Client().get(f"/record/{path}") for path in paths}
        return {path: answer.content for path, answer in answers.items() if answer.status_code == 200}


def bundle_of(round_: Round) -> dict[str, bytes]:
    """The members of the decision's bundle."""
    with zipfile.ZipFile(io.BytesIO(exports.bundle(round_))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
