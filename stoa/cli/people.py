"""How commands find the person whom an operator names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoa.kit.faults import Fault

if TYPE_CHECKING:
    from stoa.people.models import Person


def found_person(who: str) -> Person:
    """The person of this id or address."""
    from django.db.models import Q

    from stoa.people.models import Person

    found = Person.objects.filter(Q(pk=who) | Q(email__iexact=who)).first() if "\0" not in who else None
    if found is None:
        raise Fault(f"There is nobody “{who}”.", remedy="Find them with `stoa person list WORDS`.")
    return found
