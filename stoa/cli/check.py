"""`stoa check`: tests the invariants on the live database and says what is broken."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import typer

from stoa.cli.checks import MOST_TOLD, Invariant, invariants
from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, notes, out, print_json, settings


def check(data: Data = None, *, as_json: AsJson = False) -> None:
    """Test the server's invariants, while it runs or not. Exits with 1 if one is broken; changes nothing."""
    with opened(settings(data=data)):
        found = list(_found(invariants(), quiet=as_json))
    broken = [one for one in found if one["broken"]]
    if as_json:
        print_json({"ok": not broken, "checks": found})
    elif broken:
        out.print(f"{len(broken)} of {len(found)} are broken.")
    else:
        out.print(f"All {len(found)} hold.")
    if broken:
        raise typer.Exit(1)


def _found(wanted: Iterable[Invariant], *, quiet: bool) -> Iterable[dict[str, Any]]:
    for one in wanted:
        with notes.status(f"{one.title} …"):
            broken = list(islice(one.broken(), MOST_TOLD))
        if not quiet:
            out.print(f"{'[bold red]broken[/]' if broken else '[green]ok[/]':<8} {one.title}")
            for sentence in broken:
                out.print(f"         {sentence}", markup=False)
        yield {"code": one.code, "title": one.title, "ok": not broken, "broken": broken}
