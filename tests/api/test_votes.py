"""Votes over HTTP: one's own ballot and nobody else's; proofs of place for everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stoa.agenda.acts import close_vote
from stoa.agenda.models import Round
from stoa.ballots.models import CastBallot
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.methods.merkle import leaf_hash, verify_inclusion
from tests.api.calling import VISITOR, Program
from tests.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.admit(4)
    return stage


@pytest.fixture
def voting(stage: Stage) -> Round:
    round_ = stage.round()
    for title in ("one", "two"):
        stage.question(round_, title, cost=3, hours=4)
    with clock.travel(round_.vote_opens + timedelta(seconds=1)):
        return stage.vote(round_)


def test_a_voter_drafts_casts_and_keeps_the_receipt(stage: Stage, voting: Round) -> None:
    assert voting.ballot is not None
    path = f"/votes/{voting.ballot_id}"
    ids = [row["id"] for row in VISITOR.get(f"{path}/options")["items"]]
    program, other = Program.of(stage.members[0]), Program.of(stage.members[1])
    with clock.travel(voting.vote_opens + timedelta(hours=1)):
        assert program.put(f"{path}/draft", {"approved": ids[:1]}) == {"approved": ids[:1], "cast": False}
        program.get(f"{path}/receipt", status=404)
        receipt = program.post(f"{path}/ballot", {"approved": ids, "words": "two herons"})
        assert program.get(f"{path}/receipt") == receipt
        assert program.get(f"{path}/draft") == {"approved": sorted(ids), "cast": True}
        assert receipt["cast"] == 1
        assert other.get(f"{path}/draft") == {"approved": [], "cast": False}
        other.get(f"{path}/receipt", status=404)
        for reader in (VISITOR, other, Program.of(stage.steward)):
            vote = reader.get(path)
            assert (vote["count"], vote["state"]) == (None, "open")
            assert reader.get(f"{path}/voted")["count"] == 0
        problem = program.get(f"{path}/places/{receipt['commitment']}", status=409)
        assert problem["message"] == "This vote is not sealed yet."

    with clock.travel(voting.vote_closes + timedelta(seconds=1)):
        close_vote(CLOCK, round=voting)
        assert program.post(f"{path}/ballot", {"approved": []}, status=409)["message"].startswith("The vote has closed")
    place = VISITOR.get(f"{path}/places/{receipt['commitment']}")
    leaf, hashes = leaf_hash(bytes.fromhex(receipt["commitment"])), [bytes.fromhex(step) for step in place["path"]]
    assert verify_inclusion(place["index"], place["size"], leaf, hashes, bytes.fromhex(place["root"]))
    assert place["approved"] is None
    assert VISITOR.get(f"{path}/voted")["items"] == [stage.members[0].pk]


def test_who_is_not_on_the_voter_list_casts_nothing(stage: Stage, voting: Round) -> None:
    late = stage.admit(1)[0]
    path = f"/votes/{voting.ballot_id}"
    with clock.travel(voting.vote_opens + timedelta(hours=1)):
        assert Program.of(late).post(f"{path}/ballot", {"approved": []}, status=403)["code"] == "not-granted"
        VISITOR.post(f"{path}/ballot", {"approved": []}, status=403)
        Program.of(late).get(f"{path}/draft", status=403)
    assert not CastBallot.objects.exists()


def test_strange_options_are_refused(stage: Stage, voting: Round) -> None:
    with clock.travel(voting.vote_opens + timedelta(hours=1)):
        body = {"approved": ["question:0"]}
        problem = Program.of(stage.members[0]).post(f"/votes/{voting.ballot_id}/ballot", body, status=422)
    assert problem["field"] == "approved"


def test_the_private_bundle_is_for_scrutineers_alone(stage: Stage, voting: Round) -> None:
    for program in (VISITOR, Program.of(stage.members[0]), Program.of(stage.steward)):
        program.post(f"/votes/{voting.ballot_id}/private-bundle", status=403)
