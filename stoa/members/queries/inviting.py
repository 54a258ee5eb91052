"""Reads of invitations that wait for a second person, for those who keep the call."""

from __future__ import annotations

from django.db.models import QuerySet

from stoa.kit.act import Actor
from stoa.kit.powers import may
from stoa.members.models import Call, Invitations


def waiting_invitations(call: Call, viewer: Actor) -> QuerySet[Invitations]:
    """Those of a call, for who may draft some; for others none."""
    rows = Invitations.objects.filter(call=call).select_related("call", "drafted_by")
    return rows if may(viewer, "members.invitations.draft", call) else rows.none()


def may_send(viewer: Actor, one: Invitations) -> bool:
    """Whether the viewer may send them: who holds the power and did not draft them."""
    return one.drafted_by_id != viewer.person_id and may(viewer, "members.invitations.send", one)
