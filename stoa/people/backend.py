"""Who is signed in, read together with the roles that they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL

from stoa.kit import clock
from stoa.kit.prepared import prepared
from stoa.people.models import Person
from stoa.people.queries import SUSPENDED_AT, note_roles


class Backend(AuthenticationBackend):
    """allauth's own, but for how a person is found."""

    def get_user(self, user_id: Any) -> Person | None:
        """The person of a session; None where they may not sign in any more. One query."""
        found = next(iter(_with_roles(user_id, clock.now())), None)
        if found is None or not self.user_can_authenticate(found):
            return None
        note_roles(found.pk, frozenset((role, scope) for role, scope in found.held or ()))
        person: Person = found
        return person


@prepared
def _with_roles(pk: str, now: datetime) -> QuerySet[Any, Any]:
    held = RawSQL(_HELD, (now, now, now, now), JSONField())  # noqa: S611 - a constant
    return Person.objects.filter(pk=pk).annotate(held=held)


_HELD = (
    "SELECT jsonb_agg(jsonb_build_array(h.role, h.scope)) FROM (SELECT r.role, r.scope FROM people_role r"  # noqa: S608 - a constant
    " WHERE r.person_id = people_person.id AND r.start <= %s AND (r.end IS NULL OR r.end > %s)"
    f" UNION ALL {SUSPENDED_AT.format('people_person.id')}) h(role, scope)"
)
