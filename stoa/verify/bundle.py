"""Opens the bundle of a decision: a zip from anywhere, read in memory and believed in nothing."""

import base64
import re
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from stoa.methods.merkle import leaf_hash, verify_inclusion
from stoa.verify import strict
from stoa.verify.entry import LARGEST, Entry, read_entry
from stoa.verify.faults import Broken, Misused
from stoa.verify.head import Head
from stoa.verify.shown import counted, shown
from stoa.verify.source import LARGEST_BLOB, LARGEST_NOTE

FORMAT = "stoa-bundle/1"
LARGEST_FILE = 256_000_000
LARGEST_LIST = 64_000_000
MOST_MEMBERS = 1_000

_MEMBER = re.compile(r"bundle\.json|checkpoint|vkey|blobs/[0-9a-f]{64}")
_END = b"PK\x05\x06"
_END_LENGTH = 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_LENGTH = 20
_LARGEST_DIRECTORY = 1_000_000


@dataclass(frozen=True)
class Proven:
    """An entry of a bundle with the proof that it stands at its place."""

    position: int
    raw: bytes
    proof: list[bytes]


class Bundle:
    """A bundle whose members have the names that they may have. Nothing is ever unpacked to disk."""

    def __init__(self, path: Path) -> None:
        _check_directory(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as fault:
            raise Misused(f"{path} is not a bundle: {shown(str(fault))}.") from None

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def check_members(self) -> str:
        """Broken unless every member has a known name, once, and is stored or deflated in the open."""
        infos = self._zip.infolist()
        names = [info.filename for info in infos]
        for info in infos:
            if not _MEMBER.fullmatch(info.orig_filename) or info.orig_filename != info.filename:
                raise Broken(f"The bundle has a member named {shown(info.orig_filename)}, which no bundle has.")
            if names.count(info.filename) > 1:
                raise Broken(f"The bundle has {shown(info.filename)} twice.")
            if info.flag_bits & 1 or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise Broken(f"{shown(info.filename)} is encrypted, or packed in a way that no bundle is.")
        return f"{counted(len(names), 'member')}."

    def member(self, name: str, cap: int) -> bytes:
        """One member, of at most `cap` bytes when unpacked, whatever the zip says of its size."""
        try:
            with self._zip.open(name) as file:
                body = file.read(cap + 1)
        except KeyError:
            raise Broken(f"The bundle has no {shown(name)}.") from None
        except (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile) as fault:
            raise Broken(f"{shown(name)} can't be unpacked: {shown(str(fault))}.") from None
        if len(body) > cap:
            raise Broken(f"{shown(name)} is larger than the {cap:,} bytes that it can rightly have.")
        return body

    def vkey(self) -> str:
        """The verifier key that the bundle brings."""
        return self.member("vkey", LARGEST_NOTE).decode("utf-8", "replace").strip()

    def checkpoint(self) -> bytes:
        """The signed head."""
        return self.member("checkpoint", LARGEST_NOTE)

    def blob(self, digest: str, cap: int = LARGEST_BLOB) -> bytes:
        """The body with this SHA-256."""
        body = self.member(f"blobs/{digest}", cap)
        if sha256(body).hexdigest() != digest:
            raise Broken(f"blobs/{digest} does not have the SHA-256 that it is named by.")
        return body

    def round(self) -> str:
        """The round whose decision the bundle is of."""
        return str(self._listing()["round"])

    def contents(self, origin: str) -> list[Proven]:
        """The entries that the bundle lists, in the order of the record."""
        value = self._listing()
        if value["origin"] != origin:
            raise Broken(f"bundle.json is of {shown(value['origin'])}, the signed head of {shown(origin)}.")
        found = sorted((_proven(row) for row in value["entries"]), key=lambda proven: proven.position)
        for before, after in pairwise(found):
            if before.position == after.position:
                raise Broken(f"bundle.json lists two entries at position {after.position}.")
        return found

    def _listing(self) -> dict[str, Any]:
        try:
            value = strict.load(self.member("bundle.json", LARGEST_LIST))
        except ValueError as fault:
            raise Broken(f"bundle.json {fault}.") from None
        if not isinstance(value, dict) or value.keys() != {"format", "origin", "round", "entries"}:
            raise Broken("bundle.json does not have exactly format, origin, round and entries.")
        if value["format"] != FORMAT or not isinstance(value["entries"], list):
            raise Broken(f"bundle.json is of the format {shown(value['format'])}; this program reads {FORMAT}.")
        return value


def _check_directory(path: Path) -> None:
    """Misused unless the file ends as a small plain zip does: so its directory can't be made to fill memory."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - _END_LENGTH - _ZIP64_LOCATOR_LENGTH))
            tail = file.read()
    except OSError as fault:
        raise Misused(f"{path} can't be read: {fault.strerror}.") from None
    end = tail[-_END_LENGTH:]
    members, length = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if size > LARGEST_FILE or not end.startswith(_END) or tail.startswith(_ZIP64_LOCATOR):
        raise Misused(f"{path} is not a bundle: no zip as `stoa export bundle` writes them.")
    if members > MOST_MEMBERS or length > _LARGEST_DIRECTORY:
        raise Misused(f"{path} is not a bundle: it has more members than any bundle.")


def _proven(row: Any) -> Proven:
    if not isinstance(row, dict) or row.keys() != {"position", "entry", "proof"} or not isinstance(row["proof"], list):
        raise Broken(f"bundle.json: {shown(row)} is not a position, an entry and a proof.")
    position = row["position"]
    if type(position) is not int or not 0 <= position < 2**63:
        raise Broken(f"bundle.json: {shown(position)} is no position.")
    raw, proof = _octets(row["entry"]), [_octets(item) for item in row["proof"]]
    if len(raw) > LARGEST:
        raise Broken(f"bundle.json: the entry at position {position} is larger than {LARGEST:,} bytes.")
    return Proven(position, raw, proof)


def _octets(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise Broken(f"bundle.json: {shown(text)} is not base64.") from None


def check_proofs(found: list[Proven], head: Head) -> str:
    """Hold every entry to the signed root by its proof."""
    size, root = head.checkpoint.size, head.checkpoint.root
    for proven in found:
        if not verify_inclusion(proven.position, size, leaf_hash(proven.raw), proven.proof, root):
            raise Broken(f"The proof does not show that entry {proven.position} is in the record that was signed.")
    return f"{counted(len(found), 'entry', 'entries')}, each proven to stand at its place under the signed head."


def read_entries(found: list[Proven], decided: str) -> list[Entry]:
    """The entries in the documented form; Broken where the decision of round `decided` is not among them."""
    entries = [read_entry(proven.position, proven.raw) for proven in found]
    if not any(entry.type == "agenda.decided" and entry.subject == f"round:{decided}" for entry in entries):
        raise Broken(f"The bundle is said to be of round {shown(decided)}, and does not have its decision.")
    return entries
