"""How a vote begins: what the act of another part that opens it calls inside its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stoa.ballots.events import ClosingMoved, VoteOpened, VoterLeftOut
from stoa.ballots.models import Ballot, Option, Voter
from stoa.charter.queries import community, terms
from stoa.kit import chance, clock, outbox, wording
from stoa.kit.act import tell
from stoa.kit.faults import Closed, Invalid
from stoa.methods.merkle import leaf_hash, root
from stoa.people.likeness import note_pairs, unsettled_among
from stoa.people.models import Person
from stoa.people.queries import holders
from stoa.record.entries import keep_blob

MOST_OPTIONS_IN_ENTRY = 500


@dataclass(frozen=True)
class Put:
    """An option as it is put to the vote: `kind:id` and its cost in the unit of the capacity."""

    reference: str
    cost: int


def open_vote(*, subject: str, round_id: str, options: Sequence[Put], capacity: int, closes: datetime) -> Ballot:
    """Open a vote: freezes the voter list, draws and publishes the seed for ties. To be called inside an act."""
    if not options:
        raise Invalid("There is nothing to vote on.", remedy="Put at least one option to the vote.")
    charter = terms()
    ballot = Ballot.objects.create(
        subject=subject,
        capacity=capacity,
        seed=chance.octets(32).hex(),
        opens=clock.now(),
        closes=closes,
        window_hours=charter.windows["check_hours"],
        smallest_opened=charter.smallest_opened,
    )
    put_options(ballot, options)
    note_pairs()
    holding = {pk for role in charter.voters for pk in holders(role).values_list("pk", flat=True)}
    left_out = sorted(unsettled_among(holding))
    voters = sorted(holding.difference(left_out))
    Voter.objects.bulk_create([Voter(ballot=ballot, person_id=pk) for pk in voters], batch_size=2000)
    tell_opening(ballot, round_id, options, voters)
    _leave_out(ballot, left_out)
    return ballot


def _leave_out(ballot: Ballot, people: Sequence[str]) -> None:
    """Say on the record who is not on the list since nobody settled whether two accounts are one person's, and tell them."""
    for person in Person.objects.filter(pk__in=people).order_by("pk"):
        tell(VoterLeftOut(str(ballot.pk), person.pk, "unsettled"))
        if person.email:
            about = community()
            subject, body = wording.mail(
                "voter-left-out", name=person.shown_name, community=about.name, contact=about.contact
            )
            outbox.post(kind="voter-left-out", to=person.email, person_id=person.pk, subject=subject, body=body)


def put_options(ballot: Ballot, options: Sequence[Put]) -> None:
    """Store the options in the order given."""
    rows = [Option(ballot=ballot, place=place, reference=o.reference, cost=o.cost) for place, o in enumerate(options)]
    Option.objects.bulk_create(rows, batch_size=2000)


def tell_opening(
    ballot: Ballot, round_id: str, options: Sequence[Put], voters: list[str], *, file: str | None = None
) -> None:
    """Put the opening on the record; `voters` are the ids of the voter list, sorted."""
    listed = [{"id": option.reference, "cost": option.cost} for option in options]
    large = len(listed) > MOST_OPTIONS_IN_ENTRY
    ballot.voters_count, ballot.voters_blob = len(voters), keep_blob(voters)
    ballot.save(update_fields=["voters_count", "voters_blob"])
    tell(
        VoteOpened(
            ballot=str(ballot.pk),
            round=round_id,
            method=Ballot.METHOD,
            utility=ballot.utility,
            completion=ballot.completion,
            options=None if large else listed,
            options_blob=keep_blob(listed) if large else None,
            capacity=ballot.capacity,
            seed=ballot.seed,
            voters={
                "count": len(voters),
                "root": root([leaf_hash(voter.encode()) for voter in voters]).hex(),
                "blob": ballot.voters_blob,
            },
            closes=clock.stamp(ballot.closes),
            window_hours=ballot.window_hours,
            imported=ballot.imported or None,
            file=file,
        )
    )


def move_closing(ballot: Ballot, closes: datetime) -> None:
    """Let an open vote close later. To be called inside an act that holds the ballot's row."""
    if ballot.state != Ballot.State.OPEN or clock.now() >= ballot.closes:
        raise Closed("The vote has closed.", remedy="A closed vote is not opened again.")
    if closes <= ballot.closes:
        raise Invalid(
            "A vote that has begun can only be made longer.", remedy="Choose a later instant.", field="vote_closes"
        )
    ballot.closes = closes
    ballot.save(update_fields=["closes"])
    tell(ClosingMoved(str(ballot.pk), clock.stamp(closes)))
