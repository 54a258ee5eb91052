"""What tests of moderation share: a community with a thread, and things written in it by whoever the test names."""

from __future__ import annotations

from typing import Any

from stoa.agenda.models import Round
from stoa.forum import acts
from stoa.forum.models import Case, Post
from stoa.forum.queries.moderation import cases_waiting
from stoa.kit.act import OPERATOR
from stoa.kit.models import Mail
from stoa.methods.canonical import parse_object
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.cast import Cast
from tests.stage import acting


class Forum(Cast):
    """The cast, a second steward among them, and a round whose thread everybody writes in."""

    second_steward: Person
    place: Round

    def set(self) -> None:
        """A second steward comes, and the round is announced."""
        super().set()
        address = "second-steward@example.org"
        self.second_steward = people.admit(OPERATOR, name="Second steward", email=address, roles=["steward", "member"])
        self.place = self.round()

    def post(self, by: Person, text: str = "You fool.") -> Post:
        """Something that this person wrote."""
        return acts.write_post(acting(by), about=f"round:{self.place.pk}", body=text)

    def reported(self, post: Post, *by: Person, reason: str = "personal-attack") -> Case:
        """The case about a post that these people reported; the member, where nobody is named."""
        for person in by or (self.member,):
            acts.report(acting(person), reference=post.reference, reason=reason, words=f"So says {person}.")
        return Case.objects.get(subject=post.reference, decided=None)

    def removed(self, post: Post, by: Person | None = None) -> Case:
        """The case in which a steward, or whoever is named, removed a post."""
        return acts.remove(
            acting(by or self.steward), reference=post.reference, reason="spam", words="It sells something."
        )


def state(post: Post) -> str:
    """How a post stands now."""
    post.refresh_from_db()
    return post.state


def last_entry() -> tuple[str, str, str | None, str | None, str, Any]:
    """Type, act, actor, role, subject and facts of the last entry."""
    entry = Entry.objects.latest("pk")
    facts = parse_object(bytes(entry.body))["facts"]
    return entry.type, entry.act, entry.actor, entry.role, entry.subject, facts


def mailed(kind: str) -> list[str]:
    """To whom mails of this kind went."""
    return sorted(Mail.objects.filter(kind=kind).values_list("to", flat=True))


def handling(forum: Forum) -> list[str]:
    """Names of those for whom something waits."""
    return sorted(str(person) for person in Person.objects.all() if cases_waiting(person.pk))


def end_scrutiny(forum: Forum) -> None:
    """Let nobody be a scrutineer any more."""
    for person in forum.scrutineers:
        people.end_role(OPERATOR, person=person, role="scrutineer")
