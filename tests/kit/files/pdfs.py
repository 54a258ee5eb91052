"""PDFs as small as they can be, with whatever a test wants in them."""

from __future__ import annotations

import zlib


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of one empty page and further objects; no table of positions, which no scan here reads."""
    page = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )
    numbered = (b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate([*page, *objects], 1))
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer<</Root 1 0 R" + trailer + b">>\n%%EOF\n"


def stream(text: bytes, more: bytes = b"") -> bytes:
    """A packed stream with this text in it; `more` stands in its dictionary."""
    packed = zlib.compress(text, 9)
    return b"<</Length %d/Filter/FlateDecode%s>>\nstream\n%s\nendstream" % (len(packed), more, packed)
