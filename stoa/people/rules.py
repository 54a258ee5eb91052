"""Who may see and do what with people; the acts ask the charter again."""

from __future__ import annotations

from stoa.kit import pace
from stoa.kit.act import Actor
from stoa.kit.faults import TooFast
from stoa.kit.powers import may
from stoa.people.models import Person

SPAN = 600
MOST_LOOKS, MOST_FILES = 200, 10
"""How often the directory may be searched or paged through, and taken away as a file, within the span of seconds."""
FROM_ONE_PLACE = 4
"""So many times as often by all who come from one address together."""


def keep_pace(actor: Actor, address: str, *, file: bool = False) -> None:
    """Count a look into the directory; raises `TooFast` where somebody, or a place, looks more often than people do."""
    what, most = ("people-file", MOST_FILES) if file else ("people", MOST_LOOKS)
    of_place = pace.within(what, f"from {address}", most=most * FROM_ONE_PLACE, seconds=SPAN)
    of_person = actor.person_id is None or pace.within(what, actor.person_id, most=most, seconds=SPAN)
    if not (of_place and of_person):
        raise TooFast("The list of people was asked for too often.", remedy=f"Go on in {SPAN // 60} minutes.")


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


def may_suspend(actor: Actor) -> bool:
    """Whether the actor may suspend somebody."""
    return may(actor, "members.suspension.give")


def may_see_private(actor: Actor, person: Person) -> bool:
    """Whether the actor may look at this person's address, which is noted for them."""
    return not is_self(actor, person) and may(actor, "people.private.see", person)


def may_add_organisation(actor: Actor) -> bool:
    """Whether the actor may add an organisation to the list."""
    return may(actor, "people.organisation.add")
