"""Files of other programs become one table; whatever else they are is named, and nothing breaks."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods import sheets
from stoa.methods.sheets import NoSheet, Sheet, read

PRETALX = {
    "count": 1,
    "results": [
        {
            "code": "ABCDEF",
            "speakers": [
                {"code": "X", "name": "Ada Example", "biography": "Works.", "email": "ada@example.org"},
                {"name": "Bo"},
            ],
            "title": "On models",
            "submission_type": {"en": "Talk", "de": "Vortrag"},
            "created": "2027-01-01T12:00:00+01:00",
            "tags": ["a", "b"],
            "answers": [{"question": {"id": 1, "question": {"en": "Why do you apply?"}}, "answer": "Because."}],
        }
    ],
}
TALK = {"id": 25, "title": "Focused", "persons": [{"public_name": "Brian", "answers": []}]}
SCHEDULE = {
    "schedule": {
        "conference": {
            "days": [
                {
                    "rooms": {
                        "Gray Room": [
                            {"id": 25, "title": "Focused", "persons": [{"public_name": "Brian", "answers": []}]}
                        ]
                    }
                }
            ]
        }
    }
}
NOTES = {
    "notes": [
        {
            "id": "n1", "tcdate": 1798761600000,
            "content": {
                "title": {"value": "A paper"}, "authors": {"value": ["Ada Example", "Bo"]},
                "authorids": {"value": ["ada@example.org", "~Bo1"]}, "keywords": {"value": ["x", "y"]},
            },
        },
        {"id": "n2", "cdate": 1798761600000, "content": {"title": "Another", "authors": ["Cy"], "authorids": ["~Cy1"]}},
    ]
}  # fmt: skip


def test_pretalx_submissions_have_their_first_speaker_and_answers_under_their_questions() -> None:
    (row,) = read(json.dumps(PRETALX)).rows
    assert row == {
        "code": "ABCDEF",
        "speaker": "Ada Example",
        "speaker e-mail": "ada@example.org",
        "biography": "Works.",
        "title": "On models",
        "submission_type": "Talk",
        "created": "2027-01-01T12:00:00+01:00",
        "tags": "a; b",
        "Why do you apply?": "Because.",
    }


def test_a_schedule_of_pretalx_is_read_talk_by_talk() -> None:
    (row,) = read(json.dumps(SCHEDULE)).rows
    assert (row["code"], row["speaker"], row["title"]) == ("25", "Brian", "Focused")


@pytest.mark.parametrize(
    "text", [json.dumps(NOTES), json.dumps(NOTES["notes"]), "\n".join(map(json.dumps, NOTES["notes"]))]
)
def test_notes_of_openreview_are_read_in_both_versions_and_as_lines(text: str) -> None:
    first, second = read(text).rows
    assert (first["id"], first["author"], first["author e-mail"], first["title"], first["keywords"]) == (
        "n1", "Ada Example", "ada@example.org", "A paper", "x; y",
    )  # fmt: skip
    assert first["submitted"] == "1798761600000"
    assert (second["author"], second["author e-mail"], second["title"], second["keywords"]) == ("Cy", "", "Another", "")


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "a\tb\n1\t2\n", "a,b\r\n1,2\r\n\r\n", '[{"a": 1, "b": 2}]'])
def test_the_same_table_in_each_usual_form(text: str) -> None:
    assert read(text) == Sheet(["a", "b"], [{"a": "1", "b": "2"}])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no columns"),
        ("a\n1\n", "no columns"),
        ("a,a\n1,2\n", "twice"),
        ("a,b\n", "no rows"),
        ("a,b\n1,2,3\n", "Line 2 has 3 cells"),
        ("{", "no JSON"),
        ("[1, 2]", "no list of objects"),
        ('{"a": 1}', "neither"),
        ("[" * 100_000, "nested|no JSON"),
        ("[]", "no rows"),
    ],
)
def test_what_is_no_table_is_named(text: str, says: str) -> None:
    with pytest.raises(NoSheet, match=says):
        read(text)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    with pytest.raises(NoSheet, match="more than 2 rows"):
        read("a,b\n1,1\n2,2\n3,3\n")


NAMES = ["content", "speakers", "answers", "notes", "results", "question", "value", "a"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["content", "speakers", "answers", "notes", "results", "question", "value", "a"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_whatever_json_holds_is_a_table_or_named(given: Any) -> None:
    try:
        sheet = read(json.dumps(given))
    except NoSheet:
        return
    assert all(isinstance(value, str) for row in sheet.rows for value in row.values())


@given(st.text(max_size=60))
def test_whatever_a_text_holds_is_a_table_or_named(text: str) -> None:
    with contextlib.suppress(NoSheet):
        assert read(text).rows
