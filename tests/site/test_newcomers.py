"""Reading a file of first members, whatever a spreadsheet, a mail program or somebody hostile made of it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.kit.faults import Invalid
from stoa.people.acts import Newcomer
from stoa.site.newcomers import MOST_BYTES, MOST_LINES, BadLine, read, read_text

ADA = Newcomer("Ada Lovelace", "ada@example.org", "Analytical Engines")
ZOE = Newcomer("Zoë Müller", "zoe@example.org", "Université")
TABLE = "name,email,organisation\nZoë Müller,Zoe@Example.org,Université\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_usual_encodings_are_read(encoding: str) -> None:
    assert read(TABLE.encode(encoding)).newcomers == [ZOE]


def test_an_encoding_that_was_guessed_is_told() -> None:
    assert "Windows-1252" in read(TABLE.encode("cp1252")).notes[0]
    assert read(TABLE.encode()).notes == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_usual_delimiters_and_line_ends_are_read(delimiter: str, end: str) -> None:
    text = end.join(["E-Mail,Full name,Institution", "ada@example.org,Ada Lovelace,Analytical Engines", ""])
    assert read_text(text.replace(",", delimiter)).newcomers == [ADA]


def test_without_a_head_the_columns_are_name_email_organisation() -> None:
    found = read_text("Ada Lovelace, ADA@example.org , Analytical  Engines\n")
    assert (found.newcomers, len(found.notes)) == ([ADA], 1)


def test_quotes_hold_delimiters_and_line_breaks() -> None:
    text = 'name,email,organisation\n"Lovelace, Ada",ada@example.org,"Analytical\nEngines"\n'
    assert read_text(text).newcomers == [Newcomer("Lovelace, Ada", "ada@example.org", "Analytical Engines")]


def test_each_bad_line_is_named_with_its_number_and_the_rest_is_read() -> None:
    text = "\n".join(
        [
            "name,email",
            "Ada Lovelace,ada@example.org",
            ",nobody@example.org",
            "Nobody,",
            "",
            "Eve,eve at example.org",
            "Ada again,ADA@example.org",
            "=HYPERLINK(1),eve@example.org",
            "Eve,+eve@example.org",
            "E\x07ve,eve@example.org",
            "x" * 121 + ",eve@example.org",
        ]
    )
    found = read_text(text)
    assert [n.name for n in found.newcomers] == ["Ada Lovelace"]
    assert found.bad == [
        BadLine(3, "The name is missing."),
        BadLine(4, "The address is missing."),
        BadLine(6, "“eve at example.org” is not an e-mail address."),
        BadLine(7, "The address ada@example.org stands in line 2 already."),
        BadLine(8, "The name begins with “=”, which a spreadsheet would take for a formula."),
        BadLine(9, "The address begins with “+”, which a spreadsheet would take for a formula."),
        BadLine(10, "The name holds control characters."),
        BadLine(11, "The name has 121 characters; 120 are the most."),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "There is no line in it."),
        (b" \n\n", "There is no line in it."),
        (b"name,email\n", "There is no line below the names of the columns."),
        (b"who,where\nAda,ada@example.org\n", "The first line names no column for name and email."),
        (b"name\nAda\n", "The first line names no column for email."),
        (b"PK\x03\x04\0\0", "This is not a text file."),
        (b"\xff\xfe\x00", "The file says how it is encoded, but breaks off or is damaged."),
        (b"x" * (MOST_BYTES + 1), f"The file has {MOST_BYTES + 1:,} bytes."),
        (b"name,email\n" + b"A,a@example.org\n" * (MOST_LINES + 1), f"There are more than {MOST_LINES:,} lines."),
    ],
)
def test_what_is_no_table_of_people_is_refused_with_what_would_be_right(body: bytes, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(body)
    assert caught.value.message == message
    assert caught.value.remedy != ""


def test_a_field_or_row_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="Line 2 can't be read"):
        read_text('name,email\n"' + "x" * 200_000)
    wide = read_text("name,email\n" + "A,a@example.org" + "," * 100_000 + "\n")
    assert (wide.newcomers, wide.bad[0].number) == ([], 2)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(Invalid):
        found = read(body)
        assert len({n.email for n in found.newcomers}) == len(found.newcomers)


@given(
    st.lists(st.tuples(st.from_regex(r"[A-Za-zé ]{1,20}", fullmatch=True), st.integers(0, 999)), min_size=1, max_size=9)
)
def test_what_is_written_as_csv_is_read_back(people: list[tuple[str, int]]) -> None:
    rows = {f"p{number}@example.org": " ".join(name.split()) or "x" for name, number in people}
    text = "name,email\n" + "".join(f'"{name}",{email}\n' for email, name in rows.items())
    assert [(n.email, n.name) for n in read_text(text).newcomers] == list(rows.items())
