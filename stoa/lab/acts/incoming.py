"""Acts on files of results: brought, read by the worker, dropped, and forgotten when nobody goes on with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stoa.kit import clock
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, TooFast
from stoa.kit.files.acts import forget_if_unused
from stoa.lab.acts.checks import ask_for_reading
from stoa.lab.acts.uploads import whole_upload
from stoa.lab.models import ModelVersion, ResultFile
from stoa.people.models import Person

MOST_FILES = 20
KEPT = timedelta(days=3)
"""So long a file waits for whoever brought it."""


@act("lab.incoming.begin", kind="private")
def begin_import(actor: Actor, *, person: Person, upload: str, version: ModelVersion | None = None) -> ResultFile:
    """Have a file of another program's results read that one sent whole; one looks at what it brings before it counts."""
    file = whole_upload(actor, upload, "results", "file")
    if ResultFile.objects.filter(person=person).count() >= MOST_FILES:
        raise TooFast(f"You have {MOST_FILES} files here.", remedy="Bring their results in, or drop some.")
    made = ResultFile.objects.create(person=person, upload=file, version=version)
    ask_for_reading(made)
    return made


@act("lab.incoming.read", kind="private")
def keep_reading(actor: Actor, *, file: ResultFile, found: dict[str, Any] | None, fault: str = "") -> ResultFile:
    """Keep what the worker read in a file, or why it can't be read."""
    file = held(file)
    if file.state == ResultFile.State.WAITING:
        file.state = ResultFile.State.UNREADABLE if found is None else ResultFile.State.READ
        file.found, file.fault = found, fault[:300]
        file.save(update_fields=["state", "found", "fault"])
    return file


@act("lab.incoming.drop", on="file", kind="private")
def drop_import(actor: Actor, *, file: ResultFile) -> None:
    """Drop a file of results that one brought."""
    let_go(held(file))


@act("lab.incoming.forget", kind="private")
def forget_imports(actor: Actor) -> int:
    """Forget files of results that nobody went on with."""
    stale = list(ResultFile.objects.select_for_update().filter(sent__lt=clock.now() - KEPT))
    for one in stale:
        let_go(one)
    return len(stale)


def held(file: ResultFile) -> ResultFile:
    """The file alone; raises `Closed` where its results were brought in or it was dropped."""
    found = ResultFile.objects.select_for_update().filter(pk=file.pk).first()
    if found is None:
        raise Closed("This file is here no more.", remedy="The imported results say whether it was brought in.")
    return found


def let_go(file: ResultFile) -> None:
    """Delete the row, and the file with it. For acts that hold it."""
    file.delete()
    forget_if_unused([file.upload_id])
