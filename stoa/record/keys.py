"""The record's signing key: made once, kept in a file of its own that only the server's user can read."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

from django.conf import settings

from stoa.kit import chance
from stoa.methods.note import Checkpoint, SigningKey, sign_note
from stoa.record.events import LogStarted
from stoa.record.models import Entry


def origin() -> str:
    """The log's name: the public address without its scheme, as it was when the log began.

    It stands in the log's first entry and never changes, since whoever checks knows the log by it; a server that answers
    at another address or port goes on signing under it.
    """
    started = Entry.objects.filter(type=LogStarted.type).order_by("pk").values_list("body", flat=True).first()
    return str(json.loads(bytes(started))["facts"]["origin"] if started else settings.STOA.origin)


def vkey() -> str:
    """The verifier key, one line without a newline."""
    return signing_key().verifier.vkey


def signing_key() -> SigningKey:
    """The key of this server's record; its file is made on first use."""
    return _read(settings.STOA.record_key, origin())


def signed_checkpoint(size: int, root: bytes) -> str:
    """The signed note of a head."""
    key = signing_key()
    return sign_note(Checkpoint(key.name, size, root).text, key).decode()


def signed(text: str) -> str:
    """Any text of the server's, such as a receipt, as a signed note."""
    return sign_note(text, signing_key()).decode()


@cache
def _read(path: Path, name: str) -> SigningKey:
    if not path.exists():
        _make(path, chance.octets(32))
    return SigningKey(name, bytes.fromhex(path.read_text().strip()))


def _make(path: Path, seed: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(seed.hex() + "\n")
    try:
        os.link(whole, path)  # appears complete, and the first of several processes wins
    except FileExistsError:
        pass
    finally:
        whole.unlink()
