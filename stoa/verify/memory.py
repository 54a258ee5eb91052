"""What verify remembers between runs: for each record its key and the last signed head that it saw."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from stoa.verify import strict
from stoa.verify.entry import is_hash
from stoa.verify.faults import Misused

FORMAT = "stoa-verify-state/1"


@dataclass(frozen=True)
class Seen:
    """The last head of one record that passed every check.

    `note` is the signed checkpoint itself: with another one of the same size it would be proof of a fork. `addresses`
    are those under which the record was reached.
    """

    origin: str
    vkey: str
    size: int
    root: str
    note: str
    addresses: tuple[str, ...]


def usual_directory() -> Path:
    """`$XDG_STATE_HOME/stoa/verify`, or below `~/.local/state` where that is not set."""
    home = os.environ.get("XDG_STATE_HOME", "")
    base = Path(home) if home.startswith("/") else Path.home() / ".local" / "state"
    return base / "stoa" / "verify"


class Memory:
    """One small file for each record, named by the SHA-256 of its origin."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, origin: str) -> Path:
        """The file of one record."""
        return self.directory / f"{sha256(origin.encode()).hexdigest()}.json"

    def seen(self, origin: str) -> Seen | None:
        """What is remembered of this record."""
        return _read(self.path(origin))

    def origin_at(self, address: str) -> str | None:
        """The origin of the record that was reached under this address before."""
        paths = sorted(self.directory.glob("*.json")) if self.directory.is_dir() else []
        found = (seen for path in paths if (seen := _read(path)) and address in seen.addresses)
        return next((seen.origin for seen in found), None)

    def remember(self, seen: Seen) -> None:
        """Replace the file in one step, unless another run has meanwhile seen a longer record."""
        now = self.seen(seen.origin)
        if now is None or now.size <= seen.size:
            self._write(self.path(seen.origin), json.dumps({"format": FORMAT, **asdict(seen)}, indent=1))

    def keep_evidence(self, origin: str, note: bytes) -> Path:
        """Put a signed head that contradicts the remembered one beside it, and say where."""
        name = f"{sha256(origin.encode()).hexdigest()}.contradicted-by-{sha256(note).hexdigest()[:16]}.txt"
        self._write(self.directory / name, note.decode(errors="replace"))
        return self.directory / name

    def _write(self, path: Path, text: str) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self.directory, delete=False, encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError as fault:
            raise Misused(f"{path} can't be written ({fault.strerror}). Name another directory with --state.") from None


def note_in(octets: bytes) -> bytes:
    """The signed head in what a run remembered; any other octets as they are."""
    try:
        value = strict.load(octets)
    except ValueError:
        return octets
    return value["note"].encode("utf-8", "replace") if _is_seen(value) else octets


def _read(path: Path) -> Seen | None:
    try:
        value = strict.load(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        raise Misused(f"{path} can't be read ({fault.strerror}). Name another directory with --state.") from None
    except ValueError:
        raise _spoilt(path) from None
    if not _is_seen(value):
        raise _spoilt(path)
    value.pop("format")
    return Seen(**{**value, "addresses": tuple(value["addresses"])})


def _is_seen(value: Any) -> bool:
    kinds = {"format": str, "origin": str, "vkey": str, "size": int, "root": str, "note": str, "addresses": list}
    if not isinstance(value, dict) or value.keys() != kinds.keys() or value["format"] != FORMAT:
        return False
    return all(isinstance(value[key], kind) for key, kind in kinds.items()) and is_hash(value["root"])


def _spoilt(path: Path) -> Misused:
    return Misused(
        f"{path} is not what verify wrote there. Delete it to begin anew: the next run then trusts what it meets."
    )
