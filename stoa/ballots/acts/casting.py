"""Casting a ballot: nothing goes on the record, the voter gets a signed receipt and a mail without content."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from stoa.ballots.models import Ballot, CastBallot, Draft, Voter
from stoa.charter.queries import community
from stoa.kit import chance, clock, instants, locks, outbox, wording
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Invalid
from stoa.kit.registry import show
from stoa.methods.commitment import Receipt, ballot_commitment, ballot_nonce
from stoa.record.keys import origin, signed

MOST_WORDS = 200


@act("ballots.ballot.cast", on="ballot", kind="private")
def cast(actor: Actor, *, ballot: Ballot, approved: Sequence[str], words: str = "") -> CastBallot:
    """Cast a ballot, or replace the one cast before, until the vote closes."""
    ballot, voter = _within_time(ballot, actor)
    chosen = _checked(ballot, approved)
    if len(words) > MOST_WORDS:
        raise Invalid(
            f"The check words have {len(words)} characters.", remedy=f"Use {MOST_WORDS} at most.", field="words"
        )
    server_part = chance.octets(32)
    nonce = ballot_nonce(server_part, words.encode())
    commitment = ballot_commitment(nonce, str(ballot.pk), chosen)
    voter.casts += 1
    voter.save(update_fields=["casts"])
    CastBallot.objects.filter(voter=voter).delete()
    Draft.objects.filter(voter=voter).delete()
    paper = CastBallot.objects.create(
        ballot=ballot,
        voter=voter,
        approved=chosen,
        commitment=commitment,
        server_part=server_part,
        words=words,
        nonce=nonce,
        receipt=signed(Receipt(origin(), str(ballot.pk), commitment, server_part, words.encode(), voter.casts).text),
    )
    _tell_by_mail(voter)
    return paper


@act("ballots.draft.save", on="ballot", kind="private")
def save_draft(actor: Actor, *, ballot: Ballot, approved: Sequence[str]) -> Draft:
    """Keep what a voter has ticked so far; it does not count until it is cast."""
    ballot, voter = _within_time(ballot, actor)
    draft, _ = Draft.objects.update_or_create(
        voter=voter, defaults={"approved": _checked(ballot, approved), "at": clock.now()}
    )
    return draft


def _within_time(ballot: Ballot, actor: Actor) -> tuple[Ballot, Voter]:
    ballot = locks.shared(ballot)  # before the voter's row, as where ballots are opened and unlinked
    if ballot.state != Ballot.State.OPEN or clock.now() >= ballot.closes:
        raise Closed(
            "The vote has closed; this ballot was not cast.", remedy="What you cast before counts as it stands."
        )
    voter = (
        Voter.objects.select_for_update(of=["self"])
        .select_related("person", "ballot")
        .get(ballot=ballot, person_id=actor.person_id)
    )
    return ballot, voter


def _checked(ballot: Ballot, approved: Sequence[str]) -> list[str]:
    chosen = sorted(set(approved))
    known = set(ballot.options.values_list("reference", flat=True))
    if strangers := [reference for reference in chosen if reference not in known]:
        raise Invalid(
            f"{len(strangers)} of the questions ticked are not in this vote.",
            remedy="Load the page anew and choose again.",
            field="approved",
        )
    return chosen


def _tell_by_mail(voter: Voter) -> None:
    person = voter.person
    if not person.email:
        return
    ballot = voter.ballot
    shown = show([ballot.subject], person.pk)[ballot.subject]
    subject, body = wording.mail(
        "ballot-cast",
        name=person.shown_name,
        round=shown.title,
        at=instants.say(clock.now(), "UTC"),
        closes=instants.say(ballot.closes, "UTC"),
        security_contact=community().security_contact or community().contact,
        address=settings.STOA.address,
        path=shown.address,
    )
    outbox.post(kind="ballot-cast", to=person.email, person_id=person.pk, subject=subject, body=body)
