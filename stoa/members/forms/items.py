"""Forms of what a call asks: each a fact, a field, a criterion or a question about oneself, written line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from stoa.kit.edge import ActForm
from stoa.members.acts.checking import MOST_LINE, MOST_SHORT, MOST_TEXT
from stoa.members.models.questionnaire import FACT_KINDS, FIELD_KINDS
from stoa.members.rules.files import KINDS, MOST_FILES, MOST_MEGABYTES, USUAL_MEGABYTES

KIND_WORDS = {
    "yes": "yes or no; only yes may apply",
    "choice": "one of several answers",
    "several": "any of several answers",
    "number": "a number",
    "date": "a date",
    "short": "a line of text",
    "long": "a longer text",
    "link": "an address on the web",
    "file": "a file",
}


def _area(label: str, help_text: str = "", *, rows: int = 3, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST_SHORT,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class Lines(forms.CharField):
    """Texts, one a line; empty lines don't count."""

    def __init__(self, label: str, help_text: str = "One a line.") -> None:
        area = forms.Textarea(attrs={"rows": 5})
        super().__init__(label=label, required=False, max_length=MOST_TEXT, widget=area, help_text=help_text)

    def clean(self, value: Any) -> Any:
        """The lines."""
        return [line for line in (" ".join(each.split()) for each in super().clean(value).splitlines()) if line]


class ItemForm(ActForm):
    """One item of what a call asks. `version` is that of the call."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    label = forms.CharField(label="What is asked", max_length=MOST_LINE)

    @classmethod
    def values(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """The item as the form shows it."""
        return {
            name: "\n".join(value) if isinstance(value, list) else value
            for name, value in item.items()
            if name in cls.base_fields
        }

    def item(self, key: str) -> dict[str, Any]:
        """The item as it is kept under this key, or under one made of its label."""
        plain = {name: value for name, value in self.cleaned_data.items() if name not in {"once", "version"}}
        return {"key": key or key_of(self.cleaned_data["label"]), **plain}


class FactForm(ItemForm):
    """A fact that decides who may apply."""

    kind = forms.ChoiceField(label="Kind of answer", choices=[(kind, KIND_WORDS[kind]) for kind in FACT_KINDS])
    help = _area("Hint")
    admitting = Lines("Answers with which one may apply", "For one of several answers; one a line.")
    shutting = Lines("Answers with which one may not", "The same.")
    least = forms.CharField(
        label="At least, or not before",
        required=False,
        max_length=20,
        help_text="For a number, such as 3, or a day: 2020-01-31.",
    )
    most = forms.CharField(label="At most, or not after", required=False, max_length=20, help_text="The same.")
    why = _area("What somebody reads who may not apply", "Why it is so, and what would be open to them.")

    @classmethod
    def values(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """With the options parted into those with which one may apply and others."""
        options = list(enumerate(item.get("options", [])))
        return super().values(item) | {
            "admitting": "\n".join(text for n, text in options if n in item["good"]),
            "shutting": "\n".join(text for n, text in options if n not in item["good"]),
        }

    def item(self, key: str) -> dict[str, Any]:
        """With the options as one list, those with which one may apply first."""
        made = super().item(key)
        good, bad = made.pop("admitting"), made.pop("shutting")
        return made | {"options": [*good, *bad], "good": list(range(len(good)))}


class FieldForm(ItemForm):
    """A field of the form."""

    kind = forms.ChoiceField(label="Kind of answer", choices=[(kind, KIND_WORDS[kind]) for kind in FIELD_KINDS])
    help = _area("Hint")
    step = forms.CharField(
        label="Page of the form",
        max_length=MOST_LINE,
        initial="Your application",
        help_text="Its heading. Fields with the same one stand on one page.",
    )
    required = forms.BooleanField(label="It must be answered", required=False, initial=True)
    options = Lines("Answers to choose from", "For one or any of several answers; one a line.")
    most = forms.IntegerField(
        label="Characters at most", min_value=0, max_value=MOST_TEXT, initial=0, help_text="For texts; 0 for the usual."
    )
    number = forms.IntegerField(
        label="Files at most",
        required=False,
        min_value=1,
        max_value=MOST_FILES,
        initial=1,
        help_text="This and what follows: for files.",
    )
    megabytes = forms.IntegerField(
        label="Megabytes of a file at most",
        required=False,
        min_value=1,
        max_value=MOST_MEGABYTES,
        initial=USUAL_MEGABYTES,
    )
    kinds = forms.MultipleChoiceField(
        label="Kinds of files",
        required=False,
        choices=[(kind, found.word) for kind, found in KINDS.items()],
        initial=["pdf"],
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def values(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """With the limits of files out of its settings."""
        settings = item.get("settings", {})
        told = {name: settings[name] for name in ("number", "megabytes") if name in settings}
        return super().values(item) | told | ({"kinds": settings["kinds"].split()} if "kinds" in settings else {})

    def item(self, key: str) -> dict[str, Any]:
        """With the limits of files as its settings, where it is one for files."""
        made = super().item(key)
        limits = {name: made.pop(name) for name in ("number", "megabytes")} | {"kinds": " ".join(made.pop("kinds"))}
        settings = {name: value for name, value in limits.items() if value}
        return made | ({"settings": settings} if made["kind"] == "file" else {})


class CriterionForm(ItemForm):
    """A criterion with its rubric and two examples."""

    rubric = _area("What is judged, and how", "From 1 to 5.", rows=4, required=True)
    low = _area("An example that earns a 2", required=True)
    high = _area("An example that earns a 4", required=True)
    weight = forms.IntegerField(label="Weight", min_value=1, max_value=10, initial=1)


class ExtraForm(ItemForm):
    """A question about oneself, apart from the application."""

    options = Lines("Answers to choose from", "One a line. “Rather not say” is always among them.")


FORMS: dict[str, type[ItemForm]] = {
    "facts": FactForm,
    "fields": FieldForm,
    "criteria": CriterionForm,
    "about": ExtraForm,
}


def key_of(label: str) -> str:
    """A key made of a label: lower-case letters, digits, underscores."""
    key = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:26]
    return key if key[:1].isalpha() else f"k_{key}".rstrip("_")
