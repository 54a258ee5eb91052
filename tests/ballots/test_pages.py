"""The pages of a vote: receipt, check, lists of people, opened ballots, the scrutineers' page; each to whom it is for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.agenda.models import Question, Round
from stoa.agenda.tasks import advance
from stoa.ballots.models import Attestation, Ballot, CastBallot
from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.kit.act import OPERATOR
from stoa.methods.merkle import leaf_hash, verify_inclusion
from stoa.methods.note import open_note
from stoa.people.models import Person
from stoa.record.keys import signing_key
from stoa.record.models import Sealed
from tests.api.calling import Program
from tests.cast import Cast, browser, settle
from tests.scenes import Scene
from tests.stage import approve, at

pytestmark = pytest.mark.django_db


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


class Vote(Scene):
    """A vote on two questions that is open, and in which everybody voted; `member` did for the first alone."""

    count = 5

    def set(self) -> None:
        """The round, its questions, and a ballot of each voter."""
        self.cast = Cast()
        self.cast.admit(max(0, self.count - len(self.cast.members)))
        self.voters: list[Person] = self.cast.members[: self.count]
        self.round: Round = self.cast.round()
        self.one: Question = self.cast.question(self.round, "One <i>x</i>?", cost=10, hours=15)
        self.two: Question = self.cast.question(self.round, "Two?", cost=10, hours=15)
        with at(self.round.vote_opens):
            advance()
            self.round.refresh_from_db()
            approve([self.cast.member], self.round, [self.one])
            approve([v for v in self.voters if v != self.cast.member], self.round, [self.one, self.two])

    @property
    def ballot(self) -> Ballot:
        self.round.refresh_from_db()
        assert self.round.ballot is not None
        return self.round.ballot

    def path(self, rest: str = "") -> str:
        return f"/votes/{self.ballot.pk}{rest}"


class SealedVote(Vote):
    """A vote of so many that its ballots will be opened, after its close."""

    count = 21

    def set(self) -> None:
        super().set()
        with at(self.round.vote_closes):
            advance()


class KeptVote(Vote):
    """A vote of so few that its ballots are not opened, after the time for checking."""

    def set(self) -> None:
        super().set()
        for instant in (self.round.vote_closes, self.round.vote_closes + timedelta(hours=25)):
            with at(instant):
                advance()


@pytest.fixture
def open_vote() -> Iterator[Vote]:
    vote = Vote()
    with at(vote.round.vote_opens):
        yield vote


@pytest.fixture
def sealed() -> Iterator[Vote]:
    vote = SealedVote()
    with at(vote.round.vote_closes):
        yield vote


@pytest.fixture
def kept() -> Iterator[Vote]:
    vote = KeptVote()
    with at(vote.round.vote_closes + timedelta(hours=25)):
        settle()
        yield vote


def commitment(person: Person) -> str:
    return bytes(CastBallot.objects.get(voter__person=person).commitment).hex()


def test_the_receipt_is_shown_and_saved_as_the_server_signed_it(open_vote: Vote) -> None:
    client = browser(open_vote.cast.member)
    page = text(client.get(open_vote.path("/receipt")))
    assert "This is your ballot number 1 in this vote." in page
    assert "One &lt;i&gt;x&lt;/i&gt;?" in page
    assert "Two?" not in page
    assert "can prove to others how you voted" in page
    answer = client.get(open_vote.path("/receipt.txt"))
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    note = open_note(answer.content, [signing_key().verifier])
    assert f"commitment {commitment(open_vote.cast.member)}\n" in note.text


@pytest.mark.parametrize("who", ["visitor", "stranger", "steward", "founder", "author"])
def test_nobody_gets_the_receipt_of_another(open_vote: Vote, who: str) -> None:
    client = browser(getattr(open_vote.cast, who))
    mine = commitment(open_vote.cast.member)
    for rest in ("/receipt", "/receipt.txt", "", "/voters"):
        answer = client.get(open_vote.path(rest))
        assert mine not in text(answer)
    if who == "visitor":
        assert client.get(open_vote.path("/receipt")).status_code == 302


def test_who_ticked_and_did_not_cast_is_told_that_it_does_not_count(open_vote: Vote) -> None:
    client = browser(open_vote.cast.founder)
    client.post("/agenda/2027/vote", {"shown": open_vote.one.reference, "approved": open_vote.one.reference})
    page = text(client.get(open_vote.path("/receipt")))
    assert "You have not cast a ballot in this vote." in page
    assert "What you ticked is kept, and counts only when you cast it." in page


def test_while_the_vote_is_open_neither_who_voted_nor_how_many_is_shown(open_vote: Vote) -> None:
    client = browser(open_vote.cast.steward)
    assert client.get(open_vote.path("/voted")).status_code == 409
    assert client.get(open_vote.path("/ballots")).status_code == 409
    page = text(client.get(open_vote.path()))
    assert "Voted" not in page
    assert open_vote.cast.member.shown_name not in page
    assert client.get(open_vote.path(f"/proof/{commitment(open_vote.cast.member)}")).status_code == 404


def test_the_voter_list_is_public_from_the_opening_on(open_vote: Vote) -> None:
    page = text(browser().get(open_vote.path("/voters")))
    assert "member-2" in page
    assert "Associate" not in page
    assert "Stranger" not in page


def test_after_the_close_who_voted_is_listed_and_taken_away(sealed: Vote) -> None:
    answer = browser().get(sealed.path("/voted?as=json"))
    rows = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert {row["id"] for row in rows} == {voter.pk for voter in sealed.voters}
    page = text(browser().get(sealed.path("/voted")))
    assert "As many people voted as ballots were counted: 21." in page
    assert "Steward" not in page.split("<table")[1]


def test_lists_of_people_cost_the_same_queries_for_few_and_many(sealed: Vote) -> None:
    client = browser()

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    cost(sealed.path("/voted"))
    assert cost(sealed.path("/voted?q=member-21")) == cost(sealed.path("/voted?q=member"))
    assert cost(sealed.path("/voters?q=member-21")) == cost(sealed.path("/voters?q=member"))


def test_a_voter_sees_at_once_that_their_ballot_is_on_the_sealed_list(sealed: Vote) -> None:
    page = text(browser(sealed.cast.member).get(sealed.path()))
    assert "Your ballot is there" in page
    assert commitment(sealed.cast.member) in page
    assert "of 21 on the sealed list" in page
    assert "Your ballot is there" not in text(browser(sealed.cast.founder).get(sealed.path()))


def test_a_missing_ballot_is_told_loudly(sealed: Vote) -> None:
    CastBallot.objects.filter(voter__person=sealed.cast.member).update(commitment=bytes(32))
    page = text(browser(sealed.cast.member).get(sealed.path()))
    assert "Your ballot is missing" in page
    assert "proves that the server promised to count it" in page


def test_a_proof_verifies_against_the_sealed_root(sealed: Vote) -> None:
    mine = commitment(sealed.cast.member)
    proof = json.loads(browser().get(sealed.path(f"/proof/{mine}")).content)
    path = [bytes.fromhex(step) for step in proof["path"]]
    root = bytes.fromhex(sealed.ballot.sealed_root)
    assert proof["root"] == sealed.ballot.sealed_root
    assert verify_inclusion(proof["index"], proof["size"], leaf_hash(bytes.fromhex(mine)), path, root)


def test_a_whole_receipt_can_be_looked_up(sealed: Vote) -> None:
    receipt = CastBallot.objects.get(voter__person=sealed.cast.member).receipt
    page = text(browser().get(sealed.path(), {"commitment": receipt.replace("\n", "\r\n")}))
    assert "It is there" in page
    assert sealed.ballot.sealed_root in page
    assert "One &lt;i&gt;" not in page


def test_a_commitment_that_is_not_listed_is_said_to_be_missing(sealed: Vote) -> None:
    assert "It is not on the sealed list" in text(browser().get(sealed.path(), {"commitment": "AB" * 32}))


@pytest.mark.parametrize("asked", ["x", "<script>alert(1)</script>", "ab" * 33, "stoa receipt v1\n" + "x\n" * 6])
def test_what_is_no_commitment_is_refused_with_what_would_be_one(sealed: Vote, asked: str) -> None:
    answer = browser().get(sealed.path(), {"commitment": asked})
    assert answer.status_code == 422
    assert "<script>alert" not in text(answer)
    assert "Paste" in text(answer)


def test_opened_ballots_are_listed_looked_up_and_taken_away(sealed: Vote) -> None:
    mine = commitment(sealed.cast.member)
    with at(sealed.round.vote_closes + timedelta(hours=25)):
        advance()
        client = browser()
        answer = client.get(sealed.path("/ballots?as=json"))
        rows = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
        assert len(rows) == 21
        assert next(row["approved"] for row in rows if row["commitment"] == mine) == sealed.one.reference
        assert (
            re.findall(
                r"commitment=([0-9a-f]{64})", text(client.get(sealed.path(f"/ballots?approves={sealed.two.pk}")))
            ).count(mine)
            == 0
        )
        page = text(client.get(sealed.path(), {"commitment": mine}))
        assert "The ballot that was opened" in page
        assert "One &lt;i&gt;x&lt;/i&gt;?" in page
        gone = text(browser(sealed.cast.member).get(sealed.path("/receipt")))
        assert "The link between voters and ballots was deleted" in gone
        assert mine not in gone


def scrutineer(vote: Vote) -> Client:
    return browser(vote.cast.scrutineers[0])


def test_scrutineers_fetch_the_private_bundle_and_that_is_noted(kept: Vote) -> None:
    client = scrutineer(kept)
    page = text(client.get(kept.path("/scrutiny")))
    answer = client.post(kept.path("/private-ballots"))
    assert hashlib.sha256(answer.content).hexdigest() in page
    assert len(json.loads(answer.content)["ballots"]) == 5
    look = Sealed.objects.get(entry_type="people.private.seen")
    assert look.concerns == kept.cast.scrutineers[0].pk
    assert f"ballots of vote {kept.ballot.pk}".encode() in bytes(look.body)
    assert client.get(kept.path("/private-ballots")).status_code == 405


def test_of_a_vote_that_stays_closed_no_page_promises_what_only_opened_ballots_give(kept: Vote) -> None:
    page = text(Client().get(kept.path()))
    assert "says that this outcome is attested and can't be recomputed" in page
    assert "what was opened" not in page
    page = text(Client().get(kept.round.get_absolute_url()))
    assert "See which questions were chosen, and who attests it." in page


def test_home_leads_a_scrutineer_to_where_they_attest(kept: Vote) -> None:
    client = scrutineer(kept)
    page = text(client.get("/"))
    assert f'<a class="title" href="{kept.path("/scrutiny")}">Attest the outcome' in page


def test_a_scrutineer_attests_once(kept: Vote) -> None:
    client = scrutineer(kept)
    digest = re.search(r'name="bundle" value="([0-9a-f]{64})"', text(client.get(kept.path("/scrutiny"))))
    assert digest is not None
    sent = {"bundle": digest[1], "agrees": "yes"}
    assert client.post(kept.path("/scrutiny"), {"bundle": digest[1], "once": "a"}).status_code == 422
    assert client.post(kept.path("/scrutiny"), sent | {"once": "b"}).status_code == 302
    again = client.post(kept.path("/scrutiny"), sent | {"once": "c"})
    assert again.status_code == 422
    assert "You attested this vote already." in text(again)
    assert Attestation.objects.get().agrees is True
    assert "the outcome follows from the ballots" in text(browser().get(kept.path()))


def test_where_scrutineers_need_a_second_factor_the_private_bundle_needs_it_too(kept: Vote) -> None:
    text_ = DEFAULT.read_text(encoding="utf-8")
    needed = '["steward", "founder", "operator"]'
    assert needed in text_
    put_in_force(OPERATOR, text=text_.replace(f"roles = {needed}", f'roles = {needed[:-1]}, "scrutineer"]'))
    person = kept.cast.scrutineers[0]
    without = Client()
    without.force_login(person)
    assert without.get(kept.path("/scrutiny")).status_code == 403
    assert without.post(kept.path("/private-ballots")).status_code == 403
    Program.of(person).post(f"/votes/{kept.ballot.pk}/private-bundle", status=403)
    assert not Sealed.objects.filter(entry_type="people.private.seen").exists()
    assert scrutineer(kept).post(kept.path("/private-ballots")).status_code == 200


@pytest.mark.parametrize("who", ["visitor", "stranger", "member", "steward", "founder", "facilitator"])
def test_nobody_else_sees_the_private_bundle(kept: Vote, who: str) -> None:
    client = browser(getattr(kept.cast, who))
    denied = 302 if who == "visitor" else 403
    assert client.get(kept.path("/scrutiny")).status_code == denied
    assert client.post(kept.path("/private-ballots")).status_code == denied
    assert client.post(kept.path("/scrutiny"), {"agrees": "yes"}).status_code == denied
    assert not Sealed.objects.filter(entry_type="people.private.seen").exists()


def test_scrutineers_see_nothing_while_ballots_are_not_kept_closed(sealed: Vote) -> None:
    assert scrutineer(sealed).get(sealed.path("/scrutiny")).status_code == 403
    assert scrutineer(sealed).post(sealed.path("/private-ballots")).status_code == 403


def test_kept_ballots_say_why_and_show_no_ballot(kept: Vote) -> None:
    page = text(browser().get(kept.path()))
    assert "fewer than 20 ballots were cast" in page
    assert browser().get(kept.path("/ballots")).status_code == 409


@pytest.mark.parametrize("rest", ["", "/receipt", "/voters", "/voted", "/ballots", "/scrutiny", "/proof/" + "ab" * 32])
def test_an_unknown_vote_is_not_found(rest: str) -> None:
    cast = Cast()
    assert browser(cast.member).get(f"/votes/999999999999999999999{rest}").status_code == 404
