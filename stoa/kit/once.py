"""Idempotency keys: the same form or request, sent twice, acts once and leads to the same place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import IntegrityError, transaction

from stoa.kit.faults import AlreadyDone
from stoa.kit.models import Once

MOST = 64
_key: ContextVar[str] = ContextVar("idempotency_key", default="")
_claimed: ContextVar[Once | None] = ContextVar("claimed", default=None)


@contextmanager
def under(key: str) -> Iterator[None]:
    """Let the act called inside carry this key, however long; an empty key claims nothing."""
    mark = _key.set(key if len(key) <= MOST else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest())
    try:
        yield
    finally:
        _key.reset(mark)


@contextmanager
def claim(person_id: str | None) -> Iterator[None]:
    """Claim the key in the act's own transaction; raises `AlreadyDone` when this person used it before."""
    key = _key.get()
    if not key or person_id is None:
        yield
        return
    try:
        with transaction.atomic():
            claimed = Once.objects.create(person_id=person_id, key=key)
    except IntegrityError:
        done = Once.objects.get(person_id=person_id, key=key)
        raise AlreadyDone(done.outcome, done.count) from None
    mark = _claimed.set(claimed)
    try:
        yield
    finally:
        _claimed.reset(mark)


def keep(result: Any) -> None:
    """Remember where the act's result can be seen, or how many it counted, for the request that comes again."""
    claimed = _claimed.get()
    if claimed is None:
        return
    if isinstance(result, int):
        Once.objects.filter(pk=claimed.pk).update(count=result)
    elif address := getattr(result, "get_absolute_url", None):
        Once.objects.filter(pk=claimed.pk).update(outcome=address())
