"""Announcements over HTTP: what was said to everybody, drafts, releases, corrections."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit.api import Given, Parts, Word, actor, found, signed_in
from stoa.notices import acts, queries
from stoa.notices.models import Announcement, Version

router = Router(tags=["Announcements"])


class AnnouncementOut(Schema):
    """An announcement as it reads now. One that was retracted says why in `retraction`."""

    number: int
    title: str
    body: str
    version: int
    mailed: bool
    released: datetime
    corrected: datetime | None
    retracted: datetime | None
    retraction: str
    address: str = Field(alias="get_absolute_url")


class VersionOut(Schema):
    """An announcement as it read from an instant on, and why it was corrected then."""

    number: int
    title: str
    body: str
    at: datetime
    reason: str


class DraftOut(Schema):
    """A draft; one that is `mailed` has to be released by somebody else."""

    id: str
    title: str
    body: str
    mailed: bool
    version: int
    drafted: datetime


class DraftIn(Given):
    """What is to be said to everybody, in Markdown; `mailed` to all members and trainees too."""

    title: str
    body: str
    mailed: bool = False


class DraftChange(DraftIn):
    """A draft as it is to read; with a stale `version` nothing is changed."""

    version: int


class Release(Given):
    """The version of the draft that was read."""

    version: int


class Correction(Given):
    """An announcement as it is to read, and why; with a stale `version` nothing is changed."""

    version: int
    title: str
    body: str
    reason: str


class Why(Given):
    """A public reason."""

    reason: str


@router.get("/announcements", response=list[AnnouncementOut], summary="List what was announced")
@paginate(Parts)
def list_released_announcements(request: HttpRequest, q: Word = "") -> QuerySet[Announcement]:
    """Everything that was announced to everybody, the latest first; the words `q` in the title narrow the list."""
    rows = queries.announcements()
    return rows.filter(title__icontains=q) if q else rows


@router.get("/announcements/drafts", response=list[DraftOut], summary="List drafted announcements")
@paginate(Parts)
def list_drafted_announcements(request: HttpRequest) -> QuerySet[Announcement]:
    """Drafts: your own, and everybody's if you may release them."""
    return queries.drafts(signed_in(request))


@router.post("/announcements/drafts", response={201: DraftOut}, summary="Draft an announcement")
def write_announcement(request: HttpRequest, given: DraftIn) -> Status[Announcement]:
    """Draft an announcement to everybody; only those who may release it see it."""
    return Status(201, acts.write_announcement(actor(request), **given.dict()))


@router.put("/announcements/drafts/{draft}", response=DraftOut, summary="Change a drafted announcement")
def edit_announcement(request: HttpRequest, draft: str, given: DraftChange) -> Announcement:
    """Change a draft; you are then the one who wrote it."""
    return acts.edit_announcement(actor(request), announcement=_draft(request, draft), **given.dict())


@router.delete("/announcements/drafts/{draft}", response={204: None}, summary="Delete a drafted announcement")
def drop_announcement(request: HttpRequest, draft: str) -> Status[None]:
    """Delete a draft."""
    acts.drop_announcement(actor(request), announcement=_draft(request, draft))
    return Status(204, None)


@router.post("/announcements/drafts/{draft}/release", response=AnnouncementOut, summary="Release an announcement")
def release_announcement(request: HttpRequest, draft: str, given: Release) -> Announcement:
    """Release a draft. What is mailed to everybody is released by somebody who did not write it."""
    found_draft = _draft(request, draft)
    return acts.release_announcement(actor(request), announcement=found_draft, version=given.version)


@router.get("/announcements/{number}", response=AnnouncementOut, summary="Get an announcement")
def get_announcement_of_number(request: HttpRequest, number: int) -> Announcement:
    """One announcement as it reads now."""
    return _released(number)


@router.get("/announcements/{number}/versions", response=list[VersionOut], summary="List versions of an announcement")
@paginate(Parts)
def list_announcement_versions(request: HttpRequest, number: int) -> QuerySet[Version]:
    """Each version that was public, the latest first."""
    return _released(number).versions.all()


@router.post("/announcements/{number}/correct", response=AnnouncementOut, summary="Correct an announcement")
def correct_announcement(request: HttpRequest, number: int, given: Correction) -> Announcement:
    """Let an announcement read otherwise. What it said before stays to be read."""
    return acts.correct_announcement(actor(request), announcement=_released(number), **given.dict())


@router.post("/announcements/{number}/retract", response=AnnouncementOut, summary="Retract an announcement")
def retract_announcement(request: HttpRequest, number: int, given: Why) -> Announcement:
    """Say that an announcement holds no more, and why."""
    return acts.retract_announcement(actor(request), announcement=_released(number), reason=given.reason)


def _draft(request: HttpRequest, pk: str) -> Announcement:
    return found(queries.find_draft(pk, actor(request)))


def _released(number: int) -> Announcement:
    return found(queries.find_announcement(number) if number > 0 else None)
