"""The clock of a driven server, which its driver lets jump: phases end when enough was done in them, however slow the machine."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Clock:
    """The machine's clock, and as far ahead as a file says that every process of the server reads."""

    def __init__(self, file: Path) -> None:
        self._file, self._ahead = file, 0.0
        file.write_bytes(struct.pack("d", 0.0))

    def now(self) -> datetime:
        """The instant that server and driver agree on."""
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def jump_to(self, instant: datetime) -> None:
        """Let it be that instant now, everywhere, unless it is later already."""
        self._ahead = max(self._ahead, (instant - datetime.now(UTC)).total_seconds())
        with self._file.open("r+b", buffering=0) as file:
            file.write(struct.pack("d", self._ahead))

    @property
    def variables(self) -> dict[str, str]:
        """What a process needs to be told to follow this clock."""
        places = [Path(__file__).parent / "jumping", ROOT]
        return {"CRASHES_CLOCK": str(self._file), "PYTHONPATH": ":".join(map(str, places))}
