"""The public facts of a vote. Their formats are fixed in docs/record.md."""

from dataclasses import dataclass
from typing import Any, ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class BallotEvent(Event):
    """A fact about one vote."""

    ballot: str
    subject_kind: ClassVar[str] = "ballot"


@dataclass(frozen=True)
class VoteOpened(BallotEvent):
    """Voting begins: the rules, the options with their costs, the seed for ties and the voter list are fixed from here on."""

    round: str
    method: str
    utility: str
    completion: str
    options: list[dict[str, Any]] | None
    capacity: int
    seed: str
    voters: dict[str, Any]
    closes: str
    window_hours: int
    options_blob: str | None = None
    imported: bool | None = None
    file: str | None = None
    type: ClassVar[str] = "ballots.vote_opened"


@dataclass(frozen=True)
class VoterLeftOut(BallotEvent):
    """Somebody is not on the voter list, for a reason told as a code: `unsettled`, whether two accounts are one person's."""

    person: str
    reason: str
    type: ClassVar[str] = "ballots.voter_left_out"


@dataclass(frozen=True)
class ClosingMoved(BallotEvent):
    """The vote closes later than was said."""

    closes: str
    type: ClassVar[str] = "ballots.closing_moved"


@dataclass(frozen=True)
class VoteSealed(BallotEvent):
    """Voting has ended: how many ballots, who voted, and the root of all commitments."""

    count: int
    root: str
    commitments: str
    voted: str
    type: ClassVar[str] = "ballots.sealed"


@dataclass(frozen=True)
class VoteOpenedBallots(BallotEvent):
    """The ballots, without names."""

    count: int
    ballots: str
    type: ClassVar[str] = "ballots.opened"


@dataclass(frozen=True)
class VoteKeptClosed(BallotEvent):
    """The ballots stay closed, since opening them would tell who voted how."""

    reason: str
    bundle: str
    type: ClassVar[str] = "ballots.kept_closed"


@dataclass(frozen=True)
class OutcomeAttested(BallotEvent):
    """A scrutineer checked the private bundle and says whether the published outcome follows from it."""

    bundle: str
    agrees: bool
    type: ClassVar[str] = "ballots.attested"
