"""Invariants of files: what was sent whole is there, unchanged."""

from __future__ import annotations

from collections.abc import Iterator

from stoa.cli.checks import Invariant
from stoa.kit.files import store
from stoa.kit.models import Upload


def whole() -> Iterator[str]:
    """Every file that was sent is there with the size that it had; `stoa backup` compares the digests."""
    for upload in Upload.objects.exclude(finished=None).order_by("pk").iterator():
        path = store.place(upload.digest)
        if not path.is_file():
            yield f"The file {upload.digest} is not in the data folder."
        elif path.stat().st_size != upload.bytes:
            yield f"The file {upload.digest} has {path.stat().st_size:,} bytes in place of {upload.bytes:,}."


INVARIANTS = [Invariant("files.whole", "Files that were sent are there", whole)]
