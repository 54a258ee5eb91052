"""What forms have alike by which somebody decides about others: one of two, and the words to it."""

from __future__ import annotations

from django import forms


def either(label: str, no: str, yes: str) -> forms.TypedChoiceField:
    """One of two, as a truth: neither is chosen beforehand."""
    return forms.TypedChoiceField(
        label=label, choices=[("no", no), ("yes", yes)], widget=forms.RadioSelect, coerce=lambda word: word == "yes"
    )


def words(label: str, *, most: int, rows: int = 6, help_text: str = "") -> forms.CharField:
    """A text of some lines."""
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text
    )
