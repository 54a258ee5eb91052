"""Reading Pabulib files: real ones, odd ones, and hostile ones, each with a message that helps."""

import io
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.pabulib import Election, Project, Vote, in_units, read
from stoa.methods.rows import MOST_LINE, BadFile

REAL = Path(__file__).parents[3] / "shared" / "data" / "votes" / "pabulib"

PLAIN = """\
META
key;value
description;Two projects
num_projects;2
num_votes;3
budget;10
vote_type;approval
currency;EUR
PROJECTS
project_id;cost;votes;name
park;5;2;A park
2;7;1;A bench
VOTES
voter_id;age;vote
x;31;park
y;;park,2
z;50;
"""


def read_text(text: str | bytes, *, as_approvals: bool = False) -> Election:
    data = text.encode() if isinstance(text, str) else text
    return read(io.BytesIO(data), as_approvals=as_approvals)


def changed(old: str, new: str) -> str:
    assert PLAIN.count(old) == 1
    return PLAIN.replace(old, new)


def fault(text: str | bytes) -> str:
    with pytest.raises(BadFile) as told:
        read_text(text)
    return str(told.value)


def test_a_plain_file():
    election = read_text(PLAIN)
    assert election.projects == (Project("park", "A park", 5), Project("2", "A bench", 7))
    assert election.votes == (Vote("x", ("park",)), Vote("y", ("park", "2")), Vote("z", ()))
    assert (election.budget, election.scale, election.unit) == (10, 1, "EUR")
    assert (election.skipped, election.warnings) == ({}, ())
    assert election.meta["description"] == "Two projects"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\n\n"),
        PLAIN.rstrip("\n"),
        changed("budget;10", "budget;10.00"),
        changed("park,2", " park , 2 , park"),
        changed("A park", '"A park"'),
        changed("META", "meta").replace("VOTES", "Votes"),
        changed("y;;park,2\n", "y;;park,2\n;;;\n"),
    ],
)
def test_the_same_file_in_other_spellings(text):
    expected = read_text(PLAIN)
    found = read_text(text)
    assert (found.projects, found.votes, found.budget, found.scale) == (
        expected.projects,
        expected.votes,
        expected.budget,
        expected.scale,
    )


def test_quoted_names_keep_their_marks_and_lose_their_line_breaks():
    election = read_text(changed("A park", '"A ""wild""; green\npark"'))
    assert election.projects[0].name == 'A "wild"; green park'


def test_decimals_are_counted_exactly_in_the_smallest_unit():
    election = read_text(changed("park;5;", "park;5.25;").replace("budget;10", "budget;10.5"))
    assert (election.budget, election.scale, [project.cost for project in election.projects]) == (1050, 100, [525, 700])
    assert [in_units(amount, 100) for amount in (1050, 525, 700)] == ["10.5", "5.25", 7]


@given(st.integers(0, 10**15), st.sampled_from([1, 10, 100, 10**6]))
def test_amounts_are_printed_in_the_files_unit_and_read_back(value, scale):
    printed = in_units(value, scale)
    budget = read_text(changed("budget;10", f"budget;{printed}")) if value else None
    assert budget is None or budget.budget * scale == value * budget.scale


def test_what_is_passed_over_is_counted_with_its_reason():
    election = read_text(changed("park,2", "park,9,9").replace("z;50;", "x;50;2"))
    assert election.votes == (Vote("x", ("park",)), Vote("y", ("park",)))
    assert election.skipped == {
        "approvals of projects that are not in the file": 2,
        "votes of a voter whose id came before": 1,
    }
    assert election.warnings == ("META says num_votes is 3; the file has 2.",)


def test_other_kinds_of_votes_are_refused_or_read_as_approvals():
    ordinal = changed("approval", "ordinal")
    assert fault(ordinal).startswith("The votes are ordinal, not approvals.")
    assert read_text(ordinal, as_approvals=True).votes == read_text(PLAIN).votes
    points = changed("approval", "cumulative").replace("age;vote", "points;vote")
    points = points.replace("x;31;", "x;0;").replace("y;;", "y;3,-1;").replace("z;50;", "z;;")
    election = read_text(points, as_approvals=True)
    assert [vote.approved for vote in election.votes] == [(), ("park",), ()]
    assert election.skipped == {"projects named in a vote with no points or fewer": 2}


def test_choose_one_files_are_approvals():
    assert read_text(changed("approval", "choose-1")).votes == read_text(PLAIN).votes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "section META is missing"),
        (PLAIN[: PLAIN.index("PROJECTS")], "section PROJECTS is missing"),
        (PLAIN[: PLAIN.index("VOTES")], "section VOTES is missing"),
        (PLAIN[:45], "Line 4: META holds pairs"),
        ("a;b\n" + PLAIN, "Line 1: the file does not begin with a line META"),
        ("VOTES\n" + PLAIN, "Line 1: the section VOTES stands in the wrong place"),
        (PLAIN + "VOTES\n", "Line 18: the section VOTES stands in the wrong place"),
        (changed("project_id;cost", "project_id;price"), "Line 10: the section PROJECTS has no column cost"),
        (changed("voter_id", "id"), "Line 14: the section VOTES has no column voter_id"),
        (changed("2;7;", "park;7;"), "Line 12: the project “park” comes twice"),
        (changed("2;7;", " ;7;"), "Line 12: the project_id is empty"),
        (changed("2;7;", f"{'2' * 81};7;"), "Line 12: the project_id is longer than 80"),
        (changed("y;;", ";;"), "Line 16: the voter_id is empty"),
        (changed("park;5;", "park;-5;"), "Line 11: the cost of project “park” is not above 0"),
        (changed("park;5;", "park;0;"), "Line 11: the cost of project “park” is not above 0"),
        (changed("park;5;", "park;NaN;"), "Line 11: the cost of project “park” is not a number"),
        (changed("park;5;", "park;1e999;"), "Line 11: the cost of project “park” is not a number"),
        (changed("park;5;", "park;5,25;"), "Line 11: the cost of project “park” is not a number"),
        (changed("park;5;", "park;5.1234567;"), "Line 11: the cost of project “park” has more than 6 decimals"),
        (changed("budget;10", "budget;0"), "The budget in META is not above 0"),
        (changed("budget;10", "budget;-3"), "The budget in META is not above 0"),
        (changed("budget;10", "budget;ten"), "Line 9: the budget in META is not a number"),
        (changed("budget;10\n", ""), "META gives no budget. Add a line"),
        (changed("budget;10", "budget;1e17"), "too large to be counted exactly"),
        (changed("budget;10", "budget;10\nbudget;11"), "Line 7: META gives budget twice, differently"),
        (changed("approval", "loudness"), "META gives no known vote_type"),
        (PLAIN.encode("utf-16"), "The file is UTF-16"),
        (changed("A park", "Ein grüner Park").encode("latin-1"), "Line 11 is not UTF-8"),
        (changed("A park", "A\0park"), "Line 11 holds bytes that are no text"),
        (PLAIN.replace("\n", "\r"), "Line 1: the row can't be read"),
        (changed("A park", '"A park'), "Line 11: a quotation mark is opened and not closed"),
        (changed("A park", '"A park') + "more\n" * 50_000, "Line 11: a field is too long"),
        (changed("A park", '"A park') + "\n" * 50_000, "Line 11: a quotation mark is opened and not closed"),
        (PLAIN + "w;1;" + "park," * 10_000_000, f"Line 18 has more than {MOST_LINE:,} bytes"),
        (PLAIN + "w" + ";" * 10_000_000, f"Line 18 has more than {MOST_LINE:,} bytes"),
    ],
    ids=range(35),
)
def test_a_fault_is_told_with_its_line_and_a_remedy(text, told):
    message = fault(text)
    assert told in message
    assert len(message) < 200
    assert message.endswith(".")
    assert re.search(r"[.:;] ", message)


def test_a_huge_line_is_not_read_whole():
    class Endless(io.RawIOBase):
        """A line that never ends."""

        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:
            self.given += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    endless = Endless()
    with pytest.raises(BadFile, match="Line 1 has more than"):
        read(io.BufferedReader(endless))
    assert endless.given < 3 * MOST_LINE


def test_progress_is_told_in_bytes():
    told: list[int] = []
    text = PLAIN + "".join(f"v{number};1;park\n" for number in range(2000))
    read(io.BytesIO(text.encode()), on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == len(text.encode())
    assert len(told) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(REAL.glob("*.pb")), ids=lambda path: path.stem)
def test_real_files_are_read_whole(path):
    with path.open("rb") as stream:
        election = read(stream, as_approvals=True)
    assert len(election.projects) == int(election.meta["num_projects"])
    assert len(election.votes) + election.skipped.get("votes of a voter whose id came before", 0) == int(
        election.meta["num_votes"]
    )
    assert election.warnings == ()
    assert election.scale == 1


@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_breaks_nothing(data):
    damaged = bytearray(PLAIN.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=3))
    with suppress(BadFile):
        read_text(bytes(damaged))
