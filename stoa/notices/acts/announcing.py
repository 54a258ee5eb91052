"""Acts on announcements: drafted by one, released by another where they go to everybody by mail, corrected in sight."""

from __future__ import annotations

from django.db.models import Max

from stoa.kit import clock, locks, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.notices import events
from stoa.notices.acts.finding import announcement_found
from stoa.notices.acts.mailing import mail_announcement
from stoa.notices.models import Announcement, Version
from stoa.people.queries import addressed

MOST_TITLE, MOST_BODY, MOST_REASON = 150, 10_000, 500


@act("notices.announcement.draft", kind="private")
def write_announcement(actor: Actor, *, title: str, body: str, mailed: bool = False) -> Announcement:
    """Draft an announcement to everybody, on its page alone or `mailed` too; only those who may release it see it."""
    title, body = _checked(title, body)
    return Announcement.objects.create(title=title, body=body, mailed=mailed, drafted_by_id=actor.person_id)


@act("notices.announcement.edit", on="announcement", kind="private")
def edit_announcement(
    actor: Actor, *, announcement: Announcement, version: int, title: str, body: str, mailed: bool
) -> Announcement:
    """Change a draft, and so become the one who wrote it. `version` is the one that was read."""
    announcement = _draft(announcement, version)
    announcement.title, announcement.body = _checked(title, body)
    announcement.mailed, announcement.version = mailed, announcement.version + 1
    announcement.drafted_by_id, announcement.drafted = actor.person_id, clock.now()
    announcement.save()
    return announcement


@act("notices.announcement.drop", on="announcement", kind="private")
def drop_announcement(actor: Actor, *, announcement: Announcement) -> None:
    """Delete a draft."""
    _draft(announcement, None).delete()


@act("notices.announcement.release")
def release_announcement(actor: Actor, *, announcement: Announcement, version: int) -> Announcement:
    """Release an announcement; one that is mailed to everybody has to be written by somebody else.

    `version` is the one that was read.
    """
    announcement = _draft(announcement, version)
    if announcement.mailed and announcement.drafted_by_id == actor.person_id:
        raise Refused("You wrote this announcement.", remedy="Somebody else has to release it.", code="own-draft")
    with_numbers = Announcement.objects.select_for_update().exclude(number=None).order_by("-number")
    last = with_numbers.values_list("number", flat=True).first()
    announcement.number = (last or 0) + 1
    announcement.released, announcement.released_by_id = clock.now(), actor.person_id
    announcement.addressed = addressed().count() if announcement.mailed else 0
    announcement.save()
    _keep_version(announcement, actor, "")
    search.put_all([announcement_found(announcement)])
    if announcement.mailed:
        mail_announcement(announcement)
    mails = announcement.addressed if announcement.mailed else None
    texts = {"title": announcement.title, "body": announcement.body}
    tell(events.AnnouncementReleased(announcement.pk, announcement.number, mails), texts)
    return announcement


@act("notices.announcement.correct")
def correct_announcement(
    actor: Actor, *, announcement: Announcement, version: int, title: str, body: str, reason: str
) -> Announcement:
    """Let an announcement read otherwise, with the reason; what it said before stays to be read. No mail is sent."""
    announcement, reason = _standing(announcement), _checked_reason(reason)
    if version != announcement.version:
        raise Conflict("It was corrected meanwhile.", remedy="Read it as it is now.", code="stale")
    new = _checked(title, body)
    if new == (announcement.title, announcement.body):
        raise Invalid("Nothing would change.", remedy="Correct title or text.", field="body")
    announcement.title, announcement.body = new
    announcement.version, announcement.corrected = announcement.version + 1, clock.now()
    announcement.save()
    made = _keep_version(announcement, actor, reason)
    search.put_all([announcement_found(announcement)])
    texts = {"title": announcement.title, "body": announcement.body, "reason": reason}
    tell(events.AnnouncementCorrected(announcement.pk, made.number), texts)
    return announcement


@act("notices.announcement.retract")
def retract_announcement(actor: Actor, *, announcement: Announcement, reason: str) -> Announcement:
    """Say that an announcement holds no more, and why; its page stays, and search finds it no more."""
    announcement, reason = _standing(announcement), _checked_reason(reason)
    announcement.retracted, announcement.retraction = clock.now(), reason
    announcement.save(update_fields=["retracted", "retraction"])
    search.drop(announcement.reference)
    tell(events.AnnouncementRetracted(announcement.pk), {"reason": reason})
    return announcement


def _draft(announcement: Announcement, version: int | None) -> Announcement:
    """The draft, alone; raises unless it is one, and of this version where one is given."""
    found = Announcement.objects.select_for_update().filter(pk=announcement.pk).first()
    if found is None or found.released is not None:
        raise Closed("This announcement is released, or was dropped.", remedy="What is released can be corrected.")
    if version is not None and version != found.version:
        raise Conflict("The draft was changed since you read it.", remedy="Read it again.", code="stale")
    return found


def _standing(announcement: Announcement) -> Announcement:
    announcement = locks.exclusive(announcement)
    if announcement.released is None or announcement.retracted is not None:
        raise Closed("This announcement is not released, or was retracted.")
    return announcement


def _keep_version(announcement: Announcement, actor: Actor, reason: str) -> Version:
    last = announcement.versions.aggregate(last=Max("number"))["last"] or 0
    return Version.objects.create(
        announcement=announcement,
        number=last + 1,
        title=announcement.title,
        body=announcement.body,
        at=announcement.corrected or clock.now(),
        reason=reason,
        by_id=actor.person_id,
    )


def _checked(title: str, body: str) -> tuple[str, str]:
    title, body = " ".join(title.split()), body.strip()
    if not title or len(title) > MOST_TITLE:
        raise Invalid("The title is empty or too long.", remedy=f"Use 1 to {MOST_TITLE} characters.", field="title")
    if not body or len(body) > MOST_BODY:
        raise Invalid("The text is empty or too long.", remedy=f"Use 1 to {MOST_BODY:,} characters.", field="body")
    return title, body


def _checked_reason(reason: str) -> str:
    clean = " ".join(reason.split())
    if not clean or len(clean) > MOST_REASON:
        raise Invalid("The reason is empty or too long.", remedy=f"Use 1 to {MOST_REASON} characters.", field="reason")
    return clean
