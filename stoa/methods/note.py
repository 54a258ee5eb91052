"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature) with Ed25519 keys.

A note is a text and, after a blank line, one signature a line: `— name base64(key id ‖ signature)`. A key's id is
the first four bytes of SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_LIMIT = 100
NOTE_LIMIT = 1_000_000

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_DASH = "— "


class BadNote(ValueError):
    """The bytes are no note, a signature on it is wrong, or none of the keys asked for has signed it."""


class Algorithm(IntEnum):
    """The algorithm byte of a key."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name. The algorithm tells a log's own signature from a witness's dated cosignature."""

    name: str
    public: bytes
    algorithm: Algorithm = Algorithm.ED25519

    def __post_init__(self) -> None:
        if not _is_key_name(self.name):
            raise BadNote("A key's name must not be empty nor hold spaces, plus signs or control characters.")
        if len(self.public) != 32:
            raise BadNote("An Ed25519 public key has 32 bytes.")

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names the key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as one line: `name+id+base64`."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.algorithm]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> "VerifierKey":
        """Read a key from its line; BadNote where it is malformed, its id is wrong or its algorithm is unknown here."""
        name, _, rest = vkey.partition("+")
        spelt_id, _, encoded = rest.partition("+")
        material = _from_base64(encoded)
        if len(material) != 33 or material[0] not in set(Algorithm):
            raise BadNote("This is not an Ed25519 verifier key.")
        key = cls(name, material[1:], Algorithm(material[0]))
        if key.id.hex() != spelt_id:
            raise BadNote("The verifier key's id does not belong to its name and key.")
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether `signature` (with its eight bytes of time before it, for a cosignature) is this key's over `text`."""
        message = text.encode()
        if self.algorithm is Algorithm.COSIGNATURE:
            message = _cosigned(text, int.from_bytes(signature[:8], "big"))
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key under a name: the 32 bytes of its seed, never shown in a representation."""

    name: str
    seed: bytes
    algorithm: Algorithm = Algorithm.ED25519

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private().public_key().public_bytes_raw(), self.algorithm)

    def signature(self, text: str, time: int | None = None) -> bytes:
        """The signature over `text`; a cosignature needs its `time`, whole seconds since 1970, and carries it."""
        if self.algorithm is Algorithm.ED25519:
            return self._private().sign(text.encode())
        if time is None:
            raise BadNote("A cosignature needs a time.")
        return time.to_bytes(8, "big") + self._private().sign(_cosigned(text, time))

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True)
class Note:
    """An opened note: its text, and the keys of those asked for that have signed it."""

    text: str
    signed_by: tuple[VerifierKey, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A log's head: its origin, how many entries it has, their root, and lines that other logs may add."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note's text, ending in a newline."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), _base64(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text; BadNote unless `Checkpoint.parse(text).text == text` and the root has 32 bytes."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines) or not _SIZE.fullmatch(lines[1]):
            raise BadNote("This is not the text of a checkpoint: origin, size and root, each on its line.")
        root = _from_base64(lines[2])
        if len(root) != 32:
            raise BadNote("A checkpoint's root has 32 bytes.")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:]))


def sign_note(text: str, *keys: SigningKey, time: int | None = None) -> bytes:
    """A note: `text`, which must end in a newline, signed by each of `keys`; `time` dates cosignatures."""
    if not _is_text(text):
        raise BadNote("A note's text ends in a newline and holds no control characters.")
    lines = [signature_line(key, text, time) for key in keys]
    return "".join([text, "\n", *lines]).encode()


def signature_line(key: SigningKey, text: str, time: int | None = None) -> str:
    """One signature line, ready to be put at the end of a note with this text."""
    return f"{_DASH}{key.name} {_base64(key.verifier.id + key.signature(text, time))}\n"


def open_note(data: bytes, keys: Iterable[VerifierKey]) -> Note:
    """Check a note against known keys.

    Signatures by other keys are passed over. Raises BadNote where a known key's signature is wrong, where no known key
    has signed, or where the bytes are malformed: not UTF-8, control characters, no blank line, over 100 signatures.
    """
    text, lines = _split(data)
    known = {(key.name, key.id): key for key in keys}
    signed: list[VerifierKey] = []
    for name, key_id, signature in map(_parse_line, lines):
        key = known.get((name, key_id))
        if key is None or key in signed:
            continue
        if not key.verifies(text, signature):
            raise BadNote(f"The signature of {name} does not belong to this text.")
        signed.append(key)
    if not signed:
        raise BadNote("None of the expected keys has signed this note.")
    return Note(text, tuple(signed))


def _split(data: bytes) -> tuple[str, Sequence[str]]:
    """The text of a note and its signature lines, without their newlines; the last blank line parts them."""
    if len(data) > NOTE_LIMIT:
        raise BadNote(f"A note of {len(data)} bytes is too long.")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise BadNote("A note must be UTF-8.") from fault
    body, blank, signatures = whole.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines.pop() or not lines or not _is_text(body + "\n") or _CONTROL.search(signatures):
        raise BadNote("A note is a text, a blank line and signature lines, without control characters.")
    if len(lines) > SIGNATURE_LIMIT:
        raise BadNote(f"A note with more than {SIGNATURE_LIMIT} signatures is refused.")
    return body + "\n", lines


def _parse_line(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    blob = _from_base64(encoded)
    if not line.startswith(_DASH) or not _is_key_name(name) or len(blob) < 5:
        raise BadNote("A signature line reads: dash, name, base64 of key id and signature.")
    return name, blob[:4], blob[4:]


def _is_text(text: str) -> bool:
    return text.endswith("\n") and not _CONTROL.search(text)


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name) and not _CONTROL.search(name)


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str) -> bytes:
    """Decode, refusing every spelling but the one that encoding gives."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise BadNote("This is not base64.") from fault
    if _base64(data) != text:
        raise BadNote("This is not base64 as it is written here: its last bits are not zero.")
    return data
