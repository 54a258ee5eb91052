"""A model that answers at an address: whether it does, how fast, and how Inspect is led to it without a log telling where."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from stoa.evaluation.faults import Unusable
from stoa.evaluation.llama import MODEL_VARIABLE

KEY_VARIABLE = "STOA_ENDPOINT_KEY"
_ADDRESS, _KEY = "STOA_BASE_URL", "STOA_API_KEY"  # what Inspect's provider `openai-api/stoa/…` reads
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
"""Hosts that tell nothing of anybody."""
SHORTEST = 8
"""A shorter key, such as "token" for a server of one's own, could be any word of a log, and keeps nobody out."""
_WARM_TOKENS = 24
_LONGEST_ANSWER = 1 << 20
"""Bytes, of so few tokens: whoever sends more is no chat model."""
_ASK = "Count from one to thirty in words."


@dataclass(frozen=True)
class Endpoint:
    """Where a model answers with the API of OpenAI: address (ends with /v1), the model's name there, key, and how many at once.

    `patience` is how many seconds one answer may take; `weights` is the file of a model that is served here.
    """

    address: str
    name: str
    key: str = field(default="", repr=False)
    at_once: int = 4
    patience: int = 120
    weights: Path | None = None

    @property
    def model(self) -> str:
        """What Inspect calls it: it tells neither address nor key."""
        return f"openai-api/stoa/{self.name}"

    @property
    def in_process(self) -> str:
        """What Inspect calls it where log-probabilities are needed: the same file in our own process, if there is one."""
        return f"stoa-gguf/{self.name}" if self.weights else self.model

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may hold: the key, the address, its host with and without port, and where the weights lie."""
        url = httpx.URL(self.address)
        host = "" if url.host in _LOOPBACK else url.host
        told = (self.key, self.address, url.netloc.decode(), host, str(self.weights or ""))
        return tuple(text for text in told if len(text) >= SHORTEST)


@dataclass(frozen=True)
class Speed:
    """What a warm-up measured: tokens a second over all requests at once."""

    tokens_a_second: float


@contextmanager
def led_to(endpoint: Endpoint) -> Iterator[None]:
    """Lead Inspect's provider to the endpoint by variables of this process, which no log holds."""
    told = {_ADDRESS: endpoint.address, _KEY: endpoint.key or "none", MODEL_VARIABLE: str(endpoint.weights or "")}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def measured(endpoint: Endpoint) -> Speed:
    """Ask for a few tokens as often at once as a run does. Raises `Unusable` with what is wrong where no right answer comes."""
    begun = time.monotonic()
    with ThreadPoolExecutor(1) as apart:  # whose thread has no loop of its own, as the caller's may
        tokens = apart.submit(asyncio.run, _asked_at_once(endpoint)).result()
    return Speed(tokens / max(time.monotonic() - begun, 1e-3))


async def _asked_at_once(endpoint: Endpoint) -> int:
    limits = httpx.Limits(max_connections=endpoint.at_once)
    async with httpx.AsyncClient(timeout=endpoint.patience, limits=limits) as client:
        answers = [asyncio.ensure_future(_asked(endpoint, client)) for _ in range(endpoint.at_once)]
        try:
            return sum(await asyncio.gather(*answers))
        finally:
            for answer in answers:
                answer.cancel()  # the first that fails says what is wrong


async def _asked(endpoint: Endpoint, client: httpx.AsyncClient) -> int:
    try:
        async with asyncio.timeout(endpoint.patience):  # of the whole answer: one may come a byte at a time
            return _tokens(*await _answered(endpoint, client))
    except TimeoutError:
        raise Unusable(
            f"The endpoint did not answer within {endpoint.patience} seconds.",
            "Is the model loaded? --patience gives it longer.",
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        raise Unusable("The endpoint can't be reached.", "Check the address, which mostly ends with /v1.") from None


async def _answered(endpoint: Endpoint, client: httpx.AsyncClient) -> tuple[int, bytes]:
    """Status and body of the answer. Raises `Unusable` where it is longer than any can be."""
    body = {
        "model": endpoint.name,
        "messages": [{"role": "user", "content": _ASK}],
        "max_tokens": _WARM_TOKENS,
        "temperature": 0,
    }
    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    found = bytearray()
    async with client.stream("POST", f"{endpoint.address}/chat/completions", json=body, headers=headers) as answer:
        async for part in answer.aiter_bytes():
            found += part
            if len(found) > _LONGEST_ANSWER:
                raise _no_chat_model()
    return answer.status_code, bytes(found)


def _tokens(status: int, body: bytes) -> int:
    said = _STATUS.get(status)
    if said or not 200 <= status < 300:
        raise Unusable(f"The endpoint answered {status}.", said or "Try again, or look at its own log.")
    try:
        found: Any = json.loads(body)
        text = found["choices"][0]["message"]["content"]
        return int((found.get("usage") or {}).get("completion_tokens") or max(1, len(str(text)) // 4))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise _no_chat_model() from None


def _no_chat_model() -> Unusable:
    return Unusable("The endpoint's answer is not that of a chat model.", "Give one that speaks the API of OpenAI.")


_STATUS = {
    401: f"Set the key in {KEY_VARIABLE}.",
    403: f"The key in {KEY_VARIABLE} may not use this model.",
    404: "Check the address and the model's name (--name).",
    429: "It allows no more requests now: try later, or with --at-once 1.",
}
