"""Who may see and do what around a vote."""

from __future__ import annotations

from stoa.ballots.models import Ballot
from stoa.kit import clock
from stoa.kit.act import Actor, authority
from stoa.kit.faults import Refused


def is_open(ballot: Ballot) -> bool:
    """Whether ballots can be cast now."""
    return ballot.state == Ballot.State.OPEN and clock.now() < ballot.closes


def is_sealed(ballot: Ballot) -> bool:
    """Whether who voted, and the commitments, are public."""
    return ballot.state != Ballot.State.OPEN


def demand_scrutineer(actor: Actor, ballot: Ballot) -> None:
    """Raise `Refused` unless the actor may see the private bundle, and attest it, now: with a second factor if need be."""
    if ballot.state != Ballot.State.KEPT or ballot.kept_bundle is None:
        raise Refused("This vote has no private bundle.", remedy="What is public stands on the vote's page.")
    authority()(actor, "ballots.outcome.attest", ballot)
