"""How calls, and what was asked about them, are found by search. Called inside the acts that make or change them."""

from __future__ import annotations

from collections.abc import Iterator

from stoa.kit import clock
from stoa.kit.search import Kept
from stoa.members.models import Call, Enquiry


def call_found(call: Call) -> Kept:
    """A call, by its title and texts."""
    return Kept(call.reference, call.title, f"{call.text}\n{call.who}\n{call.prepare}", call.announced or clock.now())


def calls_found() -> Iterator[Kept]:
    """Every call that was announced, for search."""
    return map(call_found, Call.objects.exclude(phase=Call.Phase.DRAFT).iterator())


def enquiry_found(enquiry: Enquiry) -> Kept:
    """A question that stands, with its answer."""
    return Kept(enquiry.reference, enquiry.body, enquiry.answer, enquiry.answered or enquiry.asked)


def enquiries_found() -> Iterator[Kept]:
    """Every question about a call that everybody can read, for search."""
    return map(enquiry_found, Enquiry.objects.filter(state=Enquiry.State.STANDING).iterator())
