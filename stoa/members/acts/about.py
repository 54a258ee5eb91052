"""What applicants say of themselves apart: said, changed and taken back as they like, and read by nobody else."""

from __future__ import annotations

from collections.abc import Mapping

from stoa.kit import clock
from stoa.kit.act import Actor, act
from stoa.kit.faults import Invalid
from stoa.members.models import AboutYou, Call
from stoa.members.rules.about import UNSAID, choices_of
from stoa.people.models import Person


@act("members.about.say", on="person", kind="private")
def say_about_oneself(actor: Actor, *, person: Person, call: Call, said: Mapping[str, str]) -> None:
    """Say some things of oneself, apart from one's application; what is left empty is taken back."""
    choices = choices_of(call)
    for key, value in said.items():
        if key not in choices or (value and value != UNSAID and value not in choices[key]):
            raise Invalid("There is no such answer.", remedy="Choose one of those shown, or none.", field=key)
    for key, value in said.items():
        mine = AboutYou.objects.filter(call=call, person=person, key=key)
        if not value:
            mine.delete()
        elif not mine.update(value=value, said=clock.now()):
            AboutYou.objects.create(call=call, person=person, key=key, value=value)


@act("members.about.take_back", on="person", kind="private")
def take_back_about_oneself(actor: Actor, *, person: Person, call: Call) -> None:
    """Take back all that one said of oneself for a call: it is deleted."""
    AboutYou.objects.filter(call=call, person=person).delete()
