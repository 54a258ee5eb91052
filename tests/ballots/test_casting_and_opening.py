"""A vote from the first ballot to the opened list, act by act."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round
from stoa.ballots.acts import attest, cast, save_draft
from stoa.ballots.models import Ballot, CastBallot, Draft, Voter
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.kit.models import Mail
from stoa.methods.commitment import Receipt, ballot_commitment
from stoa.methods.note import VerifierKey, open_note
from stoa.people import acts as people
from stoa.record.keys import vkey
from stoa.record.models import Blob, Entry
from tests.stage import Stage, acting, approve, at

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def voting(stage: Stage, members: int = 24) -> Round:
    """A round whose vote is open, over three questions."""
    stage.admit(members)
    round_ = stage.round()
    for number in range(3):
        stage.question(round_, f"Question {number}?", cost=100, by=stage.members[number], hours=70)
    with at(round_.vote_opens):
        return stage.vote(round_)


def blob(name: str) -> object:
    return json.loads(bytes(Blob.objects.get(pk=name).body))


def test_a_receipt_is_signed_by_the_record_and_opens_to_the_ballot() -> None:
    stage = Stage()
    round_ = voting(stage)
    options = list(round_.ballot.options.values_list("reference", flat=True))
    with at(round_.vote_opens):
        paper = cast(acting(stage.members[0]), ballot=round_.ballot, approved=options[:2], words="blue heron")
    note = open_note(paper.receipt.encode(), [VerifierKey.parse(vkey())])
    receipt = Receipt.parse(note.text)
    assert (receipt.ballot, receipt.words, receipt.cast) == (str(round_.ballot.pk), b"blue heron", 1)
    assert (
        ballot_commitment(receipt.nonce, receipt.ballot, options[:2]) == receipt.commitment == bytes(paper.commitment)
    )


def test_casting_puts_nothing_on_the_record_and_mails_without_content() -> None:
    stage = Stage()
    round_ = voting(stage)
    before = Entry.objects.count()
    reference = round_.ballot.options.first().reference
    with at(round_.vote_opens):
        cast(acting(stage.members[0]), ballot=round_.ballot, approved=[reference])
    assert Entry.objects.count() == before
    mail = Mail.objects.get(kind="ballot-cast")
    assert mail.to == "member-1@example.org"
    assert not any(word in mail.body for word in (reference, "Question"))


def test_a_second_ballot_replaces_the_first_and_counts_up() -> None:
    stage = Stage()
    round_ = voting(stage)
    options = list(round_.ballot.options.values_list("reference", flat=True))
    with at(round_.vote_opens):
        cast(acting(stage.members[0]), ballot=round_.ballot, approved=options[:1])
        second = cast(acting(stage.members[0]), ballot=round_.ballot, approved=options[1:])
    assert list(CastBallot.objects.values_list("pk", flat=True)) == [second.pk]
    assert "\ncast 2\n" in second.receipt


def test_a_draft_is_kept_and_goes_when_the_ballot_is_cast() -> None:
    stage = Stage()
    round_ = voting(stage)
    reference = round_.ballot.options.first().reference
    with at(round_.vote_opens):
        save_draft(acting(stage.members[0]), ballot=round_.ballot, approved=[reference])
        assert Draft.objects.get().approved == [reference]
        cast(acting(stage.members[0]), ballot=round_.ballot, approved=[reference])
    assert not Draft.objects.exists()


def test_who_is_not_on_the_voter_list_is_refused() -> None:
    stage = Stage()
    round_ = voting(stage)
    late = people.admit(OPERATOR, name="Late", email="late@example.org")
    with at(round_.vote_opens), pytest.raises(Refused):
        cast(acting(late), ballot=round_.ballot, approved=[])


def test_a_question_of_another_vote_is_refused() -> None:
    stage = Stage()
    round_ = voting(stage)
    with at(round_.vote_opens), pytest.raises(Invalid, match="not in this vote"):
        cast(acting(stage.members[0]), ballot=round_.ballot, approved=["question:999999"])
    assert not CastBallot.objects.exists()


def test_at_the_closing_instant_nothing_is_cast_any_more() -> None:
    stage = Stage()
    round_ = voting(stage)
    with clock.travel(round_.vote_closes), pytest.raises(Closed):
        cast(acting(stage.members[0]), ballot=round_.ballot, approved=[])


def test_opened_ballots_answer_to_the_sealed_commitments_and_lose_their_voters() -> None:
    stage = Stage()
    round_ = voting(stage)
    questions = list(round_.questions.order_by("pk"))
    with at(round_.vote_opens):
        approve(stage.members[:12], round_, questions[:1])
        approve(stage.members[12:], round_, questions[1:])
    with at(round_.vote_closes):
        agenda.close_vote(CLOCK, round=round_)
    sealed = Ballot.objects.get()
    commitments, voted = blob(sealed.commitments_blob), blob(sealed.voted_blob)
    assert voted == sorted(member.pk for member in stage.members)
    with clock.travel(round_.vote_closes + timedelta(hours=23)), pytest.raises(Closed):
        agenda.decide(CLOCK, round=round_)
    with clock.travel(round_.vote_closes + timedelta(hours=25)):
        agenda.decide(CLOCK, round=round_)
    opened = blob(Ballot.objects.get().opened_blob)
    assert [one["commitment"] for one in opened] == commitments
    for one in opened:
        made = ballot_commitment(bytes.fromhex(one["nonce"]), str(sealed.pk), one["body"]["approved"])
        assert made.hex() == one["commitment"]
    assert not CastBallot.objects.exists()
    assert set(Voter.objects.values_list("casts", flat=True)) == {0}


def test_fewer_than_twenty_ballots_stay_closed_and_are_attested() -> None:
    stage = Stage()
    round_ = voting(stage)
    questions = list(round_.questions.order_by("pk"))
    with at(round_.vote_opens):
        approve(stage.members[:10], round_, questions[:1])
        approve(stage.members[10:19], round_, questions[1:])
    with at(round_.vote_closes):
        agenda.close_vote(CLOCK, round=round_)
    scrutineer = people.admit(OPERATOR, name="Scrutineer", email="s@example.org", roles=["scrutineer"])
    with clock.travel(round_.vote_closes + timedelta(hours=25)):
        agenda.decide(CLOCK, round=round_)
        ballot = Ballot.objects.get()
        assert (ballot.state, ballot.kept_reason, ballot.opened_blob) == ("kept", "under-20", "")
        digest = hashlib.sha256(bytes(ballot.kept_bundle)).hexdigest()
        with pytest.raises(Conflict):
            attest(acting(scrutineer), ballot=ballot, bundle="0" * 64, agrees=True)
        attest(acting(scrutineer), ballot=ballot, bundle=digest, agrees=True)
        with pytest.raises(Conflict):
            attest(acting(scrutineer), ballot=ballot, bundle=digest, agrees=False)
    facts = json.loads(bytes(Entry.objects.get(type="agenda.decided").body))["facts"]
    assert (facts["majority"], facts["result"]) == (None, None)
    assert all(set(line) == {"id", "cost"} for line in facts["selected"])


def test_unanimous_ballots_stay_closed() -> None:
    stage = Stage()
    round_ = voting(stage)
    with at(round_.vote_opens):
        approve(stage.members, round_, list(round_.questions.all()))
    with at(round_.vote_closes):
        agenda.close_vote(CLOCK, round=round_)
    with clock.travel(round_.vote_closes + timedelta(hours=25)):
        agenda.decide(CLOCK, round=round_)
    assert Ballot.objects.get().kept_reason == "unanimous"


def test_a_vote_closes_once_whoever_tries() -> None:
    stage = Stage()
    round_ = voting(stage)
    with at(round_.vote_closes):
        agenda.close_vote(CLOCK, round=round_)
        with pytest.raises(Closed):
            agenda.close_vote(CLOCK, round=round_)
    assert Entry.objects.filter(type="ballots.sealed").count() == 1
