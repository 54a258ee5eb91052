"""After a restore with the published tail: rounds go on from where the record has them, or end on it; no step is taken twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from stoa.agenda.acts import extend_round, import_votes
from stoa.agenda.models import Question, Round
from stoa.agenda.tasks import advance
from stoa.ballots.models import Ballot, CastBallot
from stoa.charter.acts import put_in_force
from stoa.charter.models import Charter
from stoa.charter.recovering import bring_back as bring_charter_back
from stoa.charter.text import DEFAULT
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.methods.note import Checkpoint
from stoa.methods.pabulib import read
from stoa.methods.tiles import TilePath
from stoa.record import keys, queries
from stoa.record.acts import recover_tail
from stoa.record.models import Blob, Entry, Placement
from stoa.record.sequencer import placed, sequence
from stoa.record.tail import Tail
from stoa.verify import verify
from stoa.verify.tree import ENTRIES, tiles_in_order
from tests.stage import Stage, acting, approve, at
from tests.verify.conftest import Site, Stranger, site, stranger

__all__ = ["site", "stranger"]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DAY = timedelta(days=1)
ASSEN = Path(__file__).parents[3] / "shared" / "data" / "votes" / "pabulib" / "Netherlands_Assen_2024.pb"


def settle() -> None:
    while sequence():
        pass


@contextmanager
def outage() -> Iterator[None]:
    """What the block does is published and then lost with the tables; afterwards the server is restored from before it."""
    settle()
    size, head = placed(), queries.head()
    backup = Checkpoint(keys.origin(), size, bytes(head.root))
    before = set(Blob.objects.values_list("sha256", flat=True))
    with transaction.atomic():
        yield
        settle()
        rows = Placement.objects.filter(position__gte=size).order_by("position")
        entries = tuple(bytes(body) for body in rows.values_list("entry__body", flat=True))
        bodies = Blob.objects.exclude(sha256__in=before).values_list("body", flat=True)
        tail = Tail(entries, tuple(bytes(body) for body in bodies))
        transaction.set_rollback(True)
    bring_charter_back(tail.entries, tail.blobs)
    recover_tail(OPERATOR, backup=backup, tail=tail, published=size + len(entries), key_before=keys.vkey())
    settle()


def serve(site: Site) -> None:
    """What the server would publish of its record now."""
    size = queries.head().size
    files = {"checkpoint": queries.head().note.encode(), "vkey": f"{keys.vkey()}\n".encode()}
    for tile in tiles_in_order(size):
        level = None if tile.level == ENTRIES else tile.level
        files[tile.path] = queries.tile(TilePath(level, tile.index, None if tile.width == 256 else tile.width)) or b""
    site.files = files | {f"blob/{b.sha256}": bytes(b.body) for b in Blob.objects.all()}


def failed(site: Site, stranger: Stranger) -> list[str]:
    settle()
    serve(site)
    report = verify(site.url, state=stranger.state)
    assert not report.stopped, report.stopped
    return [f"{check.code}: {check.detail}" for check in report.checks if check.outcome == "failed"]


def types() -> list[str]:
    return list(Entry.objects.order_by("placement__position").values_list("type", flat=True))


def page(round: Round) -> str:
    return Client().get(round.get_absolute_url()).content.decode()


@pytest.fixture
def voting() -> Iterator[tuple[Stage, Round, list[Question]]]:
    """A round whose vote is open, with 22 members who can vote."""
    stage = Stage()
    stage.admit(22)
    round_ = stage.round()
    questions = [
        stage.question(round_, "What leaks?", cost=10, hours=20),
        stage.question(round_, "What stays?", cost=20, by=stage.members[1]),
        stage.question(round_, "Who asks?", cost=5, by=stage.members[2]),
    ]
    with at(round_.vote_opens):
        stage.vote(round_)
        round_.refresh_from_db()
        approve(stage.members[:11], round_, questions[:1])
        approve(stage.members[11:21], round_, questions[1:])
        yield stage, round_, questions


def let(round_: Round, *, decide: bool) -> None:
    """Let the clock seal the vote, and perhaps open and decide it."""
    round_.refresh_from_db()
    assert round_.ballot is not None
    with clock.travel(round_.ballot.closes + timedelta(seconds=1)):
        advance()
    if decide:
        with clock.travel(round_.ballot.closes + timedelta(days=2)):
            advance()


def later() -> None:
    """The clock's steps long after, in a server that was restored."""
    with clock.travel(clock.now() + timedelta(days=60)):
        advance()
        advance()


def test_a_vote_that_was_sealed_with_ballots_lost_ends_on_the_record(
    voting: tuple[Stage, Round, list[Question]], site: Site, stranger: Stranger
) -> None:
    stage, round_, questions = voting
    with outage():
        approve(stage.members[21:], round_, questions)
        let(round_, decide=False)
    later()

    round_.refresh_from_db()
    assert round_.phase == Round.Phase.FAILED
    assert types().count("ballots.sealed") == 1
    assert types()[-2:] == ["record.tail.recovered", "agenda.round.lost"]
    assert not CastBallot.objects.exists()
    assert failed(site, stranger) == []
    shown = page(round_)
    assert "Lost in an outage" in shown
    assert "without a vote" not in shown


def test_a_vote_whose_sealed_ballots_are_all_here_is_opened_and_decided(
    voting: tuple[Stage, Round, list[Question]], site: Site, stranger: Stranger
) -> None:
    _, round_, _ = voting
    with outage():
        let(round_, decide=False)
    later()

    round_.refresh_from_db()
    assert round_.phase == Round.Phase.AGENDA
    assert [types().count(kind) for kind in ("ballots.sealed", "ballots.opened", "agenda.decided")] == [1, 1, 1]
    assert failed(site, stranger) == []


def test_a_decision_is_brought_back_from_its_opened_ballots(
    voting: tuple[Stage, Round, list[Question]], site: Site, stranger: Stranger
) -> None:
    stage, round_, questions = voting
    with outage():
        approve(stage.members[21:], round_, questions)
        let(round_, decide=True)
        round_.refresh_from_db()
        before = _decided(round_)
    later()

    round_.refresh_from_db()
    assert round_.phase == Round.Phase.AGENDA
    assert _decided(round_) == before
    assert types().count("agenda.decided") == 1
    assert types()[-1] == "record.tail.recovered"
    assert not CastBallot.objects.exists()
    assert failed(site, stranger) == []


def _decided(round_: Round) -> dict[str, Any]:
    decision, ballot = round_.decision, round_.ballot
    assert ballot is not None
    return {
        "decision": (decision.capacity, decision.spent, decision.result, decision.majority, decision.explanation),
        "blob": decision.result_blob,
        "decided": decision.decided.replace(microsecond=0),
        "chosen": list(decision.chosen.values_list("question", "place", "phase")),
        "states": list(round_.questions.values_list("pk", "state")),
        "ballot": (ballot.state, ballot.count, ballot.sealed_root, ballot.opened_blob, ballot.voted_blob),
    }


@pytest.mark.parametrize("more", [False, True])
def test_ballots_kept_closed_are_kept_again_or_the_round_ends(site: Site, stranger: Stranger, more: bool) -> None:
    stage = Stage()
    stage.admit(8)
    round_ = stage.round()
    question = stage.question(round_, "What leaks?", cost=10, hours=20)
    with at(round_.vote_opens):
        stage.vote(round_)
        round_.refresh_from_db()
        approve(stage.members[:4], round_, [question])
        with outage():
            approve(stage.members[4:5] if more else [], round_, [question])
            let(round_, decide=True)
        later()
    round_.refresh_from_db()
    assert round_.ballot is not None
    kept = (Round.Phase.FAILED, Ballot.State.SEALED) if more else (Round.Phase.AGENDA, Ballot.State.KEPT)
    assert (round_.phase, round_.ballot.state) == kept
    assert types().count("agenda.decided") == 1
    assert failed(site, stranger) == []


def test_a_vote_that_opened_after_the_backup_does_not_open_again(site: Site, stranger: Stranger) -> None:
    stage = Stage()
    stage.admit(5)
    round_ = stage.round()
    stage.question(round_, "What leaks?", cost=10, hours=20)
    with outage(), at(round_.vote_opens):
        advance()
    later()

    round_.refresh_from_db()
    assert (round_.phase, round_.ballot) == (Round.Phase.FAILED, None)
    assert types().count("ballots.vote_opened") == 1
    assert failed(site, stranger) == []


def test_a_round_made_longer_keeps_the_instants_that_were_published(
    voting: tuple[Stage, Round, list[Question]], site: Site, stranger: Stranger
) -> None:
    stage, round_, _ = voting
    closes = round_.vote_closes + 5 * DAY
    with outage():
        extend_round(acting(stage.steward), round=round_, vote_closes=closes)
    round_.refresh_from_db()
    assert round_.ballot is not None
    assert (round_.vote_closes, round_.ballot.closes) == (closes, closes)
    shown = page(round_)
    assert "Cast your ballot again if you are not sure" in shown
    later()
    assert failed(site, stranger) == []


def test_a_round_that_nothing_was_published_of_goes_on_untouched(voting: tuple[Stage, Round, list[Question]]) -> None:
    stage, _, _ = voting
    with outage():
        stage.admit(1)
    assert types()[-1] == "record.tail.recovered"
    assert Round.objects.get().phase == Round.Phase.VOTE


def test_a_charter_put_in_force_after_the_backup_is_in_force_again(site: Site, stranger: Stranger) -> None:
    stage = Stage()
    text = DEFAULT.read_text(encoding="utf-8") + "\n# second\n"
    with outage():
        put_in_force(OPERATOR, text=text, provisional=False)
        stage.admit(1)
    assert list(Charter.objects.values_list("version", "provisional")) == [(1, True), (2, False)]
    assert Charter.objects.get(version=2).text == text
    stage.admit(1)
    last: Any = json.loads(bytes(Entry.objects.latest("pk").body))
    assert last["charter"] == 2
    assert failed(site, stranger) == []


def test_what_the_tables_lost_is_named_on_the_record_without_breaking_a_page() -> None:
    stage = Stage()
    stage.admit(5)
    round_ = stage.round()
    with outage():
        question = stage.question(round_, "What leaks?", cost=10)
    position = Placement.objects.get(entry__type="agenda.question.proposed").position
    shown = Client().get(f"/record/entry/{position}")
    assert (shown.status_code, f"question:{question.pk}" in shown.content.decode()) == (200, True)
    assert Client().get(round_.get_absolute_url()).status_code == 200


def test_a_round_into_which_votes_were_imported_since_the_backup_is_lost_and_decided_no_second_time() -> None:
    round_ = Stage().round("assen")
    with outage(), ASSEN.open("rb") as stream:
        import_votes(OPERATOR, round=round_, election=read(stream), digest="ab" * 32)
    round_.refresh_from_db()
    assert (round_.phase, round_.ballot) == (Round.Phase.FAILED, None)
    assert Entry.objects.filter(type="agenda.round.lost", subject=f"round:{round_.pk}").count() == 1
