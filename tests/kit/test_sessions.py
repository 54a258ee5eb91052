"""Sessions: what was put into one is found by its key until it expires."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from stoa.kit.sessions import SessionStore
from tests.cast import BACKEND
from tests.stage import Stage

pytestmark = pytest.mark.django_db


def kept() -> str:
    session = SessionStore()
    session["typed"] = {"title": "What leaks?"}
    session.create()
    return str(session.session_key)


def test_what_was_put_in_is_found_by_the_key() -> None:
    found = SessionStore(kept())
    assert (found["typed"], found.session_key is not None) == ({"title": "What leaks?"}, True)


def test_one_that_has_expired_or_never_was_holds_nothing_and_has_no_key() -> None:
    key = kept()
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    for other in (key, "a-key-that-nobody-was-given"):
        found = SessionStore(other)
        assert (dict(found.items()), found.session_key) == ({}, None)


def test_it_is_the_one_that_pages_use() -> None:
    (member,) = Stage().admit(1)
    client = Client()
    client.force_login(member, backend=BACKEND)
    assert type(client.session) is SessionStore
    assert client.session[SESSION_KEY] == member.pk
