"""`stoa charter`: the charter in force, and how the operator puts another in force while it is provisional."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.kit.faults import Invalid

charter = typer.Typer(name="charter", help="The charter in force.", no_args_is_help=True)

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]", show_default=False, help="A charter as TOML. Without it: the one of this program."
    ),
]


@charter.command("show")
def show(*, data: Data = None, as_json: AsJson = False) -> None:
    """Print the charter in force, and the actions of this program that it names nobody for."""
    with opened(settings(data=data)):
        from stoa.charter.queries import held_by_nobody, in_force

        found = in_force()
        if found is None:
            raise Invalid("No charter is in force.", remedy="Run `stoa init`.")
        shown = {"version": found.version, "provisional": found.provisional, "text": found.text}
        lacks = sorted(held_by_nobody())
    if as_json:
        print_json(shown | {"lacks": lacks})
        return
    typer.echo(shown["text"])
    out.print(f"Version {shown['version']}{', provisional' if shown['provisional'] else ''}.")
    for name in lacks:
        out.print(f"Nobody may {name}.")


@charter.command("put")
def put(file: File = None, *, data: Data = None, as_json: AsJson = False) -> None:
    """Put another version in force, on the record; only a ballot changes a charter that the members ratified.

    After an upgrade this gives the actions that are new to those whom the program's own charter names for them.
    """
    text = _text(file)
    with opened(settings(data=data)):
        from stoa.charter.acts import put_in_force
        from stoa.charter.queries import held_by_nobody, in_force
        from stoa.kit.act import OPERATOR

        before = in_force()
        if before is not None and before.text == text:
            raise Invalid("This charter is in force already.", remedy="There is nothing to do.", field="file")
        made = put_in_force(OPERATOR, text=text)
        version, lacks = made.version, sorted(held_by_nobody())
    if as_json:
        print_json({"version": version, "lacks": lacks})
        return
    out.print(f"Version {version} is in force.")
    for name in lacks:
        out.print(f"Nobody may {name}.")


def _text(file: Path | None) -> str:
    from stoa.charter.text import DEFAULT

    try:
        return (file or DEFAULT).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Invalid(f"{file} can't be read as text.", remedy="Give a file in UTF-8.", field="file") from fault
