"""`stoa import polis` and `stoa export polis`: conversations of Polis into a discussion, and open data out of one."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.acts.conversations import import_answers
from stoa.agenda.models import Answer, Participant, Round, Statement
from stoa.agenda.open_data import polis_files
from stoa.kit.act import OPERATOR
from stoa.kit.faults import AlreadyDone, Closed, Conflict
from stoa.methods.polis import read
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.agenda.discussing import after_the_close, answer, in_discussion, state
from tests.cli.command import stoa, succeed
from tests.stage import Stage, acting

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[3] / "shared" / "data" / "deliberation" / "polis-opendata"

COMMENTS = """timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body
1,0,0,2,0,1,Weights leak.
2,1,1,0,1,-1,Spam.
3,7,1,1,1,0,"Data leak, too."
"""
VOTES = """timestamp,datetime,comment-id,voter-id,vote
10,Tue Aug 30 17:21:58 WIB 2016,0,0,-1
20,Tue Aug 30 17:22:08 WIB 2016,0,0,1
11,x,0,1,1
12,x,7,1,-1
13,x,7,0,1
14,x,1,2,0
15,x,99,2,1
16,x,0,2,5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "comments.csv").write_text(COMMENTS)
    (tmp_path / "votes.csv").write_text(VOTES)
    return tmp_path


def rows(round_: Round) -> set[tuple[str, str, int]]:
    found = Answer.objects.filter(participant__round=round_)
    return set(found.values_list("participant__external_id", "statement__external_id", "value"))


@pytest.mark.django_db
def test_a_conversation_becomes_the_discussion_of_a_round_and_its_people_no_members(folder: Path) -> None:
    round_ = in_discussion(Stage())
    people = Person.objects.count()
    import_answers(OPERATOR, round=round_, conversation=read(folder), digest="d" * 64)
    assert rows(round_) == {("0", "0", 1), ("1", "0", 1), ("1", "7", -1), ("0", "7", 1), ("2", "1", 0)}
    assert list(round_.statements.values_list("body", "state", "author")) == [
        ("Weights leak.", "standing", None),
        ("Spam.", "removed", None),
        ("Data leak, too.", "standing", None),
    ]
    assert (Person.objects.count(), Participant.objects.exclude(person=None).count()) == (people, 0)
    assert set(Answer.objects.values_list("at", flat=True)) == {None}
    assert Entry.objects.get(type="agenda.answers.imported").actor == "operator"


@pytest.mark.django_db
def test_the_same_files_again_change_nothing_and_others_are_refused(folder: Path) -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    round_, own, without = in_discussion(stage), in_discussion(stage, "own"), stage.round("without")
    conversation = read(folder)
    state(own, "A claim of our own.", author)
    import_answers(OPERATOR, round=round_, conversation=conversation, digest="d" * 64)
    count = Answer.objects.count()
    for target, digest, fault in (
        (round_, "d" * 64, AlreadyDone),
        (round_, "e" * 64, Conflict),
        (own, "d" * 64, Conflict),
        (without, "d" * 64, Closed),
    ):
        with pytest.raises(fault):
            import_answers(OPERATOR, round=target, conversation=conversation, digest=digest)
    assert (Answer.objects.count(), Statement.objects.count()) == (count, 4)


@pytest.mark.django_db
def test_members_answer_beside_those_of_the_file_and_all_are_committed_to(folder: Path) -> None:
    stage = Stage()
    member = stage.admit(1)[0]
    round_ = in_discussion(stage)
    import_answers(OPERATOR, round=round_, conversation=read(folder), digest="d" * 64)
    answer([member], round_.statements.get(external_id="7"), -1)
    with after_the_close(round_) as closed:
        assert closed.answers_committed.count == 4


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))
@pytest.mark.django_db
def test_every_open_conversation_of_polis_imports(name: str) -> None:
    round_ = in_discussion(Stage())
    conversation = read(DATA / name)
    import_answers(OPERATOR, round=round_, conversation=conversation, digest="d" * 64)
    found = Answer.objects.filter(participant__round=round_)
    assert found.count() == len(conversation.value)
    assert Counter(found.values_list("value", flat=True)) == Counter(conversation.value.tolist())
    assert round_.statements.filter(state="removed").count() == len(conversation.taken_out)


def test_the_command_imports_once_and_says_what_it_read_and_passed_over(cloned_db: str, folder: Path) -> None:
    in_discussion(Stage())
    done = succeed("import", "polis", folder, "--round", "2027", "--json", here=True).json
    assert done.pop("files")
    assert done == {
        "round": "2027",
        "imported": True,
        "statements": 3,
        "people": 3,
        "answers": 5,
        "passed_over": {
            "votes that the same person gave anew later": 1,
            "votes on statements that are not among the statements": 1,
            "votes that are not 1, 0 or -1": 1,
        },
    }
    again = succeed("import", "polis", folder, "--round", "2027", here=True)
    assert "Nothing was changed" in again.out
    (folder / "comments.csv").unlink()
    assert "comments.csv" in stoa("import", "polis", folder, "--round", "2027", here=True).fault


def test_open_data_is_written_after_the_close_without_authors_times_and_order(cloned_db: str, tmp_path: Path) -> None:
    stage = Stage()
    members = stage.admit(6)
    round_ = in_discussion(stage, open_data=True)
    first, gone, third = (state(round_, claim, members[0]) for claim in ("Weights leak.", "Oops.", "=1+1 leaks."))
    answer(members, first, 1)
    answer(members[:2], gone, 1)
    answer(members[3:5], third, -1)
    agenda.withdraw_statement(acting(members[0]), statement=gone)
    target = tmp_path / "open"
    assert "has not ended" in stoa("export", "polis", "2027", target, here=True).fault
    with after_the_close(round_):
        succeed("export", "polis", "2027", target, here=True)
    with (target / "votes.csv").open(newline="") as file:
        votes = list(csv.DictReader(file))
    by_person: dict[str, dict[str, str]] = {}
    for row in votes:
        assert set(row) == {"comment-id", "voter-id", "vote"}
        by_person.setdefault(row["voter-id"], {})[row["comment-id"]] = row["vote"]
    assert sorted(by_person) == [str(n) for n in range(6)]
    assert sorted(map(sorted, (row.items() for row in by_person.values()))) == sorted(
        [[("0", "1")]] * 4 + [[("0", "1"), ("1", "-1")]] * 2
    )
    again = read(target)
    assert [one.text for one in again.statements] == ["Weights leak.", "=1+1 leaks."]
    assert "five known answers" in (target / "README.txt").read_text()


@pytest.mark.django_db
def test_what_was_not_declared_open_is_not_exported() -> None:
    round_ = in_discussion(Stage())
    with after_the_close(round_) as closed, pytest.raises(Closed, match="not open data"):
        polis_files(closed)
