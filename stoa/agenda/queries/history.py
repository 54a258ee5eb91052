"""The history of a round or a question: what the record says of it, with the texts as they stood then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stoa.record import queries as record
from stoa.record.models import Text
from stoa.record.words import Said

MOST = 200


@dataclass(frozen=True)
class Line:
    """An entry in words, with those of its texts that were not erased, by name."""

    said: Said
    texts: Sequence[tuple[str, str]]


def history(references: Sequence[str], viewer_id: str | None, *, texts: bool = False, most: int = MOST) -> list[Line]:
    """What the record says of these objects, newest first; members' texts only where they are asked for."""
    lines = record.history(references, viewer_id, most=most)
    kept: dict[int, list[tuple[str, str]]] = {}
    if texts:
        places = [said.position for said in lines]
        found = Text.objects.filter(entry__placement__position__in=places).order_by("-name")
        for position, name, text in found.values_list("entry__placement__position", "name", "text"):
            kept.setdefault(position, []).append((name, text))
    return [Line(said, kept.get(said.position, ())) for said in lines]
