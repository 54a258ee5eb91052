"""Logs and files of results: how large they may be, and by what they are known. What stands in them the worker looks at, apart."""

from __future__ import annotations

from stoa.evaluation.formats.imported import LARGEST
from stoa.kit.faults import Invalid
from stoa.kit.files.contents import Type
from stoa.kit.files.sorts import Sort
from stoa.kit.files.store import Content

EVAL = Type("application/zip", ".eval", "Inspect log")
RESULTS = Type("application/json", ".json", "results in JSON")
JSONL = Type("application/jsonl", ".jsonl", "garak report")
JSON = Type("application/json", ".json", "Inspect log in JSON")


def known(body: Content) -> Type:
    """Whether it begins as a log does: an archive, as Inspect writes it, or JSON. Raises `Invalid` for anything else."""
    if body[:4] == b"PK\x03\x04":
        return EVAL
    if body[:200].lstrip()[:1] == b"{":
        return JSON
    raise Invalid("This is no log of Inspect.", remedy="Send the .eval or .json file that the run wrote.")


def known_results(body: Content) -> Type:
    """Whether it begins as a file of results does. Raises `Invalid` for anything else."""
    if body[:4] == b"PK\x03\x04":
        return EVAL
    if body[:200].lstrip()[:1] == b"{":
        return JSONL if b'"entry_type"' in body[:1_000].partition(b"\n")[0] else RESULTS
    raise Invalid(
        "This is no file of results.",
        remedy="Send an Inspect log, a garak report, lm-eval’s results or Every Eval Ever.",
    )


LOG = Sort("log", 1024 * 1024 * 1024, 20 * 1024 * 1024 * 1024, known)
"""A log: up to 1 GB, of one person 20 GB together."""

RESULT_FILE = Sort("results", LARGEST, 4 * LARGEST, known_results)
"""A file of another program's results: up to 256 MB, of one person 1 GB together until they are brought in."""
