"""Reading Polis exports: real conversations, both kinds of headers, odd and hostile folders, each with a message that helps."""

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stoa.methods.polis import Conversation, Statement, read
from stoa.methods.rows import BadFile

REAL = Path(__file__).parents[3] / "shared" / "data" / "deliberation"

COMMENTS = """\
timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1542406176584,Sat Nov 17 05:09:36 WIB 2018,10,7,1,0,0,"Ten, with a comma"
1542406176584,Sat Nov 17 05:09:36 WIB 2018,2,,1,0,-1,Two
1542406176584,Sat Nov 17 05:09:36 WIB 2018,3,1,1,0,1,"Three
in lines"
"""
NEW_COMMENTS = """\
timestamp,comment-id,author-id,agrees,disagrees,moderated,is-meta,is-seed,group-informed-consensus,comment-body
1542406176584,10,7,1,0,0,false,true,0.68,"Ten, with a comma"
1542406176584,2,,1,0,-1,false,true,0.68,Two
1542406176584,3,1,1,0,1,false,true,0.68,Three in lines
"""
VOTES = """\
timestamp,datetime,comment-id,voter-id,vote
1000,Sat Jan 01 02:00:01 WIB 2000,10,1,1
3000,Fri Dec 31 17:00:03 PST 1999,3,11,-1
2000,Sat Jan 01 09:00:02 WIB 2000,3,11,1
2000,Fri Dec 31 17:00:02 PST 1999,2,1,0
2000,Fri Dec 31 17:00:02 PST 1999,10,9,1
"""
MATRIX = """\
participant,group-id,n-comments,n-votes,n-agree,n-disagree,10,2,3
1,0,1,2,1,0,1,0,
9,1,0,1,1,0,1,,
11,,0,1,0,1,,,-1
"""
STATEMENTS = (
    Statement("2", "Two", "", -1),
    Statement("3", "Three in lines", "1", 1),
    Statement("10", "Ten, with a comma", "7", 0),
)
VOTED = {("1", "2", 0), ("1", "10", 1), ("9", "10", 1), ("11", "3", -1)}


def folder(tmp_path: Path, **files: str | bytes) -> Path:
    """A folder with these files; `participants_votes` is written with a hyphen, names without an ending are CSV."""
    place = tmp_path / "export"
    place.mkdir(exist_ok=True)
    for name, content in files.items():
        path = place / (name.replace("_", "-") + ("" if "." in name else ".csv"))
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return place


def voted(conversation: Conversation) -> set[tuple[str, str, int]]:
    places = zip(conversation.person, conversation.statement, conversation.value, strict=True)
    return {(conversation.participants[p], conversation.statements[s].id, int(v)) for p, s, v in places}


@pytest.mark.parametrize("comments", [COMMENTS, NEW_COMMENTS, COMMENTS.replace("\n1", "\r\n1"), "\ufeff" + COMMENTS])
@pytest.mark.parametrize("source", ["votes", "participants_votes", "both"])
def test_a_conversation_in_either_kind_of_file(tmp_path, comments, source):
    files = {"votes": VOTES, "participants_votes": MATRIX}
    found = read(folder(tmp_path, comments=comments, **(files if source == "both" else {source: files[source]})))
    assert found.statements == STATEMENTS
    assert found.participants == ("1", "9", "11")
    assert voted(found) == VOTED
    assert found.taken_out == (0,)
    assert found.groups == ({} if source == "votes" else {"1": "0", "9": "1"})
    assert found.source == ("participants-votes.csv" if source == "participants_votes" else "votes.csv")
    changed = {} if source == "participants_votes" else {"votes that the same person gave anew later": 1}
    assert found.skipped == changed


def test_an_extra_column_of_outside_ids_and_missing_statement_columns(tmp_path):
    matrix = MATRIX.replace("participant,", "participant,xid,").replace(",10,2,3", ",10,3")
    matrix = matrix.replace("1,0,1,2,1,0,1,0,", "1,x,0,1,2,1,0,1,").replace("9,1,0,1,1,0,1,,", "9,,1,0,1,1,0,1,")
    matrix = matrix.replace("11,,0,1,0,1,,,-1", "11,,,0,1,0,1,,-1")
    found = read(folder(tmp_path, comments=COMMENTS, participants_votes=matrix))
    assert voted(found) == VOTED - {("1", "2", 0)}
    assert found.groups == {"1": "0", "9": "1"}


def test_the_order_of_rows_changes_nothing(tmp_path):
    head, *rows = VOTES.splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    first = read(folder(tmp_path, comments=COMMENTS, votes=VOTES))
    second = read(folder(tmp_path, comments=COMMENTS, votes=turned))
    assert first.participants == second.participants
    for name in ("person", "statement", "value"):
        assert getattr(first, name).tolist() == getattr(second, name).tolist()


def test_of_votes_at_one_instant_the_later_row_counts(tmp_path):
    votes = VOTES + "3000,Fri Dec 31 17:00:03 PST 1999,3,11,0\n"
    assert ("11", "3", 0) in voted(read(folder(tmp_path, comments=COMMENTS, votes=votes)))


def test_rows_that_make_no_sense_are_counted_with_the_reason(tmp_path):
    comments = COMMENTS + "1,x,2,1,0,0,1,Again\n1,x,,1,0,0,1,No id\n1,x,4,1,0,0,maybe,Four\n"
    votes = VOTES + "1,x,10,,1\n1,x,10,12,2\n1,x,99,12,1\nsoon,x,10,12,1\n1,x,10\n,,,,\n"
    found = read(folder(tmp_path, comments=comments, votes=votes))
    assert voted(found) == VOTED
    assert found.skipped == {
        "statements whose id came before": 1,
        "statements without a usable id": 1,
        "unknown moderation states, taken as not moderated": 1,
        "rows without a usable participant id": 2,
        "votes that are not 1, 0 or -1": 1,
        "votes on statements that are not among the statements": 1,
        "votes whose timestamp is not a number": 1,
        "votes that the same person gave anew later": 1,
    }


def test_rows_of_the_matrix_that_make_no_sense(tmp_path):
    matrix = MATRIX + "1,0,1,2,1,0,0,0,0\n,0,1,2,1,0,0,0,0\n12,0,0,1,1,0,1\n13,0,0,1,1,0,yes,,\n"
    found = read(folder(tmp_path, comments=COMMENTS, participants_votes=matrix))
    assert voted(found) == VOTED | {("12", "10", 1)}
    assert found.skipped == {
        "rows of a participant whose id came before": 1,
        "rows without a usable participant id": 1,
        "rows with too few cells": 1,
        "votes that are not 1, 0 or -1": 1,
    }


@pytest.mark.parametrize(
    ("person", "statement", "moderated"), [("pid", "tid", "mod"), ("participant_id", "statement_id", "moderated")]
)
def test_answers_of_the_api(tmp_path, person, statement, moderated):
    comments = [
        {"txt": one.text, statement: int(one.id), person: int(one.author or 0), moderated: one.moderated}
        for one in STATEMENTS
    ]
    votes = [{person: int(p), statement: int(s), "vote": v, "modified": 1e12} for p, s, v in sorted(VOTED)]
    votes.append({person: 9, statement: 10, "vote": -1, "modified": "999"})
    found = read(folder(tmp_path, **{"comments.json": json.dumps(comments), "votes.json": json.dumps(votes)}))
    assert [(one.id, one.text, one.moderated) for one in found.statements] == [
        (one.id, one.text, one.moderated) for one in STATEMENTS
    ]
    assert voted(found) == VOTED
    assert found.source == "votes.json"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "The folder has no comments.csv."),
        ({"comments": COMMENTS}, "The folder has neither votes.csv nor participants-votes.csv."),
        ({"comments.json": "[]", "votes.json": "[]"}, "comments.json: There are no statements."),
        ({"comments.json": '[{"tid": 1, "txt": "x"}]'}, "The folder has no votes.json."),
        ({"comments.json": "[" * 100_000, "votes.json": "[]"}, "comments.json: This is no JSON"),
        ({"comments.json": '{"a": 1}', "votes.json": "[]"}, "comments.json: This is no list of objects."),
        ({"comments": "", "votes": VOTES}, "comments.csv: Line 1: there is no column comment-id."),
        ({"comments": COMMENTS.splitlines()[0], "votes": VOTES}, "comments.csv: There are no statements."),
        ({"comments": COMMENTS, "votes": ""}, "votes.csv: Line 1: there is no column comment-id."),
        ({"comments": COMMENTS, "votes": VOTES.splitlines()[0]}, "There are no votes."),
        ({"comments": COMMENTS, "votes": VOTES.replace("voter-id", "who")}, "votes.csv: Line 1: there is no column voter-id."),
        ({"comments": COMMENTS, "participants_votes": VOTES}, "participants-votes.csv: Line 1: there is no column participant."),
        ({"comments": COMMENTS.encode("utf-16"), "votes": VOTES}, "comments.csv: The file is UTF-16."),
        ({"comments": COMMENTS.replace("Two", "Zwö").encode("latin-1"), "votes": VOTES}, "comments.csv: Line 3 is not UTF-8."),
        ({"comments": COMMENTS, "votes": VOTES + "x" * 2_000_000}, "votes.csv: Line 7 has more than 1,048,576 bytes."),
        ({"comments": COMMENTS, "votes": VOTES + "1,x,1\0,2,1\n"}, "votes.csv: Line 7 holds bytes that are no text."),
        ({"comments": COMMENTS + '1,x,5,1,0,0,1,"Five\n\n', "votes": VOTES}, "comments.csv: Line 6: a quotation mark is opened"),
        (
            {"comments": COMMENTS + "".join(f"1,x,{n},1,0,0,1,Text\n" for n in range(100, 10_200)), "votes": VOTES},
            "comments.csv: There are more than 10,000 statements.",
        ),
    ],
    ids=range(18),
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_a_remedy(tmp_path, files, told):
    with pytest.raises(BadFile) as fault:
        read(folder(tmp_path, **files))
    assert str(fault.value).startswith(told)
    assert str(fault.value).endswith(".")
    assert len(str(fault.value)) < 200


def test_a_file_in_place_of_the_folder(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text(VOTES)
    with pytest.raises(BadFile, match=r"votes\.csv is no folder\."):
        read(path)


def test_progress_is_told_in_bytes(tmp_path):
    votes = VOTES + "".join(f"1,x,10,{n},1\n" for n in range(100, 3000))
    told: list[int] = []
    read(folder(tmp_path, comments=COMMENTS, votes=votes), on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == len(votes.encode())
    assert len(told) >= 5


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((REAL / "polis-opendata").iterdir()), ids=lambda path: path.name)
def test_both_files_of_a_real_conversation_tell_the_same(path, tmp_path):
    whole = read(path)
    for name in ("comments.csv", "participants-votes.csv"):
        (tmp_path / name).symlink_to(path / name)
    matrix = read(tmp_path)
    assert matrix.statements == whole.statements
    assert matrix.groups == whole.groups
    differing = voted(matrix) ^ voted(whole)
    assert len(differing) <= len(whole.value) * 0.001
    assert Counter(whole.skipped).total() < len(whole.value) * 0.05


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.data())
def test_a_damaged_export_is_read_or_refused_and_breaks_nothing(tmp_path, data):
    files = {"comments": bytearray(COMMENTS.encode()), "votes": bytearray(VOTES.encode())}
    for damaged in files.values():
        for _ in range(data.draw(st.integers(0, 3))):
            place = data.draw(st.integers(0, len(damaged) - 1))
            damaged[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=3))
    with suppress(BadFile):
        read(folder(tmp_path, **{name: bytes(each) for name, each in files.items()}))
