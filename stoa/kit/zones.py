"""The field of a form that takes a time zone."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms


class ZoneField(forms.CharField):
    """A zone of the tz database; empty where none has to be given. The page offers them as a list called `zones`."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"label": "Time zone", "max_length": 60}
        usual["widget"] = forms.TextInput(attrs={"list": "zones", "autocomplete": "off"})
        super().__init__(**usual | options)

    def clean(self, value: Any) -> str:
        """Raise `ValidationError` where there is no such zone."""
        zone = str(super().clean(value)).strip()
        if zone and zone not in available_timezones():
            raise forms.ValidationError("There is no such zone. Write it as continent and city, such as Europe/Zurich.")
        return zone
