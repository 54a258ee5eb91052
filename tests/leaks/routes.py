"""Every address there is, from the URL resolver and the API's own description, with something to fill in for each part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from stoa.api.app import api

PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
MOST_FILLINGS = 12
NOT_ASKED = re.compile(r"^/(account/logout|account/(orcid|github)/login/)")
"""Leaves the session, and asks other servers."""

LETS_KNOW = {("POST", re.compile(r"^/api/v1/events/[^/]+/registration$"))}
"""Who registers may know the link from then on, and the answer holds it: not asked, since it rightly tells worlds apart."""


@cache
def patterns() -> tuple[str, ...]:
    """Every address in the resolver, its parts as the resolver writes them."""

    def walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
        for found in resolver.url_patterns:
            pattern = prefix + re.sub(r"^\^|\$$", "", str(found.pattern))
            if isinstance(found, URLResolver):
                yield from walk(found, pattern)
            elif isinstance(found, URLPattern):
                yield "/" + pattern

    return tuple(sorted({found for found in walk(get_resolver(), "") if not NOT_ASKED.match(found)}))


def parts(pattern: str) -> list[str]:
    """What is to be filled in."""
    return [one or other for one, other in PART.findall(pattern)]


@dataclass(frozen=True)
class Fillings:
    """What stands for the parts of addresses.

    `rows`: by the beginning of an address, the longer before the shorter, values that belong together, such as a call and
    one of its own applications. `parts`: by its name, what stands for a part wherever no row has all that an address needs.
    """

    parts: Mapping[str, Sequence[str]]
    rows: Mapping[str, Sequence[Mapping[str, str]]]

    def of(self, pattern: str) -> list[Mapping[str, str]]:
        """Each way to fill in this address. KeyError for a part for which there is nothing."""
        names = parts(pattern)
        rows = next((rows for begin, rows in self.rows.items() if pattern.startswith(begin)), ())
        if names and (fit := [row for row in rows if row.keys() >= set(names)]):
            return fit
        count = max((len(self.parts[name]) for name in names), default=1)
        return [{name: self.parts[name][n % len(self.parts[name])] for name in names} for n in range(count)]


def filled(pattern: str, fillings: Fillings, most: int = MOST_FILLINGS) -> list[str]:
    """The address with its parts filled in, in up to so many ways."""
    return list(dict.fromkeys(_fill(pattern, values) for values in fillings.of(pattern)))[:most]


def _fill(pattern: str, values: Mapping[str, str]) -> str:
    path = PART.sub(lambda part: values[part[1] or part[2]], pattern)
    return path.replace(".+", "2027").replace("\\", "")


def other_methods(path: str) -> tuple[str, ...]:
    """The methods beside GET with which an address is asked; with parameters, it is only read."""
    if "?" in path:
        return ()
    methods = ("POST", "PUT", "PATCH", "DELETE") if path.startswith("/api/v1") else ("POST", "HEAD", "OPTIONS")
    return tuple(method for method in methods if not _lets_know(method, path))


def methods_of(pattern: str) -> tuple[str, ...]:
    """The methods beside GET that the API's description gives an address; none for pages."""
    operations = _schema()["paths"].get(_described(pattern), {})
    methods = sorted(method.upper() for method in operations if method != "get")
    return tuple(method for method in methods if not _lets_know(method, pattern))


def _lets_know(method: str, path: str) -> bool:
    return any(method == each and about.match(path) for each, about in LETS_KNOW)


def _described(pattern: str) -> str:
    """An address of the API as its description writes it."""
    return PART.sub(lambda part: "{" + (part[1] or part[2]) + "}", pattern)


@cache
def _schema() -> Any:
    return api.get_openapi_schema()


def body_for(pattern: str, method: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What an operation of the API takes, by the names and types of its description; nothing where it takes nothing."""
    operation = _schema()["paths"].get(_described(pattern), {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    properties = _resolved(content.get("schema", {})).get("properties", {})
    return {name: fields.get(name, _of_type(_resolved(kind))) for name, kind in properties.items()}


def _resolved(kind: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = next(iter(chain(kind.get("anyOf", ()), kind.get("allOf", ()))), kind)
    name = first.get("$ref", "").rpartition("/")[2]
    return _schema()["components"]["schemas"][name] if name else first


def _of_type(kind: dict[str, Any]) -> Any:
    if "enum" in kind:
        return kind["enum"][0]
    given: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return given.get(kind.get("type", "string"), "Words.")
