"""Accounts that may be one person's, over HTTP."""

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from pydantic import StringConstraints

from stoa.kit.api import Given, Parts, actor, found
from stoa.members import acts
from stoa.members.queries.pairs import LOOK, pairs
from stoa.people.acts import see_private
from stoa.people.models import Pair

router = Router(tags=["Membership"])


class PairListed(Schema):
    """Two accounts by what they share, without whose they are."""

    id: str
    reasons: list[str]
    found: datetime
    settled: datetime | None
    same: bool | None


class PairOut(PairListed):
    """Two accounts, and what they share."""

    older: str = Field(alias="older_id")
    younger: str = Field(alias="younger_id")


class SettleIn(Given):
    """Whether they are one person's, and how you know."""

    same: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


@router.get("/pairs", response=list[PairListed], summary="List accounts that may be one person's")
@paginate(Parts)
def list_pairs(request: HttpRequest) -> QuerySet[Pair]:
    """Pairs of accounts, open and settled, for those who may settle them."""
    return pairs(actor(request))


@router.get("/pairs/{pair}", response=PairOut, summary="Get two accounts that may be one person's")
def get_pair(request: HttpRequest, pair: str) -> Pair:
    """One pair, for those who may settle it. That you looked is noted for both."""
    one = _found(request, pair)
    for person in (one.older, one.younger):
        see_private(actor(request), person=person, what=LOOK)
    return one


@router.post("/pairs/{pair}/settle", response=PairOut, summary="Settle whether two accounts are one person's")
def settle_pair(request: HttpRequest, pair: str, given: SettleIn) -> Pair:
    """Settle a pair: one person's, then the younger account ends; or two people's."""
    return acts.settle_pair(actor(request), pair=_found(request, pair), **given.dict())


def _found(request: HttpRequest, pair: str) -> Pair:
    return found(pairs(actor(request)).filter(pk=pair).first() if "\0" not in pair else None)
