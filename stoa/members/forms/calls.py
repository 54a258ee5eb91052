"""Forms of a call: what it says and by when, a later close, and buttons that only ask to confirm."""

from __future__ import annotations

from typing import Any

from django import forms

from stoa.kit.dated import DatedForm, Instant
from stoa.kit.edge import ActForm
from stoa.members.acts.calls import MOST_REASON
from stoa.members.acts.checking import MOST_TEXT, NUMBERS
from stoa.members.models import Call


def _whole(name: str, label: str, help_text: str = "", **more: Any) -> forms.IntegerField:
    least, most = NUMBERS.get(name, (1, 1_000_000))
    faults = {
        "invalid": "This is not a whole number. Write it in digits, such as 120.",
        "min_value": f"Give {least:,} or more.",
        "max_value": f"Give {most:,} at most.",
        "required": "Give a number.",
    }
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, error_messages=faults, help_text=help_text, **more
    )


def _text(label: str, help_text: str, rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=f"{help_text} Markdown.",
    )


class NewCallForm(DatedForm):
    """What a call begins with."""

    title = forms.CharField(label="Title", max_length=120, help_text="For example: Members 2027.")
    slug = forms.CharField(
        label="Short name for its address",
        max_length=40,
        help_text="Lower-case letters, digits and hyphens, such as members-2027. It never changes once it is announced.",
    )
    opens = Instant(label="Applications are taken from")
    closes = Instant(label="Until", help_text="Allow four weeks at least.")
    anywhere_on_earth = forms.BooleanField(
        label="These times are anywhere on Earth (UTC−12)",
        required=False,
        help_text="A deadline has passed when it has passed everywhere.",
    )

    def clean(self) -> dict[str, Any]:
        """Read the instants in the zone that is declared."""
        for name in ("opens", "closes"):
            self.cleaned_data[name] = self.in_zone(name, self.cleaned_data.get("anywhere_on_earth", False))
        return self.cleaned_data


class CallForm(NewCallForm):
    """All that a call says, but for what it asks."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    grace_minutes = _whole(
        "grace_minutes", "Grace, minutes", "What was begun before the close can be finished within it.", required=True
    )
    text = _text("What this call is for", "The first thing that applicants read.", 8)
    who = _text("Who may apply", "In words. What facts decide is asked before anybody writes.")
    prepare = _text("What to have at hand", "So that nobody has to stop in the middle.")
    minutes = _whole("minutes", "Minutes that an application takes")
    languages = forms.CharField(label="Languages in which it is read", max_length=120)
    admits = forms.ChoiceField(label="Who is admitted becomes a", choices=Call.ADMITS)
    places = _whole("places", "Places", "Empty where everybody above the bar is admitted.", required=False)
    reviews_each = _whole("reviews_each", "Reviews of each application")
    reviewers_wanted = _whole("reviewers_wanted", "Reviewers wanted")
    minutes_each = _whole("minutes_each", "Minutes that one review takes")
    expected = _whole("expected", "Applications that you expect", "For the reckoning below alone; nobody else sees it.")
    screening = forms.ChoiceField(
        label="How the reading is kept within bounds",
        choices=Call.Screening.choices,
        widget=forms.RadioSelect,
        help_text="Facts that the call asks are asked first, and reviewers invited, whichever you choose. With the second the call"
        " can't be announced before it asks a fact. With the last, whoever the wave before admits is asked to read by itself.",
    )


CALL_FIELDS = tuple(name for name in CallForm.base_fields if name not in {"once", "version"})
"""What of a call the form changes."""


class ConfirmForm(ActForm):
    """Only asks to confirm."""


class ExtendForm(DatedForm):
    """A later close."""

    closes = Instant(label="Applications are taken until")
    reason = forms.CharField(
        label="Why",
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Everyone reads it in the history of the call. A holiday that was forgotten, a mail that did not go out.",
    )

    def __init__(self, *args: Any, anywhere_on_earth: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.anywhere_on_earth = anywhere_on_earth

    def clean(self) -> dict[str, Any]:
        """Read the instant in the call's zone."""
        self.cleaned_data["closes"] = self.in_zone("closes", self.anywhere_on_earth)
        return self.cleaned_data
