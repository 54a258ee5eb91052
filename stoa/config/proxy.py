"""Finds out who asks and by which scheme when a trusted proxy stands between, and forgets what others claim."""

from __future__ import annotations

import ipaddress
from collections.abc import MutableMapping, Sequence
from typing import Any

_CLAIMS = {
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"forwarded",
    b"x-real-ip",
}


def seen_through(scope: MutableMapping[str, Any], trusted: Sequence[str]) -> MutableMapping[str, Any]:
    """The request as the visitor sent it to the outermost trusted proxy.

    X-Forwarded-For is read from its end, over trusted addresses, to the first that is not: what stands before it the
    visitor may have written. No such header reaches Django, so nothing there can be misled by one; the setup page, which
    helps to put a proxy right, finds them as they came under `stoa.claims` and who sent them under `stoa.nearest`.
    """
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    kept = [(name, value) for name, value in headers if name not in _CLAIMS]
    if len(kept) == len(headers):
        return scope
    client = scope.get("client")
    claims = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers if name in _CLAIMS}
    found = {**scope, "headers": kept, "stoa.claims": claims, "stoa.nearest": client[0] if client else ""}
    networks = [ipaddress.ip_network(network) for network in trusted]
    if client is None or not _within(client[0], networks):
        return found
    found["client"] = (_visitor(client[0], _values(headers, b"x-forwarded-for"), networks), 0)
    schemes = _values(headers, b"x-forwarded-proto")
    if schemes and schemes[-1] in {"http", "https"}:
        found["scheme"] = schemes[-1]
    return found


def _visitor(nearest: str, hops: list[str], networks: Sequence[Any]) -> str:
    address = nearest
    for hop in reversed(hops):
        if not _is_address(hop):
            break
        address = hop
        if not _within(hop, networks):
            break
    return address


def _values(headers: list[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    joined = b",".join(value for name, value in headers if name == wanted).decode("latin-1")
    return [part.strip() for part in joined.split(",") if part.strip()]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _within(address: str, networks: Sequence[Any]) -> bool:
    return _is_address(address) and any(ipaddress.ip_address(address) in network for network in networks)
