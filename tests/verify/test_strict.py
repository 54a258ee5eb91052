"""Canonical JSON is read, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.canonical import NotCanonical, canonical, parse
from stoa.verify import strict

texts = st.text(st.characters(exclude_categories=()))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_canonical_is_read_and_spelled_as_it_was(value: object) -> None:
    assert strict.parse(canonical(value)) == value
    assert strict.spell(value) == canonical(value)


def test_keys_stand_in_the_order_of_utf_16() -> None:
    value = {"\ufb33": 1, "\U0001f600": 2}
    assert strict.spell(value) == '{"\U0001f600":2,"\ufb33":1}'.encode()
    assert strict.parse(canonical(value)) == value


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "is not JSON: Expecting value at character 0"),
        (b'{"a": 1}', "is not in the canonical form of RFC 8785"),
        (b'{"a":1,"a":1}', "is not in the canonical form of RFC 8785"),
        (b'{"b":1,"a":1}', "is not in the canonical form of RFC 8785"),
        (b'"\\u0041"', "is not in the canonical form of RFC 8785"),
        (b"-0", "is not in the canonical form of RFC 8785"),
        (b"1.0", "holds 1.0, a number that is no integer"),
        (b"1e3", "holds 1e3, a number that is no integer"),
        (b"NaN", "holds NaN, a number that is no integer"),
        (b"9007199254740992", "holds an integer beyond 2^53 - 1"),
        (b"9" * 100_000, "holds an integer beyond 2^53 - 1"),
        (b'"\\ud800"', "holds half a surrogate pair"),
        (b'"\xff"', "is not UTF-8"),
        (b"[" * 33 + b"]" * 33, "is nested too deeply"),
        (b"[" * 60_000 + b"]" * 60_000, "is nested too deeply"),
        (b"," * 13_000_000, "has more items than any record needs"),
    ],
)
def test_what_is_not_canonical_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        strict.parse(raw)


@given(st.binary(max_size=40) | texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_both_readers_of_this_program_agree(raw: bytes) -> None:
    try:
        theirs: object = parse(raw)
    except NotCanonical:
        with pytest.raises(ValueError, match=r"^(is|holds) "):
            strict.parse(raw)
    else:
        assert strict.parse(raw) == theirs
