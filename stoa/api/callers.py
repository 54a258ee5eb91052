"""Who calls the API: a person by their key, a person by their session on our own pages, or a visitor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from stoa.kit import clock
from stoa.kit.act import VISITOR, Actor
from stoa.kit.faults import Refused
from stoa.people.links import hashed
from stoa.people.middleware import actor_of
from stoa.people.models import ApiToken

NOTED_EVERY = timedelta(hours=1)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class BadKey(Refused):
    """The key sent is none of this server's."""

    status = 401


class Caller(AuthBase):
    """A key counts as signed in without a second factor; a session counts as it does on pages, with its CSRF token."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A key from “Your keys”: `Authorization: Bearer stoa_…`. What is public needs none."

    def __call__(self, request: HttpRequest) -> Any:
        """Find out who calls and let the request say so; raises `BadKey` or `Refused`."""
        said = request.headers.get("Authorization", "")
        caller = _by_key(said) if said else _by_session(request)
        request.actor = caller  # type: ignore[attr-defined]  # as on pages, see people.middleware
        return caller


def _by_key(said: str) -> Actor:
    scheme, _, secret = said.partition(" ")
    key = None
    if scheme.lower() == "bearer":
        key = ApiToken.objects.select_related("person").filter(token_hash=hashed(secret.strip())).first()
    if key is None or not key.person.is_active:
        raise BadKey(
            "This key is not known here.",
            remedy="Send one from “Your keys” as “Authorization: Bearer stoa_…”.",
            code="key",
        )
    _note_use(key)
    return Actor("person", key.person_id)


def _note_use(key: ApiToken) -> None:
    """Note when a key was used, at most once an hour. Like signing in, this is no act."""
    now = clock.now()
    stale = Q(last_used=None) | Q(last_used__lt=now - NOTED_EVERY)
    if key.last_used is None or key.last_used < now - NOTED_EVERY:
        ApiToken.objects.filter(stale, pk=key.pk).update(last_used=now)


def _by_session(request: HttpRequest) -> Actor:
    caller = actor_of(request)
    if caller != VISITOR and request.method not in SAFE and check_csrf(request) is not None:
        raise Refused(
            "This request does not carry the page's own token.",
            remedy="Programs send a key as “Authorization: Bearer stoa_…”; scripts of our pages the header X-CSRFToken.",
            code="csrf",
        )
    return caller
