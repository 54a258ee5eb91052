"""What the edges of the HTTP API share: who calls, input that the database can hold, lists in parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar, overload

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Schema
from ninja.pagination import PaginationBase
from pydantic import AfterValidator, ConfigDict, StringConstraints, model_validator

from stoa.kit.act import VISITOR, Actor
from stoa.kit.edge import actor
from stoa.kit.faults import Refused
from stoa.kit.storable import storable

MOST_AT_ONCE = 500

T = TypeVar("T")
Row = TypeVar("Row", bound=Model)
Made = TypeVar("Made")

__all__ = ["Completed", "Given", "Parts", "Word", "actor", "download", "found", "signed_in"]


def _storable(text: str) -> str:
    storable(text)
    return text


Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_storable)]
"""A filter's value."""


class Given(Schema):
    """Input. Fields that are not known are refused, so that a misspelt one is not passed over in silence."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def hold_only_text(self) -> Given:
        """Refuse what could not be stored."""
        storable(list(self.__dict__.values()))
        return self


class Parts(PaginationBase):
    """Lists come in parts: `items`, and `count` of all that match. `limit` is 50 unless given, 500 at most."""

    class Input(Schema):
        """Which part."""

        limit: int = Field(50, ge=1, le=MOST_AT_ONCE, description="How many to give.")
        offset: int = Field(0, ge=0, le=10_000_000, description="How many to pass over first.")

    def paginate_queryset(self, queryset: Any, pagination: Any, request: HttpRequest, **params: Any) -> dict[str, Any]:
        """The part asked for; rows in memory and rows in the database alike."""
        del request, params
        part = list(queryset[pagination.offset : pagination.offset + pagination.limit])
        return {"items": part, "count": queryset.count() if isinstance(queryset, QuerySet) else len(queryset)}


class Completed(Sequence[Made], Generic[Row, Made]):
    """A long list whose rows are made of those that the database gave, for those alone that are given out."""

    def __init__(self, rows: QuerySet[Row], complete: Callable[[Sequence[Row]], Sequence[Made]]) -> None:
        self.rows, self.complete = rows, complete

    def __len__(self) -> int:
        """How many there are."""
        return self.rows.count()

    @overload
    def __getitem__(self, key: int) -> Made: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[Made]: ...
    def __getitem__(self, key: int | slice) -> Made | Sequence[Made]:
        """These of them."""
        return self.complete([self.rows[key]])[0] if isinstance(key, int) else self.complete(list(self.rows[key]))


class ErrandOut(Schema):
    """How far something is that the worker does, as it counts: `done` of `whole`; and why it was refused, if it was."""

    state: Literal["waiting", "doing", "done", "refused"]
    done: int
    whole: int
    fault: str


def found(row: T | None) -> T:
    """The row, or the answer that there is none."""
    if row is None:
        raise Http404
    return row


def signed_in(request: HttpRequest) -> Actor:
    """Who calls, as a person; raises `Refused` for a visitor."""
    caller = actor(request)
    if caller == VISITOR or caller.person_id is None:
        raise Refused(
            "This is for people with an account.",
            remedy="Send your key as “Authorization: Bearer stoa_…”.",
            code="sign-in",
        )
    return caller


def download(body: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to keep."""
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
