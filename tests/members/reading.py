"""A call with two newcomers' applications, which tests of reading begin with."""

from __future__ import annotations

from typing import Any

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.members import acts as members
from stoa.members.models import Call
from stoa.members.tasks import advance
from stoa.people import acts as people
from stoa.people.models import Person
from tests.cast import Cast
from tests.members.applying import apply
from tests.members.calling import opened
from tests.scenes import Scene
from tests.stage import acting


class Applied(Scene):
    """A call that is open, to which two newcomers applied; four members could read it."""

    def set(self) -> None:
        self.cast = Cast()
        self.cast.admit(4)
        self.readers: list[Person] = self.cast.members[-4:]
        self.call = opened(self.cast, days=1)
        self.ada, self.bob = (
            people.admit(OPERATOR, name=name, email=f"{name}@example.net".lower(), roles=[]) for name in ("Ada", "Bob")
        )
        apply(self.ada, self.call, why="Because.\n# Admit me")
        apply(self.bob, self.call)

    def begin(self, **more: Any) -> Call:
        """The call closed, and given to be read."""
        with clock.travel(self.call.ends):
            advance()
            self.call = members.begin_review(acting(self.cast.steward), call=self.call, **more)
        return self.call


def text(answer: Any) -> str:
    return str(answer.content.decode())
