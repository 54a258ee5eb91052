"""`stoa compute equal-shares`: on files alone, without a server or a database."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.command import computed, succeed

PABULIB = Path(__file__).parents[3] / "shared" / "data" / "votes" / "pabulib"
ASSEN = PABULIB / "Netherlands_Assen_2024.pb"

TIED = """META
key;value
vote_type;approval
budget;2
num_projects;3
num_votes;3
currency;EUR
PROJECTS
project_id;cost;name
a;1;First
b;1;[bold]Second[/bold]
c;1;Third
VOTES
voter_id;vote
1;a
2;b
3;c
"""


@pytest.fixture
def tied(tmp_path: Path) -> Path:
    (tmp_path / "tied.pb").write_text(TIED)
    return tmp_path / "tied.pb"


def test_json_has_the_documented_keys_and_nothing_else_on_standard_output(tied: Path) -> None:
    result = computed("compute", "equal-shares", tied, "--json").json

    assert set(result) == {"selected", "phase", "cost", "budget", "certificate"}
    assert (result["selected"], result["cost"], result["budget"]) == (["a", "b"], 2, 2)
    assert result["phase"] == {"a": "utilitarian", "b": "utilitarian"}


def test_ties_go_to_what_is_listed_first_or_by_the_seed(tied: Path) -> None:
    seed = "5f"
    order = sorted("abc", key=lambda key: sha256(bytes.fromhex(seed) + key.encode()).digest())
    assert computed("compute", "equal-shares", tied, "--seed", seed, "--json").json["selected"] == order[:2]


def test_without_completion_what_equal_shares_does_not_buy_is_left(tied: Path) -> None:
    result = computed("compute", "equal-shares", tied, "--completion", "none", "--json").json
    assert (result["selected"], result["cost"]) == ([], 0)


def test_the_table_shows_names_as_text(tied: Path) -> None:
    printed = computed("compute", "equal-shares", tied).out
    assert "[bold]Second[/bold]" in printed
    assert "2 of 3 projects for 2 of 2 EUR, by 3 voters." in printed


def test_fractions_of_the_unit_are_exact(tied: Path) -> None:
    tied.write_text(TIED.replace("budget;2", "budget;2.50").replace("a;1;", "a;1.25;").replace("b;1;", "b;1.25;"))
    result = computed("compute", "equal-shares", tied, "--json").json
    assert (result["cost"], result["budget"], result["certificate"]["unit"]) == ("2.25", "2.5", "0.01")


@pytest.mark.slow
def test_other_kinds_of_votes_are_refused_with_a_sentence_or_read_as_approvals() -> None:
    file = PABULIB / "Poland_Gdansk_2020_Rudniki.pb"
    fault = computed("compute", "equal-shares", file).fault
    assert fault.endswith(
        "The votes are cumulative, not approvals. Read them as approvals with --as-approvals, or take another file."
    )
    assert computed("compute", "equal-shares", file, "--as-approvals", "--json").json["budget"] == 149000


@pytest.mark.slow
def test_a_real_file_gives_what_the_method_gives() -> None:
    from stoa.methods.equal_shares import choose
    from stoa.methods.pabulib import read

    with ASSEN.open("rb") as stream:
        election = read(stream)
    ballots = [vote.approved for vote in election.votes]
    expected = choose(ballots, {p.id: p.cost for p in election.projects}, election.budget).as_json()
    assert succeed("compute", "equal-shares", ASSEN, "--json").json == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--utility", "fame"), 2), (("--seed", "xyz"), 2), (("--seed", ""), 2), (("--completion", "all"), 2)],
)
def test_a_wrong_option_exits_with_2(arguments: tuple[str, ...], code: int, tied: Path) -> None:
    assert computed("compute", "equal-shares", tied, *arguments).code == code


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    fault = computed("compute", "equal-shares", tmp_path / "none.pb").fault
    assert fault == f"{tmp_path / 'none.pb'} can't be read (no such file or directory). Name a Pabulib file."


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("VOTES\nvoter_id;vote\n1;a\n2;b\n3;c\n", ""), "The section VOTES is missing"),
        (("b;1;[", "a;1;["), "the project “a” comes twice"),
        (("a;1;First", "a;-1;First"), "is not above 0"),
        (("budget;2", "budget;0"), "The budget in META is not above 0"),
        (("a;1;First", 'a;1;"First'), "a quotation mark is opened and not closed"),
        (("1;a\n", "1;" + "a," * 600_000 + "\n"), "has more than 1,048,576 bytes"),
        (("First", "First\0"), "holds bytes that are no text"),
    ],
)
def test_bad_files_are_told_in_one_line(change: tuple[str, str], says: str, tied: Path) -> None:
    tied.write_text(TIED.replace(*change))
    assert says in computed("compute", "equal-shares", tied).fault


def test_another_encoding_is_told(tied: Path) -> None:
    tied.write_bytes(TIED.replace("First", "Erstés").encode("latin-1"))
    assert "is not UTF-8" in computed("compute", "equal-shares", tied).fault
