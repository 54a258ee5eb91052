"""What commands share at the command line: options that mean the same everywhere, output for programs, faults in one line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console

from stoa.kit.environment import BadSetting, Environment, environment
from stoa.kit.faults import Fault

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", show_default=False, help="Folder of the server's data [STOA_DATA; ./data]."),
]
Port = Annotated[
    str | None,
    typer.Option("--port", metavar="N", show_default=False, help="Port to listen on [STOA_PORT; 8000]."),
]
Sample = Annotated[
    bool | None,
    typer.Option(
        "--sample/--no-sample", show_default=False, help="Fill an empty server with the sample [STOA_SAMPLE; yes]."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]

out = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)
"""Progress and remarks go to standard error, so that standard output holds the result alone."""


def settings(*, data: Path | None = None, port: str | None = None, sample: bool | None = None) -> Environment:
    """The environment with these options in place of its variables, also for Django and for processes started later."""
    given = {
        "STOA_DATA": str(data.absolute()) if data else None,
        "STOA_PORT": port,
        "STOA_SAMPLE": None if sample is None else ("yes" if sample else "no"),
    }
    os.environ.update({name: value for name, value in given.items() if value is not None})
    return environment()


def print_json(value: Any) -> None:
    """The result of a command under --json: one JSON value, instants as RFC 3339."""
    typer.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2))


def tell_fault(error: BaseException) -> bool:
    """Print a fault that a person can mend as one line on standard error; False for any other exception."""
    said = _sentence(error)
    if said:
        typer.echo(f"stoa: {' '.join(said.split())}", err=True)
    return bool(said)


def _sentence(error: BaseException) -> str:
    if isinstance(error, Fault | BadSetting):
        return str(error)
    for cause in (error, error.__cause__):
        if isinstance(cause, psycopg.OperationalError):
            return f"The database can't be reached: {_first_line(cause)}. Start it, or set DATABASE_URL right."
        if isinstance(cause, psycopg.errors.DiskFull):
            return "The database's disk is full. Make room and start again; nothing was half done."
    return ""


def _first_line(error: BaseException) -> str:
    """The last of several attempts says most; libpq puts each on a line of its own."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__
