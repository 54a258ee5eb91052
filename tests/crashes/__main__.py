"""`python -m tests.crashes [--seed N] [--kills N]`: kills a server while it is used and prints a report; ends with 1 on a fault."""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run once, with settings of its own where none are given."""
    asked = argparse.ArgumentParser(prog="python -m tests.crashes")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument("--minutes", type=float, default=math.inf, help="kill nothing after so long")
    asked.add_argument("--log", type=Path, help="a file for what the server printed")
    given = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    from tests.crashes.driving import crash

    with tempfile.TemporaryDirectory(prefix="stoa-crashes-") as folder:
        Path(folder).chmod(0o711)
        outcome = crash(given.seed, given.kills, Path(folder), given.minutes)
    sys.stdout.write(f"{outcome.report()}\n")
    if given.log is not None:
        given.log.write_text(outcome.said, encoding="utf-8")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
