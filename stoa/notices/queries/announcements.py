"""Reads of announcements: what is released is public; of drafts those know who wrote one, or may release them."""

from __future__ import annotations

from django.db.models import QuerySet

from stoa.kit.act import Actor
from stoa.kit.addresses import path_to
from stoa.kit.prepared import prepared
from stoa.kit.registry import Rows
from stoa.notices import rules
from stoa.notices.models import Announcement

MOST_SHOWN = 3


def announcements() -> QuerySet[Announcement]:
    """Everything that was released, the latest first."""
    return Announcement.objects.exclude(released=None).order_by("-released", "pk")


@prepared
def latest() -> QuerySet[Announcement]:
    """What was announced last and still holds: three at most."""
    return announcements().filter(retracted=None)[:MOST_SHOWN]


def find_announcement(number: int) -> Announcement | None:
    """The announcement of this number, with who released it."""
    if number > 2_147_483_647:
        return None
    return announcements().select_related("drafted_by", "released_by").filter(number=number).first()


def drafts(viewer: Actor) -> QuerySet[Announcement]:
    """Drafts that the viewer may know of, the latest first."""
    rows = Announcement.objects.filter(released=None).select_related("drafted_by").order_by("-drafted", "pk")
    if rules.sees_drafts(viewer):
        return rows
    return rows.filter(drafted_by=viewer.person_id) if viewer.person_id else rows.none()


def find_draft(pk: str, viewer: Actor) -> Announcement | None:
    """The draft of this id, if the viewer may know of it."""
    return drafts(viewer).filter(pk=pk).first() if "\0" not in pk else None


def named_announcements(ids: list[str], viewer_id: str | None) -> QuerySet[Announcement]:
    """Announcements are public once they are released."""
    del viewer_id
    return Announcement.objects.filter(pk__among=ids).exclude(released=None)


ANNOUNCEMENTS = Rows(
    named_announcements, "title", lambda _, number: path_to("notices:announcement", number), "number", numbered=False
)
"""How announcements are named elsewhere."""
