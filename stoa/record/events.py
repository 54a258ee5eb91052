"""The record's facts about itself."""

from dataclasses import dataclass
from typing import ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class LogStarted(Event):
    """The log begins: its origin and key."""

    origin: str
    vkey: str
    program: str
    type: ClassVar[str] = "record.started"
    subject_kind: ClassVar[str] = "log"

    @property
    def subject(self) -> str:
        """The one log of this server."""
        return "log:1"


@dataclass(frozen=True)
class DaySealed(Event):
    """The sealed acts of one day: a root over that day's commitments, padded so that their number does not show."""

    day: str
    root: str
    padded: int
    type: ClassVar[str] = "record.day.sealed"
    subject_kind: ClassVar[str] = "day"


@dataclass(frozen=True)
class TailRecovered(Event):
    """After a restore: how far the log had been published, and how many of its entries could be brought back."""

    log: str
    backup_size: int
    published_size: int | None
    recovered: int
    lost: int
    type: ClassVar[str] = "record.tail.recovered"
    subject_kind: ClassVar[str] = "log"
