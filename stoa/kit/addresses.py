"""Addresses by the names of their routes, each worked out once in a process: a page of a list needs hundreds."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import reverse

KEPT = 20_000


def path_to(name: str, *args: object) -> str:
    """The address of a route with these parts in it; raises `NoReverseMatch` where there is none."""
    return _address(settings.ROOT_URLCONF, name, args)


@lru_cache(maxsize=KEPT, typed=True)
def _address(urlconf: str, name: str, args: tuple[object, ...]) -> str:
    return reverse(name, urlconf, args=args)
