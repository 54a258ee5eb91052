"""Accounts that may be one person's, over HTTP."""

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from pydantic import StringConstraints

from stoa.kit.api import Given, Parts, actor, found
from stoa.kit.faults import Refused
from stoa.members import acts
from stoa.members.queries.pairs import may_settle, pairs
from stoa.people.models import Pair

router = Router(tags=["Membership"])


class PairOut(Schema):
    """Two accounts, and what they share."""

    id: str
    older: str = Field(alias="older_id")
    younger: str = Field(alias="younger_id")
    reasons: list[str]
    found: datetime
    settled: datetime | None
    same: bool | None


class SettleIn(Given):
    """Whether they are one person's, and how you know."""

    same: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


@router.get("/pairs", response=list[PairOut], summary="List accounts that may be one person's")
@paginate(Parts)
def list_pairs(request: HttpRequest) -> QuerySet[Pair]:
    """Pairs of accounts, open and settled, for those who may settle them."""
    _demand(request)
    return pairs(actor(request))


@router.post("/pairs/{pair}/settle", response=PairOut, summary="Settle whether two accounts are one person's")
def settle_pair(request: HttpRequest, pair: str, given: SettleIn) -> Pair:
    """Settle a pair: one person's, then the younger account ends; or two people's."""
    _demand(request)
    one = found(pairs(actor(request)).filter(pk=pair).first() if "\0" not in pair else None)
    return acts.settle_pair(actor(request), pair=one, **given.dict())


def _demand(request: HttpRequest) -> None:
    if not may_settle(actor(request)):
        raise Refused("The charter does not let you settle this.", remedy="See the charter for who may.")
