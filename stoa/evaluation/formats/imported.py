"""What an import brings: measures that another program reported, shown as imported and not registered here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 256 << 20
"""Bytes of a file that is read in."""
MOST_MEASURES = 10_000
LONGEST = 300


class BadImport(Exception):
    """The file is none that can be read in, or contradicts itself. Says what and where."""


@dataclass(frozen=True)
class Reported:
    """One number that was reported: of which task, its name, value, standard error, on how many samples; None: not said.

    `recomputed`: from the samples that came with it.
    """

    task: str
    name: str
    value: float
    error: float | None = None
    samples: int | None = None
    better: str | None = None
    recomputed: bool = False


@dataclass(frozen=True)
class Imported:
    """A file's results in plain values. Nothing of it was recomputed; its licence is unknown unless somebody says it."""

    format: str
    made_by: str
    model: str
    measures: tuple[Reported, ...]
    samples: int
    sha256: str
    licence: str = "unknown"


def bytes_of(path: Path) -> bytes:
    """The file, if it is not too large."""
    if path.stat().st_size > LARGEST:
        raise BadImport(f"{path.name} is larger than {LARGEST >> 20} MB.")
    return path.read_bytes()


def parsed(data: bytes | str, where: str) -> Any:
    """JSON without a key twice and without NaN. Raises `BadImport`."""
    try:
        return json.loads(data, object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError) as fault:
        raise BadImport(f"{where} is no JSON that can be read: {str(fault)[:100]}.") from None


def lines_of(data: bytes, where: str) -> list[Mapping[str, Any]]:
    """The objects of a file with one a line."""
    rows = [
        parsed(line, f"line {number + 1} of {where}") for number, line in enumerate(data.splitlines()) if line.strip()
    ]
    if not all(isinstance(row, dict) for row in rows):
        raise BadImport(f"{where} holds a line that is no JSON object.")
    return rows


def mapping(value: Any) -> Mapping[str, Any]:
    """An object; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects of an array."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A finite number; None for anything else."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e300
    return float(value) if fits else None


def count(value: Any) -> int | None:
    """A whole number from 0 on; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


def text(value: Any, otherwise: str = "unknown") -> str:
    """A text as it may be shown: printable, at most 300 characters."""
    said = str(value) if isinstance(value, str | int | float) else ""
    return "".join(letter if letter.isprintable() else " " for letter in said[:LONGEST]).strip() or otherwise


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number")
