"""The data folder: made on first use, checked for faults that an operator can mend, and held by one server at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stoa.kit.faults import Fault

LEAST_FREE = 128 * 1024 * 1024
"""Bytes that a disk must have free at a start: room for the database's write-ahead log and a little growth."""


class FolderFault(Fault):
    """The data folder can't be used."""


class AlreadyUp(FolderFault):
    """Another server holds the data folder."""


class Claim:
    """One server's hold on a data folder; ends with `release`, or with the process, however that ends."""

    def __init__(self, lock: int) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let another server have the folder. Releasing twice does nothing."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def note_address(data: Path, address: str) -> None:
    """Note at which address the server on this folder says that it runs, for commands that print links."""
    with suppress(OSError):  # a full disk keeps nobody from the server
        (data / "address").write_text(address + "\n", encoding="utf-8")


def noted_address(data: Path) -> str:
    """The address at which a server on this folder said last that it runs; empty where none did."""
    try:
        return (data / "address").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def write_alone(file: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that nobody else on the machine can read, in the place of what it held, whoever could read that."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600), "wb") as written:
            if stat.S_ISREG(os.fstat(written.fileno()).st_mode):
                os.fchmod(written.fileno(), 0o600)
                written.truncate()
            written.writelines(pieces)
    except OSError as fault:
        raise Fault(f"{file} can't be written ({fault.strerror}).", remedy="Name another file.") from None


def claim(data: Path) -> Claim:
    """Make the folder if need be and hold it. Raises `AlreadyUp`, or `FolderFault` where it can't be written or is full."""
    try:
        _make(data)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise fault_of(error, data) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _demand_room(data)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode(errors="replace")
        os.close(lock)
        raise AlreadyUp(
            f"Stoa is already up on {data} (process {holder or 'unknown'}).",
            remedy="Stop it first, or name another folder with --data.",
        ) from None
    except OSError as error:
        os.close(lock)
        raise fault_of(error, data) from None
    except FolderFault:
        os.close(lock)
        raise
    return Claim(lock)


def held(data: Path) -> bool:
    """Whether a server holds the folder at this moment."""
    with suppress(FileNotFoundError), (data / "lock").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def aside(place: Path, prefix: str) -> Iterator[Path]:
    """A folder of ours to work in until the block ends; what programs that were killed left of theirs is removed.

    The lock on a file in it ends with the program that holds it, however that ends: a folder that nobody holds is left over.
    """
    for left in place.glob(f"{prefix}*"):
        _remove_if_left(left)
    folder, lock = _held_folder(place, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _held_folder(place: Path, prefix: str) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        with suppress(FileNotFoundError):  # another took it for left over before it was held
            lock = _lock_in(folder)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _remove_if_left(folder: Path) -> None:
    """Remove a folder of this user that no program holds."""
    with suppress(OSError):
        if folder.lstat().st_uid != os.geteuid() or folder.is_symlink():
            return
        lock = _lock_in(folder)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        finally:
            os.close(lock)


def _lock_in(folder: Path) -> int:
    return os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def fault_of(error: OSError, place: Path) -> Fault:
    """What the operating system refused, in the operator's words."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FolderFault(
            f"The disk that holds {place} is full.", remedy="Make room, or name a folder on another disk with --data."
        )
    if isinstance(error, NotADirectoryError | FileExistsError):
        return FolderFault(f"{place} is not a folder.", remedy="Name another with --data.")
    reason = os.strerror(error.errno or errno.EACCES).lower()
    return FolderFault(
        f"{place} can't be written ({reason}).",
        remedy="Give this user the right to write there, or name another with --data.",
    )


def _make(data: Path) -> None:
    """Others may not look inside; started as root, the database's own user must be able to pass through."""
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=data):
        pass


def _demand_room(data: Path) -> None:
    free = shutil.disk_usage(data).free
    if free < LEAST_FREE:
        raise FolderFault(
            f"The disk that holds {data} is full: {free // 2**20} MB are free, {LEAST_FREE // 2**20} MB are needed.",
            remedy="Make room, or name a folder on another disk with --data.",
        )
