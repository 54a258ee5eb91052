"""The form field for a file: a script sends it in pieces before the form, and without a script the form brings it along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from stoa.kit.act import Actor
from stoa.kit.faults import Fault, Invalid
from stoa.kit.files import acts
from stoa.kit.files.queries import own_file
from stoa.kit.files.sorts import MOST_BYTES
from stoa.kit.models import Upload

ACCEPTED = ".pdf,.png,.jpg,.jpeg,.webp,.txt,.md,.csv,.bib,.tex"


class UploadInput(forms.FileInput):
    """A file input, and beside it the id of a file that was sent before, which the script fills in."""

    template_name = "kit/upload_input.html"
    accepted, most, sort = ACCEPTED, MOST_BYTES, ""
    find: Callable[[str], Upload | None] = staticmethod(lambda _: None)
    """Gives the upload of this id, where the form was sent with one, so that what was sent before is still shown."""

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, UploadedFile[Any]], name: str
    ) -> Any:
        """The file that the form brings, else the id of one that was sent."""
        return files.get(name) or (None if data.get(f"{name}_out") else data.get(f"{name}_sent")) or None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The upload that the field holds so far, for its name and size."""
        context = super().get_context(name, None, attrs)
        upload = self.find(value) if isinstance(value, str) and value else value
        shown = upload if isinstance(upload, Upload) else None
        context["widget"] |= {"upload": shown, "accept": self.accepted, "most": self.most, "sort": self.sort}
        return context

    def use_required_attribute(self, initial: Any) -> bool:
        """The browser can't know that a file was sent before."""
        del initial
        return False


class UploadField(forms.Field):
    """A file. Its clean value is the id of one that was sent, or what the form brings: see `taken`."""

    widget = UploadInput

    def clean(self, value: Any) -> str | UploadedFile[Any] | None:
        """Refuse nothing where the field is required, and what is too large to look into."""
        super().validate(value)
        if isinstance(value, UploadedFile) and (value.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"The file is too large: {MOST_BYTES // 2**20} MB are the most.")
        return value or None


def taken(actor: Actor, person: acts.Sender, value: str | UploadedFile[Any] | None, sort: str = "") -> Upload | None:
    """The whole upload of this sort that a value names or brings; raises `Invalid` for what is none of this person’s."""
    if value is None:
        return None
    if isinstance(value, UploadedFile):
        return acts.send(actor, person=person, name=value.name or "file", body=value, sort=sort)
    upload = own_file(person.pk, value)
    if upload is None or not upload.finished:
        raise Invalid("This file has not come whole.", remedy="Choose it again.")
    return upload


def brought(
    actor: Actor,
    person: acts.Sender,
    data: QueryDict,
    files: MultiValueDict[str, UploadedFile[Any]],
    sort: str = "",
) -> tuple[QueryDict, dict[str, Fault]]:
    """Keep the files that a form brings along, and give its data with their ids in their place, and what was wrong by name.

    Done before anything else of the form is looked at, so that a fault elsewhere loses no file.
    """
    found, faults = data.copy(), dict[str, Fault]()
    for name in files:
        try:
            upload = taken(actor, person, files.get(name), sort)
        except Fault as fault:
            faults[name] = fault
        else:
            found[f"{name}_sent"], found[f"{name}_out"] = upload.pk if upload else "", ""
    return found, faults
