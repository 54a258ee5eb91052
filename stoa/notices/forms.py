"""Forms of announcements and events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from stoa.kit.dated import YEARS, DatedForm, Instant
from stoa.kit.edge import ActForm
from stoa.kit.zones import ZoneField
from stoa.notices.acts.announcing import MOST_BODY, MOST_REASON, MOST_TITLE
from stoa.notices.acts.checking import MOST_LINK, MOST_PLACE, MOST_PLACES, MOST_TEXT

INSTANTS = ("begins", "ends", "registration_opens", "registration_closes")


class ScheduleForm(ActForm):
    """A schedule, as text: looked at first, then taken in."""

    schedule = forms.CharField(
        label="The schedule",
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="What stands in the file: iCalendar (.ics), or the JSON or XML of frab or pretalx.",
    )


def _reason(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Why", max_length=MOST_REASON, widget=forms.Textarea(attrs={"rows": 2}), help_text=help_text
    )


class AnnouncementForm(ActForm):
    """What is said to everybody."""

    title = forms.CharField(label="Title", max_length=MOST_TITLE)
    body = forms.CharField(
        label="Text", max_length=MOST_BODY, widget=forms.Textarea(attrs={"rows": 12}), help_text="Markdown."
    )
    mailed = forms.BooleanField(
        label="Mail it to all members and trainees too",
        required=False,
        help_text="Then somebody else has to release it. Whoever wants no such mails gets none.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReleaseForm(ActForm):
    """Releases the draft that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class CorrectionForm(ActForm):
    """An announcement as it is to read, and why."""

    title = forms.CharField(label="Title", max_length=MOST_TITLE)
    body = forms.CharField(
        label="Text", max_length=MOST_BODY, widget=forms.Textarea(attrs={"rows": 12}), help_text="Markdown."
    )
    reason = _reason("Everybody reads it beside the text as it was before.")
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(ActForm):
    """Why something is taken back."""

    reason = _reason("Everybody reads it on the page.")


class ConfirmForm(ActForm):
    """Only asks to confirm."""


class EventForm(DatedForm):
    """All that an event says. Its instants are read in its own zone."""

    title = forms.CharField(label="Title", max_length=150)
    zone = ZoneField(
        label="Time zone of the event",
        help_text="Such as Europe/Berlin. The times below are meant in it; readers see their own beside.",
    )
    begins = Instant(label="Begins")
    ends = Instant(label="Ends")
    place = forms.CharField(label="Place", max_length=MOST_PLACE, required=False)
    link = forms.URLField(
        label="Link",
        max_length=MOST_LINK,
        required=False,
        assume_scheme="https",
        help_text="Where people meet who come from afar. The server never opens it.",
    )
    link_hidden = forms.BooleanField(label="Show the link only to those who have a place", required=False)
    text = forms.CharField(
        label="What it is about",
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Markdown.",
    )
    takes_registration = forms.BooleanField(label="People register for it", required=False)
    places = forms.IntegerField(
        label="Places", required=False, min_value=1, max_value=MOST_PLACES, help_text="Empty for no limit."
    )
    registration_opens = Instant(label="Registration opens", required=False, help_text="Empty: with the announcement.")
    registration_closes = Instant(label="Registration closes", required=False, help_text="Empty: when it begins.")
    only_members = forms.BooleanField(
        label="Only for people with a role here, such as members and trainees", required=False
    )
    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Read the instants in the event's zone."""
        if zone := self.cleaned_data.get("zone"):
            for name in INSTANTS:
                self.cleaned_data[name] = self._there(name, ZoneInfo(zone))
        return self.cleaned_data

    def _there(self, name: str, zone: ZoneInfo) -> datetime | None:
        """The instant of a field in a zone; a time that clocks pass over there is none."""
        value: datetime | None = self.cleaned_data.get(name)
        if value is None:
            return None
        if value.year not in YEARS:
            self.add_error(name, "This year lies too far off. Check the date.")
            return None
        instant = value.replace(tzinfo=zone)
        if instant.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != value.replace(tzinfo=None):
            self.add_error(name, "Clocks are put forward over this time there. Choose another.")
            return None
        return instant

    def says(self) -> dict[str, Any]:
        """What the event is to say."""
        return {name: self.cleaned_data[name] for name in self.fields if name not in {"once", "sequence"}}
