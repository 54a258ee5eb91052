"""What models declare of each field: that anybody may know it, that it only keeps the program going, or that it is a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from django.db import models

Model = TypeVar("Model", bound=models.Model)
MODERATORS = frozenset({"steward", "founder", "scrutineer"})
"""The roles that handle cases under the charter that ships."""


@dataclass(frozen=True)
class Secret:
    """Something that is not for everybody. Those whose it is know it, and whoever has a role in `known_to`.

    `until` says when it ends to be secret, or that it never does.
    """

    name: str
    until: str
    known_to: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Declared:
    """What a model says of its fields. A field that stands nowhere is `missing`, and a test fails."""

    public: frozenset[str]
    internal: frozenset[str]
    secret: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))


_declared: dict[type[models.Model], Declared] = {}


def declares(
    *,
    public: str = "",
    internal: str = "",
    secret: Mapping[str, Secret] = MappingProxyType({}),
    rows: Secret | None = None,
) -> Callable[[type[Model]], type[Model]]:
    """Declare a model's fields, each by its name, parted by spaces.

    `public`: anybody may know it, on a page or from the record. `internal`: it tells of the program, not of anybody, or
    says nothing to who holds no key. `secret`: only those may know it whom the secret names. `rows`: that there is a row
    at all is secret, and with it every field that is not named otherwise. A name that is no field, or stands twice, is a
    ValueError.
    """

    def declare(model: type[Model]) -> type[Model]:
        names = _fields(model)
        named = [*public.split(), *internal.split(), *secret]
        if wrong := sorted(set(named) - names) or sorted({name for name in named if named.count(name) > 1}):
            raise ValueError(f"{model.__name__} declares {', '.join(wrong)}, which are no fields or stand twice.")
        of_rows = dict.fromkeys(names.difference(named), rows) if rows else {}
        _declared[model] = Declared(frozenset(public.split()), frozenset(internal.split()), {**secret, **of_rows})
        return model

    return declare


def missing(model: type[models.Model]) -> set[str]:
    """The fields of which nothing was declared."""
    declared = _declared.get(model)
    return _fields(model) - (declared.public | declared.internal | declared.secret.keys() if declared else set())


def secret_fields() -> Iterable[tuple[type[models.Model], str, Secret]]:
    """Every field that is somebody's secret."""
    for model, declared in _declared.items():
        for name, secret in sorted(declared.secret.items()):
            yield model, name, secret


def secrets() -> list[Secret]:
    """Every secret, by name."""
    return sorted({secret for _, _, secret in secret_fields()}, key=lambda secret: secret.name)


def _fields(model: type[models.Model]) -> set[str]:
    return {found.name for found in model._meta.local_concrete_fields}
