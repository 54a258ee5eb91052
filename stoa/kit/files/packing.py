"""Many files as one zip that is made while it is sent: no more than a piece of one file is in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

from stoa.kit.files import store
from stoa.kit.models import Upload

STEP = 256 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest instant that a zip can state: it says nothing of when a file was sent."""


class _Passage(io.RawIOBase):
    """What the zip is written to and at once read from; it can't go back, so that sizes follow what they are of."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # zipfile writes bytes
        """Take a piece."""
        self._waiting += piece
        return len(piece)

    def taken(self) -> bytes:
        """What was written since this was asked last."""
        piece = bytes(self._waiting)
        self._waiting.clear()
        return piece


def zipped(files: Iterable[tuple[str, Upload | bytes]]) -> Iterator[bytes]:
    """A zip of these files, each under its path; one whose bytes went meanwhile is left out. Bytes are stored as they are."""
    passage = _Passage()
    with zipfile.ZipFile(passage, "w") as archive:
        for path, of in files:
            with suppress(FileNotFoundError), _opened(of) as file:
                yield from _added(archive, passage, path, file)
    yield passage.taken()


def _opened(of: Upload | bytes) -> BinaryIO:
    return io.BytesIO(of) if isinstance(of, bytes) else store.place(of.digest).open("rb")


def _added(archive: zipfile.ZipFile, passage: _Passage, path: str, file: BinaryIO) -> Iterator[bytes]:
    with archive.open(zipfile.ZipInfo(path, EPOCH), "w") as entry:
        while piece := file.read(STEP):
            entry.write(piece)
            yield passage.taken()
