"""One's own data over HTTP: asking for a copy, seeing whether it is made, fetching it."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from ninja import Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit.api import Parts, actor, found, signed_in
from stoa.kit.files.answering import attachment
from stoa.kit.files.queries import own_file
from stoa.people.acts import ask_for_data
from stoa.people.models import DataCopy, Person
from stoa.people.queries import find_person

router = Router(tags=["People"])


class CopyOut(Schema):
    """A copy of your data: asked for, and made once `made` is set. It is kept for three days."""

    id: str
    asked: datetime
    made: datetime | None


@router.post("/me/data", response={201: CopyOut}, summary="Ask for a copy of your data")
def ask_for_own_data(request: HttpRequest) -> Status[DataCopy]:
    """Ask for a copy of all that is kept about you; the worker makes it."""
    return Status(201, ask_for_data(actor(request), person=_me(request)))


@router.get("/me/data", response=list[CopyOut], summary="List copies of your data")
@paginate(Parts)
def list_copies(request: HttpRequest) -> QuerySet[DataCopy]:
    """The copies that you asked for, the latest first."""
    return _me(request).data_copies.all()


@router.get("/me/data/{kept}", summary="Fetch a copy of your data")
def get_copy(request: HttpRequest, kept: str) -> HttpResponseBase:
    """The copy as a ZIP file: `data.json`, your files, and `signed.txt` with their SHA-256 under the server's key."""
    me = _me(request)
    made = found(me.data_copies.filter(pk=kept).first() if "\0" not in kept else None)
    return attachment(found(own_file(me.pk, made.upload) if made.upload else None))


def _me(request: HttpRequest) -> Person:
    return found(find_person(signed_in(request).person_id or ""))
