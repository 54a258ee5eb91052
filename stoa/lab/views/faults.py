"""What is wrong with a log, in words. Whatever a fault quotes comes from the log: the template shows it as inert text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stoa.evaluation.logs.faults import KINDS


@dataclass(frozen=True)
class Told:
    """A fault: what is wrong, where in the log, what is right and what stands there."""

    says: str
    where: str
    said: str
    found: str


def in_words(fault: Mapping[str, Any]) -> Told:
    """A fault of a verdict, of which nothing is taken for granted."""
    kind, where, said, found = (_plain(fault.get(name)) for name in ("kind", "where", "said", "found"))
    return Told(KINDS.get(kind, kind), where, said, found)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)
