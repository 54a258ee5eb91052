"""Work on a hostile file in a process of its own: with little memory and time, and no longer than whoever started it lives."""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence

MEGABYTES, SECONDS, WALL_SECONDS = 4096, 900, 1800
NOT_INSTALLED = 3
"""The exit code of such a process where what reads the file is not installed."""
_PR_SET_PDEATHSIG = 1


def add_limits(parser: argparse.ArgumentParser) -> None:
    """The options by which whoever starts such a process limits it."""
    parser.add_argument("--memory", type=int, default=MEGABYTES, help="address space in megabytes")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="time of the processor")
    parser.add_argument("--wall", type=int, default=WALL_SECONDS, help="time of the clock")
    parser.add_argument("--parent", type=int, help="the process that this one ends with, on Linux")


def confined(asked: argparse.Namespace, work: Callable[[], int]) -> int:
    """Do the work in a child, since a library that finds no memory may end the process. The work calls `limit`.

    The exit code of the work; negative, a signal's number, where it was ended. With `--parent` neither outlives that process.
    """
    if asked.parent is not None:
        _end_with(asked.parent)
    started_by = os.getpid()
    child = os.fork()
    if not child:
        _end_with(started_by)
        signal.alarm(asked.wall)  # one that finds no memory may wait for ever and use no time
        os._exit(work())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def limit(asked: argparse.Namespace) -> None:
    """Take from this process what a hostile file could use: memory and the processor's time. Once all is imported."""
    resource.setrlimit(resource.RLIMIT_AS, (asked.memory << 20, asked.memory << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (asked.seconds, asked.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer_of(
    module: str, arguments: Sequence[str], told: Callable[[int, int], None], memory: int = MEGABYTES
) -> tuple[int, bytes, str]:
    """Start such a process and wait: its exit code, what it put out, and the last line of what it said beside.

    `memory` is its address space in megabytes; `told` is called with what is done and of how much, as the process says it.
    """
    program = [sys.executable, "-P", "-m", module, *arguments, "--memory", str(memory), "--parent", str(os.getpid())]
    last = ""
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(program, stdout=out, stderr=subprocess.PIPE, text=True, errors="replace") as process:
            assert process.stderr is not None
            for line in process.stderr:
                last = line.strip() or last
                numbers = line.split()
                if len(numbers) == 2 and all(number.isdecimal() for number in numbers):
                    told(int(numbers[0]), int(numbers[1]))
        out.seek(0)
        return process.returncode, out.read(), last


def _end_with(parent: int) -> None:
    """Let this process end when the one that started it does, also where that was ended before this line was reached."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
