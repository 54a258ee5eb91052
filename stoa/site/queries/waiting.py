"""What waits for somebody: each thing with its time, its date, and whom it keeps waiting. Private to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from allauth.mfa.models import Authenticator
from django.db.models import Count
from django.urls import reverse

from stoa.agenda.models import Announcement, Question, Round
from stoa.ballots.models import Ballot, Voter
from stoa.charter.queries import terms
from stoa.charter.rules import held, may
from stoa.kit.act import Actor
from stoa.people.models import Person
from stoa.site.queries.setup import steps

MOST_MINUTES = 30


@dataclass(frozen=True)
class Waiting:
    """One thing to do. `whom` says in words who waits for it; without `due` it has no date."""

    title: str
    url: str
    minutes: int
    whom: str
    due: datetime | None = None


def waiting(actor: Actor) -> list[Waiting]:
    """What waits for this person, what is due first at the head and what has no date at the end."""
    if actor.kind != "person":
        return []
    found = chain(
        _setup(actor), _second_factor(actor), _votes(actor), _estimates(actor), _announcements(actor), _attesting(actor)
    )
    return sorted(found, key=lambda item: (item.due is None, item.due.timestamp() if item.due else 0))


def minutes_to_vote(questions: int) -> int:
    """Three questions a minute, five minutes at least."""
    return max(5, questions // 3)


def _setup(actor: Actor) -> Iterator[Waiting]:
    if Round.objects.exists() or not may(actor, "charter.community.describe"):
        return
    waits = [s for s in steps(Person.objects.get(pk=actor.person_id)) if s.status != "done" and not s.optional]
    if waits:
        what = "1 step" if len(waits) == 1 else f"{len(waits)} steps"
        yield Waiting(
            f"Set up this server: {what}", reverse("site:setup"), 5 * len(waits), "nobody can take part before that"
        )
    else:
        yield Waiting("Open the first round", reverse("agenda:announce"), 10, "everybody waits for it")


def _second_factor(actor: Actor) -> Iterator[Waiting]:
    needing = held(actor, None) & terms().second_factor
    if needing and not Authenticator.objects.filter(user=actor.person_id).exists():
        who = " and ".join(sorted(needing))
        yield Waiting("Add a second factor", reverse("mfa_index"), 5, f"needed to act as {who}")


def _votes(actor: Actor) -> Iterator[Waiting]:
    listed = Voter.objects.filter(person=actor.person_id, paper=None, ballot__state=Ballot.State.OPEN)
    rounds = Round.objects.filter(phase=Round.Phase.VOTE, ballot__in=listed.values("ballot"))
    for round_ in rounds.annotate(options=Count("ballot__options")):
        url = reverse("agenda:vote", args=[round_.slug])
        minutes = minutes_to_vote(round_.options)
        yield Waiting(f"Vote: {round_.title}", url, minutes, "nobody waits for you", round_.vote_closes)


def _estimates(actor: Actor) -> Iterator[Waiting]:
    if not may(actor, "agenda.effort.estimate"):
        return
    needed = terms().limits["estimates_needed"]
    for round_ in Round.objects.filter(phase__in=[Round.Phase.QUESTIONS, Round.Phase.DISCUSSION]):
        short = Question.objects.filter(round=round_, state=Question.State.PROPOSED).exclude(author=actor.person_id)
        short = (
            short.exclude(estimates__person=actor.person_id).annotate(made=Count("estimates")).filter(made__lt=needed)
        )
        if count := short.count():
            what = "1 question" if count == 1 else f"{count} questions"
            whom = f"without {needed} estimates a question is left out of the vote"
            minutes = min(3 * count, MOST_MINUTES)
            yield Waiting(f"Estimate the effort of {what}", round_.get_absolute_url(), minutes, whom, round_.vote_opens)


def _announcements(actor: Actor) -> Iterator[Waiting]:
    drafts = (
        Announcement.objects.filter(confirmed=None)
        .exclude(drafted_by=actor.person_id)
        .select_related("round", "drafted_by")
    )
    for draft in drafts:
        if may(actor, "agenda.announcement.confirm", None):
            url = reverse("agenda:announcement", args=[draft.round.slug, draft.pk])
            yield Waiting(f"Confirm a mail to everybody: {draft.subject}", url, 3, f"{draft.drafted_by} waits")


def _attesting(actor: Actor) -> Iterator[Waiting]:
    if not may(actor, "ballots.outcome.attest"):
        return
    kept = Round.objects.filter(ballot__state=Ballot.State.KEPT).exclude(
        ballot__attestations__scrutineer=actor.person_id
    )
    for round_ in kept:
        yield Waiting(
            f"Attest the outcome: {round_.title}", round_.get_absolute_url(), 15, "everybody waits for the outcome"
        )
