"""The canonical form: what RFC 8785 demands, and what is refused beyond it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.canonical import JSON, NotCanonical, canonical, parse, parse_object

values: st.SearchStrategy[JSON] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_written_is_read_back(value):
    assert parse(canonical(value)) == value


@given(values)
def test_equal_values_have_equal_bytes_however_they_were_spelt(value):
    respelt = json.loads(json.dumps(value, indent=2))
    assert canonical(respelt) == canonical(value)


def test_keys_are_sorted_by_utf16_code_units():
    by_utf16 = ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]  # the example of RFC 8785 §3.2.3
    shuffled = dict.fromkeys(sorted(by_utf16), 0)
    assert list(parse_object(canonical(shuffled))) == by_utf16


def test_texts_escape_only_what_they_must():
    assert canonical('€$\x0f\nA\'B"\\"/\x7f\u2028') == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\"/\x7f\xe2\x80\xa8"'


def test_accents_are_not_normalised():
    assert canonical("\u00c5") != canonical("A\u030a")


def test_lists_and_tuples_are_the_same():
    assert canonical((1, [2, ()])) == b"[1,[2,[]]]"


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        1.0,
        [{"a": -0.0}],
        float("nan"),
        2**53,
        -(2**53),
        {1: 2},
        "\ud800",
        {"\ud800": 1},
        b"bytes",
        {1, 2},
        object(),
    ],
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b' {"a":1}',
        b'{"a":1}\n',
        b"1.0",
        b"1e2",
        b"-0",
        b"01",
        b"NaN",
        b"Infinity",
        b'"\\u0041"',
        b'"\\/"',
        b'"\xff"',
        b'"\\ud800"',
        b"\xef\xbb\xbf{}",
        b"9007199254740992",
        b"1" * 5000,
        b"",
        b'{"a":1',
        b"[" * 100_000 + b"]" * 100_000,
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data):
    with pytest.raises(NotCanonical):
        parse(data)


def test_an_object_is_told_from_other_values():
    assert parse_object(b'{"a":[null,true]}') == {"a": [None, True]}
    with pytest.raises(NotCanonical):
        parse_object(b"[]")
