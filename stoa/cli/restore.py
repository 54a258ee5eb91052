"""`stoa restore`: a backup into an empty folder, and the log brought up to what was published, or its loss declared."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from stoa.cli import archive
from stoa.cli.init import database, step
from stoa.cli.opened import ready, unknown_migrations
from stoa.cli.options import AsJson, Data, notes, out, print_json, settings
from stoa.kit import postgres
from stoa.kit.environment import Environment
from stoa.kit.faults import Fault
from stoa.kit.folder import fault_of
from stoa.methods.note import Checkpoint, SigningKey
from stoa.record.tail import NOTHING, Tail, opened_head

Source = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The backup.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key", metavar="FILE", show_default=False, help="The record's signing key, from `stoa backup --key`."
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="URL", show_default=False, help="Where the published log can be read [STOA_ADDRESS]."
    ),
]
Loss = Annotated[
    str | None,
    typer.Option(
        "--declare-loss",
        metavar="SIZE",
        show_default=False,
        help="Give up what was published after the backup: how many entries the log had, or “unknown”.",
    ),
]


@dataclass(frozen=True)
class Restored:
    """What a restore did. `published` is None where nobody knows; `new_key` where the log goes on under another one."""

    data: str
    backup_size: int
    published: int | None
    recovered: int
    new_key: str | None


def restore(
    file: Source,
    *,
    data: Data = None,
    key: KeyFile = None,
    source: From = None,
    declare_loss: Loss = None,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty folder, after recovering what was published since. The log is never forked."""
    if source and declare_loss:
        raise typer.BadParameter("Either recover from an address, or declare the loss.")
    found = settings(data=data)
    with _emptied_on_fault(found):
        ready("owner")
        restored = _restore(found, file.absolute(), key, source, declare_loss)
    if as_json:
        print_json(asdict(restored))
        return
    _say(restored)


def _restore(found: Environment, file: Path, key: Path | None, source: str | None, loss: str | None) -> Restored:
    staged = found.data / "restored"
    with notes.status("Reading the backup …"):
        manifest = archive.read(file, staged)
    _demand_fit(found, manifest)
    seed = _seed(key, manifest) if key else None
    with notes.status("Reading what was published since …"):
        known = _known(found, manifest, source, loss)
    kept = seed if known.size == manifest.size + len(known.tail.entries) else None
    if (staged / "files").is_dir():
        (staged / "files").rename(found.files)
    if kept:
        _install(found, kept)
    with database(found):
        _demand_empty_database(found)
        with notes.status("Filling the database …"):
            postgres.restore(postgres.url(found, "owner"), staged / archive.DATABASE)
        shutil.rmtree(staged)
        step("migrate", role="owner")
        new_key = _go_on(manifest, known)
    return Restored(str(found.data), manifest.size, known.size, len(known.tail.entries), new_key)


@contextmanager
def _emptied_on_fault(found: Environment) -> Iterator[None]:
    """Demand an empty folder, and leave it as empty if anything goes wrong: nothing is half restored."""
    try:
        there = found.data.exists()
        if there and any(found.data.iterdir()):
            raise Fault(f"{found.data} is not empty.", remedy="Restore into an empty folder, named with --data.")
        found.data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise fault_of(error, found.data) from None
    try:
        yield
    except BaseException:
        _disconnect()
        for path in found.data.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        if not there:
            found.data.rmdir()
        raise


def _demand_fit(found: Environment, manifest: archive.Manifest) -> None:
    """Raise `Fault` for the backup of a newer program, or of another community."""
    if unknown := unknown_migrations(manifest.migrations):
        raise Fault(
            f"The backup was made by a newer program, {manifest.program}, which knows {unknown[-1]}.",
            remedy="Install that version and restore again.",
        )
    if manifest.origin != found.origin:
        raise Fault(
            f"The backup is of {manifest.origin}, this server would be {found.origin}.",
            remedy=f"Set STOA_ADDRESS={manifest.address}, which is also the record's name.",
        )


def _seed(path: Path, manifest: archive.Manifest) -> bytes:
    """The signing key in a file; raises `Fault` unless it is the one of the backup's log."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    seed = bytes.fromhex(text) if re.fullmatch("[0-9a-f]{64}", text) else b""
    if not seed or SigningKey(manifest.origin, seed).verifier.vkey != manifest.vkey:
        raise Fault(
            f"{path} does not hold the key of this backup's record.",
            remedy="Name the file that `stoa backup --key` wrote, or leave --key out to go on under a new key.",
        )
    return seed


@dataclass(frozen=True)
class Known:
    """What is known to have been published: how many entries (None where nobody knows), and what the backup lacks.

    The old key may sign again only where all that it is known to have signed is back.
    """

    size: int | None
    tail: Tail = NOTHING
    head: Checkpoint | None = None


def _known(found: Environment, manifest: archive.Manifest, source: str | None, loss: str | None) -> Known:
    from stoa.cli.published import OutOfReach, read_tail

    backup = opened_head(manifest.checkpoint.encode(), manifest.vkey)
    if loss is not None:
        return Known(_declared(loss, manifest.size))
    try:
        head, tail = read_tail(source or found.address, backup, manifest.vkey)
    except OutOfReach as fault:
        raise Fault(
            str(fault),
            remedy=f"Name a place where it can with --from, or give up what came after the backup with --declare-loss SIZE "
            f"(the size last published; {manifest.size} if nothing came after it) or --declare-loss unknown.",
        ) from None
    return Known(max(head.size, backup.size), tail, head)


def _declared(loss: str, size: int) -> int | None:
    if loss == "unknown":
        return None
    if not (loss.isascii() and loss.isdigit()) or len(loss) > 15 or int(loss) < size:
        raise typer.BadParameter(f"--declare-loss takes a size of {size} or more, or “unknown”.")
    return int(loss)


def _install(found: Environment, seed: bytes) -> None:
    found.keys.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(found.record_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{seed.hex()}\n")


def _demand_empty_database(found: Environment) -> None:
    with psycopg.connect(postgres.url(found, "owner")) as session:
        row = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone()
    if row:
        raise Fault(f"The database is not empty: it has {row[0]}.", remedy="Restore into an empty database.")


def _go_on(manifest: archive.Manifest, known: Known) -> str | None:
    """Bring the log up to what was published and declare it; gives the new key, if the log goes on under one."""
    from stoa.charter.recovering import bring_back
    from stoa.cli.numbering import move_past
    from stoa.kit.act import OPERATOR
    from stoa.record import keys
    from stoa.record.acts import recover_tail
    from stoa.record.recovery import demand_begins_with, demand_is
    from stoa.record.sequencer import sequence

    backup = opened_head(manifest.checkpoint.encode(), manifest.vkey)
    try:
        demand_is(backup)
        if known.head and known.head.size <= backup.size:
            demand_begins_with(known.head)
        move_past(known.tail.entries)
        bring_back(known.tail.entries, known.tail.blobs)
        recover_tail(OPERATOR, backup=backup, tail=known.tail, published=known.size, key_before=manifest.vkey)
        while sequence():
            pass
    finally:
        _disconnect()
    return keys.vkey() if keys.vkey() != manifest.vkey else None


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()


def _say(restored: Restored) -> None:
    out.print(f"Restored into {restored.data}: {restored.backup_size:,} entries of the record from the backup.")
    if restored.recovered:
        out.print(
            f"{restored.recovered:,} entries that were published later are back on the record. What stood behind them in "
            "the tables is lost; the record says so now."
        )
    if restored.published is None or restored.published > restored.backup_size + restored.recovered:
        known = "an unknown number" if restored.published is None else f"{restored.published - restored.backup_size:,}"
        out.print(f"Lost: {known} of the published entries. The record says so now.")
    if restored.new_key:
        out.print(
            f"The record goes on under a new key: {restored.new_key}\n"
            "Whoever verified this record before is told that its key is another one, and has to be given the reason. "
            "Receipts of votes under way were signed with the old key."
        )
    out.print("People have to sign in again. Start the server with `stoa up`.")
