"""Who acts in tests of pages: people by the part they play, each with a browser that is signed in."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.test import Client

from stoa.kit.act import OPERATOR
from stoa.people import acts as people
from stoa.people.middleware import CONSOLE_LINK_KEY
from stoa.people.models import Person
from stoa.record.sequencer import sequence
from tests.stage import Stage

BACKEND = "stoa.people.backend.Backend"


@dataclass
class Cast(Stage):
    """A community in which every part is played: on the stage's steward and members, those beside them.

    The stranger has an account and no role; the visitor has no account.
    """

    member: Person = field(init=False)
    author: Person = field(init=False)
    associate: Person = field(init=False)
    facilitator: Person = field(init=False)
    founder: Person = field(init=False)
    scrutineers: list[Person] = field(init=False)
    stranger: Person = field(init=False)

    def set(self) -> None:
        """Everybody comes."""
        super().set()
        self.author, self.member = self.admit(5)[:2]
        self.associate = self._play("Associate", "associate")
        self.facilitator = self._play("Facilitator", "facilitator")
        self.founder = self._play("Founder", "founder", "member")
        self.scrutineers = [self._play("Scrutineer", "scrutineer"), self._play("Second scrutineer", "scrutineer")]
        self.stranger = self._play("Stranger")

    @property
    def visitor(self) -> None:
        """Nobody who is signed in."""
        return

    def organiser(self, scope: str) -> Person:
        """Somebody who was given the task of one object, such as `round:3`."""
        person = self._play(f"Organiser of {scope}")
        people.give_role(OPERATOR, person=person, role="organiser", scope=scope)
        return person

    def _play(self, name: str, *roles: str) -> Person:
        address = f"{name.lower().replace(' ', '-').replace(':', '-')}@example.org"
        return people.admit(OPERATOR, name=name, email=address, roles=roles)


def browser(person: Person | None = None, *, second_factor: bool = True) -> Client:
    """A browser in which this person is signed in; without one, a visitor's."""
    client = Client()
    if person is not None:
        client.force_login(person, backend=BACKEND)
        session = client.session
        session[CONSOLE_LINK_KEY] = "2999" if second_factor else ""
        session.save()
    return client


def settle() -> None:
    """Give every entry its place on the record, as the worker does within a second."""
    while sequence():
        pass
