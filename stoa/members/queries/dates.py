"""The dates of calls for the community's calendar: from their announcement on they are public."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from stoa.kit.dates import Coming
from stoa.members.models import Call


def dates_of_calls(after: datetime) -> Iterator[Coming]:
    """When calls open and close."""
    for call in Call.objects.filter(closes__gt=after).exclude(phase=Call.Phase.DRAFT):
        address, name = call.get_absolute_url(), f"call-{call.pk}"
        yield Coming(f"{name}-opens", f"Applications open: {call.title}", address, call.opens, call.zone, call.version)
        yield Coming(
            f"{name}-closes", f"Applications close: {call.title}", address, call.closes, call.zone, call.version
        )
