"""Reads the sample's content: people, organisations, questions, statements and talk, as plain frozen data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("content")


@dataclass(frozen=True)
class Someone:
    """One synthetic person: where they work, what they lean to, which roles they hold from which day on."""

    name: str
    organisation: str
    leaning: str
    joined: float
    roles: tuple[str, ...]
    since: int
    until: int | None
    pronouns: str


@dataclass(frozen=True)
class Asked:
    """One question of the sample."""

    key: str
    round: str
    title: str
    body: str
    signed: bool
    low: int
    high: int
    affinity: Mapping[str, float]


@dataclass(frozen=True)
class Claim:
    """One statement of the sample: what it is about, how far everybody leans to it, and what moves people's answers."""

    key: str
    about: str
    text: str
    lean: float
    on: Mapping[str, float]


@dataclass(frozen=True)
class Said:
    """One post of the sample; `edit` says what stood there before, `removal` what moderators made of it."""

    by: str
    day: float
    text: str
    answers: int | None
    edit: Mapping[str, Any] | None
    removal: Mapping[str, Any] | None


@dataclass(frozen=True)
class Talk:
    """One thread of the sample: what it is about, by kind and key, and its posts in order."""

    on: str
    posts: tuple[Said, ...]


@cache
def read(name: str) -> dict[str, Any]:
    """One of the content files."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def organisations() -> list[dict[str, Any]]:
    """The organisations as in their file."""
    return list(read("organisations")["organisation"])


def questions(round_key: str) -> list[Asked]:
    """The questions of one round, in the order of their file."""
    return [
        Asked(
            raw["key"],
            raw["round"],
            raw["title"],
            raw["body"].strip(),
            raw["signed"],
            raw["effort"]["low"],
            raw["effort"]["high"],
            raw["affinity"],
        )
        for raw in read("questions")["question"]
        if raw["round"] == round_key
    ]


def claims() -> list[Claim]:
    """The statements, in the order in which they are proposed: those that threads name, then one of each question in turn."""
    found: dict[str, list[Claim]] = {}
    for raw in read("statements")["statement"]:
        claim = Claim(raw.get("key", ""), raw["about"], raw["text"], raw["lean"], raw["on"])
        found.setdefault(claim.about, []).append(claim)
    in_turn = [claim for row in zip_longest(*found.values()) for claim in row if claim]
    return sorted(in_turn, key=lambda claim: not claim.key)


def talks() -> list[Talk]:
    """The threads with their posts."""
    return [
        Talk(
            thread["on"],
            tuple(
                Said(
                    raw["by"], raw["day"], raw["text"].strip(), raw.get("answers"), raw.get("edit"), raw.get("removal")
                )
                for raw in thread["post"]
            ),
        )
        for thread in read("threads")["thread"]
    ]


def everybody() -> list[Someone]:
    """All people, dealt to the organisations as their file says; most join before the first vote, the rest over the year."""
    file = read("people")
    named = {raw["name"]: raw for raw in file["person"]}
    names = [f"sample-{number:03}" for number in range(1, file["count"] + 1)]
    homes = _deal(names, named)
    leanings = _lean(homes)
    trainees = range(file["associates"]["first"], file["associates"]["last"] + 1)
    return [
        Someone(
            name,
            homes[name],
            leanings[name],
            _joined(number, file["joined"])
            if name not in named or "since" not in named[name]
            else file["joined"]["first"],
            tuple(named.get(name, {}).get("roles", ["associate" if number in trainees else "member"])),
            named.get(name, {}).get("since", 0),
            named.get(name, {}).get("until"),
            named.get(name, {}).get("pronouns", ""),
        )
        for number, name in enumerate(names, start=1)
    ]


def _joined(number: int, days: Mapping[str, int]) -> float:
    """Two thirds join in the first 28 days, the others evenly until the last day."""
    early = number % 3 != 0
    return days["first"] + (number / 300 * 28 if early else 32 + number / 300 * (days["last"] - days["first"] - 32))


def _deal(names: list[str], named: Mapping[str, Any]) -> dict[str, str]:
    room = {o["key"]: o["size"] for o in organisations()}
    homes = {name: raw["organisation"] for name, raw in named.items() if "organisation" in raw}
    for home in homes.values():
        room[home] -= 1
    waiting = [name for name in names if name not in homes]
    while waiting:
        for key in [key for key, left in room.items() if left > 0][: len(waiting)]:
            homes[waiting.pop(0)] = key
            room[key] -= 1
    return homes


def _lean(homes: Mapping[str, str]) -> dict[str, str]:
    """Within each organisation, areas in proportion to its leaning, by largest remainder as people come."""
    shares = {o["key"]: o["leaning"] for o in organisations()}
    given: dict[str, dict[str, int]] = {key: dict.fromkeys(areas, 0) for key, areas in shares.items()}
    leanings = {}
    for name, home in sorted(homes.items()):
        count = sum(given[home].values()) + 1
        area = max(shares[home], key=lambda a: shares[home][a] * count - given[home][a])
        given[home][area] += 1
        leanings[name] = area
    return leanings
