"""What tests of moderation share: a community with a thread, and things written in it by whoever the test names."""

from __future__ import annotations

from stoa.agenda.models import Round
from stoa.forum import acts
from stoa.forum.models import Case, Post
from stoa.kit.act import OPERATOR
from stoa.people import acts as people
from stoa.people.models import Person
from tests.cast import Cast
from tests.stage import acting


class Forum(Cast):
    """The cast, a second steward among them, and a round whose thread everybody writes in."""

    second_steward: Person
    place: Round

    def __post_init__(self) -> None:
        super().__post_init__()
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
