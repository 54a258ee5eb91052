"""Logs as files: how large they may be, and by what they are known. What stands in them the worker looks at, apart."""

from __future__ import annotations

from stoa.kit.faults import Invalid
from stoa.kit.files.contents import Type
from stoa.kit.files.sorts import Sort
from stoa.kit.files.store import Content

EVAL = Type("application/zip", ".eval", "Inspect log")
JSON = Type("application/json", ".json", "Inspect log in JSON")


def known(body: Content) -> Type:
    """Whether it begins as a log does: an archive, as Inspect writes it, or JSON. Raises `Invalid` for anything else."""
    if body[:4] == b"PK\x03\x04":
        return EVAL
    if body[:200].lstrip()[:1] == b"{":
        return JSON
    raise Invalid("This is no log of Inspect.", remedy="Send the .eval or .json file that the run wrote.")


LOG = Sort("log", 1024 * 1024 * 1024, 20 * 1024 * 1024 * 1024, known)
"""A log: up to 1 GB, of one person 20 GB together."""
