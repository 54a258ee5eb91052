"""`stoa compute opinion-map`: on a folder alone, without a server or a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import computed, succeed

DATA = Path(__file__).parents[3] / "shared" / "data" / "deliberation"
SEATTLE = DATA / "polis-opendata" / "15-per-hour-seattle"

COMMENTS = "timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body\n" + "".join(
    f"1,{n},0,0,0,1,[bold]Claim[/bold] {n}\n" for n in range(8)
)
VOTES = "timestamp,comment-id,voter-id,vote\n" + "".join(
    f"1,{n},{who},{1 if (n < 4) == (who % 2 == 0) else -1}\n" for who in range(20) for n in range(8)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "comments.csv").write_text(COMMENTS)
    (tmp_path / "votes.csv").write_text(VOTES + "1,99,1,1\n")
    return tmp_path


def test_json_has_the_documented_keys_and_nothing_else_on_standard_output(folder: Path) -> None:
    result = computed("compute", "opinion-map", folder, "--json").json
    assert result == {
        "participants": 20,
        "statements": 8,
        "votes": 160,
        "groups": [
            {"size": 10, "members": list(range(start, 20, 2))}
            for start in (result["groups"][0]["members"][0], result["groups"][1]["members"][0])
        ],
        "consensus": [],
        "divisive": list(range(8)),
        "stability": 1.0,
    }
    assert {group["members"][0] for group in result["groups"]} == {0, 1}


@pytest.mark.slow
def test_the_number_of_groups_and_their_least_size_can_be_given(folder: Path) -> None:
    one = computed("compute", "opinion-map", folder, "--k", "1", "--json").json
    assert [group["size"] for group in one["groups"]] == [20]
    none = computed("compute", "opinion-map", folder, "--k", "2", "--min-group", "11", "--json").json
    assert none["groups"] == []


def test_in_words_a_text_from_the_file_stays_text_and_what_was_passed_over_is_told(folder: Path) -> None:
    result = computed("compute", "opinion-map", folder)
    assert "Group A: 10 people" in result.out
    assert "[bold]Claim[/bold]" in result.out
    assert "Passed over: 1 votes on statements that are not among the statements." in result.err


@pytest.mark.slow
def test_a_real_conversation_twice_is_the_same_and_has_no_clear_groups_where_there_are_none() -> None:
    first, second = (computed("compute", "opinion-map", SEATTLE, "--json").json for _ in range(2))
    assert first == second
    assert [group["size"] for group in first["groups"]] == [96, 42]
    london = succeed("compute", "opinion-map", DATA / "polis-opendata" / "london-youth-policing")
    assert "No clear groups" in london.out


@pytest.mark.parametrize("arguments", [["--k", "0"], ["--k", "21"], ["--min-group", "0"]])
def test_a_wrong_use_is_told(folder: Path, arguments: list[str]) -> None:
    assert computed("compute", "opinion-map", folder, *arguments).code == 2


def test_what_is_no_export_is_refused_in_a_line(tmp_path: Path) -> None:
    result = computed("compute", "opinion-map", tmp_path)
    assert result.code == 1
    assert result.err.count("\n") == 1
    assert "The folder has no comments.csv." in result.err
