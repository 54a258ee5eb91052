"""A second reader of the record, written from the specifications alone: nothing of the program is imported here.

RFC 6962 §2 (hash trees), C2SP tlog-tiles, signed-note and tlog-checkpoint, RFC 8032 §5.1 (Ed25519), RFC 8785 (JSON).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Fetch = Callable[[str], bytes]
"""The body at a path below `/record`."""


@dataclass(frozen=True)
class Read:
    """What the reader made of a record."""

    origin: str
    size: int
    root: str
    entries: list[dict[str, Any]]


class Disagrees(Exception):
    """The record is not what the specifications say."""


def read(fetch: Fetch) -> Read:
    """The whole record, everything in it held to the signed head."""
    name, public = verifier_key(fetch("vkey").decode())
    origin, size, root = checkpoint(fetch("checkpoint").decode(), name, public)
    leaves = [hashlib.sha256(b"\0" + entry).digest() for entry in entries(fetch, size)]
    if tree_head(leaves) != root:
        raise Disagrees("the entries do not have the signed root")
    for level, index, width in hash_tiles(size):
        body = fetch(path_of(str(level), index, width))
        if body != b"".join(tree_head(under(leaves, level, 256 * index + n)) for n in range(width)):
            raise Disagrees(f"tile {level}/{index}")
    found = [json.loads(entry) for entry in entries(fetch, size)]
    for value, octets in zip(found, entries(fetch, size), strict=True):
        if spelled(value).encode() != octets:
            raise Disagrees(f"not in canonical form: {octets[:80]!r}")
    return Read(origin, size, root.hex(), found)


def verifier_key(line: str) -> tuple[str, bytes]:
    """signed-note: `name+hash+base64(type ‖ key)`, the hash the first four bytes of SHA-256(name ‖ LF ‖ type ‖ key)."""
    name, digest, encoded = line.strip().split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    if typed[0] != 1 or len(typed) != 33 or hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8] != digest:
        raise Disagrees("the verifier key")
    return name, typed


def checkpoint(note: str, name: str, typed: bytes) -> tuple[str, int, bytes]:
    """tlog-checkpoint within a signed note: origin, size and root, under one line that this key signed."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    mine = [
        base64.b64decode(line.split(" ")[2], validate=True)
        for line in signatures.splitlines()
        if line.startswith(f"— {name} ")
    ]
    if not any(s[:4] == key_id and ed25519(typed[1:], text.encode(), s[4:]) for s in mine):
        raise Disagrees("the signature")
    origin, size, root = text.split("\n")[:3]
    if origin != name or str(int(size)) != size:
        raise Disagrees("the checkpoint")
    return origin, int(size), base64.b64decode(root, validate=True)


def entries(fetch: Fetch, size: int) -> Iterator[bytes]:
    """tlog-tiles: bundles of 256 entries, each after two bytes of length; the last as wide as what is left."""
    for index in range((size + 255) // 256):
        width = min(256, size - 256 * index)
        rest = fetch(path_of("entries", index, width))
        for _ in range(width):
            length = rest[0] * 256 + rest[1]
            yield rest[2 : 2 + length]
            rest = rest[2 + length :]
        if rest:
            raise Disagrees("more in a bundle than its entries")


def hash_tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of every tile of hashes that a log of this size has."""
    level = 0
    while nodes := size // 256**level:
        for index in range((nodes + 255) // 256):
            yield level, index, min(256, nodes - 256 * index)
        level += 1


def path_of(kind: str, index: int, width: int) -> str:
    """tlog-tiles: three digits at a time, all but the last group with an x; `.p/W` where it is not full."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{kind}/{name}" + (f".p/{width}" if width < 256 else "")


def under(leaves: list[bytes], level: int, index: int) -> list[bytes]:
    """The leaves under one hash of a tile."""
    wide = 256**level
    return leaves[wide * index : wide * (index + 1)]


def tree_head(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, as it is defined: split at the largest power of two that is smaller."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\1" + tree_head(hashes[:split]) + tree_head(hashes[split:])).digest()


def spelled(value: Any) -> str:
    """RFC 8785 §3.2: no spaces, keys by UTF-16, the short escapes; of numbers the whole ones, which is all there are."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_quoted(key)}:{spelled(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(spelled, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        raise Disagrees("a number that is not whole")
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def _quoted(text: str) -> str:
    return '"' + "".join(_SHORT.get(c, f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


# RFC 8032 §5.1.7, with the curve's constants of §5.1; points as x, y, z, t (§5.1.4).

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_Y = 4 * pow(5, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this key signed the message: 8·S·B = 8·R + 8·k·A."""
    if len(signature) != 64 or (s := int.from_bytes(signature[32:], "little")) >= _L:
        return False
    a, r = _point(public), _point(signature[:32])
    if a is None or r is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    base = _point(_Y.to_bytes(32, "little"))
    assert base is not None
    return _same(_times(8 * s, base), _times(8, _add(r, _times(k, a))))


def _point(octets: bytes) -> Point | None:
    y = int.from_bytes(octets, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT % _P
    if x * x % _P != square or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _add(one: Point, other: Point) -> Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % _P, (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(count: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while count:
        total = _add(total, point) if count & 1 else total
        point, count = _add(point, point), count >> 1
    return total


def _same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == (one[1] * other[2] - other[1] * one[2]) % _P == 0
