"""Who may see and do what with people; the acts ask the charter again."""

from __future__ import annotations

from stoa.kit.act import Actor
from stoa.kit.powers import may
from stoa.people.models import Person


def is_self(actor: Actor, person: Person) -> bool:
    """Whether this is the actor's own page."""
    return actor.person_id == person.pk


def may_see(actor: Actor, person: Person) -> bool:
    """People are public from their first role on; before that only they themselves see their page."""
    return is_self(actor, person) or person.roles.exists()


def may_admit(actor: Actor) -> bool:
    """Whether the actor may take a person in."""
    return may(actor, "people.person.admit")


def may_give_role(actor: Actor) -> bool:
    """Whether the actor may give people roles."""
    return may(actor, "people.role.give")


def may_end_role(actor: Actor, person: Person) -> bool:
    """Whether the actor may end roles of this person: one's own always."""
    return may(actor, "people.role.end", person)


def may_see_private(actor: Actor, person: Person) -> bool:
    """Whether the actor may look at this person's address, which is noted for them."""
    return not is_self(actor, person) and may(actor, "people.private.see", person)


def may_add_organisation(actor: Actor) -> bool:
    """Whether the actor may add an organisation to the list."""
    return may(actor, "people.organisation.add")
