"""Who may see and do what around a vote."""

from __future__ import annotations

from stoa.ballots.models import Ballot
from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.powers import may


def is_open(ballot: Ballot) -> bool:
    """Whether ballots can be cast now."""
    return ballot.state == Ballot.State.OPEN and clock.now() < ballot.closes


def is_sealed(ballot: Ballot) -> bool:
    """Whether who voted, and the commitments, are public."""
    return ballot.state != Ballot.State.OPEN


def may_attest(actor: Actor, ballot: Ballot) -> bool:
    """Whether the actor may see the private bundle and say whether the outcome follows from it."""
    return ballot.state == Ballot.State.KEPT and may(actor, "ballots.outcome.attest", ballot)
