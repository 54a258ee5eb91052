"""What those who keep a call see of its applications: all as a list, and each as it was submitted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html

from stoa.kit import edge
from stoa.kit.faults import Refused
from stoa.kit.powers import may
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.members import acts, queries, rules
from stoa.members.models import Application, Call
from stoa.members.queries.applications import unreachable
from stoa.members.queries.files import enclosed
from stoa.members.queries.vouching import post_of
from stoa.members.rules.answers import answered, facts_in_words
from stoa.members.views.calls import found, frame
from stoa.members.views.files import file_address

BACK = Filter("back", "Mail", lambda rows, _: unreachable(rows), [("yes", "Comes back")])


def _in_one_line(one: Application) -> str:
    return format_html("<code>{}</code>", one.orcid) if one.orcid else ""


def listing(call: Call) -> Listing[Application]:
    """The list of a call's applications."""

    def address(one: Application) -> str:
        return f"{call.get_absolute_url()}/applications/{one.pk}"

    return Listing[Application](
        name=f"applications-{call.slug}",
        caption="Applications",
        columns=[
            Column("name", "Name", lambda a: a.name, show=lambda a: link(a.name, address(a)), order=("sort_name",)),
            Column("organisation", "Organisation", lambda a: a.organisation, order=("organisation",)),
            Column("orcid", "ORCID iD", lambda a: a.orcid, show=_in_one_line, sortable=False),
            Column("publications", "Works", lambda a: len(a.publications), sortable=False, numeric=True),
            Column("submitted", "Submitted", lambda a: a.submitted, order=("submitted",)),
            Column("edited", "Last changed", lambda a: a.edited, sortable=False),
        ],
        filters=[Filter("q", "Name or organisation", lambda rows, words: queries.with_words(rows, words, call)), BACK],
        sort="-submitted",
        empty="No applications yet.",
    )


@edge.signed_in
def applications(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All that was submitted."""
    call = _read(request, slug)
    rows = queries.applications(call, edge.actor(request)).defer("answers", "facts")
    shown = listing(call)
    may_import = may(edge.actor(request), "members.applications.import", call)
    lost = unreachable(rows).count()
    may_take = any(field.kind == "file" for field in call.asks.fields) and may(
        edge.actor(request), "members.files.give_out", call
    )
    context = {
        **frame(call),
        "table": shown.page(request, rows),
        "may_import": may_import,
        "may_take_files": may_take,
        "lost": lost,
    }
    return taken(request, call, shown, rows) or render(request, "members/applications.html", context)


def taken(request: HttpRequest, call: Call, shown: Listing[Any], rows: QuerySet[Any]) -> HttpResponseBase | None:
    """The list as a file where the address asks for one, which is noted for those who are in it; otherwise None.

    `rows` are applications, or decisions about them.
    """
    in_file = shown.in_file(request, rows)
    if isinstance(in_file, QuerySet):
        person = "person" if rows.model is Application else "application__person"
        people = in_file.order_by().exclude(**{person: None}).values_list(person, flat=True)
        acts.take_list(edge.actor(request), call=call, people=people)
    return shown.download(request, rows)


@edge.signed_in
def application(request: HttpRequest, slug: str, application: str) -> HttpResponseBase:
    """One application as it was submitted. That it was read is noted for whoever wrote it."""
    call = _read(request, slug)
    actor = edge.actor(request)
    one = queries.find_application(call, application, actor)
    if one is None:
        raise Http404
    acts.read_application(actor, application=one)
    files = enclosed(one, lambda upload: file_address(one, upload))
    shown = post_of(one, orcid=one.orcid if one.orcid_shown else "")
    context = {
        **frame(call),
        "one": one,
        "known": facts_in_words(call, one.facts),
        "answers": answered(call, one.answers),
        "files": files,
        "shown": shown,
    }
    return render(request, "members/application.html", context)


def _read(request: HttpRequest, slug: str) -> Call:
    call = found(request, slug)
    if not rules.may_read(edge.actor(request), call):
        raise Refused("You can't read these applications.", remedy="Stewards, founders and the call's organisers can.")
    return call
