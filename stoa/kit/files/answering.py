"""How a file goes out again: as an attachment under its own name, which no browser runs or takes for something else."""

from __future__ import annotations

from django.http import FileResponse, Http404

from stoa.kit.files import store
from stoa.kit.models import Upload


def attachment(upload: Upload) -> FileResponse:
    """The whole file. Who may have it, and whom it concerns that somebody looked, is for the caller to see to."""
    try:
        file = store.place(upload.digest).open("rb")
    except (FileNotFoundError, IsADirectoryError):
        raise Http404 from None
    response = FileResponse(file, as_attachment=True, filename=upload.name, content_type=upload.type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
