"""The act: one power, one transaction, and the entries it leaves; or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.kit import act as kit
from stoa.kit.act import OPERATOR, VISITOR, Actor, Event, act, tell
from stoa.kit.faults import NeedsSecondFactor, Refused
from stoa.people.acts import admit
from stoa.people.models import Organisation, Person
from stoa.record.models import Entry, Sealed, Text
from tests.stage import acting, begin

pytestmark = pytest.mark.django_db
POWERS = '[powers]\n"test.do" = ["member"]\n"test.keep" = ["steward", "self"]\n"test.other" = ["member", "operator"]\n'


@dataclass(frozen=True)
class Done(Event):
    thing: str
    note: str | None = None
    type: ClassVar[str] = "test.done"
    subject_kind: ClassVar[str] = "thing"


@dataclass(frozen=True)
class DoneUnsigned(Done):
    actor_withheld: ClassVar[bool] = True


@pytest.fixture(autouse=True)
def charter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "ACTS", dict(kit.ACTS))
    begin()
    put_in_force(OPERATOR, text=DEFAULT.read_text(encoding="utf-8").replace("[powers]\n", POWERS))


@pytest.fixture
def ada() -> Person:
    return admit(OPERATOR, name="Ada", email="ada@example.org", roles=["member", "steward"])


def doing(events: list[tuple[Event, dict[str, str]]], kind: Any = "public", fail: bool = False) -> Any:
    @act("test.do", kind=kind)
    def do(actor: Actor) -> str:
        """Do the thing.

        In detail.
        """
        Organisation.objects.create(name="Written")
        for event, texts in events:
            tell(event, texts)
        if fail:
            raise ValueError("no")
        return actor.name

    return do


def test_an_act_leaves_one_entry_an_event_with_actor_role_and_charter(ada: Person) -> None:
    before = Entry.objects.count()
    do = doing([(Done("7"), {"title": "Hello"}), (DoneUnsigned("8", "n"), {})])
    assert do(acting(ada)) == f"person:{ada.pk}"
    first, second = Entry.objects.order_by("pk")[before:]
    assert (first.type, first.act, first.actor, first.role, first.charter, first.subject) == (
        ("test.done", "test.do", f"person:{ada.pk}", "member", 2, "thing:7")
    )
    assert (second.actor, second.role, second.subject) == (None, None, "thing:8")
    assert b"Hello" not in bytes(first.body)
    assert list(Text.objects.filter(entry=first).values_list("name", "text")) == [("title", "Hello")]
    assert bytes(second.body).count(b'"note":"n"') == 1
    assert b"note" not in bytes(first.body)


@pytest.mark.parametrize("actor", [VISITOR, OPERATOR])
def test_a_refused_act_writes_nothing(actor: Actor) -> None:
    before = Entry.objects.count()
    with pytest.raises(Refused) as caught:
        doing([(Done("7"), {})])(actor)
    assert caught.value.remedy == "It is held by: member."
    assert (Entry.objects.count(), Organisation.objects.count()) == (before, 0)


def test_an_act_that_fails_half_way_writes_nothing(ada: Person) -> None:
    before = Entry.objects.count()
    with pytest.raises(ValueError, match="no"):
        doing([(Done("7"), {"title": "Hello"})], fail=True)(acting(ada))
    assert (Entry.objects.count(), Organisation.objects.count(), Text.objects.filter(text="Hello").count()) == (
        before,
        0,
        0,
    )


def test_an_act_that_the_charter_does_not_name_is_held_by_nobody(ada: Person) -> None:
    @act("test.unnamed")
    def unnamed(actor: Actor) -> None:
        """Never happens."""

    for actor in (acting(ada), OPERATOR, VISITOR):
        with pytest.raises(Refused, match="nobody"):
            unnamed(actor)


def test_a_power_of_stewards_needs_a_second_factor_and_one_of_oneself_does_not(ada: Person) -> None:
    @act("test.keep", on="person")
    def keep(actor: Actor, *, person: Person) -> str:
        """Keep something of a person's."""
        return kit.current_role()

    other = admit(OPERATOR, name="Bob", email="bob@example.org")
    assert keep(acting(ada), person=other) == "steward"
    assert keep(acting(ada, second_factor=False), person=ada) == "self"
    with pytest.raises(NeedsSecondFactor):
        keep(acting(ada, second_factor=False), person=other)
    with pytest.raises(Refused):
        keep(acting(other), person=ada)


def test_a_sealed_act_leaves_a_commitment_and_no_entry(ada: Person) -> None:
    before = Entry.objects.count()
    doing([(Done("7"), {})], kind="sealed")(acting(ada))
    assert Entry.objects.count() == before
    assert Sealed.objects.get().entry_type == "test.done"


def test_a_private_act_may_tell_nothing(ada: Person) -> None:
    with pytest.raises(RuntimeError, match="tells nothing"):
        doing([(Done("7"), {})], kind="private")(acting(ada))
    assert not Organisation.objects.exists()


def test_acts_never_call_acts(ada: Person) -> None:
    inner = doing([])

    @act("test.other")
    def outer(actor: Actor) -> None:
        """Call another act."""
        inner(actor)

    with pytest.raises(RuntimeError, match="acts never call acts"):
        outer(acting(ada))
    inner(acting(ada))


def test_nothing_is_told_outside_an_act() -> None:
    with pytest.raises(RuntimeError, match="no act is under way"):
        tell(Done("7"))


def test_two_acts_have_two_names_and_each_says_what_it_does() -> None:
    doing([])
    assert kit.ACTS["test.do"].summary == "Do the thing."
    with pytest.raises(RuntimeError, match="two acts are named"):
        doing([])
    with pytest.raises(RuntimeError, match="needs a docstring"):

        @act("test.silent")
        def silent(actor: Actor) -> None:
            pass


def test_every_act_of_the_program_stands_in_the_charter_that_ships() -> None:
    from stoa.charter.text import read

    named = set(read(DEFAULT.read_text(encoding="utf-8")).powers)
    assert named == {name for name in kit.ACTS if not name.startswith("test.")}
