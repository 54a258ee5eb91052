"""Accounts suspected to be one person's: found by the clock, and settled by somebody who keeps the process."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Upload
from stoa.members import events
from stoa.members.models import AboutYou, Application, Call, Draft
from stoa.people.joining import end, give
from stoa.people.likeness import note_pairs
from stoa.people.models import Pair, Person
from stoa.people.queries import roles_of, suspension_of

MOST_REASON = 2_000


@act("members.pairs.find", kind="private")
def find_pairs(actor: Actor) -> int:
    """Look for accounts that may be one person's, among those who hold a role."""
    return note_pairs()


@act("members.pair.settle")
def settle_pair(actor: Actor, *, pair: Pair, same: bool, reason: str) -> Pair:
    """Settle whether two accounts are one person's: then the younger one ends, with its roles and addresses with the older."""
    pair = locks.exclusive(pair)
    if pair.settled:
        raise Closed("This is settled already.")
    if actor.person_id in {pair.older_id, pair.younger_id}:
        raise Refused("One of these accounts is yours.", remedy="Somebody else has to settle it.", code="own-account")
    if not reason.strip() or len(reason) > MOST_REASON:
        raise Invalid(
            "The reason is empty or too long.", remedy=f"Use 1 to {MOST_REASON:,} characters.", field="reason"
        )
    pair.same, pair.reason = same, reason.strip()
    pair.settled, pair.settled_by_id = clock.now(), actor.person_id
    pair.save()
    if same:
        _join(Person.objects.get(pk=pair.younger_id), into=Person.objects.get(pk=pair.older_id))
    return pair


def _join(ended: Person, *, into: Person) -> None:
    """End an account: what it holds goes to the other, what it did stays under its code."""
    tell(events.AccountsJoined(into.pk, ended.pk))
    has = {(role.role, role.scope) for role in roles_of(into.pk)}
    for role in roles_of(ended.pk):
        end(ended, role.role, role.scope, moves=True)
        if (role.role, role.scope) not in has:
            give(into, role.role, role.scope, role.end, room_found=True)
    merge(ended, into)


def merge(ended: Person, into: Person) -> None:
    """Let an account end beside its roles: ties, applications, ways to sign in and a suspension go to the other. Inside an act."""
    _move_ties(ended, into)
    _move_applications(ended, into)
    _move_addresses(ended, into)
    running = suspension_of(ended.pk)
    if running and not suspension_of(into.pk):
        running.person = into
        running.save(update_fields=["person"])
    ended.api_tokens.all().delete()
    ended.email, ended.is_active, ended.joined_with = None, False, into
    ended.save()


def _move_ties(ended: Person, into: Person) -> None:
    has = set(into.ties.filter(end=None).values_list("organisation", "kind"))
    for tie in ended.ties.all():
        if tie.end is not None or (tie.organisation_id, tie.kind) not in has:
            tie.person = into
            tie.save(update_fields=["person"])


def _move_applications(ended: Person, into: Person) -> None:
    """What they wrote and submitted to calls goes on under the account that stays, where that has none of its own.

    Drafts are held before their calls, as their writers do.
    """
    list(Draft.objects.select_for_update().filter(person__in=[ended, into]).order_by("pk"))
    for call in Call.objects.filter(Q(drafts__person=ended) | Q(applications__person=ended)).distinct().order_by("pk"):
        locks.exclusive(call)
        for rows in (Draft.objects.filter(call=call), Application.objects.filter(call=call)):
            own = rows.filter(person=ended).first()
            if own and not rows.filter(person=into).exists():
                Upload.objects.filter(pk__in=own.files, owner_id=ended.pk).update(owner_id=into.pk)
                rows.filter(pk=own.pk).update(person=into)
        if not AboutYou.objects.filter(call=call, person=into).exists():
            AboutYou.objects.filter(call=call, person=ended).update(person=into)


def _move_addresses(ended: Person, into: Person) -> None:
    """Either address signs the one person in; that of the older account stays the first.

    What was proved stays so. An address by which nobody signed in yet has no row, and was proved by nobody.
    """
    EmailAddress.objects.filter(user=ended).update(user=into, primary=False)
    if ended.email and not EmailAddress.objects.filter(email__iexact=ended.email).exists():
        EmailAddress.objects.create(user=into, email=ended.email, verified=False, primary=False)
    taken = SocialAccount.objects.filter(user=into).values("provider")
    SocialAccount.objects.filter(user=ended).exclude(provider__in=taken).update(user=into)
