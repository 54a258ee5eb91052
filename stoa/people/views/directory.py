"""Who is here: the directory, each person's page, each organisation's page."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_safe

from stoa.kit import instants, registry
from stoa.kit.edge import actor
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.methods.names import sort_key
from stoa.people import countries, queries, rules
from stoa.people.models import ROLES, Organisation, Person, Role, Tie
from stoa.record.queries import history

MOST_ENTRIES = 20


def terms_in_words(person: Person) -> str:
    """Roles with their terms, for a file: `member since 2026-11-22; steward 2026-11-22 to 2027-11-22`."""
    return "; ".join(_term(role) for role in queries.roles_held(person))


def _term(role: Role) -> str:
    start = role.start.date().isoformat()
    term = f"{start} to {role.end.date().isoformat()}" if role.end else f"since {start}"
    return f"{role.label} {term}" + (f" ({role.scope})" if role.scope else "")


def _roles(person: Person) -> str:
    return ", ".join(dict.fromkeys(role.label for role in queries.roles_held(person)))


def _organisations(person: Person) -> list[Organisation]:
    return list(dict.fromkeys(tie.organisation for tie in queries.ties_held(person)))


def _organisation_links(person: Person) -> str:
    found = _organisations(person)
    return format_html_join(", ", '<a href="{}">{}</a>', ((o.get_absolute_url(), o.name) for o in found)) or "–"


def _topics(person: Person) -> str:
    return "; ".join(interest.topic for interest in person.interests.all())


def _named(person: Person) -> str:
    name = link(person.shown_name, person.get_absolute_url())
    return format_html("{} ({})", name, person.pronouns) if person.pronouns else name


DIRECTORY = Listing[Person](
    name="people",
    caption="People",
    columns=[
        Column("name", "Name", lambda p: p.shown_name, show=_named, order=("sort_name",)),
        Column("roles", "Roles", terms_in_words, show=_roles, sortable=False),
        Column(
            "organisations",
            "Organisations",
            lambda p: "; ".join(o.name for o in _organisations(p)),
            show=_organisation_links,
            sortable=False,
        ),
        Column("topics", "Topics", _topics, sortable=False),
        Column(
            "joined",
            "Here since",
            lambda p: p.joined,
            show=lambda p: instants.day_in_html(p.joined.date()),
            order=("joined",),
        ),
    ],
    filters=[
        Filter("name", "Name", lambda rows, text: rows.filter(sort_name__contains=sort_key(text))),
        Filter("role", "Role", queries.with_role, choices=list(ROLES.items())),
        Filter("organisation", "Organisation", queries.tied_to),
        Filter("country", "Country of the organisation", queries.in_country, choices=list(countries.names().items())),
        Filter("topic", "Topic", queries.with_topic),
    ],
    sort="name",
    empty="Nobody holds a role here yet.",
)
FILE = replace(
    DIRECTORY,
    columns=[
        Column("code", "Code on the record", lambda p: p.pk),
        *DIRECTORY.columns,
        Column("pronouns", "Pronouns", lambda p: p.pronouns),
    ],
)
"""The directory to take away: with the codes by which the record names people."""


@require_safe
def directory(request: HttpRequest) -> HttpResponseBase:
    """Everybody who holds a role."""
    rows = queries.directory()
    if request.GET:  # the plain page is the same for all, and kept for visitors
        rules.keep_pace(actor(request), request.META.get("REMOTE_ADDR", ""), file="as" in request.GET)
    if file := FILE.download(request, rows):
        return file
    context = {
        "table": DIRECTORY.page(request, rows),
        "may_admit": rules.may_admit(actor(request)),
    }
    return render(request, "people/directory.html", context)


@require_safe
def person(request: HttpRequest, person_id: str) -> HttpResponse:
    """What the public knows of a person, with what the viewer may do."""
    return render(request, "people/person.html", page_of(request, found(request, person_id)))


def found(request: HttpRequest, person_id: str) -> Person:
    """The person, if this viewer may see them; nobody learns whether there is one they may not see."""
    person = queries.find_person(person_id)
    if person is None or not rules.may_see(actor(request), person):
        raise Http404("There is nobody of this code here.")
    return person


def page_of(request: HttpRequest, person: Person) -> dict[str, object]:
    """What a person's page shows to this viewer."""
    viewer = actor(request)
    held, ties = queries.roles_held(person), queries.ties_held(person)
    return {
        "person": person,
        "is_self": rules.is_self(viewer, person),
        "held": held,
        "scopes": registry.show([role.scope for role in person.roles.all()], viewer.person_id),
        "past": [role for role in person.roles.all() if role not in held],
        "suspension": queries.suspension_of(person.pk),
        "may_suspend": bool(held) and not rules.is_self(viewer, person) and rules.may_suspend(viewer),
        "unconfirmed": queries.ties_unconfirmed_since(person),
        "topics": list(person.interests.all()),
        "ties": ties,
        "past_ties": [tie for tie in person.ties.all() if tie not in ties],
        "works": registry.works_of(person.pk, viewer.person_id),
        "history": history([f"person:{person.pk}"], viewer.person_id, most=MOST_ENTRIES),
        "may_give_role": not person.erased and rules.may_give_role(viewer),
        "may_end_role": not person.erased and rules.may_end_role(viewer, person),
        "may_see_private": not person.erased and rules.may_see_private(viewer, person),
    }


def _tie_term(tie: Tie) -> str:
    start = instants.day_in_html(tie.start)
    return format_html("{} to {}", start, instants.day_in_html(tie.end)) if tie.end else format_html("since {}", start)


PEOPLE_OF = Listing[Tie](
    name="organisation-people",
    caption="People tied to this organisation",
    columns=[
        Column(
            "name",
            "Name",
            lambda t: t.person.shown_name,
            show=lambda t: link(t.person.shown_name, t.person.get_absolute_url()),
            order=("person__sort_name",),
        ),
        Column("tie", "Tie", lambda t: t.get_kind_display(), order=("kind",)),
        Column("since", "Since", lambda t: t.start, show=lambda t: instants.day_in_html(t.start), order=("start",)),
        Column(
            "until",
            "Until",
            lambda t: t.end,
            show=lambda t: instants.day_in_html(t.end) if t.end else "–",
            order=("end",),
        ),
        Column("roles", "Roles", lambda t: terms_in_words(t.person), show=lambda t: _roles(t.person), sortable=False),
    ],
    filters=[Filter("kind", "Tie", lambda rows, kind: rows.filter(kind=kind), choices=Tie.Kind.choices)],
    empty="Nobody here is tied to it.",
)


@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An organisation and who is tied to it."""
    shown = queries.find_organisation(pk)
    if shown is None:
        raise Http404("There is no organisation of this number.")
    rows = queries.people_of(shown)
    context = {
        "organisation": shown,
        "country": countries.names().get(shown.country, shown.country),
        "table": PEOPLE_OF.page(request, rows),
        "history": history([f"organisation:{pk}"], actor(request).person_id, most=MOST_ENTRIES),
    }
    return PEOPLE_OF.download(request, rows) or render(request, "people/organisation.html", context)
