"""What a member signs when a log is sent in, and what a reproduction is committed to before it is shown."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def signed_text(study: int, run: int, nonce: str, log: str) -> bytes:
    """What is signed: the form's name, the numbers of study and run, the nonce, and the log's SHA-256 (`sha256:…`), a line each."""
    return f"stoa-run/1\n{study}\n{run}\n{nonce}\n{log.removeprefix('sha256:')}\n".encode()


def is_signed(text: bytes, key: str, signature: str) -> bool:
    """Whether the holder of this Ed25519 key signed the text; key and signature in hexadecimal digits."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text)
    except (ValueError, InvalidSignature):
        return False
    return True


def commitment(salt: str, log: str) -> str:
    """SHA-256 of the 32 bytes of the salt and the 32 of the log's digest, all in hexadecimal digits.

    Raises ValueError where one of the two is none.
    """
    parts = [bytes.fromhex(salt), bytes.fromhex(log.removeprefix("sha256:"))]
    if [len(part) for part in parts] != [32, 32]:
        raise ValueError("Salt and digest are 64 hexadecimal digits each.")
    return hashlib.sha256(b"".join(parts)).hexdigest()
