"""Two applications for the web server, to compare with: ours without the visitors' cache, and a bare Django page."""

from __future__ import annotations

from typing import Any

from stoa.config.asgi import Outer, collect_seldom
from stoa.config.wsgi import application as django
from stoa.kit.environment import environment


def uncached() -> Outer:
    """Ours, making each visitor's page anew."""
    return _served(django)


def bare() -> Outer:
    """One query, one line of text, no middleware; behind the same outer application and in as many threads."""
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.urls import path

    from bench.pages import bare as page

    settings.ROOT_URLCONF = (path("bare", page),)
    settings.MIDDLEWARE = []
    return _served(WSGIHandler())


def _served(application: Any) -> Outer:
    """As our own web processes serve, without what they keep."""
    outer = Outer(environment(), {}, application, keeps=False)
    collect_seldom()
    return outer
