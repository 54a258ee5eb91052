"""Many rows where a page has few: questions, statements, answers, posts, estimates, voters and entries, by the thousand.

They are put into the tables at once: acts would take minutes. For tests that count what a page reads, and for `bench/pages.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.db.models import Model

from stoa.agenda.models import AGREE, Answer, Estimate, Offer, Participant, Question, Round, Statement
from stoa.ballots.models import Option, Voter
from stoa.forum.models import Post, Thread
from stoa.forum.queries.posts import recount
from stoa.kit import chance, clock, markdown
from stoa.people.models import Person, Role
from stoa.record.models import Entry
from stoa.record.sequencer import sequence

AT_ONCE = 2000


def people(count: int) -> list[Person]:
    """So many more members."""
    named = [(f"one of many {n:06}", chance.opaque_id()) for n in range(count)]
    made = _put(Person, (Person(pk=pk, name=name, sort_name=name) for name, pk in named))
    since = clock.now() - timedelta(days=1)
    _put(Role, (Role(person=person, role="member", start=since) for person in made))
    return made


def questions(round: Round, by: Sequence[Person], count: int) -> list[Question]:
    """So many more questions of a round, in the state that its phase asks for; on its ballot if there is one."""
    state = Question.State.ON_BALLOT if round.ballot else Question.State.PROPOSED
    authors = cycle(by)
    made = _put(
        Question,
        (
            Question(
                round=round,
                author=next(authors),
                title=f"How much of a model's {n:05}th behaviour do we know, and from whom?",
                body="What would change if we knew?",
                state=state,
                cost=8 if round.ballot else None,
            )
            for n in range(count)
        ),
    )
    if round.ballot:
        first = 1 + max(round.ballot.options.values_list("place", flat=True), default=0)
        options = (
            Option(ballot=round.ballot, place=first + n, reference=q.reference, cost=8) for n, q in enumerate(made)
        )
        _put(Option, options)
    return made


def voters(round: Round, who: Sequence[Person]) -> None:
    """All of these on the voter list of a round."""
    _put(Voter, (Voter(ballot=round.ballot, person=person) for person in who))


def efforts(question: Question, who: Sequence[Person]) -> None:
    """An estimate and an offer of each of these people for a question."""
    _put(Estimate, (Estimate(question=question, person=person, low=10, high=20) for person in who))
    _put(Offer, (Offer(question=question, person=person, hours=3) for person in who))


def statements(round: Round, by: Sequence[Person], count: int, *, about: Question | None = None) -> list[Statement]:
    """So many more statements of a round."""
    authors = cycle(by)
    said = "Claim {} about models can be agreed with or disagreed with by anybody who has seen one."
    return _put(
        Statement,
        (Statement(round=round, author=next(authors), question=about, body=said.format(n)) for n in range(count)),
    )


def answered(round: Round, who: Sequence[Person], statements: Sequence[Statement]) -> None:
    """Let each of these people agree with each of the statements."""
    for person in who:
        participant, _ = Participant.objects.get_or_create(round=round, person=person)
        _put(Answer, (Answer(participant=participant, statement=s, value=AGREE, at=clock.now()) for s in statements))


def posts(reference: str, by: Sequence[Person], count: int) -> Thread:
    """So many more posts about an object."""
    thread, _ = Thread.objects.get_or_create(subject=reference)
    authors = cycle(by)
    said = "Said for the {}th time."
    _put(
        Post,
        (
            Post(
                thread=thread,
                author=next(authors),
                body=said.format(n),
                rendered=f"<p>{said.format(n)}</p>",
                renderer=markdown.RENDERER,
            )
            for n in range(count)
        ),
    )
    recount(thread)
    return thread


def entries(reference: str, count: int) -> None:
    """So many more entries about an object that has one already, with their places in the log."""
    like = Entry.objects.filter(subject=reference).order_by("pk")[0]
    columns = {field.attname: getattr(like, field.attname) for field in Entry._meta.fields if not field.primary_key}
    _put(Entry, (Entry(**columns) for _ in range(count)))
    while sequence():
        pass


def _put(model: type[Model], rows: Iterator[Any]) -> list[Any]:
    return model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
