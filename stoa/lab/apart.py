"""Starts what reads hostile files in a process of its own, with little memory, a time limit and nothing of the server's secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from stoa.evaluation.confined import NOT_INSTALLED

MEGABYTES, SECONDS = 2_048, 600
"""Address space and processor time of one check."""
WALL_SECONDS = 1_200
"""Of the clock for all of a check; the check itself ends a minute earlier, and says so."""


class CannotCheck(Exception):
    """It can't be done here now: what does it is not installed, or it ended without an answer."""


def can_check() -> bool:
    """Whether what reads logs is installed beside this server; if not, they wait, however long."""
    return find_spec("inspect_ai") is not None


def answer_of(module: str, arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """What the module said of a file. Raises `CannotCheck` where it is not installed or took too long."""
    limits = ["--memory", str(MEGABYTES), "--seconds", str(SECONDS), "--wall", str(WALL_SECONDS - 60)]
    program = [sys.executable, "-m", module, *arguments, *limits, "--parent", str(os.getpid())]
    try:
        done = subprocess.run(
            program, cwd=folder, env=_environment(folder), capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotCheck("It took too long.") from None
    if done.returncode == NOT_INSTALLED:
        raise CannotCheck("What reads such files is not installed here.")
    return done


def no_answer(done: subprocess.CompletedProcess[bytes]) -> CannotCheck:
    """Why there is none, by the last line that the process said."""
    last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    return CannotCheck(f"It ended with {done.returncode}: {' '.join(last)[:300]}")


def _environment(folder: Path) -> dict[str, str]:
    """What the process may know of this machine: where programs are, and the local copies of prompts that suites read."""
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("STOA_LAB_")}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "OMP_NUM_THREADS": "1", "PYTHONPATH": _source()}


def _source() -> str:
    """Where this program is imported from, so that the process is of the same version."""
    return str(Path(__file__).resolve().parents[2])
