"""Signed notes and checkpoints, against the vectors of Go's sumdb, C2SP and one of our own."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.merkle import leaf_hash, root
from stoa.methods.note import Algorithm, BadNote, Checkpoint, Note, SigningKey, VerifierKey, open_note, sign_note
from tests.methods.test_merkle import LEAVES

NEUMANN_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
NEUMANN = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
RIDDLE = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
RIDDLE_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
RIDDLE_NOTE = f"{RIDDLE}\n{RIDDLE_LINE}".encode()

LOG = SigningKey("log.example.org/community", sha256(b"test log key 1").digest())
WITNESS = SigningKey("witness.example.org/w1", sha256(b"test witness key 1").digest(), Algorithm.COSIGNATURE)
HEAD = """\
log.example.org/community
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— log.example.org/community 8uNSQbsYHVb2fmC3P+7WjPhz6F3Mgy29kXCbthsqbnQUOThFmEYI6YnJd44ayrX+r4Kq+T2QvI7VYmln+t4YDJZJDwU=
— witness.example.org/w1 wEEbYAAAAABlU/EAVxqGRDmTluK8/B2PjnHnmLDnl455go2+1Vb2qTOU77PStrDGkJaY0uGwwJvQudCAn17rfQk16\
ZiUMoWC6kkFAw==
"""


def test_the_note_of_gos_sumdb_is_reproduced():
    key = SigningKey("PeterNeumann", NEUMANN_SEED)
    assert key.verifier == NEUMANN
    assert sign_note(RIDDLE, key) == RIDDLE_NOTE
    assert open_note(RIDDLE_NOTE, [NEUMANN]) == Note(RIDDLE, (NEUMANN,))


def test_the_example_of_the_specification_verifies():
    vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    text = "This is an example message.\n"
    blob = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    key = VerifierKey.parse(vkey)
    assert key.vkey == vkey
    assert open_note(f"{text}\n— example.com/foo {blob}\n".encode(), [key]) == Note(text, (key,))


def test_a_cosigned_checkpoint_is_reproduced_to_the_byte():
    head = Checkpoint("log.example.org/community", 8, root(map(leaf_hash, LEAVES)))
    assert LOG.verifier.vkey == "log.example.org/community+f2e35241+Afn8/lfM5p56oXYowPKh9x0spef09Aekop/Bm4EOl6P4"
    assert WITNESS.verifier.vkey == "witness.example.org/w1+c0411b60+BJW4dPMz3ainimSAJL351yhl03zb54vz40S3+KKIoBF0"
    note = sign_note(head.text, LOG, WITNESS, time=1_700_000_000)
    assert note == HEAD.encode()
    assert sha256(note).hexdigest() == "20e4005b0d748ca8d894c694aba719aa041a4a8f9c0d14f822dbf93701139b1c"
    opened = open_note(note, [WITNESS.verifier, LOG.verifier])
    assert opened.signed_by == (LOG.verifier, WITNESS.verifier)
    assert Checkpoint.parse(opened.text) == head


def test_unknown_keys_are_passed_over_but_one_known_must_have_signed():
    assert open_note(HEAD.encode(), [LOG.verifier]).signed_by == (LOG.verifier,)
    with pytest.raises(BadNote, match="None of the expected keys"):
        open_note(HEAD.encode(), [NEUMANN])


def test_one_wrong_signature_of_a_known_key_spoils_the_note():
    other = HEAD.replace("Xcna", "Ycna")
    with pytest.raises(BadNote, match="does not belong"):
        open_note(other.encode(), [LOG.verifier])
    half = sign_note(RIDDLE, LOG).decode() + RIDDLE_LINE.replace("x08go/ZJ", "x08go/ZK")
    with pytest.raises(BadNote, match="PeterNeumann"):
        open_note(half.encode(), [LOG.verifier, NEUMANN])


def test_a_cosignature_is_bound_to_its_time():
    blob = WITNESS.signature(RIDDLE, time=5)
    assert WITNESS.verifier.verifies(RIDDLE, blob)
    assert not WITNESS.verifier.verifies(RIDDLE, (6).to_bytes(8, "big") + blob[8:])
    with pytest.raises(BadNote):
        WITNESS.signature(RIDDLE)


def test_the_last_blank_line_parts_text_and_signatures():
    text = "one\n\n— two AAAA\n\nthree\n\n"
    assert open_note(sign_note(text, LOG), [LOG.verifier]).text == text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        RIDDLE_NOTE[:-1],
        RIDDLE_NOTE.replace(b"\n", b"\r\n"),
        RIDDLE_NOTE.replace(b"If you", b"If\tyou"),
        RIDDLE_NOTE.replace(b"If", b"I\xff"),
        RIDDLE_NOTE.replace("—".encode(), b"-"),
        RIDDLE_NOTE.replace(b"nAM=", b"nAN="),
        RIDDLE_NOTE.replace(b"nAM=", b"nAM"),
        RIDDLE_NOTE + "— a+b AAAAAAAA\n".encode(),
        RIDDLE_NOTE + "— short AAAA\n".encode(),
        RIDDLE_NOTE + "—  AAAAAAAA\n".encode(),
        RIDDLE_NOTE + b"\n",
        RIDDLE_NOTE + RIDDLE_LINE.encode() * 100,
        RIDDLE_NOTE + "— other AAAAAAAA\n".encode() * 100,
        b"a" * 2_000_000 + RIDDLE_NOTE,
    ],
)
def test_malformed_notes_are_refused(data):
    with pytest.raises(BadNote):
        open_note(data, [NEUMANN])


def test_a_hundred_signatures_are_accepted():
    note = RIDDLE_NOTE + "— other AAAAAAAA\n".encode() * 99
    assert open_note(note, [NEUMANN]).signed_by == (NEUMANN,)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        NEUMANN.vkey.replace("c74f20a3", "c74f20a4"),
        NEUMANN.vkey.replace("c74f20a3", "C74F20A3"),
        NEUMANN.vkey.replace("Peter", "Pet er"),
        NEUMANN.vkey[:-4],
        NEUMANN.vkey + "\n",
        "PeterNeumann+c74f20a3+" + base64.b64encode(b"\x02" + NEUMANN.public).decode(),
    ],
)
def test_malformed_verifier_keys_are_refused(vkey):
    with pytest.raises(BadNote):
        VerifierKey.parse(vkey)


@pytest.mark.parametrize("text", ["no newline", "tab\there\n", ""])
def test_what_is_no_text_is_not_signed(text):
    with pytest.raises(BadNote):
        sign_note(text, LOG)


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1),
    st.integers(0, 2**62),
    st.binary(min_size=32, max_size=32),
)
def test_checkpoints_are_read_back(origin, size, head):
    checkpoint = Checkpoint(origin, size, head, ("an extension",))
    assert Checkpoint.parse(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n8\n",
        "origin\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
        "origin\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "origin\n-8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "origin\n٨\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "origin\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
        "origin\n8\nAAAA\n",
        "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "origin\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n",
    ],
)
def test_malformed_checkpoints_are_refused(text):
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_a_signing_key_does_not_show_its_seed():
    assert repr(LOG) == "SigningKey('log.example.org/community')"
