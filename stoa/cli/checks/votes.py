"""Invariants of votes: lists, counts and commitments agree, and no link from person to ballot outlives the opening."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from stoa.ballots.models import Ballot, CastBallot, Draft, Voter
from stoa.cli.checks import Invariant
from stoa.methods.commitment import ballot_commitment, ballot_nonce
from stoa.methods.merkle import leaf_hash, root
from stoa.record.queries import blob

CLOSED = (Ballot.State.OPENED, Ballot.State.KEPT)


def _each(check: Callable[[Ballot], Iterator[str]]) -> Callable[[], Iterator[str]]:
    def over_all() -> Iterator[str]:
        for ballot in Ballot.objects.order_by("pk").iterator(200):
            yield from (f"Vote {ballot.pk}: {fault}" for fault in check(ballot))

    return over_all


def voter_lists(ballot: Ballot) -> Iterator[str]:
    """The voter list on the record is the one in the tables."""
    listed = _list(ballot.voters_blob)
    if listed is None or len(listed) != ballot.voters_count:
        yield "the voter list on the record is missing or of another length."
    elif not ballot.imported:
        people = sorted(Voter.objects.filter(ballot=ballot).values_list("person_id", flat=True))
        if people != listed:
            yield "the voter list on the record names others than the table."


def papers(ballot: Ballot) -> Iterator[str]:
    """Every live ballot is the one that its commitment and nonce stand for."""
    for paper in CastBallot.objects.filter(ballot=ballot).select_related("voter").iterator(2000):
        nonce = ballot_nonce(bytes(paper.server_part), paper.words.encode())
        if nonce != bytes(paper.nonce):
            yield f"the nonce of cast ballot {paper.pk} does not follow from its parts."
        elif ballot_commitment(nonce, str(ballot.pk), paper.approved) != bytes(paper.commitment):
            yield f"cast ballot {paper.pk} is not the one that was committed to."
        if paper.voter.ballot_id != ballot.pk or paper.voter.casts < 1:
            yield f"cast ballot {paper.pk} belongs to no voter of this vote who cast."


def sealing(ballot: Ballot) -> Iterator[str]:
    """Count, commitments, root and the list of who voted agree."""
    if ballot.state == Ballot.State.OPEN:
        return
    commitments, voted = _list(ballot.commitments_blob), _list(ballot.voted_blob)
    if commitments is None or voted is None or not len(commitments) == len(voted) == ballot.count:
        yield "commitments, voters and count differ in number."
        return
    if root(leaf_hash(bytes.fromhex(one)) for one in commitments).hex() != ballot.sealed_root:
        yield "the sealed root does not follow from the commitments."
    if not set(voted) <= set(_list(ballot.voters_blob) or ()):
        yield "somebody voted who is not on the voter list."
    live = CastBallot.objects.filter(ballot=ballot).values_list("commitment", flat=True)
    if ballot.state == Ballot.State.SEALED and sorted(bytes(one).hex() for one in live) != commitments:
        yield "the live ballots are not those that were sealed."


def opening(ballot: Ballot) -> Iterator[str]:
    """The opened ballots are those that were sealed."""
    opened = _opened(ballot)
    if opened is None:
        return
    if [one["commitment"] for one in opened] != _list(ballot.commitments_blob):
        yield "the opened ballots are not those that were sealed."
    for one in opened:
        nonce, body = bytes.fromhex(one["nonce"]), one["body"]
        if ballot_commitment(nonce, body["ballot"], body["approved"]).hex() != one["commitment"]:
            yield f"the ballot of {one['commitment'][:12]}… is not the one that was committed to."


def links(ballot: Ballot) -> Iterator[str]:
    """Once the ballots are opened or kept closed, nothing links them to people."""
    if ballot.state != Ballot.State.OPEN and Draft.objects.filter(voter__ballot=ballot).exists():
        yield "drafts are left after the close."
    if ballot.state not in CLOSED:
        return
    left = CastBallot.objects.filter(ballot=ballot).count()
    counted = Voter.objects.filter(ballot=ballot, casts__gt=0).count()
    if left or counted or (ballot.unlinked is None and not ballot.imported):
        yield f"{left} links from people to ballots are left, and {counted} counts of casts."


def _opened(ballot: Ballot) -> list[dict[str, Any]] | None:
    if ballot.state == Ballot.State.OPENED:
        return _list(ballot.opened_blob) or []
    if ballot.state == Ballot.State.KEPT:
        kept: list[dict[str, Any]] = json.loads(bytes(ballot.kept_bundle or b"{}")).get("ballots", [])
        return kept
    return None


def _list(name: str) -> list[Any] | None:
    body = blob(name) if name else None
    listed: list[Any] | None = json.loads(body) if body is not None else None
    return listed


INVARIANTS = [
    Invariant("votes.voters", "Voter lists are those on the record", _each(voter_lists)),
    Invariant("votes.papers", "Live ballots match their commitments", _each(papers)),
    Invariant("votes.sealed", "Sealed votes agree in count, root and voters", _each(sealing)),
    Invariant("votes.opened", "Opened ballots are those that were sealed", _each(opening)),
    Invariant("votes.unlinked", "No link from people to ballots is left after the opening", _each(links)),
]
