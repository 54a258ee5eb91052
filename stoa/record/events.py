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
    """After a restore: what was brought back of the published log, and what was lost.

    `recovered` entries beyond the backup stand in the log again; the tables behind them do not. `lost` ones could not be
    brought back, None where nobody knows. `vkey` is the new key, where the old one may not or can't sign any more.
    """

    log: str
    backup_size: int
    published_size: int | None
    recovered: int
    lost: int | None
    vkey: str | None = None
    type: ClassVar[str] = "record.tail.recovered"
    subject_kind: ClassVar[str] = "log"
