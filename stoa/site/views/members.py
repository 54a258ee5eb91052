"""First members from a file: read, look at whom and what mails, then take them in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from stoa.kit import chance
from stoa.kit.act import Actor
from stoa.people.acts import import_members
from stoa.people.invitations import words
from stoa.people.models import Person
from stoa.people.queries import addresses_here
from stoa.site.forms import Newcomers
from stoa.site.newcomers import Reading
from stoa.site.views.setup import done, form_of, invitation, keeper, page

LINK = "(a link of their own)"


@keeper
def members(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """Nothing is sent before the second button is pressed."""
    form = form_of(request, Newcomers, {})
    if request.method != "POST" or not form.is_valid():
        return page(request, "members", form)
    assert isinstance(form, Newcomers)
    read = form.reading
    known = addresses_here(newcomer.email for newcomer in read.newcomers)
    if "invite" in request.POST and len(known) < len(read.newcomers):
        newcomers, letter = read.newcomers, invitation(person)
        if form.carry_out(lambda: import_members(actor, newcomers=newcomers, digest=read.digest, invitation=letter)):
            return done(request, _told(len(form.outcome or [])))
    return page(request, "members_preview", form, **_preview(read, known, person))


def _preview(read: Reading, known: set[str], person: Person) -> dict[str, Any]:
    new = [newcomer for newcomer in read.newcomers if newcomer.email not in known]
    here = [newcomer for newcomer in read.newcomers if newcomer.email in known]
    subject, body = words(invitation(person), "first-member", name=new[0].name, link=LINK) if new else ("", "")
    return {"read": read, "new": new, "here": here, "subject": subject, "body": body, "once": chance.token()}


def _told(count: int) -> str:
    if not count:
        return "They are members already; nothing was done twice."
    return (
        "1 person is a member now, and gets a mail."
        if count == 1
        else f"{count:,} people are members now, and get a mail each."
    )
