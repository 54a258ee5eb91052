"""Questions and votes from a Pabulib file: one act, whose voters are the file's and no members."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from stoa.agenda import events
from stoa.agenda.acts.deciding import write_decision
from stoa.agenda.acts.ending import commit_answers
from stoa.agenda.acts.finding import let_find
from stoa.agenda.models import Question, Round
from stoa.ballots.acts.closing import open_with, seal_with
from stoa.ballots.acts.opening import Put, put_options, tell_opening
from stoa.ballots.models import Ballot
from stoa.kit import chance, clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import AlreadyDone, Closed, Conflict
from stoa.methods.commitment import ballot_commitment
from stoa.methods.pabulib import Election

Progress = Callable[[int], None]


@act("agenda.votes.import", on="round")
def import_votes(
    actor: Actor, *, round: Round, election: Election, digest: str, on_progress: Progress | None = None
) -> Round:
    """Take questions and votes from a file into an empty round, and decide it; the same file a second time changes nothing."""
    round = locks.exclusive(round)
    _demand_empty(round, digest)
    if round.discussion_opens:
        commit_answers(round)  # the vote is over, and with it the discussion
    questions = _questions(round, election)
    ballot = _ballot(round, election, digest)
    puts = [Put(q.reference, q.cost or 0) for q in questions.values()]
    put_options(ballot, puts)
    tell_opening(ballot, str(round.pk), puts, sorted(vote.voter for vote in election.votes), file=digest)
    opened: list[dict[str, Any]] = []
    for done, vote in enumerate(election.votes, start=1):
        approved = sorted({questions[project].reference for project in vote.approved})
        nonce = chance.octets(32)
        commitment = ballot_commitment(nonce, str(ballot.pk), approved)
        body = {"ballot": str(ballot.pk), "approved": approved}
        opened.append({"commitment": commitment.hex(), "body": body, "nonce": nonce.hex()})
        if on_progress:
            on_progress(done)
    opened.sort(key=lambda one: one["commitment"])
    seal_with(
        ballot,
        [bytes.fromhex(one["commitment"]) for one in opened],
        sorted(vote.voter for vote in election.votes),
    )
    open_with(ballot, opened)
    tell(
        events.VotesImported(
            str(round.pk), digest, len(election.projects), len(election.votes), sum(election.skipped.values())
        )
    )
    round.imported, round.import_digest, round.ballot = True, digest, ballot
    round.unit, round.scale = election.unit or "units", election.scale
    round.save()
    return write_decision(round, ballot, [one["body"]["approved"] for one in opened])


def _demand_empty(round: Round, digest: str) -> None:
    if round.imported and round.import_digest == digest:
        raise AlreadyDone(round.get_absolute_url())
    if round.imported:
        raise Conflict("Another file was imported into this round.", remedy="Announce a round for each file.")
    if round.ballot_id or not round.before_the_vote:
        raise Closed("The vote of this round has begun.", remedy="Import into a round that has not voted.")
    if round.questions.exists():
        raise Conflict("This round has questions of its own.", remedy="Import into a round without questions.")


def _questions(round: Round, election: Election) -> dict[str, Question]:
    created = Question.objects.bulk_create(
        Question(
            round=round,
            signed=False,
            title=(" ".join(project.name.split()) or f"Project {project.id}")[:160],
            external_id=project.id,
            cost=project.cost,
            state=Question.State.ON_BALLOT,
        )
        for project in election.projects
    )
    let_find(*created)
    return {question.external_id: question for question in created}


def _ballot(round: Round, election: Election, digest: str) -> Ballot:
    """A vote that is over as soon as it is there; its seed for ties is the file's digest, so that nobody chose it."""
    now = clock.now()
    return Ballot.objects.create(
        subject=f"round:{round.pk}",
        capacity=election.budget,
        seed=digest,
        opens=now - timedelta(seconds=1),
        closes=now,
        window_hours=0,
        imported=True,
    )
