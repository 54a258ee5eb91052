"""Putting away, for oneself alone: hide a piece, mute a person. Nobody else learns of it."""

from __future__ import annotations

from stoa.forum.models import Hidden, Mute
from stoa.kit import registry
from stoa.kit.act import Actor, act
from stoa.kit.faults import Invalid
from stoa.kit.moderated import moderated
from stoa.people.models import Person


@act("forum.piece.hide", on="person", kind="private")
def hide(actor: Actor, *, person: Person, reference: str) -> None:
    """Hide a post for oneself."""
    kind = moderated(reference)
    if kind is None or not kind.signed or reference not in registry.show([reference], person.pk):
        raise Invalid("There is nothing here to hide.", remedy="Check the reference.", field="reference")
    Hidden.objects.get_or_create(person=person, reference=reference)


@act("forum.piece.show", on="person", kind="private")
def show_again(actor: Actor, *, person: Person, reference: str) -> None:
    """Show again what one hid."""
    Hidden.objects.filter(person=person, reference=reference).delete()


@act("forum.person.mute", on="person", kind="private")
def mute(actor: Actor, *, person: Person, muted: Person) -> None:
    """Put away, for oneself, what somebody writes under their name."""
    if person == muted:
        raise Invalid("You can’t mute yourself.", remedy="Choose somebody else.", field="muted")
    Mute.objects.get_or_create(person=person, muted=muted)


@act("forum.person.unmute", on="person", kind="private")
def unmute(actor: Actor, *, person: Person, muted: Person) -> None:
    """Show again what somebody writes whom one muted."""
    Mute.objects.filter(person=person, muted=muted).delete()
