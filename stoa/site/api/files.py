"""One's files over HTTP: sent in pieces that a broken line does not lose, looked at, fetched back, dropped."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import StringConstraints

from stoa.kit.api import Given, Parts, Word, actor, found, signed_in
from stoa.kit.files import acts, store
from stoa.kit.files.answering import attachment
from stoa.kit.files.queries import own_file, own_files
from stoa.kit.models import Upload
from stoa.people.models import Person
from stoa.people.queries import find_person

LARGEST = 2**31 - 1
router = Router(tags=["Files"])
BODY = {"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


class FileOut(Schema):
    """A file of yours. Until it is whole, `received` says after how many bytes to go on, and it has no type and digest."""

    id: str
    name: str
    bytes: int
    received: int
    begun: datetime
    finished: datetime | None
    type: str
    digest: str = Field(description="SHA-256 in hexadecimal digits.")

    @staticmethod
    def resolve_received(upload: Upload) -> int:
        """All of them once it is whole."""
        return upload.bytes if upload.finished else store.received(upload.pk)


class FileIn(Given):
    """A file to send: what it is called, and how many bytes it has."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    bytes: Annotated[int, Field(ge=1, le=LARGEST)]
    sort: Literal["", "log", "results"] = Field(
        "", description="“log” for the log of a run, “results” for those of another program: they may be larger."
    )


@router.post("/me/files", response={201: FileOut}, summary="Begin to send a file")
def begin_file(request: HttpRequest, given: FileIn) -> Status[Upload]:
    """Begin to send a file; its bytes follow in pieces. Nobody sees it until you use it somewhere."""
    return Status(
        201, acts.begin(actor(request), person=_me(request), name=given.name, size=given.bytes, sort=given.sort)
    )


@router.get("/me/files", response=list[FileOut], summary="List your files")
@paginate(Parts)
def list_files(request: HttpRequest) -> QuerySet[Upload]:
    """The files that you sent or are sending, the latest first."""
    return own_files(_me(request).pk)


@router.get("/me/files/{upload}", response=FileOut, summary="Get one of your files")
def get_file(request: HttpRequest, upload: Word) -> Upload:
    """How far it has come."""
    return _own(request, upload)


@router.patch("/me/files/{upload}", response=FileOut, summary="Send a piece of a file", openapi_extra=BODY)
def send_piece(request: HttpRequest, upload: Word, at: Annotated[int, Query(ge=0)]) -> Any:
    """Send the bytes that come after the first `at`, as the body of the request. With the last of them the file is done.

    If another number of bytes has come, the answer is 409, and `received` of the file says where to go on.
    """
    own = _own(request, upload)
    come = acts.add(own, _body(request), at=at)
    return acts.finish(actor(request), upload=own) if come == own.bytes else own


@router.get("/me/files/{upload}/content", summary="Fetch one of your files")
def get_file_content(request: HttpRequest, upload: Word) -> FileResponse:
    """The file itself."""
    return attachment(_own(request, upload))


@router.delete("/me/files/{upload}", response={204: None}, summary="Drop a file")
def drop_file(request: HttpRequest, upload: Word) -> Status[None]:
    """Drop a file of yours that is used nowhere."""
    acts.drop(actor(request), upload=_own(request, upload))
    return Status(204, None)


def _me(request: HttpRequest) -> Person:
    return found(find_person(signed_in(request).person_id or ""))


def _own(request: HttpRequest, upload: str) -> Upload:
    return found(own_file(signed_in(request).person_id, upload))


def _body(request: HttpRequest) -> Any:
    """The request's body as a stream; where something has read it already, what it read."""
    return io.BytesIO(request.body) if hasattr(request, "_body") else request
