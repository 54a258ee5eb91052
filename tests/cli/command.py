"""Runs the `stoa` command as an operator does: a process of its own, on the database and keys of the test or on a folder."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from stoa.cli import main
from stoa.kit.environment import environment
from stoa.kit.postgres import Postgres


@dataclass(frozen=True)
class Done:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def fault(self) -> str:
        """The one line of a command that failed for a reason that a person can mend."""
        assert self.code == 1, (self.code, self.out, self.err)
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return lines[0].removeprefix("stoa: ")


def stoa(*arguments: object, here: bool = False, address: str = "", stdin: str = "", **variables: str) -> Done:
    """Run the command: on the test's own database with `here`, else on the folder that `--data` names."""
    variables = {"STOA_ADDRESS": address or settings.STOA.address, "COLUMNS": "200"} | variables
    if here:
        variables |= this_database()
    done = subprocess.run(
        _line(arguments),
        env=_elsewhere() | variables,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd="/",
    )
    return Done(done.returncode, done.stdout, done.stderr)


def started(*arguments: object) -> subprocess.Popen[str]:
    """The command on the test's own database, under way."""
    variables = {"STOA_ADDRESS": settings.STOA.address} | this_database()
    return subprocess.Popen(_line(arguments), env=_elsewhere() | variables, text=True, cwd="/")


def _line(arguments: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-P", "-W", "error", "-m", "stoa.cli", *map(str, arguments)]


def _elsewhere() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("STOA_", "DATABASE_", "DJANGO_"))}


def computed(*arguments: object) -> Done:
    """Run a command that needs no server and no database, in this process: the same way in, the same way out."""
    out, err = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["stoa", *map(str, arguments)]
    try:
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("COLUMNS", "200")
            main()
    except SystemExit as ended:
        return Done(int(ended.code or 0), out.getvalue(), err.getvalue())
    finally:
        sys.argv = before
    raise AssertionError("a command ends with an exit code")


def this_database() -> dict[str, str]:
    """The variables that lead a command to the database, the keys and the secret of this test."""
    server, name = Postgres(environment().data), connections.databases["default"]["NAME"]
    return {
        "STOA_DATA": str(environment().data),
        "STOA_SECRET_KEY": os.environ["STOA_SECRET_KEY"],
        "DATABASE_URL": server.url("app", name),
        "DATABASE_OWNER_URL": server.url("owner", name),
    }


def succeed(*arguments: object, **options: Any) -> Done:
    """The same, where nothing else than success is right."""
    done = stoa(*arguments, **options)
    assert done.code == 0, (done.out, done.err)
    return done


def data_of(folder: Path) -> set[str]:
    """The names in a folder."""
    return {path.name for path in folder.iterdir()} if folder.exists() else set()
