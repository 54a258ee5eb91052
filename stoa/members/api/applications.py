"""Applications over HTTP: one's own, and for who keeps a call those that were submitted to it."""

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit.addresses import path_to
from stoa.kit.api import Given, Parts, Word, actor, found, signed_in
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.files.answering import attachment, packed
from stoa.kit.files.queries import own_file
from stoa.kit.powers import may
from stoa.members import acts, queries, rules
from stoa.members.acts.vouching import read_vouching, vouching_link
from stoa.members.api.calls import found_call
from stoa.members.models import Application, Call
from stoa.members.queries import Mine
from stoa.members.queries.applications import unreachable
from stoa.members.queries.files import enclosed, find_enclosed, find_readable, in_folders
from stoa.members.queries.importing import sheet_of
from stoa.members.queries.vouching import post_of
from stoa.members.rules.incoming import fault_of_mapping, guess, read_rows
from stoa.people.models import Person

router = Router(tags=["Calls"])


class Beginning(Given):
    """The facts that decide who may apply, by key: true or false, the place of an option, a number or a day as text."""

    facts: dict[str, bool | int | str] = Field(default_factory=dict)


class Saving(Given):
    """Answers and what one says of who one is, each by key; what is left out stays.

    `version` is what it goes on from: what is given here must not have changed since.
    """

    version: int
    answers: dict[str, str | int | list[int] | list[str] | None] = Field(default_factory=dict)
    profile: dict[str, str] = Field(default_factory=dict)


class Said(Given):
    """What one says of oneself apart, by key; an empty text takes an answer back."""

    said: dict[str, str]


class Vouching(Given):
    """The last part of the link that an applicant gave to a member."""

    token: str = Field(max_length=200)


class MineOut(Schema):
    """One's own application: what is written, and since when what of it is submitted.

    One that came from a file has the version 0: nothing of it was written here, and it can be read and withdrawn.
    """

    call: str
    version: int
    begun: datetime
    saved: datetime
    facts: dict[str, Any]
    answers: dict[str, Any]
    profile: dict[str, str]
    number: str | None
    submitted: datetime | None
    edited: datetime | None
    address: str
    vouching: str = Field(
        description="The address at which a member can vouch for your post; empty where you say none."
    )


class FileOut(Schema):
    """A file in an application. `digest` is its SHA-256 in hexadecimal digits."""

    field: str
    id: str
    name: str
    type: str
    bytes: int
    digest: str
    address: str


class ApplicationOut(Schema):
    """An application as it was submitted."""

    number: str = Field(alias="pk")
    name: str
    organisation: str
    ror: str
    orcid: str
    orcid_shown: bool
    post: str
    page: str
    address: dict[str, str] = Field(description="What the domain of their address tells: organisation, country, kind.")
    vouched: list[str]
    earlier: list[dict[str, str]] = Field(description="Earlier places: organisation, start and end, by year or month.")
    advisers: list[str]
    advisees: list[str]
    publications: list[dict[str, str]]
    facts: dict[str, Any]
    answers: dict[str, Any]
    submitted: datetime
    edited: datetime | None
    version: int

    @staticmethod
    def resolve_vouched(one: Application) -> list[str]:
        """Names of members who vouch for the post."""
        return post_of(one, orcid="").vouched


class Listed(Schema):
    """An application in a list."""

    number: str = Field(alias="pk")
    name: str
    organisation: str
    orcid: str
    submitted: datetime
    edited: datetime | None


@router.post("/calls/{slug}/application", response={201: MineOut}, summary="Begin your application")
def begin_application(request: HttpRequest, slug: str, given: Beginning) -> Status[dict[str, Any]]:
    """Begin your application with the facts that decide who may apply. A second time gives the one begun."""
    call = found_call(request, slug)
    acts.begin_application(signed_in(request), person=_me(request), call=call, facts=given.facts)
    return Status(201, _shown(_mine(request, slug)))


@router.get("/calls/{slug}/application", response=MineOut, summary="Get your application")
def get_my_application(request: HttpRequest, slug: str) -> dict[str, Any]:
    """What you have written and what of it is submitted."""
    signed_in(request)
    return _shown(_mine(request, slug))


@router.put("/calls/{slug}/application", response=MineOut, summary="Save answers of your application")
def save_application(request: HttpRequest, slug: str, given: Saving) -> dict[str, Any]:
    """Keep some of your answers; the others stay. Nobody sees them until you submit."""
    acts.save_draft(signed_in(request), draft=found(_mine(request, slug).draft), **given.dict())
    return _shown(_mine(request, slug))


@router.post("/calls/{slug}/application/submit", response=MineOut, summary="Submit your application")
def submit_application(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Submit your application as it stands, also in the place of what you submitted before. A receipt comes by mail."""
    acts.submit(signed_in(request), draft=found(_mine(request, slug).draft))
    return _shown(_mine(request, slug))


@router.delete("/calls/{slug}/application", response={200: MineOut, 204: None}, summary="Withdraw your application")
def withdraw_application(request: HttpRequest, slug: str) -> Status[dict[str, Any] | None]:
    """Withdraw what you submitted: it is deleted. What you wrote stays yours; of what came from a file nothing stays."""
    caller, mine = signed_in(request), _mine(request, slug)
    if mine.application is None:
        raise Closed("Nothing of yours is submitted here.")
    acts.withdraw(caller, application=mine.application)
    return Status(200, _shown(_mine(request, slug))) if mine.draft else Status(204, None)


@router.post("/calls/{slug}/vouch", response={204: None}, summary="Vouch for an applicant")
def vouch_for_applicant(request: HttpRequest, slug: str, given: Vouching) -> Status[None]:
    """Vouch, as a member, for the post of an applicant who gave you the link; `token` is its last part."""
    caller, draft = signed_in(request), read_vouching(given.token)
    acts.vouch(caller, draft=found(draft if draft and draft.call == found_call(request, slug) else None))
    return Status(204, None)


@router.put("/calls/{slug}/about", response={204: None}, summary="Say something of yourself, apart")
def say_about_oneself(request: HttpRequest, slug: str, given: Said) -> Status[None]:
    """Say some things of yourself, apart from your application. The API gives them to nobody, you included."""
    call = found_call(request, slug)
    acts.say_about_oneself(signed_in(request), person=_me(request), call=call, said=given.said)
    return Status(204, None)


@router.delete("/calls/{slug}/about", response={204: None}, summary="Take back what you said of yourself")
def take_back_about_oneself(request: HttpRequest, slug: str) -> Status[None]:
    """Delete all that you said of yourself for a call."""
    acts.take_back_about_oneself(signed_in(request), person=_me(request), call=found_call(request, slug))
    return Status(204, None)


@router.get("/calls/{slug}/applications", response=list[Listed], summary="List applications")
@paginate(Parts)
def list_applications(request: HttpRequest, slug: str, q: Word = "", back: bool = False) -> QuerySet[Application]:
    """What was submitted to a call, the latest first, for those who keep it; `q` are words in name or organisation.

    With `back` those alone from whose applicants mail comes back.
    """
    call = _kept(request, slug)
    rows = queries.applications(call, actor(request)).order_by(F("submitted").desc(nulls_last=True), "pk")
    rows = unreachable(rows) if back else rows
    return queries.with_words(rows, q, call) if q else rows


@router.get("/calls/{slug}/applications/{application}", response=ApplicationOut, summary="Get an application")
def get_application(request: HttpRequest, slug: str, application: Word) -> Application:
    """One application as it was submitted, for those who keep the call. That you read it is noted for its applicant."""
    caller = actor(request)
    one = found(queries.find_application(_kept(request, slug), application, caller))
    return acts.read_application(caller, application=one)


@router.get(
    "/calls/{slug}/applications/{application}/files", response=list[FileOut], summary="List files of an application"
)
def list_application_files(request: HttpRequest, slug: str, application: Word) -> list[dict[str, Any]]:
    """The files in one application, for those who keep the call, and who were given it to read."""
    one = _readable(request, slug, application)
    told = ("id", "name", "type", "bytes", "digest")
    return [
        {"field": each.label, "address": each.address, **{name: getattr(each.upload, name) for name in told}}
        for each in enclosed(one, lambda upload: f"/api/v1/calls/{slug}/applications/{one.pk}/files/{upload}")
    ]


@router.get("/calls/{slug}/applications/{application}/files/{upload}", summary="Fetch a file of an application")
def get_application_file(request: HttpRequest, slug: str, application: Word, upload: Word) -> FileResponse:
    """One of them itself. That one who keeps the call fetched it is noted for the applicant."""
    caller, one = signed_in(request), _readable(request, slug, application)
    wanted = found(find_enclosed(one, upload))
    if rules.may_read(caller, one.call):
        acts.read_application(caller, application=one)
    return attachment(wanted)


@router.post("/calls/{slug}/files", summary="Take the files of all applications along")
def take_files(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """A zip with a folder for each application that has files, for those who keep the call; each applicant can see it."""
    call = found_call(request, slug)
    return packed(in_folders(call, acts.give_out_files(actor(request), call=call)), f"files-{call.slug}.zip")


class Importing(Given):
    """A file of yours that was sent, and which of its columns is what: what is left out is guessed, and empty is left out."""

    file: str = Field(max_length=32)
    columns: dict[str, str] = Field(default_factory=dict)
    look: bool = Field(True, description="Only say what would come of it.")


class ImportedOut(Schema):
    """What came of a file, or would: rows that can be taken in, those that were, and the faults of the others."""

    columns: dict[str, str]
    could_be: int
    added: int
    passed_over: int
    faults: list[dict[str, int | str]]


@router.post("/calls/{slug}/imports", response=ImportedOut, summary="Take applications in from a file")
def import_applications(request: HttpRequest, slug: str, given: Importing) -> dict[str, Any]:
    """Take in all rows that can be, of CSV, pretalx' submissions or OpenReview's notes. The same file twice changes nothing."""
    caller, call = signed_in(request), found_call(request, slug)
    if not may(caller, "members.applications.import", call):
        raise Refused("You can't take applications in.", remedy="Stewards, founders and the call's organisers can.")
    upload = found(own_file(caller.person_id, given.file))
    sheet = sheet_of(upload)
    columns = guess(sheet.columns, call) | given.columns
    if fault := fault_of_mapping(columns, call):
        raise Invalid(fault, field="columns")
    good, bad = read_rows(sheet, {name: meant for name, meant in columns.items() if name in sheet.columns}, call)
    added = 0 if given.look else acts.import_applications(caller, call=call, incoming=good, digest=upload.digest)
    passed_over = 0 if given.look else len(good) - added
    faults = [{"row": one.number, "why": one.why} for one in bad]
    return {"columns": columns, "could_be": len(good), "added": added, "passed_over": passed_over, "faults": faults}


def _readable(request: HttpRequest, slug: str, application: str) -> Application:
    return found(find_readable(found_call(request, slug), application, signed_in(request)))


def _me(request: HttpRequest) -> Person:
    return Person.objects.get(pk=signed_in(request).person_id)


def _mine(request: HttpRequest, slug: str) -> Mine:
    return found(queries.own(found_call(request, slug), actor(request)))


def _shown(mine: Mine) -> dict[str, Any]:
    draft, sent = mine.draft, mine.application
    holder = draft or sent
    assert holder is not None
    return {
        "call": holder.call.slug,
        **{name: getattr(holder, name) for name in ("begun", "facts", "answers")},
        "version": draft.version if draft else 0,
        "saved": draft.saved if draft else holder.begun,
        "profile": draft.profile if draft else {},
        "number": sent.pk if sent else None,
        "submitted": sent.submitted if sent else None,
        "edited": sent.edited if sent else None,
        "address": path_to("members:mine", holder.call.slug),
        "vouching": vouching_link(draft) if draft and draft.profile.get("post") else "",
    }


def _kept(request: HttpRequest, slug: str) -> Call:
    call = found_call(request, slug)
    if not rules.may_read(signed_in(request), call):
        raise Refused("You can't read these applications.", remedy="Stewards, founders and the call's organisers can.")
    return call
