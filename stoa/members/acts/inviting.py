"""Inviting people to apply to a call: drafted by one, sent by another as one act, since a mass mail takes two people."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from stoa.charter.queries import community
from stoa.kit import instants, locks, outbox, wording
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.members import events
from stoa.members.acts.deciding_mails import tell as tell_keepers
from stoa.members.acts.deciding_mails import who_may
from stoa.members.models import Call, Invitations, Invited
from stoa.members.rules import can_be_begun
from stoa.members.rules.inviting import MOST_INVITED, Invitee, digest_of, fault_of_invitee

MOST_WAITING = 20
"""Drafts of one call that may wait for a second person."""


@act("members.invitations.draft", on="call", kind="private")
def draft_invitations(actor: Actor, *, call: Call, people: Sequence[Invitee]) -> Invitations:
    """Draft invitations to apply to a call that is open; somebody else has to send them, or they are dropped."""
    call = _taking(call)
    if not 0 < len(people) <= MOST_INVITED:
        raise Invalid(f"These are {len(people):,} people.", remedy=f"Invite 1 to {MOST_INVITED:,} at once.")
    if wrong := next((fault for one in people if (fault := fault_of_invitee(one))), ""):
        raise Invalid(wrong)
    if call.invitations.count() >= MOST_WAITING:
        raise Closed(f"{MOST_WAITING} drafts wait already.", remedy="Have one sent, or drop it.")
    rows = [[one.name, one.email] for one in people]
    drafted = Invitations.objects.create(call=call, people=rows, drafted_by_id=actor.person_id)
    able = [person for person in who_may("members.invitations.send", call) if person.pk != actor.person_id]
    tell_keepers(able, call, "invitations-to-send", drafted.get_absolute_url())
    return drafted


@act("members.invitations.drop", on="invitations", kind="private")
def drop_invitations(actor: Actor, *, invitations: Invitations) -> None:
    """Drop invitations that wait for a second person: nobody is invited, and no address is kept."""
    _waiting(invitations).delete()


@act("members.invitations.send", on="invitations")
def send_invitations(actor: Actor, *, invitations: Invitations) -> int:
    """Send invitations that somebody else drafted, to each once by mail; their addresses are not kept. Gives how many were new."""
    call = _taking(invitations.call)
    waiting = _waiting(invitations)
    if waiting.drafted_by_id == actor.person_id:
        raise Refused("You drafted these invitations.", remedy="Somebody else has to send them.", code="own-draft")
    asked = {digest_of(call, email): Invitee(name, email) for name, email in waiting.people}
    known = set(Invited.objects.filter(call=call, digest__in=asked).values_list("digest", flat=True))
    new = {digest: one for digest, one in asked.items() if digest not in known}
    Invited.objects.bulk_create(Invited(call=call, digest=digest) for digest in new)
    inviter = waiting.drafted_by.shown_name if waiting.drafted_by else "The operator"
    for one in new.values():
        _mail(call, one, inviter)
    waiting.delete()
    tell(events.InvitationsSent(call.pk, len(new)))
    return len(new)


def _taking(call: Call) -> Call:
    call = locks.exclusive(call)
    if not can_be_begun(call):
        raise Closed("This call takes no applications now.", remedy="Invite people while it is open.")
    return call


def _waiting(invitations: Invitations) -> Invitations:
    rows = Invitations.objects.select_for_update(of=["self"]).select_related("drafted_by", "call")
    found = rows.filter(pk=invitations.pk).first()
    if found is None:
        raise Closed("These invitations were sent, or dropped.")
    return found


def _mail(call: Call, one: Invitee, inviter: str) -> None:
    subject, body = wording.mail(
        "call-invited",
        name=one.name,
        inviter=inviter,
        call=call.title,
        community=community().name,
        closes=instants.say(call.closes, call.zone or "UTC"),
        page=settings.STOA.address + call.get_absolute_url(),
        address=settings.STOA.address,
    )
    outbox.post(kind="call-invited", to=one.email, subject=subject, body=body)
