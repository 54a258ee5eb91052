"""Where the bytes of files are: each under its SHA-256 in the data folder, written whole or not at all, never changed.

What is being sent grows in a file of its own until it is whole, so that a broken line is taken up where it broke. Its
length on the disk is what counts, whatever a crash left in the database.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from stoa.kit.environment import environment
from stoa.kit.faults import Conflict, Invalid

STEP = 256 * 1024
Content: TypeAlias = bytes | mmap.mmap
"""The bytes of a file, in memory or where they are on the disk."""
_ONE = threading.Lock()
"""Held while a file is looked into. It takes the interpreter, so that others would only keep theirs in memory and wait."""
KEPT_SECONDS = 3 * 24 * 3600
"""How long what was begun waits for the rest, and what nobody names any more stays."""


class Coming(Protocol):
    """What gives its bytes piece by piece, and in the end none."""

    def read(self, size: int, /) -> bytes:
        """At most so many."""
        ...


def place(digest: str) -> Path:
    """The file with this SHA-256 in hexadecimal digits."""
    return environment().files / digest[:2] / digest


def received(upload: str) -> int:
    """How many bytes of an upload have come."""
    try:
        return _growing(upload).stat().st_size
    except FileNotFoundError:
        return 0


def append(upload: str, body: Coming, *, at: int, whole: int) -> int:
    """Write what comes after the first `at` bytes, to at most `whole` in all; gives how many bytes there are then.

    Raises `Conflict` if another number of bytes has come, or somebody else is sending the same; `Invalid` if more comes
    than was said. What came before a line broke stays.
    """
    with _held(upload) as file:
        there = file.seek(0, os.SEEK_END)
        if there != at:
            raise Conflict(
                f"{there:,} bytes have come, and this begins after {at:,}.", remedy="Go on from what has come."
            )
        while piece := body.read(STEP):
            if there + len(piece) > whole:
                raise Invalid(f"More comes than the {whole:,} bytes that were said.", remedy="Choose the file again.")
            there += file.write(piece)
    return there


@contextmanager
def growing(upload: str) -> Iterator[Content]:
    """All bytes of an upload that have come, read where they are: of many that come at once memory would keep a part."""
    try:
        file = _growing(upload).open("rb")
    except FileNotFoundError:
        yield b""
        return
    with file:
        if not os.fstat(file.fileno()).st_size:
            yield b""
            return
        with _ONE, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
            yield body


def digest_of(body: Content) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def keep(upload: str, digest: str) -> None:
    """Give an upload whose bytes have this SHA-256 its place under it, down to the disk."""
    growing, target = _growing(upload), place(digest)
    _folder(target.parent)
    with growing.open("rb") as file:
        os.fsync(file.fileno())
    growing.replace(target)
    os.utime(target)
    _sync(target.parent)


def drop(upload: str) -> None:
    """Forget what has come of an upload."""
    _growing(upload).unlink(missing_ok=True)


def forget(digest: str) -> None:
    """Delete a file that nothing names any more."""
    place(digest).unlink(missing_ok=True)


def let_go(digest: str) -> None:
    """Leave a file that nothing names any more to the clock, which takes those that were put there long ago."""
    with suppress(FileNotFoundError):
        os.utime(place(digest), (0, 0))


def stored() -> Iterator[tuple[str, float]]:
    """Every stored file: its digest, and when it was last put there, in seconds since 1970."""
    for path in environment().files.glob("[0-9a-f][0-9a-f]/*"):
        yield path.name, path.stat().st_mtime


def drop_stale() -> int:
    """Forget uploads that nobody went on with; gives how many."""
    stale = [path for path in _incoming().glob(".*") if time.time() - path.stat().st_mtime > KEPT_SECONDS]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def _incoming() -> Path:
    return environment().files / "incoming"


def _growing(upload: str) -> Path:
    """Its name begins with a dot: backups leave out what is not whole."""
    return _incoming() / f".{upload}"


@contextmanager
def _held(upload: str) -> Iterator[BinaryIO]:
    _folder(_incoming())
    with os.fdopen(os.open(_growing(upload), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("This file is being sent already.", remedy="Wait until that is done.") from None
        yield file


def _folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
