"""Ties a child's life to ours, and where we are root lets it run as `nobody`: PostgreSQL refuses to run as root."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import stat
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@dataclass(frozen=True)
class Keeper:
    """The user whom the database's files belong to and as whom it runs."""

    uid: int
    gid: int


def keeper() -> Keeper | None:
    """`nobody` where we are root; otherwise None: the database runs as we do."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Keeper(nobody.pw_uid, nobody.pw_gid)


def owner() -> int:
    """The number of the user whom the database's files belong to."""
    return os.geteuid() if (other := keeper()) is None else other.uid


def hand_over(path: Path) -> None:
    """Give a file or folder to the keeper, if it is another than we."""
    if (other := keeper()) is not None:
        os.chown(path, other.uid, other.gid, follow_symlinks=False)


def tie_to_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """On Linux, let this process get the signal when the thread that started it ends; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def tied_setup() -> Callable[[], None]:
    """What a child of ours does between fork and exec to end with us: for `preexec_fn`, keeping our user."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def setup() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != parent:
                os._exit(1)

    return setup


def child_setup(places: Iterable[Path]) -> Callable[[], None]:
    """What a child does between fork and exec, for `preexec_fn`.

    On Linux it is sent SIGINT when the thread that started it ends. As root it becomes `nobody`, who must reach `places`;
    where a parent folder (such as /root) keeps others out, we open no folder but leave the child the one capability to
    pass through, so that a checkout in root's home works.
    """
    other, tie = keeper(), tied_setup()
    kept = _passing_capability() if other is not None and not all(map(_open_to_all, places)) else None
    libc = ctypes.CDLL(None) if kept is not None else None

    def setup() -> None:
        if other is not None:
            _become(other, libc, kept)
        tie()  # last, since a change of user unties

    return setup


def _open_to_all(place: Path) -> bool:
    """Whether any user may pass through each folder above the place."""
    return all(stat.S_IMODE(folder.stat().st_mode) & stat.S_IXOTH for folder in place.resolve().parents)


def _passing_capability() -> int | None:
    """The weakest capability of ours that passes closed folders; None where there is none, as outside Linux."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    ours = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapPrm:"))
    return next((one for one in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE) if ours >> one & 1), None)


def _become(other: Keeper, libc: ctypes.CDLL | None, kept: int | None) -> None:
    if libc is not None and kept is not None:
        libc.prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(other.gid)
    os.setuid(other.uid)
    if libc is not None and kept is not None:
        only = _Sets(1 << kept, 1 << kept, 1 << kept)
        libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), ctypes.byref((_Sets * 2)(only, _Sets())))
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, kept, 0, 0)
