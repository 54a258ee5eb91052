"""Where announcements and events stand, in words."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from stoa.kit import clock, instants
from stoa.kit.edge import ActForm
from stoa.kit.faults import Conflict
from stoa.notices.models import Event


def when(event: Event) -> str:
    """From when to when it is held, in its zone."""
    return instants.span_in_html(event.begins, event.ends, event.zone)


def state(event: Event) -> tuple[str, SafeString]:
    """Its state in a word, and what comes next and when."""
    now = clock.now()
    if event.cancelled:
        return "Cancelled", format_html("{}", instants.in_html(event.cancelled, event.zone))
    if now >= event.ends:
        return "Over", format_html("it ended {}", instants.in_html(event.ends, event.zone))
    if now >= event.begins:
        return "Now", format_html("until {}", instants.in_html(event.ends, event.zone))
    return "Announced", format_html("it begins {}", instants.in_html(event.begins, event.zone))


def registration_state(event: Event) -> tuple[str, SafeString] | None:
    """Whether one can register, and until or from when; None where nobody registers."""
    now = clock.now()
    if not event.takes_registration or event.cancelled:
        return None
    if event.registration_opens and now < event.registration_opens:
        return "Registration opens", format_html("{}", instants.in_html(event.registration_opens, event.zone))
    if now < event.registration_ends:
        return "Registration is open", format_html("until {}", instants.in_html(event.registration_ends, event.zone))
    return "Registration closed", format_html("{}", instants.in_html(event.registration_ends, event.zone))


def status(form: ActForm) -> int:
    """422 for a form that came with faults, 409 for one that somebody else overtook."""
    if isinstance(form.fault, Conflict):
        return 409
    return 422 if form.errors else 200
