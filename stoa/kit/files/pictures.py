"""Tells by its first bytes whether a file is a picture, and how large it unfolds."""

from __future__ import annotations

import struct
import zlib

from stoa.kit.files.store import Content


class NotAPicture(ValueError):
    """The message says in one sentence what is wrong."""


def type_of(body: Content, *, most_side: int) -> str:
    """`image/png`, `image/jpeg` or `image/webp`; raises `NotAPicture` for anything else.

    `most_side` is in pixels: a small file can unfold into a picture that no browser bears.
    """
    for begins, name, size in ((_PNG, "image/png", _png), (_JPEG, "image/jpeg", _jpeg), (b"RIFF", "image/webp", _webp)):
        if body[: len(begins)] == begins:
            try:
                sides = size(body)
            except (struct.error, IndexError):
                raise NotAPicture("The picture breaks off: save it again.") from None
            if not all(0 < side <= most_side for side in sides):
                raise NotAPicture(
                    f"The picture is {sides[0]:,} by {sides[1]:,} pixels; {most_side:,} are the most on a side."
                )
            return name
    raise NotAPicture("This is not a PNG, JPEG or WebP picture.")


_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""JPEG markers of the segments that give the size."""


def _png(body: Content) -> tuple[int, int]:
    width, height, crc = struct.unpack(">II5xI", body[16:33])
    if body[12:16] != b"IHDR" or zlib.crc32(body[12:29]) != crc:
        raise NotAPicture("The picture is damaged: save it again.")
    return width, height


def _jpeg(body: Content) -> tuple[int, int]:
    at = 2
    while body[at] == 0xFF:
        length = struct.unpack(">H", body[at + 2 : at + 4])[0]
        if body[at + 1] in _SIZES:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise NotAPicture("The picture is damaged: save it again.")


def _webp(body: Content) -> tuple[int, int]:
    """The three forms of WebP keep their size in three places (RFC 9649)."""
    form = body[12:16]
    if body[8:12] != b"WEBP" or form not in {b"VP8 ", b"VP8L", b"VP8X"}:
        raise NotAPicture("This is not a PNG, JPEG or WebP picture.")
    if form == b"VP8X":
        return 1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little")
    if form == b"VP8L":
        bits = struct.unpack("<I", body[21:25])[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", body[26:30])
    return width & 0x3FFF, height & 0x3FFF
