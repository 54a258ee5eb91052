"""Fields and forms with instants, which are read anywhere on Earth where that is declared, otherwise in the reader's zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from stoa.kit.clock import ANYWHERE_ON_EARTH
from stoa.kit.edge import ActForm

YEARS = range(2000, 2200)
WRITTEN = "%Y-%m-%dT%H:%M"


class Instant(forms.DateTimeField):
    """A date and time of day as one field; the form says in which zone it is meant."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WRITTEN)

    def __init__(self, **more: Any) -> None:
        faults = {
            "invalid": "This is not a date and time that exists. Write it as 2027-03-31 12:00.",
            "required": "Give a date and time.",
        }
        super().__init__(error_messages=faults, input_formats=[WRITTEN, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"], **more)


class DatedForm(ActForm):
    """A form with instants."""

    def in_zone(self, name: str, anywhere_on_earth: bool) -> datetime | None:
        """The instant of a field in the zone that is meant."""
        value: datetime | None = self.cleaned_data.get(name)
        if value is None:
            return None
        if value.year not in YEARS:
            self.add_error(name, "This year lies too far off. Check the date.")
            return None
        zone = ANYWHERE_ON_EARTH if anywhere_on_earth else timezone.get_current_timezone()
        return value.replace(tzinfo=zone)
