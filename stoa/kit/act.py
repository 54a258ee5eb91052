"""The act: one name, one function, one power, one transaction, and the entries it leaves on the record.

Every write of the program is an act. The authority (who may) and the recorder (what is put down) are bound by the
charter and the record when they load, since imports point down only.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Concatenate, Literal, ParamSpec, Protocol, TypeVar, runtime_checkable

from django.db import transaction

from stoa.kit import locks, looking, once

Kind = Literal["public", "sealed", "private"]


@dataclass(frozen=True)
class Actor:
    """Who acts: a person (by opaque id), the clock, or the operator at the command line."""

    kind: Literal["person", "clock", "operator", "visitor"]
    person_id: str | None = None
    second_factor: bool = False

    @property
    def name(self) -> str:
        """The form used on the record: `person:<id>`, `clock`, `operator`."""
        return f"person:{self.person_id}" if self.kind == "person" else self.kind


CLOCK = Actor("clock")
OPERATOR = Actor("operator")
VISITOR = Actor("visitor")


@dataclass(frozen=True)
class Grant:
    """The role under which the charter grants a power, and the version of the charter that did."""

    role: str
    charter: int


@dataclass(frozen=True)
class Event:
    """A public fact. Subclasses are frozen dataclasses: `type` names it, the fields are its facts as plain JSON values.

    One that is `always_public` becomes an entry even where the rest of its act is sealed.
    """

    type: ClassVar[str]
    subject_kind: ClassVar[str]
    actor_withheld: ClassVar[bool] = False
    always_public: ClassVar[bool] = False

    @property
    def subject(self) -> str:
        """`kind:id` of what was acted on; by default the id stands in the field named like the kind."""
        return f"{self.subject_kind}:{getattr(self, self.subject_kind)}"

    def facts(self) -> dict[str, Any]:
        """The event's fields by name; fields that are None are left out."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}


@dataclass
class Acting:
    """An act under way: what it will put on the record when its transaction ends."""

    act: str
    kind: Kind
    actor: Actor
    grant: Grant
    told: list[tuple[Event, Mapping[str, str]]] = field(default_factory=list)


@dataclass(frozen=True)
class ActSpec:
    """An entry of the registry of acts: its name, what it acts on, and the first sentence of its docstring."""

    name: str
    kind: Kind
    on: str | None
    summary: str
    function: Callable[..., Any]


PARTY = "party"
"""The standing of whoever is party to a matter, as who applied to a call: whatever offices they hold count for nothing in it."""


@runtime_checkable
class Subject(Protocol):
    """What an act acts on: says which standing (`author`, `voter`, `organiser`, …) a person has towards it."""

    def standing(self, person_id: str) -> frozenset[str]:
        """Names of the standings that the person has towards this object."""
        ...


Authority = Callable[[Actor, str, Subject | None], Grant]
"""Answers whether an actor holds the power of an act over a subject; raises `Refused` if not."""

Recorder = Callable[[Acting], None]
"""Puts what an act told on the record, in the act's transaction."""

ACTS: dict[str, ActSpec] = {}
_current: ContextVar[Acting | None] = ContextVar("acting", default=None)
_together: ContextVar[bool] = ContextVar("together", default=False)
_authority: list[Authority] = []
_recorder: list[Recorder] = []


def bind_authority(authority: Authority) -> None:
    """Called once, by the charter, when it loads."""
    _authority[:] = [authority]


def bind_recorder(recorder: Recorder) -> None:
    """Called once, by the record, when it loads."""
    _recorder[:] = [recorder]


def authority() -> Authority:
    """The authority that the charter bound."""
    return _authority[0]


@contextmanager
def together() -> Iterator[None]:
    """Let many acts within one transaction stand or fall as one: a fault of any of them undoes the whole transaction.

    Without this each act within a transaction can fail alone, at the price of a savepoint.
    """
    mark = _together.set(True)
    try:
        yield
    finally:
        _together.reset(mark)


P = ParamSpec("P")
R = TypeVar("R")


def act(
    name: str, *, on: str | None = None, kind: Kind = "public", changes_charter: bool = False
) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[Concatenate[Actor, P], R]]:
    """Make a function the act of this name.

    `on` names the keyword argument that the power is asked for. A public act's events become entries; a sealed act's
    become commitments in the day's sealed entry, but for those that are public always; a private act may tell none. One
    that changes the charter waits until no other act is under way, and lets none begin.
    """

    def decorate(function: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
        @functools.wraps(function)
        def call(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if _current.get() is not None:
                raise RuntimeError(f"{name} was called inside {_acting().act}: acts never call acts")
            looking.end_look()
            with transaction.atomic(savepoint=not _together.get()), once.claim(actor.person_id):
                locks.charter(alone=changes_charter)
                grant = authority()(actor, name, _subject(kwargs, on))
                acting = Acting(name, kind, actor, grant)
                mark = _current.set(acting)
                try:
                    result = function(actor, *args, **kwargs)
                finally:
                    _current.reset(mark)
                _recorder[0](acting)
                once.keep(result)
            return result

        if name in ACTS:
            raise RuntimeError(f"two acts are named {name}")
        ACTS[name] = ActSpec(name, kind, on, _summary(function), call)
        return call

    return decorate


def tell(event: Event, texts: Mapping[str, str] | None = None) -> None:
    """Put a public fact on the record when the act under way commits; of `texts` only salted commitments."""
    acting = _acting()
    if acting.kind == "private":
        raise RuntimeError(f"{acting.act} is private and tells nothing")
    acting.told.append((event, texts or {}))


def current_role() -> str:
    """The role under which the act under way was granted."""
    return _acting().grant.role


def _acting() -> Acting:
    acting = _current.get()
    if acting is None:
        raise RuntimeError("no act is under way")
    return acting


def _subject(arguments: Mapping[str, Any], on: str | None) -> Subject | None:
    return arguments[on] if on else None


def _summary(function: Callable[..., Any]) -> str:
    if not function.__doc__:
        raise RuntimeError(f"the act {function.__qualname__} needs a docstring: pages and the reference show it")
    return function.__doc__.strip().split("\n", maxsplit=1)[0]
