"""The kinds of tampering that a checker must name: each a small function on the tables, what is served, or a bundle."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from stoa.methods.note import Checkpoint, SigningKey, sign_note
from stoa.record.keys import origin, signed_checkpoint
from tests.record.finished import Tables
from tests.verify.community import paper

Files = dict[str, bytes]
Observer = Literal["newcomer", "returning", "two observers"]
"""Who checks: somebody who never saw the record, who saw the honest one before, or who was sent an honest head."""

OTHER = SigningKey("stoa.test", bytes(32))


@dataclass(frozen=True)
class Kind:
    """One kind: how it is made, on what, and the check that names it with words that it says."""

    name: str
    on: Literal["database", "signed anew", "served copy", "bundle"]
    by: Observer
    check: str
    says: str
    tamper: Callable[[Any], Any]


KINDS: list[Kind] = []


def _kind(name: str, on: Any, check: str, says: str, by: Observer = "newcomer") -> Callable[[Any], Any]:
    def add(tamper: Callable[[Any], Any]) -> Callable[[Any], Any]:
        KINDS.append(Kind(name, on, by, check, says, tamper))
        return tamper

    return add


PROPOSED, FROZEN, OPENING = "agenda.question.proposed", "agenda.effort_frozen", "ballots.vote_opened"
SEALED, OPENED, DECIDED = "ballots.sealed", "ballots.opened", "agenda.decided"


# In the database, by somebody without the key: what was signed no longer fits.


@_kind("entry changed", "database", "root", "an entry was changed")
def entry_changed(tables: Tables) -> None:
    tables.change_facts(PROPOSED, lambda facts: facts.update(round="999"))


@_kind("entry's author taken off", "database", "root", "an entry was changed")
def author_taken_off(tables: Tables) -> None:
    tables.change_entry(PROPOSED, lambda body: body.update(actor="clock", role="clock"))


@_kind("entry's instant moved", "database", "root", "an entry was changed")
def instant_moved(tables: Tables) -> None:
    tables.change_entry(SEALED, lambda body: body.update(at="2026-01-01T00:00:00.000000Z"))


@_kind("entry dropped", "database", "entries", "the server does not have it")
def entry_dropped(tables: Tables) -> None:
    tables.do("DELETE FROM record_placement WHERE position = 9")
    tables.do("UPDATE record_placement SET position = -position WHERE position > 9")
    tables.do("UPDATE record_placement SET position = -position - 1 WHERE position < 0")


@_kind("entry dropped from the end", "database", "entries", "the server does not have it")
def last_entry_dropped(tables: Tables) -> None:
    tables.do("DELETE FROM record_placement WHERE position = %s", tables.size - 1)


@_kind("entry doubled", "database", "root", "an entry was changed")
def entry_doubled(tables: Tables) -> None:
    tables.do(
        "UPDATE record_entry SET body = (SELECT body FROM record_entry JOIN record_placement ON entry_id = id"
        " WHERE position = 8) WHERE id = (SELECT entry_id FROM record_placement WHERE position = 9)"
    )


@_kind("entries swapped", "database", "root", "an entry was changed")
def entries_swapped(tables: Tables) -> None:
    tables.do(
        "UPDATE record_placement SET position = CASE position WHEN 8 THEN -9 ELSE -8 END WHERE position IN (8, 9)"
    )
    tables.do("UPDATE record_placement SET position = -position WHERE position < 0")


@_kind("tile's hash altered", "database", "tiles", "does not hold the hashes")
def tile_altered(tables: Tables) -> None:
    tables.do("UPDATE record_tile SET hashes = set_byte(hashes, 33, 255 - get_byte(hashes, 33)) WHERE level = 0")


@_kind("tile shortened", "database", "tiles", "missing, or does not hold")
def tile_shortened(tables: Tables) -> None:
    tables.do("UPDATE record_tile SET hashes = substring(hashes FROM 1 FOR 320) WHERE level = 0")


@_kind("head's size altered", "database", "checkpoint", "does not belong")
def size_altered(tables: Tables) -> None:
    size = tables.size
    tables.change_note(lambda note: note.replace(f"\n{size}\n", f"\n{size - 1}\n"))


@_kind("head's root altered", "database", "checkpoint", "does not belong")
def root_altered(tables: Tables) -> None:
    def other(note: str) -> str:
        lines = note.split("\n")
        lines[2] = base64.b64encode(bytes(32)).decode()
        return "\n".join(lines)

    tables.change_note(other)


@_kind("head's origin altered", "database", "checkpoint", "does not belong")
def origin_altered(tables: Tables) -> None:
    tables.change_note(lambda note: note.replace("stoa.test\n", "stoa.fake\n", 1))


@_kind("signature truncated", "database", "checkpoint", "does not belong")
def signature_truncated(tables: Tables) -> None:
    tables.change_note(lambda note: note[:-9] + "\n")


@_kind("signed by a wrong key", "database", "checkpoint", "None of the expected keys")
def signed_by_another(tables: Tables) -> None:
    tables.change_note(lambda note: sign_note(note.partition("\n\n")[0] + "\n", OTHER).decode())


@_kind("ballot changed in the opened list", "database", "vote.ballots", "does not have the SHA-256")
def opened_blob_changed(tables: Tables) -> None:
    tables.change_blob(OPENED, "ballots", lambda papers: papers[3]["body"].update(approved=[]))


@_kind("voter list changed", "database", "vote.voters", "does not have the SHA-256")
def voters_blob_changed(tables: Tables) -> None:
    tables.change_blob(OPENING, "voters", lambda people: people[:-1])


@_kind("voter list gone", "database", "vote.voters", "the server does not have it")
def voters_blob_gone(tables: Tables) -> None:
    tables.do("DELETE FROM record_blob WHERE sha256 = %s", tables.blob_of(OPENING, "voters"))


@_kind("charter's text changed", "database", "powers", "does not have the SHA-256")
def charter_changed(tables: Tables) -> None:
    name = tables.blob_of("charter.in_force", "text")
    tables.do("UPDATE record_blob SET body = body || 'x' WHERE sha256 = %s", name)


@_kind("published result changed", "database", "vote.published", "does not have the SHA-256")
def result_blob_changed(tables: Tables) -> None:
    tables.change_blob(DECIDED, "result", lambda result: result.update(budget=1))


@_kind("older head served", "database", "history", "An older checkpoint is served", "returning")
def older_head(tables: Tables) -> None:
    size, root = tables.size - 40, bytes(32)
    tables.do("DELETE FROM record_checkpoint")
    tables.do(
        "INSERT INTO record_checkpoint (size, root, note, at) VALUES (%s, %s, %s, now())",
        size, root, signed_checkpoint(size, root),
    )  # fmt: skip


# By the operator, who holds the key and signs all of it anew: the hashes fit, the history or the vote does not.


@_kind("history forked", "signed anew", "history", "A fork", "returning")
def forked(tables: Tables) -> None:
    tables.change_facts(PROPOSED, lambda facts: facts.update(round="999"))


@_kind("history forked and grown", "signed anew", "history", "A fork", "returning")
def forked_and_grown(tables: Tables) -> None:
    forked(tables)
    tables.append(PROPOSED)


@_kind("two observers shown different histories", "signed anew", "compare", "Two histories", "two observers")
def different_histories(tables: Tables) -> None:
    forked(tables)


@_kind("power that nobody granted", "signed anew", "powers", "facilitator")
def role_not_granted(tables: Tables) -> None:
    tables.change_entry(PROPOSED, lambda body: body.update(actor="person:abcdefghijklmnop", role="facilitator"))


@_kind("charter that was not in force", "signed anew", "powers", "charter")
def charter_not_in_force(tables: Tables) -> None:
    tables.change_entry(PROPOSED, lambda body: body.update(charter=7))


@_kind("ballot added", "signed anew", "vote.ballots", "24 were sealed")
def ballot_added(tables: Tables) -> None:
    def add(papers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        more = paper(papers[0]["body"]["ballot"], papers[0]["body"]["approved"], bytes(32))
        return sorted([*papers, more], key=lambda one: str(one["commitment"]))

    tables.change_blob(OPENED, "ballots", add)
    tables.change_facts(OPENED, lambda facts: facts.update(count=facts["count"] + 1))


@_kind("ballot replaced", "signed anew", "vote.ballots", "sealed in its place was")
def ballot_replaced(tables: Tables) -> None:
    def replace(papers: list[dict[str, Any]]) -> None:
        papers[3] = paper(papers[3]["body"]["ballot"], papers[4]["body"]["approved"], bytes(32))

    tables.change_blob(OPENED, "ballots", replace)


@_kind("ballot's approvals altered", "signed anew", "vote.ballots", "its body and nonce do not give")
def approvals_altered(tables: Tables) -> None:
    tables.change_blob(OPENED, "ballots", lambda papers: papers[3]["body"].update(approved=[]))


@_kind("ballot dropped", "signed anew", "vote.ballots", "24 were sealed")
def ballot_dropped(tables: Tables) -> None:
    tables.change_blob(OPENED, "ballots", lambda papers: papers[:-1])
    tables.change_facts(OPENED, lambda facts: facts.update(count=facts["count"] - 1))


@_kind("ballot moved to another vote", "signed anew", "vote.ballots", "its body and nonce do not give")
def ballot_moved(tables: Tables) -> None:
    tables.change_blob(OPENED, "ballots", lambda papers: papers[3]["body"].update(ballot="999"))


@_kind("ballots' order changed", "signed anew", "vote.ballots", "sealed in its place was")
def ballots_reordered(tables: Tables) -> None:
    tables.change_blob(OPENED, "ballots", lambda papers: papers[::-1])


@_kind("commitment reused", "signed anew", "vote.sealed", "twice")
def commitment_reused(tables: Tables) -> None:
    tables.change_blob(SEALED, "commitments", lambda rows: [rows[1], *rows[1:]])


@_kind("sealed root altered", "signed anew", "vote.sealed", "do not have the root")
def sealed_root_altered(tables: Tables) -> None:
    tables.change_facts(SEALED, lambda facts: facts.update(root="0" * 64))


@_kind("vote of somebody who may not", "signed anew", "vote.voted", "is not on the voter list")
def voted_without_right(tables: Tables) -> None:
    tables.change_blob(SEALED, "voted", lambda people: [*people[:-1], "zzzzzzzzzzzzzzzz"])


@_kind("voter added to the list", "signed anew", "vote.voters", "The voter list has 27 people")
def voter_added(tables: Tables) -> None:
    tables.change_blob(OPENING, "voters", lambda people: [*people, "zzzzzzzzzzzzzzzz"])


@_kind("seed changed", "signed anew", "vote.result", "the opened ballots give")
def seed_changed(tables: Tables) -> None:
    tables.change_facts(OPENING, lambda facts: facts.update(seed="5a" * 32))


@_kind("effort changed", "signed anew", "vote.efforts", "was frozen at 2; in the vote it costs 30")
def effort_changed(tables: Tables) -> None:
    tables.change_facts(FROZEN, lambda facts: facts["questions"][0].update(low=1, high=3, cost=2))


@_kind(
    "question's cost changed after freezing", "signed anew", "vote.efforts", "was frozen at 30; in the vote it costs 1"
)
def cost_changed(tables: Tables) -> None:
    tables.change_facts(OPENING, lambda facts: facts["options"][0].update(cost=1))


@_kind("capacity changed after freezing", "signed anew", "vote.efforts", "capacity 120, but the vote has 180")
def capacity_changed(tables: Tables) -> None:
    tables.change_facts(OPENING, lambda facts: facts.update(capacity=facts["capacity"] + 60))


@_kind("question left out after freezing", "signed anew", "vote.efforts", "")
def option_left_out(tables: Tables) -> None:
    tables.change_facts(OPENING, lambda facts: facts.update(options=facts["options"][1:]))


@_kind("close moved without an act", "signed anew", "vote.times", "stands before the close")
def close_moved(tables: Tables) -> None:
    tables.change_facts(OPENING, lambda facts: facts.update(closes="2099-01-01T00:00:00Z"))


@_kind("capacity of the decision changed", "signed anew", "vote.decision", "is 180; announced was 120")
def decided_capacity(tables: Tables) -> None:
    tables.change_facts(DECIDED, lambda facts: facts.update(capacity=facts["capacity"] + 60))


@_kind("result altered: a winner left out", "signed anew", "vote.result", "the decision has nothing more")
def winner_left_out(tables: Tables) -> None:
    def leave_out(facts: dict[str, Any]) -> None:
        facts["spent"] -= facts["selected"].pop()["cost"]

    tables.change_facts(DECIDED, leave_out)


@_kind("result altered: order of the winners", "signed anew", "vote.result", "the opened ballots give")
def winners_reordered(tables: Tables) -> None:
    tables.change_facts(DECIDED, lambda facts: facts["selected"].reverse())


@_kind("payment altered", "signed anew", "vote.certificate", "0.5 instead of ")
def payment_altered(tables: Tables) -> None:
    tables.change_blob(
        DECIDED, "result", lambda result: result["certificate"]["base"]["rounds"][0].update(payment="0.5")
    )


@_kind("plain majority altered", "signed anew", "vote.majority", "")
def majority_altered(tables: Tables) -> None:
    tables.change_facts(DECIDED, lambda facts: facts.update(majority=facts["majority"][1:]))


@_kind("vote sealed twice", "signed anew", "vote.course", "stands twice")
def sealed_twice(tables: Tables) -> None:
    tables.append(SEALED)


@_kind("round decided twice", "signed anew", "vote.course", "stands twice")
def decided_twice(tables: Tables) -> None:
    tables.append(DECIDED)


# On the way, or by a mirror: what is served or passed on is not what the server has.


@_kind("another key shown", "served copy", "key", "another key", "returning")
def another_key(files: Files) -> None:
    head = Checkpoint.parse(files["checkpoint"].decode().partition("\n\n")[0] + "\n")
    files["vkey"] = OTHER.verifier.vkey.encode() + b"\n"
    files["checkpoint"] = sign_note(head.text, OTHER)


@_kind("entries cut short", "served copy", "entries", "cut short")
def entries_cut(files: Files) -> None:
    path = next(path for path in files if path.startswith("tile/entries/"))
    files[path] = files[path][:-1]


@_kind("entry's spelling changed", "served copy", "entries", "canonical")
def entry_respelt(files: Files) -> None:
    path = next(path for path in files if path.startswith("tile/entries/"))
    length = int.from_bytes(files[path][:2], "big")
    respelt = files[path][2 : 2 + length].replace(b'":', b'": ', 1)
    files[path] = len(respelt).to_bytes(2, "big") + respelt + files[path][2 + length :]


@_kind("tile left out", "served copy", "tiles", "missing")
def tile_left_out(files: Files) -> None:
    del files[next(path for path in files if path.startswith("tile/0/"))]


def _listing(members: Files, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    listing = json.loads(members["bundle.json"])
    change(listing["entries"])
    members["bundle.json"] = json.dumps(listing).encode()


@_kind("bundle: entry changed", "bundle", "proofs", "The proof does not show")
def bundled_entry_changed(members: Files) -> None:
    def change(rows: list[dict[str, Any]]) -> None:
        raw = base64.b64decode(rows[0]["entry"]).replace(b'"cost":30', b'"cost":31')
        rows[0]["entry"] = base64.b64encode(raw).decode()

    _listing(members, change)


@_kind("bundle: entry moved", "bundle", "proofs", "The proof does not show")
def bundled_entry_moved(members: Files) -> None:
    _listing(members, lambda rows: rows[0].update(position=rows[0]["position"] - 1))


@_kind("bundle: entry left out", "bundle", "vote.course", "without ballots.sealed before it")
def bundled_entry_left_out(members: Files) -> None:
    _listing(members, lambda rows: rows.pop(2))


@_kind("bundle: ballots exchanged for others", "bundle", "vote.ballots", "the SHA-256 that it is named by")
def bundled_ballots(members: Files) -> None:
    for name, body in list(members.items()):
        if name.startswith("blobs/") and b'"nonce"' in body:
            members[name] = body.replace(b'"approved":["', b'"approved":["question:0","', 1)


@_kind("bundle: head of another history", "bundle", "history", "A fork", "returning")
def bundled_fork(members: Files) -> None:
    head = Checkpoint.parse(members["checkpoint"].decode().partition("\n\n")[0] + "\n")
    members["checkpoint"] = signed_checkpoint(head.size, sha256(b"another history").digest()).encode()


@_kind("bundle: signed by another key", "bundle", "key", "another key", "returning")
def bundled_other_key(members: Files) -> None:
    head = Checkpoint.parse(members["checkpoint"].decode().partition("\n\n")[0] + "\n")
    assert head.origin == origin()
    members["vkey"] = OTHER.verifier.vkey.encode()
    members["checkpoint"] = sign_note(head.text, OTHER)
