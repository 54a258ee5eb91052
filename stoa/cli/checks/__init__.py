"""Invariants of a live server: each is a function that gives what is broken, in sentences; none is well."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MOST_TOLD = 5


@dataclass(frozen=True)
class Invariant:
    """Something that always holds. `code` is for programs and stays the same between versions."""

    code: str
    title: str
    broken: Callable[[], Iterable[str]]


def invariants() -> list[Invariant]:
    """All of them, in the order in which they are told. Django must be ready."""
    from stoa.cli.checks import charter, database, discussion, duties, files, lab, membership, record, votes

    return [
        *record.INVARIANTS,
        *database.INVARIANTS,
        *charter.INVARIANTS,
        *votes.INVARIANTS,
        *discussion.INVARIANTS,
        *duties.INVARIANTS,
        *files.INVARIANTS,
        *membership.INVARIANTS,
        *lab.INVARIANTS,
    ]
