"""After a restore: puts the versions of the charter back that recovered entries put in force, from their public texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from stoa.charter.events import CharterInForce
from stoa.charter.models import Charter
from stoa.methods.canonical import parse_object


def bring_back(entries: Sequence[bytes], blobs: Sequence[bytes]) -> int:
    """Fill the table as it was when these entries were published; returns how many versions came back.

    It belongs to filling the database from a backup, before anybody acts: the first act after it is granted by the
    charter that the record has in force.
    """
    texts = {sha256(blob).hexdigest(): blob for blob in blobs}
    rows = [_version(leaf, texts) for leaf in map(parse_object, entries) if leaf["type"] == CharterInForce.type]
    return len(Charter.objects.bulk_create([row for row in rows if row is not None], ignore_conflicts=True))


def _version(leaf: dict[str, Any], texts: dict[str, bytes]) -> Charter | None:
    facts = leaf["facts"]
    text = texts.get(facts["text"])
    if text is None:
        return None
    at = datetime.fromisoformat(leaf["at"])
    return Charter(version=facts["version"], text=text.decode(), from_instant=at, provisional=facts["provisional"])
