"""`python -m stoa.evaluation.formats FILE`: reads one file in, in a process of its own, as the server's worker has it done.

What it brings goes to standard output as one line of JSON: `format`, `source`, `results` as a server takes them, with
`made_by`, `model`, `licence` and `samples`; or `fault`, where it can't be read in. Exit codes: 0, there is either; 3, what
reads files is not installed here.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from stoa.evaluation.confined import NOT_INSTALLED, add_limits, confined, limit

_EXPECTED = (0, NOT_INSTALLED)


def main(arguments: list[str]) -> int:
    """Read in a child; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m stoa.evaluation.formats", description="Read a file of results.")
    parser.add_argument("file", type=Path)
    add_limits(parser)
    asked = parser.parse_args(arguments)
    code = confined(asked, lambda: _read(asked))
    if code not in _EXPECTED:
        sys.stdout.write(json.dumps({"fault": "It takes more memory or time than there is to read it."}) + "\n")
        return 0
    return code


def _read(asked: argparse.Namespace) -> int:
    os.environ["RUST_BACKTRACE"] = "0"
    try:
        from stoa.evaluation.formats.bringing import brought  # noqa: PLC0415 - loaded in the child alone
        from stoa.evaluation.formats.imported import BadImport  # noqa: PLC0415
        from stoa.evaluation.formats.reading import read  # noqa: PLC0415 - Inspect may not be installed
    except ImportError as fault:
        sys.stderr.write(f"{fault}\n")
        return NOT_INSTALLED
    limit(asked)
    try:
        found = read(asked.file)
    except OSError as fault:
        said = {"fault": f"It can’t be opened: {fault.strerror or type(fault).__name__}."}
    except BadImport as fault:
        said = {"fault": str(fault).replace(asked.file.name, "the file")[:300]}
    else:
        beside = {name: getattr(found, name) for name in ("made_by", "model", "licence", "samples")}
        said = brought(found) | beside
    sys.stdout.write(json.dumps(said, allow_nan=False) + "\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
