"""Acts on files: beginning to send one, what is done when it is whole, dropping it; and the bytes that come in between.

Bytes that come change nothing but the sender's own unfinished file, and are no act.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.core.files.base import ContentFile, File
from django.db import connection, transaction
from django.db.models import Sum

from stoa.kit import chance, clock, locks
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Invalid, TooFast
from stoa.kit.files import store
from stoa.kit.files.names import fit
from stoa.kit.files.sorts import Sort, found_sort
from stoa.kit.files.uses import in_use, lasting
from stoa.kit.models import Upload

MOST_BEGUN = 60
"""How many one person may begin in an hour."""
FORGOTTEN_AT_ONCE = 500


class Sender(Protocol):
    """The person who sends; a member, or somebody who is signed in and no more."""

    pk: str

    def standing(self, person_id: str) -> frozenset[str]:
        """Everybody is `self` towards themselves."""
        ...


@act("files.upload.begin", on="person", kind="private")
def begin(actor: Actor, *, person: Sender, name: str, size: int, sort: str = "") -> Upload:
    """Begin to send a file of so many bytes, in one piece or in several; who else sees it is decided where it is used."""
    return _begun(person, name, size, found_sort(sort))


@act("files.upload.send", on="person", kind="private")
def send(actor: Actor, *, person: Sender, name: str, body: bytes | File[bytes], sort: str = "") -> Upload:
    """Send a file in one piece, as a form does."""
    file = ContentFile(body) if isinstance(body, bytes) else body
    upload = _begun(person, name, file.size, found_sort(sort))
    store.append(upload.pk, file, at=0, whole=file.size)
    return _finished(upload)


def add(upload: Upload, body: store.Coming, *, at: int) -> int:
    """Take what comes of an unfinished file after its first `at` bytes; gives how many have come. See `store.append`."""
    if upload.finished:
        raise Closed("This file is whole already.", remedy="Send another to change it.")
    return store.append(upload.pk, body, at=at, whole=upload.bytes)


@act("files.upload.finish", on="upload", kind="private")
def finish(actor: Actor, *, upload: Upload) -> Upload:
    """Finish a file all of whose bytes have come: it is looked into, and refused if it could do harm."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.finished:
        return upload
    return _finished(upload)


@act("files.upload.drop", on="upload", kind="private")
def drop(actor: Actor, *, upload: Upload) -> None:
    """Drop a file that one is sending or has sent, unless it is used somewhere."""
    Upload.objects.select_for_update().filter(pk=upload.pk).first()  # whoever is just putting it to use comes first
    if in_use([upload.pk]):
        raise Closed("This file is used.", remedy="Take it out where it is used, then drop it.")
    _delete([upload])


@act("files.unused.forget", kind="private")
def forget_unused(actor: Actor) -> int:
    """Forget files that were sent and used nowhere for three days, and what was never sent to its end."""
    stale = clock.now() - timedelta(seconds=store.KEPT_SECONDS)
    sent = list(Upload.objects.filter(begun__lt=stale).order_by("begun").values_list("pk", flat=True))
    unused: list[str] = []
    for at in range(0, len(sent), FORGOTTEN_AT_ONCE):
        batch = sent[at : at + FORGOTTEN_AT_ONCE]
        unused += set(batch) - in_use(batch)
        if len(unused) >= FORGOTTEN_AT_ONCE:
            break
    return _delete_unused(list(Upload.objects.select_for_update(skip_locked=True).filter(pk__in=unused)))


def forget_if_unused(ids: Iterable[str]) -> None:
    """Destroy those of these files that nothing holds any more; called within the act that let go of them."""
    _delete_unused(list(Upload.objects.select_for_update().filter(pk__in=list(ids))))


@dataclass(frozen=True)
class Gathered:
    """Bytes that the program put together on the disk, as those of an upload that has no row yet."""

    id: str
    bytes: int
    digest: str


class _Pieces:
    """Pieces as a file that is read once, with the SHA-256 of what was read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = filter(None, pieces)
        self.digest = hashlib.sha256()

    def read(self, _size: int, /) -> bytes:
        """The next piece, of whatever size."""
        piece = next(self._pieces, b"")
        self.digest.update(piece)
        return piece


def gather(pieces: Iterable[bytes]) -> Gathered:
    """Write what the program makes piece by piece, so that no more than one is in memory. What breaks off leaves nothing."""
    opaque, body = chance.opaque_id(), _Pieces(pieces)
    try:
        size = store.append(opaque, body, at=0, whole=sys.maxsize)
    except BaseException:
        store.drop(opaque)
        raise
    return Gathered(opaque, size, body.digest.hexdigest())


def put_aside(owner_id: str, name: str, mime: str, body: Gathered) -> Upload:
    """Keep a file that the program made for somebody, until it is forgotten as unused; called within an act."""
    now = clock.now()
    upload = Upload(id=body.id, owner_id=owner_id, name=name, bytes=body.bytes, begun=now)
    _alone_with(body.digest)
    store.keep(upload.pk, body.digest)
    upload.digest, upload.type, upload.finished = body.digest, mime, now
    upload.save(force_insert=True)
    return upload


def erase_files_of(person_id: str) -> None:
    """Destroy what a person sent, but for what others rely on, which is nobody's then; called within the act that erases them."""
    own = list(Upload.objects.filter(owner_id=person_id))
    kept = lasting([upload.pk for upload in own])
    Upload.objects.filter(pk__in=kept).update(owner_id="")
    _delete([upload for upload in own if upload.pk not in kept])


def forget_bytes(digest: str) -> None:
    """Delete the bytes with this digest if no file has them any more, and nobody is just sending the same.

    While a backup is written they stay, since the database as it was copied may name them; the clock takes them after it.
    """
    with transaction.atomic():
        _alone_with(digest)
        if Upload.objects.filter(digest=digest).exists():
            return
        if locks.files_may_go():
            store.forget(digest)
        else:
            store.let_go(digest)


def _begun(person: Sender, name: str, size: int, sort: Sort) -> Upload:
    if not 0 < size <= sort.most_bytes:
        raise Invalid(
            f"The file has {size:,} bytes." if size else "The file is empty.",
            remedy=f"{sort.most_bytes // 2**20} MB are the most.",
            field="file",
        )
    own = Upload.objects.filter(owner_id=person.pk)
    if own.filter(begun__gt=clock.now() - timedelta(hours=1)).count() >= MOST_BEGUN:
        raise TooFast(f"You began {MOST_BEGUN} files within an hour.", remedy="Go on in an hour.")
    if (own.filter(sort=sort.name).aggregate(sum=Sum("bytes"))["sum"] or 0) + size > sort.most_of_one:
        raise Invalid(
            f"Your files would have more than {sort.most_of_one // 2**20} MB together.",
            remedy="Drop files that you no longer need.",
            field="file",
        )
    opaque = chance.opaque_id()
    return Upload.objects.create(id=opaque, owner_id=person.pk, name=name[:120], bytes=size, sort=sort.name)


def _finished(upload: Upload) -> Upload:
    with store.growing(upload.pk) as body:
        if len(body) != upload.bytes:
            raise Invalid(f"Of {upload.bytes:,} bytes {len(body):,} have come.", remedy="Send the rest.")
        found, upload.digest = found_sort(upload.sort).known(body), store.digest_of(body)
    _alone_with(upload.digest)
    store.keep(upload.pk, upload.digest)
    upload.name, upload.type, upload.finished = fit(upload.name, found), found.mime, clock.now()
    upload.save(update_fields=["name", "type", "digest", "finished"])
    return upload


def _delete_unused(uploads: list[Upload]) -> int:
    """Called with the rows locked, so that none of them is put to use meanwhile."""
    used = in_use([upload.pk for upload in uploads])
    unused = [upload for upload in uploads if upload.pk not in used]
    _delete(unused)
    return len(unused)


def _delete(uploads: list[Upload]) -> None:
    """The rows now, the bytes once that is committed; after a crash in between, the clock finds them."""
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
    for upload in uploads:
        transaction.on_commit(lambda upload=upload: _forgotten(upload))  # type: ignore[misc]


def _forgotten(upload: Upload) -> None:
    if upload.digest:
        forget_bytes(upload.digest)
    else:
        store.drop(upload.pk)


def _alone_with(digest: str) -> None:
    """Until this transaction ends nobody else keeps or forgets the bytes with this digest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])
