"""`stoa backup`: everything but the signing key into one file, while the server runs; the key apart, when asked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from stoa import __version__
from stoa.cli import archive
from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, notes, out, print_json, settings
from stoa.kit.environment import Environment
from stoa.kit.faults import Fault
from stoa.kit.folder import aside, fault_of
from stoa.kit.postgres import demand_whole, dump, url

MOST_REMEMBERED = 50

Target = Annotated[Path | None, typer.Argument(metavar="FILE", show_default=False, help="Where to write the backup.")]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", show_default=False, help="Write the record's signing key there, apart."),
]


@dataclass(frozen=True)
class Made:
    """A backup that was written: where, when, how many bytes, and how many entries of the record it holds."""

    file: str
    made: str
    bytes: int
    size: int
    program: str


def backup(file: Target = None, key: KeyFile = None, data: Data = None, as_json: AsJson = False) -> None:
    """Write everything that the server keeps into one file, while it runs, and read it back. The key goes apart."""
    if file is None and key is None:
        raise typer.BadParameter("Name the file to write, or one for the key with --key.")
    if file and key and file.absolute() == key.absolute():
        raise typer.BadParameter("The key is kept apart: name another file for it.")
    found = settings(data=data)
    made = None
    with opened(found, current=False):
        if file:
            made = make(found, file.absolute())
        if key:
            write_key(key.absolute())
    if as_json:
        print_json({"backup": asdict(made) if made else None, "key": str(key) if key else None})
        return
    if made:
        out.print(f"{made.file}: {made.bytes / 1e6:,.1f} MB, {made.size:,} entries of the record; read back and whole.")
    out.print(f"The signing key is in {key}. Keep it apart from the backup." if key else _NO_KEY)


_NO_KEY = "The signing key is not in it: `stoa backup --key FILE` writes it apart."


def make(found: Environment, target: Path) -> Made:
    """Write a backup to a new file and read it back. The file appears whole or not at all.

    What a killed backup left in the folder is removed by the next one there.
    """
    if target.exists():
        raise Fault(f"{target} is there already.", remedy="Name a new file: a backup is never written over.")
    try:
        with aside(target.parent, ".stoa-backup-") as work:
            manifest = _write(found, work)
            with notes.status("Reading the backup back …"):
                archive.read(work / "whole")
            os.link(work / "whole", target)
    except OSError as error:
        raise fault_of(error, target.parent) from None
    made = Made(str(target), manifest.made, target.stat().st_size, manifest.size, manifest.program)
    _remember(found, made)
    return made


def write_key(target: Path) -> None:
    """Write the signing key to a new file that only its owner can read."""
    from stoa.record.keys import signing_key

    seed = f"{signing_key().seed.hex()}\n"
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(seed)
    except FileExistsError:
        raise Fault(f"{target} is there already.", remedy="Name a new file for the key.") from None
    except OSError as error:
        raise fault_of(error, target.parent) from None


def remembered(found: Environment) -> list[Made]:
    """The backups that were written from this data folder, the latest last."""
    try:
        rows: list[dict[str, Any]] = json.loads(_list(found).read_text())
        return [Made(**row) for row in rows]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def _write(found: Environment, work: Path) -> archive.Manifest:
    with _files_kept(found):
        return _copied(found, work)


@contextmanager
def _files_kept(found: Environment) -> Iterator[None]:
    """No file is deleted as long as the block lasts, whatever lets go of it. Raises where that could not be made sure."""
    from stoa.kit.locks import FILES

    with psycopg.connect(url(found, "owner"), autocommit=True) as session:
        with notes.status("Waiting for another backup …"):
            session.execute("SELECT pg_advisory_lock(%s)", [FILES])
        yield
        session.execute("SELECT 1")  # a session that was lost kept nothing


def _copied(found: Environment, work: Path) -> archive.Manifest:
    from stoa.record.keys import signed

    with notes.status("Copying the database …"), _snapshot(found) as (snapshot, state):
        dump(url(found, "owner"), work / archive.DATABASE, snapshot)
    demand_whole(work / archive.DATABASE)
    # Files are copied after the database: each that it names was there before, is never changed, and is kept meanwhile.
    members = [(archive.DATABASE, work / archive.DATABASE), *_files(found)]
    with notes.status("Packing …"):
        described = {name: archive.describe(path) for name, path in members}
        manifest = archive.Manifest(program=__version__, address=found.address, members=described, **state)
        (work / archive.MANIFEST).write_bytes(manifest.as_bytes())
        (work / archive.SIGNATURE).write_text(signed(archive.signed_text(manifest.as_bytes())))
        first = [(name, work / name) for name in (archive.MANIFEST, archive.SIGNATURE)]
        archive.write(work / "whole", [*first, *members])
    return manifest


@contextmanager
def _snapshot(found: Environment) -> Iterator[tuple[str, dict[str, Any]]]:
    """One state of the database for as long as the block lasts: its name for pg_dump, and what it says of the log."""
    from stoa.kit import clock
    from stoa.methods.merkle import EMPTY_ROOT
    from stoa.record.keys import signed_checkpoint, vkey

    with psycopg.connect(url(found, "owner"), options="-c default_transaction_isolation=repeatable\\ read") as session:
        name = _value(session, "SELECT pg_export_snapshot()")
        head = session.execute("SELECT size, note FROM record_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
        size, note = head or (0, signed_checkpoint(0, EMPTY_ROOT))
        applied = session.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
        yield (
            name,
            {
                "made": clock.stamp(clock.now()),
                "vkey": vkey(),
                "size": size,
                "checkpoint": note,
                "postgres": _value(session, "SHOW server_version"),
                "migrations": tuple(row[0] for row in applied),
            },
        )


def _value(session: psycopg.Connection[Any], question: Any) -> str:
    row = session.execute(question).fetchone()
    return str(row[0]) if row else ""


def _files(found: Environment) -> list[tuple[str, Path]]:
    if not found.files.is_dir():
        return []
    paths = sorted(path for path in found.files.rglob("*") if path.is_file() and not path.name.startswith("."))
    return [(f"files/{path.relative_to(found.files).as_posix()}", path) for path in paths]


def _list(found: Environment) -> Path:
    return found.data / "backups.json"


def _remember(found: Environment, made: Made) -> None:
    rows = [asdict(one) for one in [*remembered(found), made][-MOST_REMEMBERED:]]
    whole = found.data / f"backups.{os.getpid()}"
    whole.write_text(json.dumps(rows, indent=1))
    whole.replace(_list(found))
