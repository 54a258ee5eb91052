"""`stoa check`: says what is broken on a live database, and nothing on a sound one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from stoa.agenda.acts import import_votes
from stoa.agenda.models import Answer, Participant, Round
from stoa.agenda.tasks import advance
from stoa.ballots.models import Ballot, CastBallot, Voter
from stoa.cli.checks import invariants
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.environment import environment
from stoa.kit.models import Mail
from stoa.kit.postgres import Postgres
from stoa.methods.pabulib import read
from stoa.people.models import Role
from stoa.record.models import Text
from stoa.record.sequencer import sequence
from tests.agenda.discussing import after_the_close, answer, in_discussion, state
from tests.cli.command import stoa, succeed
from tests.postgres import clone_after
from tests.stage import Stage, approve

pytestmark = pytest.mark.slow

ASSEN = Path(__file__).parents[3] / "shared" / "data" / "votes" / "pabulib" / "Netherlands_Assen_2024.pb"


@pytest.fixture
def voting(django_db_setup: None, django_db_blocker: Any) -> Iterator[Round]:
    """A sound server: one imported decision, one vote with ballots cast."""
    with django_db_blocker.unblock(), clone_after(_voting):
        yield Round.objects.get(slug="2027")


def _voting() -> None:
    stage = Stage()
    stage.admit(4)
    with ASSEN.open("rb") as stream:
        import_votes(OPERATOR, round=stage.round("assen"), election=read(stream), digest="ab" * 32)
    round_ = stage.round()
    asked = stage.question(round_, "one", cost=3, hours=4)
    opens = round_.vote_opens
    with clock.travel(opens + timedelta(seconds=1)):
        round_ = stage.vote(round_)
        approve(stage.members, round_, [asked])
    sequence()
    Round.objects.filter(pk=round_.pk).update(questions_open=clock.now() - timedelta(days=2))


def broken() -> set[str]:
    return {one.code for one in invariants() if list(one.broken())}


def as_superuser(statement: str) -> None:
    name = connection.settings_dict["NAME"]
    with psycopg.connect(Postgres(environment().data).url("superuser", name), autocommit=True) as session:
        session.execute("SET session_replication_role = replica")  # past the triggers
        session.execute(statement.encode())


def test_a_sound_server_has_nothing_broken(voting: Round) -> None:
    assert broken() == set()


def test_a_discussion_that_an_import_of_votes_ended_is_committed_to_and_later_nobodys(cloned_db: str) -> None:
    stage = Stage()
    round_ = in_discussion(stage)
    answer(stage.admit(3), state(round_, "One holds.", stage.members[0]), 1)
    with ASSEN.open("rb") as stream:
        import_votes(OPERATOR, round=round_, election=read(stream), digest="ab" * 32)
    sequence()
    assert broken() == set()
    with clock.travel(clock.now() + timedelta(days=2)):
        advance()
        assert not {"discussion.committed", "discussion.unlinked"} & broken()
    assert not Participant.objects.exclude(person=None).exists()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (
            "DELETE FROM record_placement WHERE position = 2",
            {"record.gapless", "record.heads", "record.tiles", "record.placed"},
        ),
        ("UPDATE record_entry SET actor = 'clock' WHERE id = (SELECT min(id) FROM record_entry)", {"record.columns"}),
        (
            "UPDATE record_entry SET body = convert_to(replace(convert_from(body, 'UTF8'), 'member', 'membes'), 'UTF8')",
            {"record.heads", "record.tiles"},
        ),
        ("UPDATE record_checkpoint SET note = replace(note, E'\\n', E' \\n')", {"record.heads"}),
        ("UPDATE record_tile SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0))", {"record.tiles"}),
        ("UPDATE record_blob SET body = body || '\\x20'", {"record.blobs"}),
        ("GRANT UPDATE ON record_entry TO stoa_app", {"database.grants"}),
        ("ALTER TABLE record_entry DISABLE TRIGGER record_frozen", {"database.triggers"}),
        ("DROP TRIGGER record_queue ON record_entry", {"database.triggers"}),
        (
            "UPDATE charter_charter SET text = replace(text, '\"agenda.round.extend\"', '\"agenda.round.prolong\"')",
            {"charter.powers"},
        ),
    ],
)
def test_each_change_behind_the_program_is_found(statement: str, code: set[str], voting: Round) -> None:
    as_superuser(statement)
    assert code <= broken()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: CastBallot.objects.update(approved=[]), "votes.papers"),
        (lambda: CastBallot.objects.update(nonce=b"\1" * 32), "votes.papers"),
        (lambda: Voter.objects.filter(paper=None).first().delete(), "votes.voters"),  # type: ignore[union-attr]
        (lambda: Ballot.objects.filter(imported=True).update(sealed_root="00" * 32), "votes.sealed"),
        (lambda: Ballot.objects.filter(imported=True).update(count=3), "votes.sealed"),
        (lambda: Text.objects.update(text="other"), "record.texts"),
        (lambda: Role.objects.filter(role="steward").update(role="founder"), "charter.founders"),
        (
            lambda: Mail.objects.update(due=clock.now() - timedelta(hours=2), sent=None),
            "duties.mail",
        ),
    ],
)
def test_each_disagreement_of_tables_is_found(change: Callable[[], object], code: str, voting: Round) -> None:
    change()
    assert code in broken()


def test_links_that_outlive_the_opening_are_found(voting: Round) -> None:
    as_superuser(f"UPDATE ballots_ballot SET state = 'kept', sealed = now() WHERE id = {voting.ballot_id}")
    assert "votes.unlinked" in broken()


def test_overdue_phases_are_found(voting: Round) -> None:
    with clock.travel(voting.vote_closes + timedelta(hours=1)):
        assert "duties.phases" in broken()


def test_the_command_tells_each_and_exits_with_1_when_one_is_broken(voting: Round) -> None:
    sound = succeed("check", "--json", here=True).json
    assert (sound["ok"], {one["ok"] for one in sound["checks"]}) == (True, {True})
    as_superuser("GRANT UPDATE ON record_entry TO stoa_app")
    done = stoa("check", here=True)
    assert done.code == 1
    assert "The role that serves may UPDATE on record_entry." in done.out
    assert "1 of " in done.out
    again = stoa("check", "--json", here=True)
    assert (again.code, again.json["ok"]) == (1, False)


def test_answers_other_than_those_committed_to_and_links_that_outlive_their_time(cloned_db: str) -> None:
    stage = Stage()
    members = stage.admit(3)
    talk = in_discussion(stage)
    answer(members, state(talk, "Weights leak.", members[0]), 1)
    with after_the_close(talk):
        assert not {code for code in broken() if code.startswith("discussion.")}
        Answer.objects.filter(pk=Answer.objects.earliest("pk").pk).update(value=-1)
        assert "discussion.committed" in broken()
    with clock.travel(talk.vote_opens + timedelta(days=2)):
        assert "discussion.unlinked" in broken()
