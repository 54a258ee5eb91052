"""Windows of known passages and of controls that nobody has published, for the suites on memorised text."""

from __future__ import annotations

from dataclasses import dataclass

from stoa.evaluation.suites.rows import prompts

_STEP = 12


@dataclass(frozen=True)
class Window:
    """Some words of a passage in their order; `cluster` is the passage's number and kind."""

    cluster: str
    kind: str
    source: str
    words: tuple[str, ...]


def windows(group: str, length: int) -> list[list[Window]]:
    """The windows of `length` words of each passage or control, one list a text, each 12 words after the one before."""
    return [_cut(group, number, text, length) for number, text in enumerate(prompts("passages")[group])]


def _cut(group: str, number: int, text: dict[str, str], length: int) -> list[Window]:
    found = text["text"].split()
    cluster = f"{group}-{number + 1:02}"
    starts = range(0, max(1, len(found) - length + 1), _STEP)
    source = text.get("source", "written for Stoa")
    return [Window(cluster, text["kind"], source, tuple(found[at : at + length])) for at in starts]
