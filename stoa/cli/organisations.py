"""`stoa organisations`: lists of universities' domains, by which an organisation is suggested to whoever applies."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.kit.faults import Fault

organisations = typer.Typer(
    name="organisations", help="Lists of universities' domains, for suggestions.", no_args_is_help=True
)

Lists = Annotated[
    list[Path],
    typer.Argument(metavar="FILE…", show_default=False, help="JSON, CSV, or texts named stoplist, abused, tlds."),
]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", show_default=False, help="An e-mail address.")]


@organisations.command("load")
def load(files: Lists, *, data: Data = None, as_json: AsJson = False) -> None:
    """Put the domains in these files in the place of those loaded before. None come with the program."""
    texts = [(file.name, _text(file)) for file in files]
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.members.acts import load_domains
        from stoa.methods.university_lists import NoList, read

        try:
            listed = read(texts)
        except NoList as fault:
            raise Fault(str(fault), remedy="See “Organisations” in the operator's commands.") from None
        count = load_domains(OPERATOR, listed=listed)
    if as_json:
        print_json({"domains": count})
    else:
        out.print(f"{count:,} domains are known.")


@organisations.command("recognise")
def recognise(address: Address, *, data: Data = None, as_json: AsJson = False) -> None:
    """Say what an address tells by the lists: the university, its country, and whether it is one of students or staff."""
    with opened(settings(data=data)):
        from stoa.members.queries.recognition import recognised

        told = recognised(address)
    if as_json:
        print_json(asdict(told))
    else:
        out.print(
            escape(
                f"{told.organisation or 'No organisation'}{f' ({told.country})' if told.country else ''}: {told.why}"
            )
        )


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Fault(f"{file} can't be read as text.", remedy="Give a file in UTF-8.") from None
