"""The record over HTTP, beside its own addresses: entries in order, each with its proof, and the latest head."""

import base64
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate

from stoa.kit.api import Parts, Word, found
from stoa.kit.faults import Invalid
from stoa.methods.canonical import parse_object
from stoa.record import keys, queries
from stoa.record.models import Checkpoint, Placement

router = Router(tags=["Record"])


class EntryOut(Schema):
    """An entry: its place and its ten keys, as docs/record.md says."""

    position: int
    entry: dict[str, Any]

    @staticmethod
    def resolve_entry(placement: Placement) -> dict[str, Any]:
        """The leaf."""
        return parse_object(bytes(placement.entry.body))


class ProvenOut(Schema):
    """An entry with its bytes and the RFC 6962 path to the root of the head, the leaf's sibling first, in base64."""

    position: int
    entry: dict[str, Any]
    leaf: str
    proof: list[str]
    checkpoint: str


class Sizes(Schema):
    """Between which sizes of the log the proof leads."""

    old: int = Field(ge=1, description="How many entries the smaller log has.")
    size: int | None = Field(
        None, ge=1, description="How many the greater one has; those of the latest head if left out."
    )


class ConsistentOut(Schema):
    """The RFC 6962 consistency proof between two sizes, in base64, and the latest head, a C2SP checkpoint."""

    old: int
    size: int
    proof: list[str]
    checkpoint: str


class HeadOut(Schema):
    """The latest signed head: a C2SP checkpoint, and the key that signs it."""

    size: int
    root: str
    checkpoint: str
    vkey: str
    at: datetime | None


class Filters(Schema):
    """Which entries to list."""

    type: Word = Field("", description="The type of the entries, or its beginning up to a dot, such as `agenda.`.")
    subject: Word = Field("", description="What was acted on, such as `round:2`.")
    act: Word = Field("", description="The name of the act.")
    actor: Word = Field("", description="`person:<id>`, `clock` or `operator`.")
    from_position: int = Field(0, ge=0, description="The first position to look at.")
    newest_first: bool = Field(False, description="Whether to begin at the end.")


@router.get("/record/head", response=HeadOut, summary="Get the signed head")
def get_head(request: HttpRequest) -> dict[str, Any]:
    """The latest signed head. The same is served to transparency-log clients at /record/checkpoint."""
    head: Checkpoint = queries.head()
    return {
        "size": head.size,
        "root": base64.b64encode(bytes(head.root)).decode(),
        "checkpoint": head.note,
        "vkey": keys.vkey(),
        "at": head.at if head.size else None,
    }


@router.get("/record/entries", response=list[EntryOut], summary="List entries")
@paginate(Parts)
def list_entries(request: HttpRequest, filters: Query[Filters]) -> QuerySet[Placement]:
    """Entries by position, as far as the signed head covers them."""
    rows = queries.placements().filter(position__gte=filters.from_position)
    if filters.type.endswith("."):
        rows = rows.filter(entry__type__startswith=filters.type)
    exact = {"type": "" if filters.type.endswith(".") else filters.type}
    exact |= {name: getattr(filters, name) for name in ("subject", "act", "actor")}
    rows = rows.filter(**{f"entry__{name}": value for name, value in exact.items() if value})
    return rows.order_by("-position" if filters.newest_first else "position")


@router.get("/record/entries/{position}", response=ProvenOut, summary="Get an entry with its proof")
def get_entry(request: HttpRequest, position: int) -> dict[str, Any]:
    """One entry, with what proves that it stands at its place under the latest signed head."""
    proven = found(queries.proven(position))
    return {
        "position": position,
        "entry": parse_object(proven.body),
        "leaf": base64.b64encode(proven.body).decode(),
        "proof": _spelled(proven.hashes),
        "checkpoint": proven.note,
    }


@router.get("/record/consistency", response=ConsistentOut, summary="Get a consistency proof")
def get_consistency(request: HttpRequest, sizes: Query[Sizes]) -> dict[str, Any]:
    """What proves that the log of one size begins with the log of a smaller one: that nothing was changed in between."""
    head = queries.head()
    size = head.size if sizes.size is None else sizes.size
    if not sizes.old <= size <= head.size:
        raise Invalid(
            f"There is no proof from {sizes.old} entries to {size}.",
            remedy=f"The log has {head.size}; the smaller size comes first.",
            field="old",
        )
    proof = queries.consistency_proof(sizes.old, size)
    return {"old": sizes.old, "size": size, "proof": _spelled(proof), "checkpoint": head.note}


def _spelled(hashes: list[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]
