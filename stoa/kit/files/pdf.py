"""Holds a PDF to what a reader may open without care: whole, no script, no program to start, nothing that unfolds without end.

A scan in linear time and bounded memory, where a parser would follow whatever the file says of itself (ISO 32000-1, 7.5).
What it looks for is looked for everywhere, since parsers disagree on where objects are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from stoa.kit.faults import Invalid
from stoa.kit.files.store import Content

MOST_UNFOLDED = 256 * 1024 * 1024
"""Bytes that all packed parts of one file may unfold into together."""

_HARMFUL = {
    b"JavaScript": "runs a script when it is opened",
    b"Launch": "starts a program when it is opened",
    b"EmbeddedFile": "holds another file inside",
    b"EmbeddedFiles": "holds another file inside",
    b"RichMedia": "holds moving media",
    b"SubmitForm": "sends what is typed into it to somebody",
    b"ImportData": "reads files of whoever opens it",
    b"GoToE": "opens another file inside",
    b"Encrypt": "is locked with a password",
}
_NAME = re.compile(rb"/((?:[A-Za-z]|#[0-9A-Fa-f]{2}){5,90})")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_BEFORE = 2_000
"""Bytes before a stream among which its dictionary stands."""
_STEP = 64 * 1024
_LONGEST_NAME = 1 + 90 * 3


def demand_harmless(body: Content) -> None:
    """Raise `Invalid`, with what is wrong and how to mend it, unless this PDF is whole and can be opened without care."""
    if b"%%EOF" not in body[-2_048:]:
        raise Invalid("The PDF breaks off before its end.", remedy="Send it again, or save it anew.")
    _demand_none_of_the_names(body)
    room = MOST_UNFOLDED
    for dictionary, begins in _packed(body):
        holds_objects, end = b"ObjStm" in _plain(dictionary), b""
        for piece in _unfold(body, begins):
            room -= len(piece)
            if room < 0:
                raise Invalid("The PDF unfolds into more than is taken here.", remedy="Print it into a new PDF.")
            if holds_objects:
                ended, end = _parted(end + piece)
                _demand_none_of_the_names(ended)
        _demand_none_of_the_names(end)


def _parted(text: bytes) -> tuple[bytes, bytes]:
    """The text before a name that may go on in what follows, and from there."""
    at = text.rfind(b"/", -min(_LONGEST_NAME, len(text)))
    return (text, b"") if at < 0 else (text[:at], text[at:])


def _demand_none_of_the_names(text: Content) -> None:
    for match in _NAME.finditer(text):
        if word := _HARMFUL.get(_plain(match[1])):
            raise Invalid(f"The PDF {word}.", remedy="Print it into a new PDF, which leaves that out, and send that.")


def _plain(name: bytes) -> bytes:
    """A name as written, with what is spelled in hexadecimal digits read."""
    return _HEX.sub(lambda match: bytes([int(match[1], 16)]), name)


def _packed(body: Content) -> Iterator[tuple[bytes, int]]:
    """Each part that Flate packs: what stands before it, and where it begins."""
    for match in _STREAM.finditer(body):
        before = body[max(0, match.start() - _BEFORE) : match.start()].rpartition(b"obj")[2]
        if b"Fl" in _plain(before):
            yield before, match.end()


def _unfold(body: Content, at: int) -> Iterator[bytes]:
    """What the packed part that begins there unfolds into, piece by piece, as far as it is sound."""
    unpacking, rest = zlib.decompressobj(), b""
    try:
        while not unpacking.eof and (rest or at < len(body)):
            if not rest:
                rest, at = body[at : at + _STEP], at + _STEP
            piece = unpacking.decompress(rest, _STEP)
            rest = unpacking.unconsumed_tail
            yield piece
    except zlib.error:
        return
