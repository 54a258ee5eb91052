"""Gives every process of a driven server the driver's clock: Python reads this file at its start, from the path it is given."""

import os
import struct
from datetime import UTC, datetime, timedelta

from stoa.kit import clock

_AHEAD = os.open(os.environ["CRASHES_CLOCK"], os.O_RDONLY)


def now() -> datetime:
    """The present instant in UTC, as far ahead of the machine's as the driver has jumped."""
    return datetime.now(UTC) + timedelta(seconds=struct.unpack("d", os.pread(_AHEAD, 8, 0))[0])


clock.now = now
