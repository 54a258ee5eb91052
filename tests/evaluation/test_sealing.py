"""A signature holds for one log of one run; a commitment opens with its salt alone."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stoa.evaluation.sealing import commitment, is_signed, signed_text

LOG, SALT = "sha256:" + "ab" * 32, "01" * 32
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw().hex()


def test_what_is_signed_names_study_run_nonce_and_log() -> None:
    assert signed_text(7, 12, "n" * 64, LOG) == b"stoa-run/1\n7\n12\n" + b"n" * 64 + b"\n" + b"ab" * 32 + b"\n"


def test_a_signature_holds_for_its_text_and_key_alone() -> None:
    text = signed_text(7, 12, "n", LOG)
    signature = KEY.sign(text).hex()
    assert is_signed(text, PUBLIC, signature)
    assert not is_signed(signed_text(7, 13, "n", LOG), PUBLIC, signature)
    assert not is_signed(text, "00" * 32, signature)
    assert not is_signed(text, PUBLIC, "no digits")


def test_a_commitment_is_the_hash_of_salt_and_digest() -> None:
    assert commitment(SALT, LOG) == hashlib.sha256(b"\x01" * 32 + b"\xab" * 32).hexdigest()


@pytest.mark.parametrize(("salt", "log"), [("01", LOG), (SALT, "sha256:ab"), ("x" * 64, LOG)])
def test_what_is_no_salt_and_no_digest_is_refused(salt: str, log: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        commitment(salt, log)
