"""`stoa import pabulib`: into an empty round, once, whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from stoa.agenda.models import Decision, Question, Round
from stoa.ballots.models import Ballot
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.cli.command import stoa, succeed
from tests.stage import Stage

pytestmark = pytest.mark.slow
ASSEN = Path(__file__).parents[3] / "shared" / "data" / "votes" / "pabulib" / "Netherlands_Assen_2024.pb"


@pytest.fixture
def round_(cloned_db: str) -> Round:
    return Stage().round("assen")


def test_a_file_becomes_a_decided_round_by_the_operator(round_: Round) -> None:
    people = Person.objects.count()
    done = succeed("import", "pabulib", ASSEN, "--round", "assen", "--json", here=True)

    digest = hashlib.sha256(ASSEN.read_bytes()).hexdigest()
    assert done.json == {
        "round": "assen",
        "file": digest,
        "imported": True,
        "questions": 14,
        "votes": 84,
        "passed_over": {},
        "warnings": [],
    }
    round_.refresh_from_db()
    assert (round_.phase, round_.import_digest, round_.questions.count()) == ("agenda", digest, 14)
    assert Person.objects.count() == people
    assert Entry.objects.get(type="agenda.votes.imported").actor == "operator"


def test_the_same_file_again_changes_nothing_and_says_so(round_: Round) -> None:
    succeed("import", "pabulib", ASSEN, "--round", "assen", here=True)
    before = (Entry.objects.count(), Question.objects.count(), Ballot.objects.count(), Decision.objects.count())

    again = succeed("import", "pabulib", ASSEN, "--round", "assen", here=True)
    assert "This file was imported into assen before (14 questions and 84 votes). Nothing was changed." in again.out
    assert (Entry.objects.count(), Question.objects.count(), Ballot.objects.count(), Decision.objects.count()) == before


def test_what_is_passed_over_is_counted_with_its_reason(round_: Round, tmp_path: Path) -> None:
    text = ASSEN.read_text(encoding="utf-8").replace("\r\n", "\n").rstrip("\n")
    last = text.splitlines()[-1]
    (tmp_path / "more.pb").write_text(f"{text}\n{last}\n")
    done = succeed("import", "pabulib", tmp_path / "more.pb", "--round", "assen", here=True)
    assert "Imported 14 questions and 84 votes into assen; its agenda is chosen." in done.out
    assert "Passed over: 1 votes of a voter whose id came before." in done.out


def test_another_file_a_missing_round_and_a_missing_file_are_refused(round_: Round, tmp_path: Path) -> None:
    succeed("import", "pabulib", ASSEN, "--round", "assen", here=True)
    (tmp_path / "other.pb").write_text(ASSEN.read_text(encoding="utf-8") + "\n")

    fault = stoa("import", "pabulib", tmp_path / "other.pb", "--round", "assen", here=True).fault
    assert fault == "Another file was imported into this round. Announce a round for each file."
    fault = stoa("import", "pabulib", ASSEN, "--round", "2099", here=True).fault
    assert fault == "There is no round “2099”. Rounds here: assen."
    fault = stoa("import", "pabulib", tmp_path / "none.pb", "--round", "assen", here=True).fault
    assert fault == f"There is no file {tmp_path / 'none.pb'}. Name a Pabulib file (.pb)."


def test_a_bad_file_leaves_nothing_half_done(round_: Round, tmp_path: Path) -> None:
    before = Entry.objects.count()
    (tmp_path / "bad.pb").write_bytes(ASSEN.read_bytes()[:900])
    assert "cut off" in stoa("import", "pabulib", tmp_path / "bad.pb", "--round", "assen", here=True).fault
    assert (Entry.objects.count(), Question.objects.count()) == (before, 0)
