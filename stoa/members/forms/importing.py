"""Forms of taking applications in: the file, and which of its columns is what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from stoa.kit.edge import ActForm
from stoa.kit.files.fields import UploadField
from stoa.members.models import Call
from stoa.members.rules.incoming import OWN, fault_of_mapping, fillable
from stoa.methods.sheets import Sheet


class BringForm(ActForm):
    """The file. Without a script it comes along."""

    file = UploadField(
        label="The file", help_text="CSV, pretalx' submissions (JSON) or OpenReview's notes (JSON), in UTF-8."
    )


class MappingForm(ActForm):
    """What each column is. A column that is nothing here is left out."""

    def __init__(self, *args: Any, call: Call, sheet: Sheet, guessed: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call, self.sheet = call, sheet
        choices = [("", "left out"), *OWN.items(), *((one.key, one.label) for one in fillable(call))]
        for place, column in enumerate(sheet.columns):
            example = next((row[column] for row in sheet.rows if row[column].strip()), "")
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=column or "a column without a name",
                choices=choices,
                required=False,
                initial=guessed.get(column, ""),
                help_text=f"Such as: {example[:80]}" if example else "Empty in all rows.",
            )

    def clean(self) -> dict[str, Any]:
        """The whole must be a mapping by which rows can be read."""
        if not self.errors and (fault := fault_of_mapping(self.mapping(), self.call)):
            self.add_error(None, fault)
        return self.cleaned_data

    def mapping(self) -> dict[str, str]:
        """What was chosen, by column."""
        return {column: self.cleaned_data.get(f"column{place}", "") for place, column in enumerate(self.sheet.columns)}


class InviteForm(ActForm):
    """Names and addresses, pasted with the columns in the first line."""

    people = forms.CharField(
        label="Whom to invite",
        max_length=400_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="CSV with the columns name and email in the first line, as a spreadsheet gives them when they are copied.",
    )
