"""How a file goes out again: as an attachment under its own name, which no browser runs or takes for something else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.http import FileResponse, Http404, StreamingHttpResponse

from stoa.kit.files import store
from stoa.kit.files.packing import zipped
from stoa.kit.models import Upload

Answer = TypeVar("Answer", bound=StreamingHttpResponse)


def attachment(upload: Upload) -> FileResponse:
    """The whole file. Who may have it, and whom it concerns that somebody looked, is for the caller to see to."""
    try:
        file = store.place(upload.digest).open("rb")
    except (FileNotFoundError, IsADirectoryError):
        raise Http404 from None
    response = FileResponse(file, as_attachment=True, filename=upload.name, content_type=upload.type)
    return _kept_harmless(response)


def packed(files: Iterable[tuple[str, Upload]], name: str) -> StreamingHttpResponse:
    """These files, each under its path, as a zip of this name that is made while it is sent."""
    response = StreamingHttpResponse(zipped(files), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _kept_harmless(response)


def _kept_harmless(response: Answer) -> Answer:
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
