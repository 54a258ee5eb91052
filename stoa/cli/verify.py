"""`stoa verify`: checks a server's record or a decision's bundle as a stranger would, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stoa.cli.options import AsJson

Target = Annotated[
    str, typer.Argument(metavar="TARGET", show_default=False, help="A server's address, or a bundle's file.")
]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="VKEY", show_default=False, help="The verifier key that must have signed."),
]
State = Annotated[
    Path | None,
    typer.Option("--state", metavar="DIR", show_default=False, help="Where to remember the last head seen."),
]
Compare = Annotated[
    Path | None,
    typer.Option(
        "--compare", metavar="FILE", show_default=False, help="The signed head that somebody else was shown, in a file."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only what failed and the last line.")]


def verify(
    target: Target,
    *,
    key: Key = None,
    state: State = None,
    compare: Compare = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check a record or a bundle yourself. Exits with 0 if all holds, 1 if something fails, 2 if it can't be read."""
    from stoa.verify.command import run

    raise typer.Exit(run(target, key=key, state=state, json=as_json, quiet=quiet, compare=compare))
