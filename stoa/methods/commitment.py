"""Commitments to texts and ballots, and the text of a voter's receipt, as docs/record.md fixes them."""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from stoa.methods.canonical import JSON, canonical

SALT_SIZE = 32

_RECEIPT = re.compile(
    r"stoa receipt v1\n([^\n]+)\nballot ([^\n]+)\ncommitment ([0-9a-f]{64})\n"
    r"server ([0-9a-f]{64})\nwords ([^\n]*)\ncast ([1-9][0-9]{0,14})\n"
)


class BadReceipt(ValueError):
    """The text is not that of a receipt."""


def text_commitment(salt: bytes, entry_type: str, name: str, text: JSON) -> str:
    """The commitment of an entry of `entry_type` to its text `name`, 64 hexadecimal digits.

    HMAC-SHA256(salt, "stoa.commit.v1" ‖ 0 ‖ entry_type ‖ "." ‖ name ‖ 0 ‖ JCS(text)).
    The salt is 32 random bytes, used once.
    """
    return commit(salt, "stoa.commit.v1", f"{entry_type}.{name}", text).hex()


def commit(salt: bytes, domain: str, label: str, body: JSON) -> bytes:
    """HMAC-SHA256(salt, domain ‖ 0 ‖ label ‖ 0 ‖ JCS(body)). Raises ValueError unless the salt has 32 bytes."""
    _demand_salt(salt)
    message = b"\0".join([domain.encode(), label.encode(), canonical(body)])
    return hmac.digest(salt, message, "sha256")


def ballot_body(ballot: str, approved: Iterable[str]) -> dict[str, JSON]:
    """What a ballot says, as it is committed to and later opened: the approved ids by code point, without doubles."""
    ids: list[JSON] = [*sorted(set(approved))]
    return {"ballot": ballot, "approved": ids}


def ballot_nonce(server: bytes, words: bytes) -> bytes:
    """SHA-256(server ‖ words): the server's 32 random bytes and the voter's check words; neither fixes it alone."""
    _demand_salt(server)
    return sha256(server + words).digest()


def ballot_commitment(nonce: bytes, ballot: str, approved: Iterable[str]) -> bytes:
    """HMAC-SHA256(nonce, "ballot.v1" ‖ 0 ‖ ballot ‖ JCS(body)), 32 bytes."""
    _demand_salt(nonce)
    message = b"ballot.v1\0" + ballot.encode() + canonical(ballot_body(ballot, approved))
    return hmac.digest(nonce, message, "sha256")


@dataclass(frozen=True)
class Receipt:
    """What a voter is promised: this commitment stands for the k-th ballot that they cast in this vote."""

    origin: str
    ballot: str
    commitment: bytes
    server: bytes
    words: bytes
    cast: int

    @property
    def nonce(self) -> bytes:
        """The nonce of the commitment, from the two parts that the receipt shows."""
        return ballot_nonce(self.server, self.words)

    @property
    def text(self) -> str:
        """The text that the record's key signs. Without check words the line `words ` ends in a space."""
        words = base64.b64encode(self.words).decode("ascii")
        return (
            f"stoa receipt v1\n{self.origin}\nballot {self.ballot}\ncommitment {self.commitment.hex()}\n"
            f"server {self.server.hex()}\nwords {words}\ncast {self.cast}\n"
        )

    @classmethod
    def parse(cls, text: str) -> "Receipt":
        """Read a receipt's text. Raises BadReceipt unless `Receipt.parse(text).text == text`."""
        match = _RECEIPT.fullmatch(text)
        if match is None:
            raise BadReceipt("This is not the text of a receipt.")
        origin, ballot, commitment, server, words, cast = match.groups()
        try:
            decoded = base64.b64decode(words, validate=True)
        except (binascii.Error, ValueError) as fault:
            raise BadReceipt("The receipt's check words are not base64.") from fault
        receipt = cls(origin, ballot, bytes.fromhex(commitment), bytes.fromhex(server), decoded, int(cast))
        if receipt.text != text:
            raise BadReceipt("The receipt is not written as the server writes it.")
        return receipt


def _demand_salt(salt: bytes) -> None:
    if len(salt) != SALT_SIZE:
        raise ValueError(f"A salt has {SALT_SIZE} bytes, not {len(salt)}.")
