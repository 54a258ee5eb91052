"""The published vectors, and a second reader that shares no code with the program: both agree with what is served."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.test import Client

from stoa.methods.canonical import canonical
from stoa.record.models import Entry
from tests.cast import Cast, settle
from tests.record import reader
from tests.record.growing import grow
from tests.record.reader import Disagrees, ed25519, path_of, read, spelled, tree_head, verifier_key

SIGNED = [  # RFC 8032 §7.1, tests 1 to 3
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        ("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        ("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        ("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ),
]  # fmt: skip


def fetch(path: str) -> bytes:
    answer = Client().get(f"/record/{path}")
    assert answer.status_code == 200, path
    return answer.content


def test_the_second_reader_imports_nothing_of_the_program() -> None:
    tree = ast.parse(Path(reader.__file__).read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert named == {"__future__", "base64", "collections.abc", "dataclasses", "hashlib", "json", "typing"}


@pytest.mark.parametrize(("public", "message", "signature"), SIGNED)
def test_the_second_reader_checks_signatures_as_published(public: str, message: str, signature: str) -> None:
    key, text, mark = (bytes.fromhex(value) for value in (public, message, signature))
    assert ed25519(key, text, mark)
    assert not ed25519(key, text + b"x", mark)
    assert not ed25519(key, text, mark[:40] + bytes([mark[40] ^ 1]) + mark[41:])


def test_the_second_reader_agrees_with_the_published_trees_and_paths() -> None:
    from tests.methods.test_merkle import LEAF_HASHES, ROOTS

    hashes = [bytes.fromhex(leaf) for leaf in LEAF_HASHES]
    assert [tree_head(hashes[:size]).hex() for size in range(9)] == ROOTS
    assert path_of("0", 1234067, 256) == "tile/0/x001/x234/067"  # the example of tlog-tiles
    assert path_of("entries", 273, 112) == "tile/entries/273.p/112"
    name, typed = verifier_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert (name, len(typed)) == ("PeterNeumann", 33)


CANONICAL = {  # RFC 8785 §3.2.2 and §3.2.3 and its test data, without the numbers that are not whole
    '{"peach":"This sorting order","péché":"is wrong according to French"'
    ',"pêche":"but canonicalization MUST","sin":"ignore locale"}': {
        "peach": "This sorting order", "péché": "is wrong according to French",
        "pêche": "but canonicalization MUST", "sin": "ignore locale",
    },
    '{"\\n":"Newline","\\r":"Carriage Return","1":"One","</script>":"Browser Challenge"'
    ',"\u0080":"Control\u007f","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign"'
    ',"\U0001f602":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}': {
        "\u20ac": "Euro Sign", "\r": "Carriage Return", "\n": "Newline", "1": "One", "\u0080": "Control\u007f",
        "\U0001f602": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis",
        "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge",
    },
    '[56,{"10":null,"d":true}]': [56, {"d": True, "10": None}],
    '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}': {
        "1": {"f": {"f": "hi", "F": 5}, "\n": 56}, "10": {}, "": "empty", "a": {},
        "111": [{"e": "yes", "E": "no"}], "A": {},
    },
    '{"Unnormalized Unicode":"A\u030a"}': {"Unnormalized Unicode": "A\u030a"},
    '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}': {
        "string": '€$\x0f\nA\'B"\\\\"/', "literals": [None, True, False],
    },
}  # fmt: skip


@pytest.mark.parametrize("text", CANONICAL)
def test_the_published_examples_of_canonical_json_are_reproduced_by_both(text: str) -> None:
    assert canonical(CANONICAL[text]).decode() == text
    assert spelled(CANONICAL[text]) == text


@pytest.mark.django_db
def test_the_second_reader_agrees_with_a_community_of_any_length() -> None:
    cast = Cast()
    cast.question(cast.round(), "What leaks?", cost=10, hours=5)
    settle()
    first = read(fetch)
    grow(canonical({"more": n}) for n in range(600))
    found = read(fetch)
    assert (first.origin, first.size) == ("stoa.test", Entry.objects.count() - 600)
    assert found.size == first.size + 600
    assert found.entries[: first.size] == first.entries
    assert found.entries[-1] == {"more": 599}
    kinds = Entry.objects.order_by("placement__position").values_list("type", flat=True)[: first.size]
    assert [entry["type"] for entry in first.entries] == list(kinds)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "says"),
    [("checkpoint", "signature"), ("tile/entries/000.p/1", "root"), ("tile/0/000.p/1", "tile"), ("vkey", "key")],
)
def test_the_second_reader_is_no_less_strict(path: str, says: str) -> None:
    grow([canonical({"only": "one"})])

    def tampered(asked: str) -> bytes:
        body = fetch(asked)
        return body.replace(b"one", b"two").replace(b"stoa.test", b"stoa.fake") if asked == path and b"o" in body else (
            bytes([body[0] ^ 1]) + body[1:] if asked == path else body
        )  # fmt: skip

    with pytest.raises(Disagrees, match=says):
        read(tampered)
