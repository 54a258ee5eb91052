"""Files of results over HTTP: the server reads one that was sent, and its results count once they are brought in."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit.api import Given, Parts, found, signed_in
from stoa.lab import acts, queries
from stoa.lab.api.results import Brought
from stoa.lab.incoming import given_by
from stoa.lab.models import ResultFile
from stoa.people.queries import find_person

router = Router(tags=["Results"])


class FileIn(Given):
    """A file that was sent whole (`POST /me/files` with sort “results”), and the number of the version it is of, if known here."""

    upload: str
    model: int | None = None


class ResultFileOut(Schema):
    """A file of results of yours. `found` is what it would bring, once it is read; `fault` why it can't be read."""

    id: str = Field(alias="pk")
    name: str = Field(alias="upload.name")
    model: int | None = Field(alias="version_id")
    state: str
    found: dict[str, Any] | None
    fault: str
    sent: datetime


@router.get("/lab/incoming", response=list[ResultFileOut], summary="List your files of results")
@paginate(Parts)
def list_result_files(request: HttpRequest) -> QuerySet[ResultFile]:
    """Files of results that you sent and have not brought in yet; each is forgotten after three days."""
    return queries.result_files(signed_in(request))


@router.post("/lab/incoming", response={201: ResultFileOut}, summary="Have a file of results read")
def begin_import(request: HttpRequest, given: FileIn) -> Status[ResultFile]:
    """Have a file of another program's results read. Nobody but you sees what it says until you bring it in."""
    caller = signed_in(request)
    version = None if given.model is None else found(queries.find_version(given.model))
    person = found(find_person(caller.person_id or ""))
    return Status(201, acts.begin_import(caller, person=person, upload=given.upload, version=version))


@router.get("/lab/incoming/{draft}", response=ResultFileOut, summary="Get a file of results")
def get_result_file(request: HttpRequest, draft: str) -> ResultFile:
    """What a file of yours would bring, or why it can't be read."""
    return _file(request, draft)


@router.post("/lab/incoming/{draft}/bring", response={201: Brought}, summary="Bring in a file of results")
def bring_in_file(request: HttpRequest, draft: str) -> Status[dict[str, int]]:
    """Bring the results of a file of yours in. They are shown as imported and never ranked; the file is deleted."""
    return Status(201, {"results": _brought(request, draft)})


@router.delete("/lab/incoming/{draft}", response={204: None}, summary="Drop a file of results")
def drop_import(request: HttpRequest, draft: str) -> Status[None]:
    """Drop a file of results of yours."""
    acts.drop_import(signed_in(request), file=_file(request, draft))
    return Status(204, None)


def _file(request: HttpRequest, draft: str) -> ResultFile:
    rows = queries.result_files(signed_in(request))
    return found(rows.filter(pk=draft).first() if "\0" not in draft else None)


def _brought(request: HttpRequest, draft: str) -> int:
    file = _file(request, draft)
    return acts.import_results(signed_in(request), **given_by(file), file=file)
