"""Reads of the files in applications: who may fetch one, and what there is to fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import slugify

from stoa.kit.act import Actor
from stoa.kit.models import Upload
from stoa.members import rules
from stoa.members.models import Application, Call, Draft
from stoa.review.models import Assignment, Panel, Seat

CHUNK = 500
LONGEST = 60
READ_IN = (Panel.Phase.REVIEWING, Panel.Phase.DISCUSSING)


@dataclass(frozen=True)
class Enclosed:
    """A file in an application: which field it answers, and where those fetch it who may."""

    label: str
    upload: Upload
    address: str


def enclosed(holder: Draft | Application, address: Callable[[str], str]) -> list[Enclosed]:
    """The files of an application in the order of the form, for whoever may read the application."""
    if not holder.files:
        return []
    uploads = Upload.objects.in_bulk(holder.files)
    fields = [field for field in holder.call.asks.fields if field.kind == "file"]
    pairs = [(field.label, uploads.get(one)) for field in fields for one in holder.answers.get(field.key, [])]
    return [Enclosed(label, upload, address(upload.pk)) for label, upload in pairs if upload]


def in_folders(call: Call, applications: Sequence[str]) -> Iterator[tuple[str, Upload]]:
    """The files of these applications to a call, as far as they stand, each with its path: a folder an application.

    Folders are named by applicant and number, files by their place on the form and their own names.
    """
    for at in range(0, len(applications), CHUNK):
        rows = Application.objects.filter(call=call, pk__in=applications[at : at + CHUNK])
        some = list(rows.order_by("pk").only("pk", "name", "files", "answers"))
        uploads = Upload.objects.in_bulk([upload for one in some for upload in one.files])
        for one in some:
            for place, upload in enumerate(_in_order(call, one, uploads), start=1):
                yield f"{_folder(one)}/{place:02}-{upload.name}", upload


def _in_order(call: Call, one: Application, uploads: Mapping[str, Upload]) -> list[Upload]:
    keys = [field.key for field in call.asks.fields if field.kind == "file"]
    return [uploads[pk] for key in keys for pk in one.answers.get(key, []) if pk in uploads]


def _folder(one: Application) -> str:
    """A name in letters and hyphens alone, which leads nowhere; the number tells those of one name apart."""
    return f"{slugify(one.name, allow_unicode=True)[:LONGEST].strip('-') or 'application'}-{one.pk}"


def find_enclosed(holder: Draft | Application, pk: str) -> Upload | None:
    """One of them."""
    return Upload.objects.filter(pk=pk).first() if pk in holder.files else None


def find_read(pk: str, viewer: Actor) -> Application | None:
    """An application that the viewer is given to read: by a panel that is reading, on a seat they took, and not abstained."""
    if viewer.person_id is None:
        return None
    given = Assignment.objects.filter(
        piece__kind="application",
        piece__object_id=pk,
        piece__withdrawn=None,
        piece__panel__phase__in=READ_IN,
        seat__person=viewer.person_id,
        seat__state=Seat.State.ACCEPTED,
    ).exclude(state=Assignment.State.ABSTAINED)
    rows = Application.objects.select_related("call").filter(pk=pk)
    return rows.first() if given.exists() else None


def find_readable(call: Call, pk: str, viewer: Actor) -> Application | None:
    """An application to this call whose files the viewer may fetch: for those who keep the call, and who were given it to read."""
    if rules.may_read(viewer, call):
        return Application.objects.select_related("call").filter(call=call, pk=pk).first()
    found = find_read(pk, viewer)
    return found if found is not None and found.call_id == call.pk else None
