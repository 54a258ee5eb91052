"""The key by which a member signs logs: Ed25519, made once, kept in the folder of one's own settings, readable by oneself."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stoa.evaluation.faults import Unusable


def key_file() -> Path:
    """Where the key is kept: `run-key` in Stoa's folder of settings of this user (XDG_CONFIG_HOME, else ~/.config)."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "stoa" / "run-key"


def run_key() -> Ed25519PrivateKey:
    """The key, made where there is none. Raises `Unusable` where the file is not one, or others may read it."""
    file = key_file()
    if not file.exists():
        _make(file)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise Unusable(f"Others can read {file}.", f"Keep it to yourself: chmod 600 {file}.")
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii").strip()))
    except (ValueError, OSError):
        raise Unusable(f"{file} holds no key.", "Move it away, and a new one is made.") from None


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
        made.write(f"{Ed25519PrivateKey.generate().private_bytes_raw().hex()}\n")
    beside.replace(file)


def public_half(key: Ed25519PrivateKey) -> str:
    """The half that a server registers, as 64 hexadecimal digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
