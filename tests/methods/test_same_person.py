from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.same_person import address_key, find_pairs, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller, Ana-Eva J.", "ana eva Muller"), ("Émile  Zola", "Zola Emile"), ("J. R.", "R J")],
)
def test_names_are_alike_without_accents_case_order_and_initials(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada Byron", "Ada Lovelace"), ("李明", "李敏"), ("Ann Lee", "Anna Lee"), ("Guest 1", "Guest 2")],
)
def test_other_names_are_not(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("Ada+stoa@Example.org", "ada@example.org"),
        ("a.d.a@googlemail.com", "ada@gmail.com"),
        ("a.d.a@example.org", "a.d.a@example.org"),
        ("+x@example.org", "+x@example.org"),
    ],
)
def test_an_address_is_known_without_what_mail_ignores(address: str, key: str) -> None:
    assert address_key(address) == key


def test_pairs_name_the_older_account_first_and_what_they_share() -> None:
    marks = [("name", "x", "b"), ("name", "x", "a"), ("orcid", "1", "a"), ("orcid", "1", "b"), ("name", "x", "gone")]
    order = {"a": ("2", "a"), "b": ("1", "b")}
    assert find_pairs(marks, order) == {("b", "a"): ["name", "orcid"]}
    assert find_pairs([("name", "", "a"), ("name", "", "b")], order) == {}


@given(st.integers(2, 40))
def test_everybody_in_a_group_is_in_a_pair_and_large_groups_make_few(size: int) -> None:
    accounts = [f"{n:03}" for n in range(size)]
    found = find_pairs([("name", "x", a) for a in accounts], {a: (a, a) for a in accounts})
    assert {account for pair in found for account in pair} == set(accounts)
    assert len(found) == (size * (size - 1) // 2 if size <= 12 else size - 1)
