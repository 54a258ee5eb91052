"""A synthetic community with a record of its own, written by the book: what the checker is tried on, and tampered with."""

import base64
import hmac
import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from stoa.methods import merkle, tiles
from stoa.methods.canonical import canonical
from stoa.methods.equal_shares import choose, majority
from stoa.methods.note import Checkpoint, SigningKey, sign_note

START = datetime(2026, 11, 1, 9, 0, 0, 123456, tzinfo=UTC)
CLOSES = START + timedelta(days=7)
SEED = sha256(b"the seed of the vote").hexdigest()

CHARTER = """
title = "Charter"

[powers]
"charter.text.put_in_force" = ["operator"]
"record.tail.recover" = ["operator"]
"agenda.round.begin_vote" = ["clock"]
"agenda.round.extend" = ["steward"]
"agenda.round.decide" = ["clock"]
"agenda.question.propose" = ["member"]
"agenda.votes.import" = ["operator"]
"ballots.vote.seal" = ["clock"]
"ballots.vote.open" = ["clock"]
"ballots.outcome.attest" = ["scrutineer"]

[withheld]
acts = ["agenda.question.propose"]
"""

ACTS = {
    "agenda.effort_frozen": "agenda.round.begin_vote",
    "ballots.vote_opened": "agenda.round.begin_vote",
    "ballots.closing_moved": "agenda.round.extend",
    "ballots.sealed": "ballots.vote.seal",
    "ballots.opened": "agenda.round.decide",
    "ballots.kept_closed": "agenda.round.decide",
    "ballots.attested": "ballots.outcome.attest",
    "agenda.decided": "agenda.round.decide",
}

Change = Callable[[Any], Any]
"""Changes a value in place, or returns another in its stead."""


def stamp(at: datetime) -> str:
    """An instant as the record writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class Community:
    """An origin, a key, and entries and blobs as they grow. `publish` gives the files that a server would serve."""

    origin: str
    key_seed: bytes = sha256(b"the key of the record").digest()
    now: datetime = START
    charter: int = 0
    charter_text: str = CHARTER
    entries: list[bytes] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)

    @property
    def key(self) -> SigningKey:
        return SigningKey(self.origin, self.key_seed)

    def blob(self, value: Any) -> str:
        """Store canonical JSON, or bytes as they are; the name by which entries refer to it."""
        body = value if isinstance(value, bytes) else canonical(value)
        self.blobs[sha256(body).hexdigest()] = body
        return sha256(body).hexdigest()

    def put(self, kind: str, act: str, actor: str | None, role: str | None, subject: str, **more: Any) -> None:
        """Append one entry; `more` are its facts, or other keys to be as they should not."""
        self.now += timedelta(seconds=1)
        body = {
            "v": 1,
            "at": stamp(self.now),
            "type": kind,
            "act": act,
            "actor": actor,
            "role": role,
            "charter": self.charter,
            "subject": subject,
            "facts": {},
            "commitments": {},
        }
        self.entries.append(canonical(body | more))

    def found(self) -> None:
        """Begin: a first entry, the charter, and questions of members signed and unsigned."""
        self.put("record.log.started", "record.log.start", "operator", "operator", "record:1")
        facts = {"version": 1, "text": self.blob(self.charter_text.encode()), "provisional": True}
        self.put("charter.in_force", "charter.text.put_in_force", "operator", "operator", "charter:1", facts=facts)
        self.charter = 1
        for number in range(1, 13):
            signed = number % 3 > 0
            actor, role = (f"person:p{number:03d}", "member") if signed else (None, None)
            facts = {"question": str(number), "round": "2"}
            self.put(
                "agenda.question.proposed", "agenda.question.propose", actor, role, f"question:{number}", facts=facts
            )

    def publish(self) -> dict[str, bytes]:
        """Every file below `/record`, for the record as it now is."""
        tree = merkle.Tree(map(merkle.leaf_hash, self.entries))
        size = len(self.entries)
        checkpoint = Checkpoint(self.origin, size, tree.root())
        files = {"checkpoint": sign_note(checkpoint.text, self.key), "vkey": self.key.verifier.vkey.encode() + b"\n"}
        files |= {f"blob/{name}": body for name, body in self.blobs.items()}
        return files | self._tiles(tree, size)

    def _tiles(self, tree: merkle.Tree, size: int) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        level = 0
        while size >> (8 * level):
            count = size >> (8 * level)
            for index in range(-(-count // 256)):
                width = min(256, count - 256 * index)
                hashes = [tree.node(8 * level, 256 * index + i) for i in range(width)]
                files[tiles.tile_path(level, index, width)] = b"".join(hashes)
                if level == 0:
                    entries = self.entries[256 * index : 256 * index + width]
                    files[tiles.bundle_path(index, width)] = tiles.encode_bundle(entries)
            level += 1
        return files

    def bundle(self, wanted: Callable[[dict[str, Any]], bool]) -> bytes:
        """The bundle of a decision, as bytes of a zip: the entries that are `wanted`, with their proofs."""
        tree = merkle.Tree(map(merkle.leaf_hash, self.entries))
        listed = [
            {
                "position": position,
                "entry": base64.b64encode(raw).decode(),
                "proof": [base64.b64encode(node).decode() for node in tree.inclusion_proof(position)],
            }
            for position, raw in enumerate(self.entries)
            if wanted(json.loads(raw))
        ]
        listing = {"format": "stoa-bundle/1", "origin": self.origin, "round": "2", "entries": listed}
        files = self.publish()
        members = {"bundle.json": canonical(listing), "checkpoint": files["checkpoint"], "vkey": files["vkey"]}
        return zipped(members | {f"blobs/{name}": body for name, body in self.blobs.items()})


def of_the_vote(entry: dict[str, Any]) -> bool:
    """What a bundle holds."""
    return str(entry["type"]).startswith(("ballots.", "agenda.decided", "agenda.effort_frozen"))


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return file.getvalue()


@dataclass
class Voting:
    """One vote over twelve questions. `changes` change, by name, what is put on the record before it is signed.

    Names are those of entries (their facts) and of blobs: `voters`, `commitments`, `voted`, `ballots`, `result`.
    """

    community: Community
    ballot: str = "3"
    round: str = "2"
    people: int = 40
    cast: int = 30
    utility: str = "cost"
    completion: str = "add1u"
    window_hours: int = 24
    random_seed: int = 1
    imported: bool = False
    unanimous: bool = False
    changes: Mapping[str, Change] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.options = {f"question:{n}": 20 + 7 * (n % 5) for n in range(1, 13)}
        self.capacity = 120
        self.voters = [f"p{n:03d}" for n in range(1, self.people + 1)]
        self.papers = self._cast_all()

    def _cast_all(self) -> list[dict[str, Any]]:
        rng = random.Random(self.random_seed)
        papers = []
        for _ in range(self.cast):
            side = list(self.options)[: 6 if rng.random() < 0.6 else 12]
            approved = sorted(rng.sample(side, 3)) if not self.unanimous else sorted(side[:2])
            papers.append(paper(self.ballot, approved, rng.randbytes(32)))
        return sorted(papers, key=lambda one: one["commitment"])

    def hold(self) -> Community:
        """From the frozen efforts to the decision."""
        return self.open().seal().end().decide().community

    def open(self) -> "Voting":
        if not self.imported:
            questions = [{"id": o, "low": c - 5, "high": c + 5, "cost": c} for o, c in self.options.items()]
            frozen = {"round": self.round, "unit": "hours", "capacity": self.capacity, "questions": questions}
            self._tell("agenda.effort_frozen", f"round:{self.round}", frozen | {"left_out": []})
        voters = self._blob("voters", self.voters)
        facts = {
            "ballot": self.ballot,
            "round": self.round,
            "method": "equal-shares/1",
            "utility": self.utility,
            "completion": self.completion,
            "options": [{"id": option, "cost": cost} for option, cost in self.options.items()],
            "capacity": self.capacity,
            "seed": SEED,
            "voters": {
                "count": len(self.voters),
                "root": merkle.root_of(voter.encode() for voter in self.voters).hex(),
                "blob": voters,
            },
            "closes": stamp(CLOSES),
            "window_hours": self.window_hours,
        }
        if self.imported:
            facts |= {"imported": True, "file": sha256(b"a file").hexdigest()}
        return self._tell("ballots.vote_opened", f"ballot:{self.ballot}", facts)

    def extend(self, closes: datetime) -> "Voting":
        facts = {"ballot": self.ballot, "closes": stamp(closes)}
        return self._tell("ballots.closing_moved", self._subject, facts, "person:p001", "steward")

    def seal(self, at: datetime = CLOSES) -> "Voting":
        self.community.now = at
        commitments = [one["commitment"] for one in self.papers]
        facts = {
            "ballot": self.ballot,
            "count": len(commitments),
            "root": merkle.root_of(map(bytes.fromhex, commitments)).hex(),
            "commitments": self._blob("commitments", commitments),
            "voted": self._blob("voted", self.voters[: len(commitments)]),
        }
        return self._tell("ballots.sealed", self._subject, facts)

    def end(self) -> "Voting":
        """Open the ballots, or keep them closed where they are few or all the same."""
        self.community.now += timedelta(hours=self.window_hours)
        if self.kept:
            reason = "under-20" if len(self.papers) < 20 else "unanimous"
            facts = {"ballot": self.ballot, "reason": reason, "bundle": self.private_bundle}
            return self._tell("ballots.kept_closed", self._subject, facts)
        opened = {"ballot": self.ballot, "count": len(self.papers), "ballots": self._blob("ballots", self.papers)}
        return self._tell("ballots.opened", self._subject, opened)

    def attest(self, who: str, *, agrees: bool) -> "Voting":
        facts = {"ballot": self.ballot, "bundle": self.private_bundle, "agrees": agrees}
        return self._tell("ballots.attested", self._subject, facts, f"person:{who}", "scrutineer")

    def decide(self) -> "Voting":
        approvals = [one["body"]["approved"] for one in self.papers]
        how: Any = {"utility": self.utility, "completion": self.completion, "seed": bytes.fromhex(SEED)}
        choice = choose(approvals, self.options, self.capacity, **how)
        plain = majority(approvals, self.options, self.capacity, seed=bytes.fromhex(SEED))
        selected = [{"id": o, "cost": self.options[o], "phase": choice.phase[o]} for o in choice.selected]
        facts: dict[str, Any] = {
            "round": self.round,
            "ballot": self.ballot,
            "method": "equal-shares/1",
            "selected": [{"id": row["id"], "cost": row["cost"]} for row in selected] if self.kept else selected,
            "capacity": self.capacity,
            "spent": choice.cost,
            "majority": None if self.kept else list(plain),
            "result": None if self.kept else self._blob("result", choice.as_json()),
        }
        return self._tell("agenda.decided", f"round:{self.round}", facts)

    @property
    def kept(self) -> bool:
        return not self.imported and (len(self.papers) < 20 or self.unanimous)

    @property
    def private_bundle(self) -> str:
        return sha256(canonical({"ballot": self.ballot, "ballots": self.papers})).hexdigest()

    @property
    def _subject(self) -> str:
        return f"ballot:{self.ballot}"

    def _tell(self, kind: str, subject: str, facts: Any, actor: str = "clock", role: str = "clock") -> "Voting":
        self.community.put(kind, ACTS[kind], actor, role, subject, facts=self._changed(kind, facts))
        return self

    def _blob(self, name: str, value: Any) -> str:
        return self.community.blob(self._changed(name, value))

    def _changed(self, name: str, value: Any) -> Any:
        if name not in self.changes:
            return value
        copy = deepcopy(value)
        return self.changes[name](copy) or copy


def paper(ballot: str, approved: list[str], nonce: bytes, other: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One ballot as it is opened, with what `other` puts into its body."""
    body = {"ballot": ballot, "approved": approved} | dict(other or {})
    commitment = hmac.digest(nonce, b"ballot.v1\0" + ballot.encode() + canonical(body), "sha256")
    return {"commitment": commitment.hex(), "body": body, "nonce": nonce.hex()}
