"""The file of a backup: a compressed tar with a signed manifest first, written whole or not at all, believed in nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from stoa.kit.faults import Fault
from stoa.kit.folder import fault_of
from stoa.methods.note import BadNote, VerifierKey, open_note

FORMAT = "stoa-backup/1"
MANIFEST, SIGNATURE, DATABASE = "manifest.json", "manifest.note", "database.dump"
LARGEST_MANIFEST = 256 * 1024 * 1024
CHUNK = 1024 * 1024
_FILE = re.compile(r"files/(?:[A-Za-z0-9][A-Za-z0-9._-]*/)*[A-Za-z0-9][A-Za-z0-9._-]*")
_BROKEN = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError)


class BackupFault(Fault):
    """The file can't be used as a backup."""


@dataclass(frozen=True)
class Member:
    """A file within a backup."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `checkpoint` is the signed head, `size` its length; `migrations` are `app.name`."""

    made: str
    program: str
    address: str
    vkey: str
    size: int
    checkpoint: str
    postgres: str
    migrations: tuple[str, ...]
    members: Mapping[str, Member]

    def as_bytes(self) -> bytes:
        """The manifest's file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True).encode()

    @property
    def origin(self) -> str:
        """The record's name."""
        return VerifierKey.parse(self.vkey).name


def signed_text(manifest: bytes) -> str:
    """What the record's key signs, so that nobody else can make a backup that passes for this server's."""
    return f"stoa backup v1\nmanifest {hashlib.sha256(manifest).hexdigest()}\n"


def describe(path: Path) -> Member:
    """Size and digest of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Member(digest.hexdigest(), size)


def write(target: Path, texts: Sequence[tuple[str, Path]]) -> None:
    """Write members, in this order, as one compressed tar that only its owner can read, down to the disk."""
    with open(target, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as tar:
            for name, path in texts:
                with path.open("rb") as file:
                    tar.addfile(_header(name, path.stat().st_size), file)
        raw.flush()
        os.fsync(raw.fileno())


def read(source: Path, into: Path | None = None) -> Manifest:
    """Read a whole backup, holding each member to the manifest; with `into`, unpack the members there.

    Raises `BackupFault` for what is no backup, is cut off, has members too many or too few, or was changed.
    """
    try:
        with _opened(source) as tar:
            manifest = _manifest(tar)
            found = {name: _take(tar, info, name, manifest, into) for name, info in _members(tar)}
            _to_its_end(tar)
    except _BROKEN as error:
        raise BackupFault(
            f"{source} is cut off or damaged ({error}).", remedy="Use another copy of this backup."
        ) from None
    except OSError as error:
        if error.errno is None:
            raise BackupFault(f"{source} is cut off or damaged.", remedy="Use another copy of this backup.") from None
        raise fault_of(error, into or source) from None
    if missing := sorted(set(manifest.members) - set(found)):
        raise BackupFault(f"{source} is cut off: {missing[0]} is missing.", remedy="Use another copy of this backup.")
    return manifest


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    if not source.is_file():
        raise BackupFault(f"There is no file {source}.", remedy="Name the file that `stoa backup` wrote.")
    try:
        tar = tarfile.open(source, "r:gz")  # noqa: SIM115 - closed below; what fails here is another fault
    except (*_BROKEN, OSError):
        raise _no_backup(source) from None
    with tar:
        yield tar


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    seen: set[str] = set()
    while (info := tar.next()) is not None:
        if info.name in seen or not info.isreg() or not (info.name == DATABASE or _FILE.fullmatch(info.name)):
            raise BackupFault(
                f"The backup holds “{info.name[:80]}”, which no backup does.", remedy="Don't use this file."
            )
        seen.add(info.name)
        yield info.name, info


def _manifest(tar: tarfile.TarFile) -> Manifest:
    """The manifest, after its signature has been checked under the key that it names."""
    raw, note = _text(tar, MANIFEST), _text(tar, SIGNATURE)
    try:
        value = json.loads(raw)
        if not isinstance(value, dict) or value.pop("format", None) != FORMAT:
            raise _no_backup(Path(str(tar.name)))
        members = {name: Member(**member) for name, member in value.pop("members").items()}
        manifest = Manifest(**value | {"members": members, "migrations": tuple(value.get("migrations", ()))})
        signed = open_note(note, [VerifierKey.parse(manifest.vkey)]).text
    except (ValueError, TypeError, AttributeError, BadNote) as error:
        raise BackupFault(f"The backup's manifest was changed ({error}).", remedy="Use another copy.") from None
    if signed != signed_text(raw):
        raise BackupFault("The backup's manifest is not the one that was signed.", remedy="Use another copy.")
    return manifest


def _text(tar: tarfile.TarFile, name: str) -> bytes:
    info = tar.next()
    if info is None or info.name != name or not info.isreg() or info.size > LARGEST_MANIFEST:
        raise _no_backup(Path(str(tar.name)))
    return _file(tar, info).read()


def _take(tar: tarfile.TarFile, info: tarfile.TarInfo, name: str, manifest: Manifest, into: Path | None) -> str:
    """Read one member against the manifest, to a file where it is wanted."""
    digest, size, file = hashlib.sha256(), 0, _file(tar, info)
    target = _made(into / name) if into else Path(os.devnull)
    with target.open("wb") as out:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    if manifest.members.get(name) != Member(digest.hexdigest(), size):
        raise BackupFault(f"{name} is not what was put into the backup.", remedy="Use another copy of this backup.")
    return name


def _file(tar: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(info)
    assert file is not None  # regular files alone come here
    return file


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _to_its_end(tar: tarfile.TarFile) -> None:
    """Read on to the end of the compressed stream, where its checksum stands."""
    stream: Any = tar.fileobj
    while stream.read(CHUNK):
        pass


def _header(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _no_backup(source: Path) -> BackupFault:
    return BackupFault(f"{source} is not a backup of Stoa.", remedy="Name the file that `stoa backup` wrote.")
