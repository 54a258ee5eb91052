"""Commitments to texts and ballots, and receipts."""

import base64
import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.canonical import canonical
from stoa.methods.commitment import (
    BadReceipt,
    Receipt,
    ballot_body,
    ballot_commitment,
    ballot_nonce,
    commit,
    text_commitment,
)

SALT = bytes(range(32))


def test_the_known_commitment():
    known = "f9c6ca821ff4cc2692e772376a00b8a216c873b6bc1ec34aee57ea7c7edad888"
    assert commit(SALT, "org.example.commit.v1", "member.email", {"email": "a@example.org"}).hex() == known


def test_a_text_is_committed_to_under_its_entry_type_and_name():
    message = b"stoa.commit.v1\0agenda.question.proposed.title\0" + '"Wie groß?"'.encode()
    expected = hmac.new(SALT, message, sha256).hexdigest()
    assert text_commitment(SALT, "agenda.question.proposed", "title", "Wie groß?") == expected


def test_a_ballot_is_committed_to_with_both_parts_of_its_nonce():
    nonce = sha256(SALT + "grüne Katze".encode()).digest()
    body = b'{"approved":["question:1","question:12"],"ballot":"3"}'
    expected = hmac.new(nonce, b"ballot.v1\x003" + body, sha256).digest()
    assert ballot_nonce(SALT, "grüne Katze".encode()) == nonce
    assert ballot_commitment(nonce, "3", ["question:12", "question:1", "question:12"]) == expected
    assert canonical(ballot_body("3", ["question:12", "question:1", "question:12"])) == body


def test_salts_and_nonces_have_32_bytes():
    for ask in (
        lambda: text_commitment(SALT[1:], "a", "b", ""),
        lambda: ballot_nonce(SALT + b"0", b""),
        lambda: ballot_commitment(b"", "3", []),
    ):
        with pytest.raises(ValueError, match="32 bytes"):
            ask()


def test_a_receipt_to_the_byte():
    nonce = ballot_nonce(SALT, b"green cat")
    receipt = Receipt("stoa.example.org", "3", ballot_commitment(nonce, "3", []), SALT, b"green cat", 2)
    assert receipt.text == (
        "stoa receipt v1\nstoa.example.org\nballot 3\n"
        f"commitment {receipt.commitment.hex()}\nserver {SALT.hex()}\n"
        f"words {base64.b64encode(b'green cat').decode()}\ncast 2\n"
    )
    assert receipt.nonce == nonce
    assert Receipt.parse(receipt.text) == receipt


@given(st.binary(max_size=40), st.integers(1, 10**9))
def test_receipts_are_read_back(words, cast):
    receipt = Receipt("stoa.example.org", "3", bytes(32), SALT, words, cast)
    assert Receipt.parse(receipt.text) == receipt


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v1", "v2"),
        ("cast 1", "cast 0"),
        ("cast 1", "cast 01"),
        ("words", "word"),
        ("words ", "words ="),
        ("server 0", "server A"),
        ("\n", "\r\n"),
    ],
)
def test_other_texts_are_no_receipts(old, new):
    text = Receipt("stoa.example.org", "3", bytes(32), SALT, b"", 1).text
    assert old in text
    with pytest.raises(BadReceipt):
        Receipt.parse(text.replace(old, new))
