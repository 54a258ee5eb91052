"""Reads a charter's TOML text into the terms that the program obeys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DEFAULT = Path(__file__).with_name("default.toml")


class BadCharter(ValueError):
    """The text is not a charter; the message says where and why."""


@dataclass(frozen=True)
class Terms:
    """A charter as the program reads it: powers by act, and the numbers it fixes."""

    title: str
    roles: Mapping[str, str]
    powers: Mapping[str, tuple[str, ...]]
    withheld: frozenset[str]
    second_factor: frozenset[str]
    voters: frozenset[str]
    limits: Mapping[str, int]
    windows: Mapping[str, int]
    smallest_opened: int
    suspended: frozenset[str]
    lasting: Mapping[str, int]


@lru_cache(maxsize=16)
def read(text: str) -> Terms:
    """The terms of a charter text; raises `BadCharter` naming the fault."""
    try:
        raw = tomllib.loads(text)
        terms = Terms(
            title=raw["title"],
            roles=raw["roles"],
            powers={act: tuple(roles) for act, roles in raw["powers"].items()},
            withheld=frozenset(raw["withheld"]["acts"]),
            second_factor=frozenset(raw["second_factor"]["roles"]),
            voters=frozenset(raw["voters"]["roles"]),
            limits=raw["limits"],
            windows=raw["windows"],
            smallest_opened=raw["secrecy"]["smallest_opened"],
            lasting=raw.get("terms", {}),
            suspended=frozenset(raw.get("suspended", {}).get("acts", ())),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as fault:
        raise BadCharter(f"This is not a charter: {fault}.") from fault
    unknown = {role for roles in terms.powers.values() for role in roles} - set(terms.roles)
    if unknown:
        raise BadCharter(f"Powers are given to roles that the charter does not describe: {', '.join(sorted(unknown))}.")
    return terms
