"""Entries are read in two ways, one of them quick: both agree on every entry, and on what is none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.canonical import canonical
from stoa.verify.entry import Entry, read_entry, read_with_care
from stoa.verify.faults import Broken

USUAL: dict[str, Any] = {
    "v": 1,
    "at": "2026-11-22T17:01:18.123456Z",
    "type": "agenda.question.proposed",
    "act": "agenda.question.propose",
    "actor": "person:7d3k",
    "role": "member",
    "charter": 2,
    "subject": "question:12",
    "facts": {"question": "12", "round": "2"},
    "commitments": {"body": "0" * 64, "title": "f" * 64},
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**54) | st.text(max_size=4) | st.sampled_from(list(USUAL.values())),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def outcome(read: Callable[[int, bytes], Entry], raw: bytes) -> Entry | str:
    try:
        return read(3, raw)
    except Broken as fault:
        return str(fault)


@given(st.dictionaries(st.sampled_from(list(USUAL)), VALUES, max_size=3))
def test_both_ways_agree_on_entries_with_other_values(changes: dict[str, Any]) -> None:
    raw = json.dumps(USUAL | changes, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert outcome(read_entry, raw) == outcome(read_with_care, raw)


@given(
    st.integers(0, 400), st.integers(0, 3), st.sampled_from([b"", b",", b'"', b"}", b"{", b" ", b"0", b"\\", b"\xff"])
)
def test_both_ways_agree_on_bytes_with_something_else_in_them(at: int, cut: int, put: bytes) -> None:
    raw = canonical(USUAL)
    changed = raw[:at] + put + raw[at + cut :]
    assert outcome(read_entry, changed) == outcome(read_with_care, changed)


@pytest.mark.parametrize(
    ("inside", "instead"),
    [
        ('"facts":{"question":"12","round":"2"}', '"facts":{"round":"2","question":"12"}'),
        ('"facts":{"question":"12","round":"2"}', '"facts":{"a":1},"facts":{"a":1}'),
        ('"facts":{"question":"12","round":"2"}', '"facts":{},"role":"member","subject":"x:1","type":"a.b","v":1}'),
        ('"facts":{"question":"12","round":"2"}', '"facts":' + '{"a":' * 33 + "1" + "}" * 33),
        ('"facts":{"question":"12","round":"2"}', '"facts":' + '{"a":' * 31 + "{}" + "}" * 31),
        ('"facts":{"question":"12","round":"2"}', '"facts":{"a":1.0}'),
        (f'"title":"{"f" * 64}"', f'"body":"{"f" * 64}"'),
        (f'"title":"{"f" * 64}"', f'"aim":"{"f" * 64}"'),
        ('"charter":2', '"charter":02'),
        ('"charter":2', '"charter":9007199254740993'),
        ('"role":"member"', '"role":null'),
        ('"role":"member"', '"role":"clock"'),
        ("2026-11-22", "2026-02-30"),
        ('"question:12"', '"question:\\u0031"'),
    ],
)
def test_nothing_slips_through_the_quick_way(inside: str, instead: str) -> None:
    raw = canonical(USUAL).decode()
    assert inside in raw
    changed = raw.replace(inside, instead).encode()
    assert outcome(read_entry, changed) == outcome(read_with_care, changed)


def test_an_entry_in_the_documented_form_is_read() -> None:
    entry = read_entry(3, canonical(USUAL))
    assert entry == read_with_care(3, canonical(USUAL))
    assert (entry.position, entry.type, entry.actor, entry.facts) == (3, USUAL["type"], USUAL["actor"], USUAL["facts"])
