"""By what keys, addresses and places on a member’s machine are known, and what a verdict may quote without them."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[hidden]"

_ENDPOINT = re.compile(r"(base_?url|endpoint|api_?base|server_?url|^host$|^url$|proxy)", re.IGNORECASE)
_KEY = re.compile(
    r"(api[_-]?key|secret|passw|authorization|credential|access[_-]?token|auth[_-]?token|^token$|cookie)", re.IGNORECASE
)
_SHAPES = re.compile(
    r"\b(sk-[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{30,}|gh[pousr]_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|xox[abp]-[0-9A-Za-z-]{20,}"
    r"|Bearer\s+[A-Za-z0-9._~+/-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY)"
)
_NAMED = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
_ADDRESS = re.compile(r"\bhttps?://(?!github\.com/|gitlab\.com/|arxiv\.org/|huggingface\.co/)[^\s\"']+", re.IGNORECASE)
_OWN_ADDRESS = re.compile(
    r"\bhttps?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]|[\w-]+(?=[:/\s]|$)|[\w.-]+:\d)", re.IGNORECASE
)
_PLACE = re.compile(r"(?:/(?:home|Users|root)/|[A-Z]:\\+Users\\+)[^\s\"']+")
_VEILED = (
    _SHAPES,
    re.compile(r"\w+://[^\s\"']+"),
    re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\blocalhost:\d+"),
    _PLACE,
)
_READ = 1_000
"""Characters of a text in which something is looked for to be hidden: more than a fault shows."""


def names_key(name: str) -> bool:
    """Whether what is called so is a key or a password."""
    return _KEY.search(name) is not None


def names_endpoint(name: str) -> bool:
    """Whether what is called so is the address of an endpoint."""
    return _ENDPOINT.search(name) is not None


def holds_key(text: str) -> bool:
    """Whether a text holds what has the form of a key, or a password within an address."""
    return _SHAPES.search(text) is not None or _NAMED.search(text) is not None


def holds_address(text: str) -> bool:
    """Whether a text holds an address other than those where open code, weights and papers lie."""
    return _ADDRESS.search(text) is not None


def holds_own_address(text: str) -> bool:
    """Whether a text holds an address that nobody publishes: by number, of one word, or with a port."""
    return _OWN_ADDRESS.search(text) is not None


def holds_place(text: str) -> bool:
    """Whether a text holds a place in somebody's home, which mostly tells a name."""
    return _PLACE.search(text) is not None


def veiled(text: str) -> str:
    """The beginning of a text without keys, addresses, and places in somebody's home."""
    text = text[:_READ]
    for pattern in _VEILED:
        text = pattern.sub(HIDDEN, text)
    return text


def quoted(value: Any, name: str = "") -> str | float | None:
    """A value of a log as a fault may quote it: not what its name says to be a key or an address."""
    bare = _bare(value, name)
    return bare if bare is None or isinstance(bare, str | int | float) else str(bare)


def _bare(value: Any, name: str = "") -> Any:
    if value and (names_key(name) or names_endpoint(name)):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: _bare(part, str(key)) for key, part in value.items()}
    return [_bare(part) for part in value] if isinstance(value, list) else value
