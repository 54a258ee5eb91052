"""What people follow: private to each of them, and begun by itself where they propose or write."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from stoa.kit import clock, registry
from stoa.kit.looking import kept_in_look
from stoa.kit.prepared import prepared
from stoa.kit.registry import Shown
from stoa.people.models import Follow
from stoa.record.following import Array

MOST_FOLLOWED = 2_000
NOT_FOLLOWED = frozenset({"person"})
"""People are not followed: what somebody does is nobody's to watch."""


def can_be_followed(reference: str) -> bool:
    """Whether this names something public that has a page, and no person."""
    return reference.partition(":")[0] not in NOT_FOLLOWED and bool(registry.show([reference], None))


def follow_own(person_id: str | None, reference: str) -> None:
    """Let somebody follow what they just made or wrote in, unless they chose otherwise or stopped following it before.

    To be called inside the act that they take.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_follow (person_id, reference, since, stopped)"
            " SELECT id, %s, %s, false FROM people_person WHERE id = %s AND follows_own ON CONFLICT DO NOTHING",
            [reference, clock.now(), person_id],
        )


def follows(person_id: str | None, reference: str) -> bool:
    """Whether this person follows it. Only they may be told."""
    if not person_id:
        return False
    kept = kept_in_look(("follows", person_id))
    return kept[reference] if reference in kept else bool(_followed(person_id, reference))


def note_follows(person_id: str | None, reference: str, follows: bool) -> None:
    """What a page has read with other things, so that its button need not ask."""
    kept_in_look(("follows", person_id))[reference] = follows


@prepared
def _followed(person_id: str, reference: str) -> QuerySet[Follow]:
    return Follow.objects.filter(person=person_id, reference=reference, stopped=False)


def array_followed(person_id: str) -> Array:
    """What a person follows, for use within another query."""
    return Array("ARRAY(SELECT reference::text FROM people_follow WHERE person_id = %s AND NOT stopped)", (person_id,))


def followed(person_id: str) -> list[tuple[Follow, Shown | None]]:
    """What a person follows, with how it appears now; None where it is not to be seen any more."""
    kept = list(Follow.objects.filter(person=person_id, stopped=False))
    shown = registry.show([follow.reference for follow in kept], person_id)
    return [(follow, shown.get(follow.reference)) for follow in kept]
