"""The stranger's checker: reads a record or a bundle, believes nothing, and says what holds and what does not.

It shares no code with the server but the hash functions and the reading of signed notes: no Django, no database, its
own reading of entries, its own count of votes. `verify` is the whole interface; `command.run` prints what it found.
"""

from stoa.verify.report import Check, Outcome, Report
from stoa.verify.run import verify

__all__ = ["Check", "Outcome", "Report", "verify"]
