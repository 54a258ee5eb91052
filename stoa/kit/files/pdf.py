"""Holds a PDF to what a reader may open without care: whole, no script, no program to start, nothing that unfolds without end.

A scan in linear time and bounded memory, where a parser would follow whatever the file says of itself (ISO 32000-1, 7.5).
What it looks for is looked for everywhere, since parsers disagree on where objects are; and what it could not look into is
refused: a part that holds objects has to be packed as all usual programs pack it, or not at all.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

from stoa.kit.faults import Invalid
from stoa.kit.files.store import Content

MOST_UNFOLDED = 256 * 1024 * 1024
"""Bytes that all packed parts of one file may unfold into together."""

MOST_FOLLOWED = 4 * 1024 * 1024
"""Bytes of dictionaries that are followed to their ends. Usual files need some 60 for each heading and packed part."""

_HARMFUL = {
    b"JavaScript": "runs a script when it is opened",
    b"OnInstantiate": "runs a script when it is opened",
    b"XFA": "holds a form that runs scripts",
    b"Launch": "starts a program when it is opened",
    b"EmbeddedFile": "holds another file inside",
    b"EmbeddedFiles": "holds another file inside",
    b"RichMedia": "holds moving media",
    b"Rendition": "holds moving media, which may run a script",
    b"SubmitForm": "sends what is typed into it to somebody",
    b"ImportData": "reads files of whoever opens it",
    b"GoToE": "opens another file inside",
    b"Encrypt": "is locked with a password",
}
_NAME = re.compile(rb"/((?:[A-Za-z]|#[0-9A-Fa-f]{2}){3,90})")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_VALUE = re.compile(rb"[\0\s]*(?:[\[(<\d%]|$)")
"""What follows a key whose value is no name. By it a short name is told from the noise of pictures."""

_TOKEN = re.compile(
    rb"(?P<open><<)|(?P<close>>>)|(?P<text>\()|<[^<>]*>|/[^\0\s()<>\[\]{}/%]*|[^\0\s()<>/%]+|(?P<space>[\0\s]+|%[^\r\n]*[\r\n])"
)
_TEXT = re.compile(rb"\\.|[()]", re.DOTALL)
_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)?")

_PLAIN = re.compile(
    rb"<<(?:\s*/(?:Type\s*/ObjStm|(?:N|First|Length)\s+\d+(?:\s+\d+\s+R)?|Extends\s+\d+\s+\d+\s+R"
    rb"|Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])))*\s*>>\s*stream\r?\n"
)
"""The dictionary of a part that holds objects as programs write it: packed by Flate alone, or not at all."""
_LONGEST_PLAIN = 1_000
_FILTERS = re.compile(
    rb"[\0\s]*(?:/(?P<one>[^\0\s()<>\[\]{}/%]+)|\[(?P<all>(?:[\0\s]*/[^\0\s()<>\[\]{}/%]+)*)[\0\s]*\])"
)
_TEXTUAL = {b"ASCII85Decode", b"ASCIIHexDecode"}
_PICTURES = {b"DCTDecode", b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode"}

_LONGEST = 64 * 1024
"""Bytes of a dictionary that are read to its end."""
_LONG = 6
"""Letters of a name that noise does not hold by chance."""
_STEP = 64 * 1024
_LONGEST_NAME = 1 + 90 * 3


def demand_harmless(body: Content) -> None:
    """Raise `Invalid`, with what is wrong and how to mend it, unless this PDF is whole and can be opened without care."""
    if b"%%EOF" not in body[-2_048:]:
        raise Invalid("The PDF breaks off before its end.", remedy="Send it again, or save it anew.")
    objects, room = _read_names(body)
    for match in _STREAM.finditer(body):
        end = b""
        for piece in _unfold(body, match.end()):
            room = _left(room, piece)
            if match.end() in objects:
                ended, end = _parted(end + piece)
                _demand_none_of_the_names(ended)
        _demand_none_of_the_names(end)


def _read_names(body: Content) -> tuple[set[int], int]:
    """Where the parts begin that hold objects, and how much what is written as text leaves to unfold.

    Raises `Invalid` for a name that stands for harm, and for what can't be looked into.
    """
    objects, room, following = set[int](), MOST_UNFOLDED, _Following(body)
    for name, ends in _names(body):
        _demand_harmless_name(name, body, ends)
        if name in {b"ObjStm", b"First"} and (begins := _holding_objects(following, ends, certain=name == b"ObjStm")):
            objects.add(begins)
        elif name == b"Filter":
            for piece in _unfold(_as_bytes(following, ends), 0):
                room = _left(room, piece)
    return objects, room


def _left(room: int, piece: bytes) -> int:
    if len(piece) > room:
        raise Invalid("The PDF unfolds into more than is taken here.", remedy="Print it into a new PDF.")
    return room - len(piece)


def _parted(text: bytes) -> tuple[bytes, bytes]:
    """The text before a name that may go on in what follows, and from there."""
    at = text.rfind(b"/", -min(_LONGEST_NAME, len(text)))
    return (text, b"") if at < 0 else (text[:at], text[at:])


def _names(text: Content) -> Iterator[tuple[bytes, int]]:
    """Each name, with what is spelled in hexadecimal digits read, and where it ends."""
    for match in _NAME.finditer(text):
        yield _plain(match[1]), match.end()


def _demand_none_of_the_names(text: bytes) -> None:
    for name, ends in _names(text):
        _demand_harmless_name(name, text, ends)


def _demand_harmless_name(name: bytes, text: Content, ends: int) -> None:
    word = _HARMFUL.get(name)
    if word and (len(name) >= _LONG or _VALUE.match(text, ends)):
        raise Invalid(f"The PDF {word}.", remedy="Print it into a new PDF, which leaves that out, and send that.")


def _plain(name: bytes) -> bytes:
    return _HEX.sub(lambda match: bytes([int(match[1], 16)]), name) if b"#" in name else name


def _unreadable() -> Invalid:
    return Invalid(
        "The PDF is packed in a way that can't be looked into.", remedy="Print it into a new PDF, and send that."
    )


class _Following:
    """Follows what is open in a file to its end, within bounds: a hostile file could else be followed from every byte of it."""

    def __init__(self, body: Content) -> None:
        self.body, self.left, self.texts_left = body, MOST_FOLLOWED, len(body)

    def part_after(self, begin: int) -> int | None:
        """Where the part begins that follows the dictionary which is open here; None where none does.

        Raises `Invalid` where the dictionary has no end within reach.
        """
        depth, at, most = 1, begin, min(len(self.body), begin + _LONGEST)
        while at < most:
            token = _TOKEN.match(self.body, at, most)
            if depth == 0 and not (token and token["space"]):
                self.left -= at - begin
                self._demand_enough_left()
                follows = _STREAM.match(self.body, at)
                return follows.end() if follows else None
            at = token.end() if token else at + 1
            if token and token["text"]:
                at = _after_text(self.body, at, most)
            elif token and (token["open"] or token["close"]):
                depth += 1 if token["open"] else -1
        raise _unreadable()

    def text(self, begins: int) -> bytes:
        """The part that is written as text and begins here."""
        ends = self.body.find(b">", begins)
        ends = ends if ends >= 0 else len(self.body)
        self.texts_left -= ends - begins
        self._demand_enough_left()
        return self.body[begins:ends]

    def _demand_enough_left(self) -> None:
        if min(self.left, self.texts_left) < 0:
            raise _unreadable()


def _after_text(body: Content, at: int, most: int) -> int:
    """Past a text in parentheses, which may stand within each other."""
    depth = 1
    for part in _TEXT.finditer(body, at, most):
        depth += {b"(": 1, b")": -1}.get(part[0], 0)
        if depth == 0:
            return part.end()
    return most


def _holding_objects(following: _Following, at: int, *, certain: bool) -> int | None:
    """Where the part begins that holds objects, by a key or value of its dictionary that ends here.

    None if no part follows the dictionary, as with a list of headings. Raises `Invalid` where it can't be looked into.
    """
    begins = following.part_after(at)
    if begins is None and not certain:
        return None
    if begins is None or not _PLAIN.fullmatch(_dictionary_before(following.body, begins)):
        raise _unreadable()
    return begins


def _dictionary_before(body: Content, begins: int) -> bytes:
    least = max(0, begins - _LONGEST_PLAIN)
    return body[max(least, body.rfind(b"<<", least, begins)) : begins]


def _as_bytes(following: _Following, at: int) -> bytes:
    """What a part holds that is packed by Flate and then written as text; nothing of one that is not.

    `at` is where the key of its filters ends. Raises `Invalid` where filters follow each other that nothing usual uses.
    """
    found = _FILTERS.match(following.body, at)
    if found is None:
        if following.part_after(at) is not None:
            raise _unreadable()
        return b""
    filters = [_plain(name) for name in (found["one"] or found["all"]).replace(b"/", b" ").split()]
    usual = len(filters) < 2 or (len(filters) == 2 and _go_together(*filters))
    if not usual or b"LZWDecode" in filters:
        raise _unreadable()
    if len(filters) < 2 or filters[1] != b"FlateDecode":
        return b""
    begins = following.part_after(at)
    return _read(filters[0], following.text(begins)) if begins is not None else b""


def _go_together(first: bytes, second: bytes) -> bool:
    return (first in _TEXTUAL and second not in _TEXTUAL) or (first == b"FlateDecode" and second in _PICTURES)


def _read(textual: bytes, text: bytes) -> bytes:
    try:
        if textual == b"ASCIIHexDecode":
            return bytes.fromhex("".join(text.decode("ascii").split()))
        return base64.a85decode(text.rstrip(b"~"), ignorechars=b" \t\n\r\v\f\0")
    except ValueError as fault:
        raise _unreadable() from fault


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
