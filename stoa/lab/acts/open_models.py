"""Acts on models and their versions: registering, correcting, removing; what was made from what stays a graph without cycles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, connection, transaction

from stoa.kit import clock, locks, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid
from stoa.kit.storable import storable
from stoa.lab import events
from stoa.lab.acts.finding import model_found
from stoa.lab.models import Lineage, Model, ModelVersion
from stoa.lab.models.open_models import DIGEST

MODEL_SAYS = ("name", "maker", "licence", "homepage", "summary")
VERSION_SAYS = (
    "label", "file", "format", "bytes", "parameters", "context", "licence", "made_from", "card", "header",
)  # fmt: skip
LONGEST = {
    "name": 120, "maker": 120, "licence": 80, "homepage": 500, "summary": 5_000,
    "label": 80, "file": 200, "made_from": 200, "card": 200_000,
}  # fmt: skip
"""Characters."""
MOST_HEADER, MOST_BASES, LARGEST = 60_000, 20, 2**53
_LINEAGE = 0x53_54_4F_4C


@act("lab.model.register")
def register_model(actor: Actor, *, says: Mapping[str, Any]) -> Model:
    """Register an open model: its name, maker, licence, where it comes from; what can be run are its versions."""
    model = Model(added_by_id=actor.person_id)
    _set(model, says, MODEL_SAYS)
    _check_model(model)
    _save(model, "name", "A model of this name by this maker is registered already.")
    search.put_all([model_found(model)])
    tell(events.ModelRegistered(str(model.pk)), _texts(model))
    return model


@act("lab.model.correct", on="model")
def correct_model(actor: Actor, *, model: Model, says: Mapping[str, Any]) -> Model:
    """Correct what is said of a model."""
    model = _standing(locks.exclusive(model))
    _set(model, says, MODEL_SAYS)
    _check_model(model)
    model.corrected = clock.now()
    _save(model, "name", "A model of this name by this maker is registered already.")
    search.put_all([model_found(model)])
    tell(events.ModelCorrected(str(model.pk)), _texts(model))
    return model


@act("lab.model.remove", on="model")
def remove_model(actor: Actor, *, model: Model, reason: str) -> Model:
    """Take a model from the lists, with a public reason; what was measured on its versions stays."""
    model = _standing(locks.exclusive(model))
    model.removed, model.removal = clock.now(), checked_reason(reason)
    model.save()
    search.drop(model.reference)
    tell(events.ModelRemoved(str(model.pk)), {"reason": model.removal})
    return model


@act("lab.model.restore", on="model")
def restore_model(actor: Actor, *, model: Model, reason: str) -> Model:
    """Put a removed model back on the lists, with a public reason."""
    model = _removed(locks.exclusive(model))
    reason = checked_reason(reason)
    model.removed, model.removal = None, ""
    model.save()
    _put(model)
    tell(events.ModelRestored(str(model.pk)), {"reason": reason})
    return model


@act("lab.version.register")
def register_version(
    actor: Actor, *, model: Model, digest: str, says: Mapping[str, Any], bases: Iterable[tuple[ModelVersion, str]] = ()
) -> ModelVersion:
    """Register weights of a model by their digest, with what they were made from and the card that comes with them."""
    model = _standing(locks.shared(model))
    if not re.fullmatch(DIGEST, digest):
        raise Invalid(
            "This is no digest.", remedy="Write sha256: and 64 hexadecimal digits (0-9, a-f).", field="digest"
        )
    version = ModelVersion(model=model, digest=digest, added_by_id=actor.person_id)
    _set(version, says, VERSION_SAYS)
    _check_version(version)
    _save(version, "digest", "These weights, or a version of this name, are registered already.")
    _set_bases(version, bases)
    _put(model)
    tell(events.VersionRegistered(str(version.pk), str(model.pk), digest), _texts(version))
    return version


@act("lab.version.correct", on="version")
def correct_version(
    actor: Actor,
    *,
    version: ModelVersion,
    says: Mapping[str, Any],
    bases: Iterable[tuple[ModelVersion, str]] | None = None,
) -> ModelVersion:
    """Correct what is said of a version, and what it was made from; its digest never changes."""
    version = _standing(locks.exclusive(version))
    _set(version, says, VERSION_SAYS)
    _check_version(version)
    version.corrected = clock.now()
    _save(version, "label", "A version of this name is registered already.")
    if bases is not None:
        _set_bases(version, bases)
    _put(version.model)
    tell(events.VersionCorrected(str(version.pk)), _texts(version))
    return version


@act("lab.version.remove", on="version")
def remove_version(actor: Actor, *, version: ModelVersion, reason: str) -> ModelVersion:
    """Take a version from the lists, with a public reason; what was measured on it stays."""
    version = _standing(locks.exclusive(version))
    version.removed, version.removal = clock.now(), checked_reason(reason)
    version.save()
    _put(version.model)
    tell(events.VersionRemoved(str(version.pk)), {"reason": version.removal})
    return version


@act("lab.version.restore", on="version")
def restore_version(actor: Actor, *, version: ModelVersion, reason: str) -> ModelVersion:
    """Put a removed version back on the lists, with a public reason."""
    version = _removed(locks.exclusive(version))
    reason = checked_reason(reason)
    version.removed, version.removal = None, ""
    version.save()
    _put(version.model)
    tell(events.VersionRestored(str(version.pk)), {"reason": reason})
    return version


def checked_reason(reason: str) -> str:
    """A public reason, which nobody leaves out."""
    reason = reason.strip()
    if not 3 <= len(reason) <= 500:
        raise Invalid("The reason is missing or too long.", remedy="Use 3 to 500 characters.", field="reason")
    return reason


def _standing(row: Any) -> Any:
    if row.removed is not None:
        raise Closed("This was removed.", remedy="A steward puts it back, if the reason no longer holds.")
    return row


def _removed(row: Any) -> Any:
    if row.removed is None:
        raise Closed("This was not removed.")
    return row


def _put(model: Model) -> None:
    if model.removed is None:
        search.put_all([model_found(model)])


def _texts(row: Model | ModelVersion) -> dict[str, str]:
    names = ("name", "maker", "summary") if isinstance(row, Model) else ("label", "card")
    return {name: getattr(row, name) for name in names}


def _set(row: Any, says: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(says) - set(known)):
        raise Invalid(f"Nothing is called {', '.join(unknown)} here.", remedy=f"There are {', '.join(known)}.")
    for name, value in says.items():
        setattr(row, name, _told(name, value) if isinstance(value, str) else value)
    for name in known:
        if name in LONGEST and len(getattr(row, name)) > LONGEST[name]:
            raise Invalid(f"The {name} is too long.", remedy=f"Use {LONGEST[name]:,} characters at most.", field=name)


def _told(name: str, value: str) -> str:
    return value.strip() if name in {"summary", "card"} else " ".join(value.split())


def _check_model(model: Model) -> None:
    for name in ("name", "maker"):
        if not getattr(model, name):
            raise Invalid(f"The {name} is missing.", remedy="Write what its maker calls it.", field=name)
    try:
        parts = urlsplit(model.homepage)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        whole = False
    if model.homepage and not whole:
        raise Invalid(
            "This is not an address of the web.", remedy="Write it as https://example.org/model.", field="homepage"
        )


def _check_version(version: ModelVersion) -> None:
    if not version.label:
        raise Invalid("The version has no name.", remedy="Write one, such as Q4_1 or v0.3.", field="label")
    if version.format not in ModelVersion.Format.values:
        known = ", ".join(ModelVersion.Format.values)
        raise Invalid("This format is not known.", remedy=f"There are {known}.", field="format")
    for name, most in (("bytes", LARGEST), ("parameters", LARGEST), ("context", 2**31 - 1)):
        value = getattr(version, name)
        if value is not None and not 0 < value <= most:
            raise Invalid(f"The number of {name} can't be.", remedy="Give a whole number above 0.", field=name)
    try:
        storable(version.header)
    except ValueError:
        raise Invalid(
            "The facts of the header are no JSON.", remedy="Give them as “stoa lab model FILE” does.", field="header"
        ) from None
    if not isinstance(version.header, dict) or len(str(version.header)) > MOST_HEADER:
        raise Invalid("The facts of the header are too many.", remedy="Leave lists of tokens out.", field="header")


def _save(row: Any, field: str, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        remedy = "Look it up in the list of models. If it was removed, ask a steward to put it back."
        raise Invalid(taken, remedy=remedy, field=field) from None


def _set_bases(version: ModelVersion, bases: Iterable[tuple[ModelVersion, str]]) -> None:
    """What a version was made from, in the place of what was said before; alone, so that two can't close a circle."""
    wanted = dict(bases)
    if len(wanted) > MOST_BASES:
        raise Invalid("These are too many bases.", remedy=f"Name {MOST_BASES} at most.", field="bases")
    for relation in wanted.values():
        if relation not in Lineage.Relation.values:
            known = ", ".join(Lineage.Relation.values)
            raise Invalid("This relation is not known.", remedy=f"There are {known}.", field="bases")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LINEAGE])
    made_of_it = _derived(version)
    if circle := next((base for base in wanted if base.pk in made_of_it), None):
        raise Invalid(
            f"{circle} was made from this version itself.", remedy="Nothing is its own ancestor.", field="bases"
        )
    version.bases.all().delete()
    Lineage.objects.bulk_create(
        Lineage(version=version, base=base, relation=relation) for base, relation in wanted.items()
    )


def _derived(version: ModelVersion) -> set[int]:
    """A version and everything that was made from it, however far."""
    found, new = {version.pk}, {version.pk}
    while new:
        rows = Lineage.objects.filter(base__in=new).values_list("version", flat=True)
        new = set(rows) - found
        found |= new
    return found
