"""`stoa export`: a round as files: the bundle that anyone can verify, its opened ballots or its open answers for others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stoa.cli.importing import find_round
from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.kit.folder import fault_of

if TYPE_CHECKING:
    from stoa.agenda.models import Round

exporting = typer.Typer(name="export", help="Write a round as files for others.", no_args_is_help=True)

RoundName = Annotated[str, typer.Argument(metavar="ROUND", show_default=False, help="Short name of the round.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help="The folder to write the files to.")]
File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="Where to write; - is standard output.")]


@exporting.command("bundle")
def bundle(round_: RoundName, file: File, *, data: Data = None, as_json: AsJson = False) -> None:
    """Write the bundle of a decision: what `stoa verify FILE` recomputes it from, on any machine."""
    _export(round_, file, data, _bundle, as_json=as_json)


@exporting.command("pabulib")
def pabulib(round_: RoundName, file: File, *, data: Data = None, as_json: AsJson = False) -> None:
    """Write the opened ballots as a Pabulib file (.pb)."""
    _export(round_, file, data, _pabulib, as_json=as_json)


@exporting.command("preflib")
def preflib(round_: RoundName, file: File, *, data: Data = None, as_json: AsJson = False) -> None:
    """Write the opened ballots as a PrefLib file (.cat)."""
    _export(round_, file, data, _preflib, as_json=as_json)


@exporting.command("polis")
def polis(round_: RoundName, folder: Folder, *, data: Data = None, as_json: AsJson = False) -> None:
    """Write the answers of a discussion that declared open data, as Polis exports them: no names, times or authors."""
    with opened(settings(data=data)):
        files = _polis(find_round(round_))
    target = folder.absolute()
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise fault_of(error, target.parent) from None
    for name, body in files.items():
        _write(target / name, body)
    if as_json:
        print_json({"round": round_, "folder": str(folder), "files": {name: len(body) for name, body in files.items()}})
        return
    out.print(f"{folder}: {', '.join(files)}.")
    out.print(
        "Rows can be told apart: who knows a few answers of a person may find that person's row. Read README.txt."
    )


def _polis(found: Round) -> dict[str, bytes]:
    from stoa.agenda.open_data import polis_files

    return polis_files(found)


def _bundle(found: Round) -> bytes:
    from stoa.agenda import exports

    return exports.bundle(found)


def _pabulib(found: Round) -> bytes:
    from stoa.agenda.exports import pabulib_text

    return pabulib_text(found).encode()


def _preflib(found: Round) -> bytes:
    from stoa.agenda.exports import preflib_text

    return preflib_text(found).encode()


def _export(slug: str, file: Path, data: Path | None, make: Callable[[Round], bytes], *, as_json: bool) -> None:
    with opened(settings(data=data)):
        body = make(find_round(slug))
    if str(file) == "-":
        typer.get_binary_stream("stdout").write(body)
        return
    _write(file.absolute(), body)
    if as_json:
        print_json({"round": slug, "file": str(file), "bytes": len(body)})
    else:
        out.print(f"{file}: {len(body):,} bytes.")


def _write(target: Path, body: bytes) -> None:
    """Write a whole file or none."""
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            file.write(body)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    except OSError as error:
        raise fault_of(error, target.parent) from None
