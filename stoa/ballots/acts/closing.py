"""How a vote ends: sealed at the close, opened after the window for checking or kept closed, then cut from its voters."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from stoa.ballots.events import OutcomeAttested, VoteKeptClosed, VoteOpenedBallots, VoteSealed
from stoa.ballots.models import Attestation, Ballot, CastBallot, Draft, Voter
from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict
from stoa.methods.canonical import canonical
from stoa.methods.merkle import leaf_hash, root
from stoa.record.entries import keep_blob


def seal(ballot: Ballot) -> Ballot:
    """Seal a vote when its time is over: how many ballots, who voted, and the root of all commitments.

    To be called inside the act of the part that holds the vote, as are the next two.
    """
    ballot = locks.exclusive(ballot)
    if ballot.state != Ballot.State.OPEN:
        raise Closed("This vote is sealed already.")
    if clock.now() < ballot.closes:
        raise Closed("This vote is still open.", remedy=f"It closes at {clock.stamp(ballot.closes)}.")
    papers = CastBallot.objects.filter(ballot=ballot)
    commitments = sorted(bytes(c) for c in papers.values_list("commitment", flat=True))
    voted = sorted(papers.values_list("voter__person_id", flat=True))
    Draft.objects.filter(voter__ballot=ballot).delete()
    return seal_with(ballot, commitments, voted)


def seal_with(ballot: Ballot, commitments: list[bytes], voted: list[str]) -> Ballot:
    """Put the sealing on the record: commitments and voters' ids, each sorted. To be called inside an act."""
    ballot.state, ballot.sealed, ballot.count = Ballot.State.SEALED, clock.now(), len(commitments)
    ballot.sealed_root = root([leaf_hash(commitment) for commitment in commitments]).hex()
    ballot.commitments_blob = keep_blob([commitment.hex() for commitment in commitments])
    ballot.voted_blob = keep_blob(voted)
    ballot.save()
    tell(VoteSealed(str(ballot.pk), len(commitments), ballot.sealed_root, ballot.commitments_blob, ballot.voted_blob))
    return ballot


def open_ballots(ballot: Ballot) -> list[dict[str, Any]]:
    """Open the ballots, without names, once the window for checking is over; few or unanimous ones stay closed.

    Returns them in the form of the opened blob, also when they stay closed, for the tally; deletes the link from person to ballot.
    """
    ballot = locks.exclusive(ballot)
    if ballot.state != Ballot.State.SEALED:
        raise Closed("This vote is not waiting to be opened.")
    if clock.now() < opening_due(ballot):
        raise Closed("The window for checking is still open.", remedy="The clock opens the ballots when it is over.")
    ballots = opened_form(ballot)
    open_with(ballot, ballots)
    unlink(ballot)
    return ballots


def opening_due(ballot: Ballot) -> datetime:
    """When the window for checking a sealed vote is over."""
    assert ballot.sealed is not None
    return ballot.sealed + timedelta(hours=ballot.window_hours)


def open_with(ballot: Ballot, ballots: list[dict[str, Any]]) -> Ballot:
    """Put the opened ballots on the record, or why they stay closed. To be called inside an act."""
    ballot.opened = clock.now()
    reason = _reason_to_keep(ballot, ballots)
    if reason:
        ballot.state, ballot.kept_reason = Ballot.State.KEPT, reason
        ballot.kept_bundle = canonical({"ballot": str(ballot.pk), "ballots": ballots})
        ballot.save()
        tell(VoteKeptClosed(str(ballot.pk), reason, hashlib.sha256(ballot.kept_bundle).hexdigest()))
    else:
        ballot.state, ballot.opened_blob = Ballot.State.OPENED, keep_blob(ballots)
        ballot.save()
        tell(VoteOpenedBallots(str(ballot.pk), len(ballots), ballot.opened_blob))
    return ballot


def opened_form(ballot: Ballot) -> list[dict[str, Any]]:
    """The live ballots in the form of the opened blob, in the order of their commitments."""
    papers = CastBallot.objects.filter(ballot=ballot).values_list("commitment", "approved", "nonce")
    return [
        {
            "commitment": bytes(commitment).hex(),
            "body": {"ballot": str(ballot.pk), "approved": approved},
            "nonce": bytes(nonce).hex(),
        }
        for commitment, approved, nonce in sorted(papers, key=lambda paper: bytes(paper[0]))
    ]


@act("ballots.outcome.attest", on="ballot")
def attest(actor: Actor, *, ballot: Ballot, bundle: str, agrees: bool) -> Attestation:
    """Say, as a scrutineer who checked the private bundle, whether the published outcome follows from it."""
    assert actor.person_id is not None
    ballot = locks.exclusive(ballot)
    if ballot.state != Ballot.State.KEPT or ballot.kept_bundle is None:
        raise Closed("There is nothing to attest: these ballots were opened to all.")
    if bundle != hashlib.sha256(ballot.kept_bundle).hexdigest():
        raise Conflict(
            "This is not the bundle of this vote.", remedy="Fetch the bundle anew and check it.", field="bundle"
        )
    if Attestation.objects.filter(ballot=ballot, scrutineer_id=actor.person_id).exists():
        raise Conflict("You attested this vote already.", remedy="An attestation is not changed.")
    attestation = Attestation.objects.create(ballot=ballot, scrutineer_id=actor.person_id, agrees=agrees)
    tell(OutcomeAttested(str(ballot.pk), bundle, agrees))
    return attestation


def unlink(ballot: Ballot) -> None:
    """Delete the live ballots, and with them the link from person to ballot. To be called inside an act."""
    CastBallot.objects.filter(ballot=ballot).delete()
    Voter.objects.filter(ballot=ballot).update(casts=0)
    ballot.unlinked = clock.now()
    ballot.save(update_fields=["unlinked"])


def _reason_to_keep(ballot: Ballot, ballots: list[dict[str, Any]]) -> str:
    if ballot.imported:
        return ""
    if len(ballots) < ballot.smallest_opened:
        return "under-20"
    return "unanimous" if len({tuple(b["body"]["approved"]) for b in ballots}) == 1 else ""
