"""Writes what an act told as entries, in the act's own transaction."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from django.db import connection

from stoa.kit import chance, clock
from stoa.kit.act import Acting, Event
from stoa.methods.canonical import canonical
from stoa.methods.commitment import text_commitment
from stoa.record.models import Blob, Sealed, Text

MOST_BYTES = 65_535
COLUMNS = ("at", "type", "act", "actor", "role", "charter", "subject")
"""What an entry's columns repeat of its leaf."""
INSERT = (
    "INSERT INTO record_entry (body, at, type, act, actor, role, charter, subject)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"
)


def put_down(acting: Acting) -> None:
    """The recorder bound to acts: one entry an event; of a sealed act one commitment an event, but for what is public always.

    All entries of one act bear one instant, by which they can be told to be of one act.
    """
    at = clock.stamp(clock.now())
    kept = [told for told in acting.told if acting.kind == "sealed" and not told[0].always_public]
    if kept:
        Sealed.objects.bulk_create((_sealed(acting, at, *told) for told in kept), batch_size=1000)
    for event, texts in acting.told:
        if acting.kind != "sealed" or event.always_public:
            _append(acting, at, event, texts)


def keep_blob(value: Any) -> str:
    """Store canonical JSON as a public blob; returns its SHA-256 in hexadecimal for an entry's facts."""
    return keep_octets(canonical(value))


def keep_octets(body: bytes) -> str:
    """Store bytes as a public blob; returns their SHA-256 in hexadecimal."""
    name = hashlib.sha256(body).hexdigest()
    Blob.objects.bulk_create([Blob(sha256=name, body=body)], ignore_conflicts=True)
    return name


def _append(acting: Acting, at: str, event: Event, texts: Mapping[str, str]) -> None:
    salts = {name: chance.octets(32) for name in texts}
    commitments = {name: text_commitment(salts[name], event.type, name, text) for name, text in texts.items()}
    leaf = _leaf(acting, at, event, commitments)
    body = canonical(leaf)
    if len(body) > MOST_BYTES:
        raise ValueError(f"{event.type} takes {len(body)} bytes; large facts belong into a blob")
    number = _keep(leaf, body)
    if texts:
        Text.objects.bulk_create(
            Text(entry_id=number, name=name, text=text, salt=salts[name]) for name, text in texts.items()
        )


def _keep(leaf: Mapping[str, Any], body: bytes) -> int:
    """Write the entry, and return its number. In plain SQL, since nearly every act does it."""
    values = [body, *(leaf[column] for column in COLUMNS)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        return int(cursor.fetchone()[0])


def _sealed(acting: Acting, at: str, event: Event, texts: Mapping[str, str]) -> Sealed:
    body = canonical(_leaf(acting, at, event, {}) | {"texts": dict(texts)})
    salt = chance.octets(32)
    commitment = hmac.digest(salt, b"stoa.sealed.v1\0" + body, "sha256")
    concerns = str(event.facts().get("person", ""))
    return Sealed(
        day=clock.now().date(), commitment=commitment, entry_type=event.type, body=body, salt=salt, concerns=concerns
    )


def _leaf(acting: Acting, at: str, event: Event, commitments: dict[str, str]) -> dict[str, Any]:
    return {
        "v": 1,
        "at": at,
        "type": event.type,
        "act": acting.act,
        "actor": None if event.actor_withheld else acting.actor.name,
        "role": None if event.actor_withheld else acting.grant.role,
        "charter": acting.grant.charter,
        "subject": event.subject,
        "facts": event.facts(),
        "commitments": commitments,
    }
