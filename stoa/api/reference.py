"""The pages that explain the API, made from its OpenAPI description; no script is needed to read it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify

from stoa.api.app import api


@dataclass(frozen=True)
class Input:
    """A value that an operation takes: where it stands, its name, type, whether it is needed, what it means."""

    place: str
    name: str
    type: str
    needed: bool
    means: str


@dataclass(frozen=True)
class Described:
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    inputs: list[Input]
    gives: list[Input]
    status: str


@dataclass(frozen=True)
class Group:
    """Operations of one part."""

    name: str
    operations: list[Described]

    @property
    def slug(self) -> str:
        """Its name in the address of its page."""
        return slugify(self.name)


def reference(request: HttpRequest) -> HttpResponse:
    """Every operation by name, each with the page that says what it takes and gives."""
    about = _schema()["info"]["description"]
    return render(request, "api/reference.html", {"groups": _groups(), "about": about})


def part(request: HttpRequest, tag: str) -> HttpResponse:
    """The operations of one part, with what they take and give."""
    found = next((group for group in _groups() if group.slug == tag), None)
    if found is None:
        raise Http404
    return render(request, "api/part.html", {"group": found, "groups": _groups()})


@functools.cache
def _schema() -> Any:
    return api.get_openapi_schema()


@functools.cache
def _groups() -> list[Group]:
    """The description does not change while the program runs."""
    return groups(_schema())


def groups(schema: dict[str, Any]) -> list[Group]:
    """The operations of an OpenAPI description by their first tag, in its order."""
    found: dict[str, list[Described]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            described = _described(schema, path, method.upper(), operation)
            found.setdefault(operation["tags"][0], []).append(described)
    return [Group(name, operations) for name, operations in found.items()]


def _described(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Described:
    status, answer = next((code, answer) for code, answer in operation["responses"].items() if code != "default")
    return Described(
        operation["operationId"],
        method,
        path,
        operation.get("summary", ""),
        operation.get("description", ""),
        [*_parameters(operation), *_body(schema, operation.get("requestBody", {}))],
        _body(schema, answer),
        str(status),
    )


def _parameters(operation: dict[str, Any]) -> Iterator[Input]:
    for one in operation.get("parameters", []):
        means = one.get("description") or one["schema"].get("description", "")
        yield Input(one["in"], one["name"], _type(one["schema"]), one.get("required", False), means)


def _body(schema: dict[str, Any], described: dict[str, Any]) -> list[Input]:
    """The fields of a JSON body or answer; of a list those of its items."""
    shape = described.get("content", {}).get("application/json", {}).get("schema", {})
    fields = _resolved(schema, shape)
    if "items" in fields.get("properties", {}):
        fields = _resolved(schema, fields["properties"]["items"].get("items", {}))
    needed = fields.get("required", [])
    return [
        Input("body", name, _type(field), name in needed, field.get("description", ""))
        for name, field in fields.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        found: dict[str, Any] = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
        return found
    return shape


def _type(shape: dict[str, Any]) -> str:
    """A type in a word or two: `integer`, `list of string`, `string or null`."""
    if "anyOf" in shape:
        return " or ".join(_type(one) for one in shape["anyOf"])
    if "enum" in shape:
        return ", ".join(map(str, shape["enum"]))
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2].removesuffix("Out")
    if shape.get("type") == "array":
        return f"list of {_type(shape.get('items', {}))}"
    formats = {"date-time": "instant", "date": "date"}
    return formats.get(shape.get("format", ""), str(shape.get("type", "any")))
