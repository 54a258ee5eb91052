"""Tells by a file's bytes what it is, and refuses whatever could do harm where it is opened."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from stoa.kit.faults import Invalid
from stoa.kit.files.pdf import demand_harmless
from stoa.kit.files.pictures import NotAPicture, type_of
from stoa.kit.files.store import STEP, Content

MOST_SIDE = 12_000
"""Pixels on a side of a picture; what is larger unfolds into more memory than a reader's machine may have."""


@dataclass(frozen=True)
class Type:
    """A type of file that is taken: its name on the web, how its files end, and what people call it."""

    mime: str
    suffix: str
    word: str


PDF = Type("application/pdf", ".pdf", "PDF")
PNG = Type("image/png", ".png", "PNG picture")
JPEG = Type("image/jpeg", ".jpg", "JPEG picture")
WEBP = Type("image/webp", ".webp", "WebP picture")
TEXT = Type("text/plain; charset=utf-8", ".txt", "text")
TYPES = (PDF, PNG, JPEG, WEBP, TEXT)

_PICTURES = {b"\x89PNG": PNG, b"\xff\xd8\xff": JPEG, b"RIFF": WEBP}
_OTHERS = {
    b"PK\x03\x04": "a ZIP file, or a document of an office program",
    b"\xd0\xcf\x11\xe0": "a document of an old office program",
    b"\x1f\x8b": "a packed file (gzip)",
    b"7z\xbc\xaf": "a packed file (7z)",
    b"Rar!": "a packed file (RAR)",
    b"MZ": "a program",
    b"\x7fELF": "a program",
    b"GIF8": "a GIF picture",
    b"{\\rtf": "an RTF document",
}
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def known(body: Content) -> Type:
    """The type of a file by its content alone. Raises `Invalid` for what is no such type, breaks off, or could do harm."""
    head = body[:8]
    if not head:
        raise Invalid("The file is empty.", remedy="Choose the file again.")
    if head.startswith(b"%PDF-"):
        demand_harmless(body)
        return PDF
    for begins, found in _PICTURES.items():
        if head.startswith(begins):
            return _picture(body, found)
    for begins, word in _OTHERS.items():
        if head.startswith(begins):
            raise Invalid(f"This is {word}, which is not taken here.", remedy="Save it as PDF and send that.")
    return _text(body)


def _picture(body: Content, found: Type) -> Type:
    try:
        type_of(body, most_side=MOST_SIDE)
    except NotAPicture as fault:
        raise Invalid(str(fault), remedy="Save it again, smaller if need be, or send a PDF.") from None
    return found


def _text(body: Content) -> Type:
    if _CONTROL.search(body):
        raise Invalid(
            "This is none of the files that are taken here.", remedy="Send a PDF, a PNG or JPEG picture, or plain text."
        )
    if none := _not_in_utf8(body):
        raise Invalid(f"The text is not in UTF-8: byte {none:,} is none.", remedy="Save it as UTF-8 and send it again.")
    return TEXT


def _not_in_utf8(body: Content) -> int:
    """Which byte, counted from 1, begins no letter; 0 if each does. Read in pieces, of which none stays."""
    reading = codecs.getincrementaldecoder("utf-8")()
    for at in range(0, len(body), STEP):
        piece = body[at : at + STEP]
        try:
            reading.decode(piece, final=at + STEP >= len(body))
        except UnicodeDecodeError as error:
            return at + len(piece) - len(error.object) + error.start + 1
    return 0
