"""Asks the server of embeddings that the operator set, if one is, how close texts are; in batches, bounded in size and time."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from stoa.methods.affinity import Affinity, Embedded

BATCH, MOST_CHARACTERS = 32, 8_000
"""Texts in one request, and characters of a text that are sent: about what models of the day read."""
EACH_SECONDS, WHOLE_SECONDS = 30.0, 600.0
"""How long one answer may take, and all of one assignment together."""
MOST_ANSWER = 16_000_000
MOST_NUMBERS = 40_000_000
"""Bytes of one answer, and numbers that are held at once: 300 MB."""

Vectors = NDArray[np.float64]


class Unreachable(Exception):
    """The server gave no vectors that can be used. The message is a sentence for whoever keeps a panel; it tells no key."""


def configured() -> Affinity | None:
    """The way to compare texts that the operator chose in place of their words; None where none is."""
    set_ = settings.STOA
    if not set_.embeddings_url:
        return None
    asking = _Asking(f"{set_.embeddings_url}/embeddings", set_.embeddings_model, set_.embeddings_key)
    return Embedded(set_.embeddings_model, asking.vectors)


class _Asking:
    """The requests of one assignment. What two calls in turn name, as what reviewers wrote, is asked once."""

    def __init__(self, url: str, model: str, key: str) -> None:
        self._url, self._model = url, model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._until = time.monotonic() + WHOLE_SECONDS
        self._known: dict[str, NDArray[np.float32]] = {}

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """A row for each text. Raises `Unreachable`."""
        sent = [text[:MOST_CHARACTERS] for text in texts]
        found = {text: self._known[text] for text in sent if text in self._known}
        lacking = list(dict.fromkeys(text for text in sent if text not in found))
        with httpx.Client(headers=self._headers, timeout=EACH_SECONDS, trust_env=False) as client:
            for at in range(0, len(lacking), BATCH):
                some = lacking[at : at + BATCH]
                found |= zip(some, self._asked(client, some), strict=True)
                self._demand_room(found, len(texts))
        self._known = found
        return np.stack([found[text] for text in sent]).astype(float)

    def _demand_room(self, found: dict[str, NDArray[np.float32]], texts: int) -> None:
        sizes = {len(vector) for vector in found.values()}
        if len(sizes) != 1:
            raise Unreachable("It gave vectors of several lengths.")
        if sizes.pop() * texts > MOST_NUMBERS:
            raise Unreachable("Its vectors of so many texts would fill the memory.")

    def _asked(self, client: httpx.Client, texts: Sequence[str]) -> NDArray[np.float32]:
        try:
            return _read(self._answer(client, texts), len(texts))
        except httpx.TimeoutException as fault:
            raise Unreachable("It did not answer in time.") from fault
        except httpx.HTTPError as fault:
            raise Unreachable("It can't be reached.") from fault
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as fault:
            raise Unreachable("Its answer has no vectors of these texts.") from fault

    def _answer(self, client: httpx.Client, texts: Sequence[str]) -> bytes:
        until, body = min(self._until, time.monotonic() + EACH_SECONDS), bytearray()
        asked = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        with client.stream("POST", self._url, json=asked) as answer:
            if answer.status_code != httpx.codes.OK:
                raise Unreachable(f"It answered {answer.status_code}.")
            for part in answer.iter_bytes():
                body += part
                if len(body) > MOST_ANSWER:
                    raise Unreachable("Its answer is too large.")
                if time.monotonic() > until:
                    raise Unreachable("It did not answer in time.")
        return bytes(body)


def _read(body: bytes, count: int) -> NDArray[np.float32]:
    """The vectors in an answer, in the order of what was asked. Raises `ValueError`, `TypeError` or `KeyError`."""
    rows: list[dict[str, Any]] = json.loads(body)["data"]
    if sorted(row["index"] for row in rows) != list(range(count)):
        raise ValueError("not one for each text")
    found = np.array([row["embedding"] for row in sorted(rows, key=lambda row: row["index"])], dtype=np.float32)
    if found.ndim != 2 or not found.shape[1] or not np.isfinite(found).all():
        raise ValueError("no rows of numbers")
    return found
