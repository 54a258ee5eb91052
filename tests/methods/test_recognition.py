"""Addresses that were labelled by hand: no student is ever taken for staff, and nearly all are recognised rightly."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.recognition import ALUMNI, STUDENT, Listed, Recognised, domains_of, recognise
from stoa.methods.university_lists import NoList, read

DATA = Path(__file__).parents[1] / "members" / "data"
LEAST_RIGHT = 0.98
UNI = {"uni.edu": Listed("A University", "US"), "uni.ac.uk": Listed("Another", "GB")}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def listed() -> dict[str, Listed]:
    marks = ("academic", "stopped", "abused")
    return {
        row["domain"]: Listed(row["name"], row["country"], **{mark: row[mark] == "1" for mark in marks})
        for row in rows("domains.csv")
    }


def test_of_addresses_labelled_by_hand_nearly_all_are_right_and_no_student_is_taken_for_staff(
    listed: dict[str, Listed],
) -> None:
    labelled = rows("addresses.csv")
    wrong = []
    for row in labelled:
        told = recognise(row["address"], listed)
        assert told.kind != "staff" or row["kind"] == "staff", row
        if (told.organisation, told.country, told.kind) != (row["organisation"], row["country"], row["kind"]):
            wrong.append(row["address"])
    assert len(labelled) >= 200
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(labelled), wrong


@given(st.sampled_from(sorted(STUDENT | ALUMNI)), st.sampled_from(["staff", "faculty", "prof", "cs"]), st.booleans())
def test_whatever_stands_beside_it_a_word_for_students_is_never_staff(word: str, beside: str, first: bool) -> None:
    labels = [word, beside] if first else [beside, word]
    for uni in UNI:
        assert recognise(f"a@{'.'.join(labels)}.{uni}", UNI).kind in {"student", "alumni"}
        assert recognise(f"a@{'-'.join(labels)}.{uni}", UNI).kind in {"student", "alumni"}


@given(st.text(max_size=80))
def test_whatever_is_typed_is_answered(address: str) -> None:
    assert isinstance(recognise(address, UNI), Recognised)


@pytest.mark.parametrize(
    ("address", "domains"),
    [
        ("a@b.c.example.org", ["b.c.example.org", "c.example.org", "example.org"]),
        ("a@EXAMPLE.org.", ["example.org"]),
        ("a@b@example.org", ["example.org"]),
        ("a@bücher.example", ["xn--bcher-kva.example"]),
        ("example.org", []),
        ("@example.org", []),
        ("a@org", []),
        ("a@-x.org", []),
        ("a@" + "x" * 64 + ".org", []),
    ],
)
def test_a_domain_and_those_above_it(address: str, domains: list[str]) -> None:
    assert domains_of(address) == domains


def test_a_domain_that_is_stopped_stops_all_below_it_and_one_that_was_given_away_shows_no_staff() -> None:
    listed = {**UNI, "sold.edu": Listed("Sold", "US", abused=True), "no.uni.edu": Listed(stopped=True)}
    assert recognise("a@staff.uni.edu", listed).kind == "staff"
    assert recognise("a@staff.no.uni.edu", listed) == Recognised(
        why="no.uni.edu counts as no university's.", domain="no.uni.edu"
    )
    assert (recognise("a@staff.sold.edu", listed).organisation, recognise("a@staff.sold.edu", listed).kind) == (
        "Sold",
        "unknown",
    )


def test_lists_are_read_into_one() -> None:
    universities = [{"name": "A  University", "domains": ["A.edu", "no domain"], "alpha_two_code": "US"}]
    found = read(
        [
            ("world.json", json.dumps(universities)),
            ("domains.csv", "domain,names\na.edu,Else\nb.edu,BU | B University\nc.edu,CU\n"),
            ("swot_stoplist.txt", "b.edu\n\nnot a domain\n"),
            ("abused.txt", "c.edu\n"),
            ("tlds.txt", "ac.xx\n"),
        ]
    )
    assert found == {
        "a.edu": Listed("A University", "US"),
        "b.edu": Listed("B University", stopped=True),
        "c.edu": Listed("CU", abused=True),
        "ac.xx": Listed(academic=True),
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [("x.json", "{"), ("x.json", "[1]"), ("x.json", '[{"name": "x"}]'), ("x.csv", "a,b\n"), ("x.txt", "a.edu\n")],
)
def test_a_file_that_is_no_list_is_named(name: str, text: str) -> None:
    with pytest.raises(NoList, match=f"^{name}"):
        read([(name, text)])
