"""What a file is, by its content alone; and that what could do harm is refused with a way out."""

from __future__ import annotations

import mmap
import struct
import tempfile
import zlib

import pytest

from stoa.kit.faults import Invalid
from stoa.kit.files.contents import JPEG, PDF, PNG, TEXT, WEBP, known
from stoa.kit.files.store import STEP
from tests.kit.files.pdfs import pdf, stream


def mapped(body: bytes) -> mmap.mmap:
    """These bytes as they lie on a disk."""
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.flush()
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def png(width: int, height: int) -> bytes:
    """A PNG of one colour that says it has these sides."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


JPEG_1 = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x00\x00\x00\xff\xd9"
WEBP_1 = b"RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x0f\x00\x00\x0f\x00\x00"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (pdf(), PDF),
        (pdf(stream(b"BT (a page) Tj ET")), PDF),
        (png(40, 20), PNG),
        (JPEG_1, JPEG),
        (WEBP_1, WEBP),
        ("Zürich, 東京\r\n\tand so on".encode(), TEXT),
        (b"\xef\xbb\xbfwith a mark", TEXT),
        (b"<html><script>alert(1)</script>", TEXT),
    ],
)
def test_the_type_follows_from_the_content(body: bytes, expected: object) -> None:
    assert [known(body), known(mapped(body))] == [expected, expected]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04rest", "a ZIP file, or a document of an office program"),
        (b"\xd0\xcf\x11\xe0rest", "a document of an old office program"),
        (b"MZ\x90\x00", "a program"),
        (b"\x7fELF\x02", "a program"),
        (b"\x1f\x8b\x08\x00", "a packed file"),
        (b"GIF89a", "a GIF picture"),
        (b"some\x00bytes", "none of the files that are taken"),
        (b"latin-1: \xe9t\xe9", "not in UTF-8: byte 10 "),
        (png(30_000, 30_000), "12,000 are the most on a side"),
        (png(0, 10), "12,000 are the most on a side"),
        (png(10, 10)[:20], "breaks off"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "This is not a PNG, JPEG or WebP picture"),
    ],
)
def test_what_is_not_taken_is_refused_with_its_reason_and_a_remedy(body: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        known(body)
    assert refused.value.remedy
    if body:
        with pytest.raises(Invalid, match=why):
            known(mapped(body))


@pytest.mark.parametrize(
    ("before", "bad", "none"), [(0, b"\xff", 1), (STEP - 1, b"\xc3\xc3", STEP), (STEP, b"\xe2\x82", STEP + 1)]
)
def test_a_text_that_is_not_in_utf8_is_refused_wherever_its_pieces_part(before: int, bad: bytes, none: int) -> None:
    assert known("ü".encode() * STEP) == known(b"a" + "ü".encode() * STEP) == TEXT
    with pytest.raises(Invalid, match=f"byte {none:,} is none"):
        known(b"a" * before + bad)
