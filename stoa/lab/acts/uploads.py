"""Files that were sent whole, as acts take them."""

from __future__ import annotations

from stoa.kit.act import Actor
from stoa.kit.faults import Invalid
from stoa.kit.files.queries import own_file
from stoa.kit.models import Upload


def whole_upload(actor: Actor, upload: str, sort: str, word: str) -> Upload:
    """A file of the actor's of this sort that came whole, held so that nobody drops it meanwhile."""
    found = own_file(actor.person_id, upload)
    file = Upload.objects.select_for_update().filter(pk=found.pk).first() if found else None
    if file is None or not file.finished or file.sort != sort:
        raise Invalid(f"This {word} has not come whole.", remedy=f"Send the rest of it, as a {word}.", field="upload")
    return file
