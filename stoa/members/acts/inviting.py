"""Inviting people to apply to a call, as one act."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from stoa.charter.queries import community
from stoa.kit import instants, locks, outbox, wording
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid
from stoa.members import events
from stoa.members.models import Call, Invited
from stoa.members.rules import can_be_begun
from stoa.members.rules.inviting import MOST_INVITED, Invitee, digest_of, fault_of_invitee
from stoa.people.models import Person


@act("members.invitations.send", on="call")
def send_invitations(actor: Actor, *, call: Call, people: Sequence[Invitee]) -> int:
    """Invite people to apply to a call that is open, each once by mail; their addresses are not kept. Gives how many were new."""
    call = locks.exclusive(call)
    if not can_be_begun(call):
        raise Closed("This call takes no applications now.", remedy="Invite people while it is open.")
    if not 0 < len(people) <= MOST_INVITED:
        raise Invalid(f"These are {len(people):,} people.", remedy=f"Invite 1 to {MOST_INVITED:,} at once.")
    if wrong := next((fault for one in people if (fault := fault_of_invitee(one))), ""):
        raise Invalid(wrong)
    asked = {digest_of(call, one.email): one for one in people}
    known = set(Invited.objects.filter(call=call, digest__in=asked).values_list("digest", flat=True))
    new = {digest: one for digest, one in asked.items() if digest not in known}
    Invited.objects.bulk_create(Invited(call=call, digest=digest) for digest in new)
    inviter = Person.objects.get(pk=actor.person_id).shown_name if actor.person_id else "The operator"
    for one in new.values():
        _mail(call, one, inviter)
    tell(events.InvitationsSent(call.pk, len(new)))
    return len(new)


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
