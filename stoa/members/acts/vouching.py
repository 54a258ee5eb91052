"""That a member vouches for the post of an applicant, who gave them a link for it."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from stoa.kit import locks
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Refused
from stoa.members.models import Draft, Vouch
from stoa.members.rules import can_be_finished

SALT = "members.vouching"


@act("members.applicant.vouch", on="draft", kind="private")
def vouch(actor: Actor, *, draft: Draft) -> Vouch:
    """Vouch, as a member, for the post that an applicant says they hold; those who keep the call see who did."""
    draft = locks.exclusive(draft)
    if draft.person_id == actor.person_id:
        raise Refused("Nobody vouches for themselves.", remedy="Send the link to a member who knows you.")
    post = draft.profile.get("post", "")
    if not post or not can_be_finished(draft.call, draft.begun):
        raise Closed("There is nothing to vouch for any more.", remedy="Ask whoever sent you the link.")
    vouched, _ = Vouch.objects.update_or_create(draft=draft, person_id=actor.person_id, defaults={"post": post})
    return vouched


def vouching_link(draft: Draft) -> str:
    """The address at which a member can vouch; whoever has it sees the applicant's name and post."""
    return str(settings.STOA.address + reverse("members:vouch", args=[signing.dumps(draft.pk, salt=SALT)]))


def read_vouching(token: str) -> Draft | None:
    """The application that a link is about; None for one that was not made here, or whose application is gone."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Draft.objects.select_related("call", "person").filter(pk=pk).first()
