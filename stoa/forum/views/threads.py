"""The forum's list of threads, the page of a thread, and what is new on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from stoa.forum import acts, forms, queries, rules
from stoa.forum.models import Draft
from stoa.forum.queries import Counted, Line, Page
from stoa.forum.rules import Reader
from stoa.forum.views.field import reply_form, waits
from stoa.kit import beside, clock, edge
from stoa.kit.registry import Shown, label
from stoa.kit.tables import Column, Filter, Listing, link, spread
from stoa.people.models import Person


def _who(line: Line) -> str:
    return link(line.latest_by, line.latest_by.get_absolute_url()) if line.latest_by else "–"


def _title(line: Line) -> str:
    new = format_html(' <b class="signal">{} new</b>', line.new) if line.new else ""
    return format_html('<a href="{}">{}</a>{}', line.thread.get_absolute_url(), line.about.title, new)


def _listing() -> Listing[Line]:
    return Listing[Line](
        name="threads",
        caption="Threads",
        columns=[
            Column("about", "About", lambda line: line.about.title, show=_title, sortable=False),
            Column("kind", "Kind", lambda line: line.kind, order=("subject",)),
            Column("posts", "Posts", lambda line: line.size, order=("size",), numeric=True),
            Column("latest", "Last post", lambda line: line.latest, order=("latest",)),
            Column("by", "By", lambda line: str(line.latest_by or ""), show=_who, sortable=False),
        ],
        filters=[
            Filter("kind", "Kind", queries.of_kind, choices=beside.kinds_discussed()),
            Filter("who", "Written in by", queries.with_posts_by),
        ],
        sort="-latest",
        empty="Nobody has written anything yet.",
    )


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """All threads, the one with the latest post first."""
    viewer = rules.reader(edge.actor(request))
    rows, listing = queries.threads(viewer), _listing()

    def complete(threads: Any) -> list[Line]:
        return queries.lines(threads, viewer)

    found = listing.download(request, rows, complete)
    return found or render(request, "forum/index.html", {"table": listing.page(request, rows, complete)})


def found(pk: int, viewer: Reader) -> tuple[Counted, Shown]:
    """The thread and its subject, or a page that says there is none."""
    counted = queries.find_thread(pk, viewer)
    about = queries.find_subject(counted.thread.subject, viewer) if counted else None
    if counted is None or about is None:
        raise Http404
    return counted, about


class Shelf:
    """The pages of a thread, for the links that lead to them."""

    def __init__(self, page: Page) -> None:
        self.number, self.last_number = page.number, page.last_number
        self.numbers = spread(page.number, page.last_number)
        self.previous = page.number - 1 if page.number > 1 else None
        self.next = page.number + 1 if page.number < page.last_number else None
        self._address = page.counted.thread.get_absolute_url()

    def address(self, number: int) -> str:
        """The address of one of the pages."""
        return self._address if number == 1 else f"{self._address}?page={number}"


@require_safe
def thread(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A thread: what it is about, a page of its posts, and the field to write in."""
    viewer = rules.reader(edge.actor(request))
    counted, about = found(pk, viewer)
    its_thread = counted.thread
    number = request.GET.get("page", "")
    page = queries.page_of(counted, int(number) if number.isdecimal() and len(number) < 9 else 1, viewer)
    context = {
        "thread": its_thread,
        "reference": its_thread.subject,
        "about": about,
        "counted": counted,
        "page": page,
        "shelf": Shelf(page),
        "viewer": viewer,
        "kind": label(counted.thread.subject.partition(":")[0]),
        "rendered": clock.stamp(clock.now()),
    }
    if viewer.writes:
        draft = Draft.objects.get(pk=counted.draft) if counted.draft else None
        context |= {"form": reply_form(draft), "draft": draft, "waits": waits(viewer)}
    return render(request, "forum/thread.html", context)


@require_safe
def since(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What came to a thread since a page of it was shown: a line with a link, or nothing."""
    viewer = rules.reader(edge.actor(request))
    its_thread = found(pk, viewer)[0].thread
    after = request.GET.get("after", "")
    try:
        at = parse_datetime(request.GET.get("at", ""))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not after.isdecimal() or len(after) > 18:
        raise Http404
    news = queries.since(its_thread, viewer, after=int(after), at=at)
    first = queries.find_post(news.first, viewer) if news.first else None
    number = request.GET.get("page", "")
    context = {
        "news": news,
        "address": queries.address_of(first, viewer) if first else "",
        "here": f"{its_thread.get_absolute_url()}?page={number if number.isdecimal() else 1}",
    }
    return render(request, "forum/parts/since.html", context)


@require_POST
@edge.signed_in
def read(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Mark a thread as read up to a post."""
    actor = edge.actor(request)
    its_thread = found(pk, rules.reader(actor))[0].thread
    form = forms.ReadForm(request.POST)
    if form.is_valid():
        reader = Person.objects.get(pk=actor.person_id)
        acts.mark_read(actor, reader=reader, thread=its_thread, up_to=form.cleaned_data["up_to"])
    return HttpResponse() if request.headers.get("HX-Request") else redirect(its_thread)
