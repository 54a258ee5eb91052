"""The public facts of announcements and events: numbers, instants and counts, with commitments to the texts."""

from dataclasses import dataclass
from typing import ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class AnnouncementReleased(Event):
    """An announcement became public; `mails` is to how many people it was mailed, where it was."""

    announcement: str
    number: int
    mails: int | None = None
    subject_kind: ClassVar[str] = "announcement"
    type: ClassVar[str] = "notices.announcement.released"


@dataclass(frozen=True)
class AnnouncementCorrected(Event):
    """An announcement reads otherwise from now on; what it said before stays to be read."""

    announcement: str
    version: int
    subject_kind: ClassVar[str] = "announcement"
    type: ClassVar[str] = "notices.announcement.corrected"


@dataclass(frozen=True)
class AnnouncementRetracted(Event):
    """An announcement holds no more."""

    announcement: str
    subject_kind: ClassVar[str] = "announcement"
    type: ClassVar[str] = "notices.announcement.retracted"


@dataclass(frozen=True)
class EventAnnounced(Event):
    """An event with its instants, and how many places there are where they are limited."""

    event: str
    begins: str
    ends: str
    places: int | None = None
    subject_kind: ClassVar[str] = "event"
    type: ClassVar[str] = "notices.event.announced"


@dataclass(frozen=True)
class EventChanged(EventAnnounced):
    """An event was changed; all of it as it stands now."""

    type: ClassVar[str] = "notices.event.changed"


@dataclass(frozen=True)
class EventCancelled(Event):
    """An event will not be held."""

    event: str
    subject_kind: ClassVar[str] = "event"
    type: ClassVar[str] = "notices.event.cancelled"


@dataclass(frozen=True)
class EventsImported(Event):
    """Events were taken from a file: its digest, and how many were taken and passed over."""

    calendar: str
    file: str
    added: int
    passed_over: int
    subject_kind: ClassVar[str] = "calendar"
    type: ClassVar[str] = "notices.events.imported"
