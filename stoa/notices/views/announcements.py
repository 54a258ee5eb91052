"""What was announced: the list, each with its versions, and the feed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from stoa.kit import edge, feeds
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.notices import queries, rules
from stoa.notices.models import Announcement

RECENT = 6

LISTED = Listing[Announcement](
    name="announcements",
    caption="Announcements",
    columns=[
        Column(
            "title", "Title", lambda a: a.title, show=lambda a: link(a.title, a.get_absolute_url()), order=("title",)
        ),
        Column("released", "Released", lambda a: a.released, order=("released",)),
        Column("corrected", "Corrected", lambda a: a.corrected, order=("corrected",)),
        Column("retracted", "Retracted", lambda a: a.retracted, order=("retracted",)),
    ],
    filters=[Filter("q", "Words", lambda rows, text: rows.filter(title__icontains=text))],
    sort="-released",
    empty="Nothing was announced yet.",
)


def found(number: int) -> Announcement:
    """The announcement of this number, or a page that says there is none."""
    announcement = queries.find_announcement(number)
    if announcement is None:
        raise Http404
    return announcement


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Everything that was announced, the latest first."""
    rows = queries.announcements()
    may_draft = rules.may_draft(edge.actor(request))
    context = {"table": LISTED.page(request, rows), "may_draft": may_draft}
    return LISTED.download(request, rows) or render(request, "notices/announcements.html", context)


@require_safe
def announcement(request: HttpRequest, number: int) -> HttpResponse:
    """One announcement as it reads now, with its history."""
    one = found(number)
    actor = edge.actor(request)
    context = {
        "one": one,
        "history": queries.history(one.reference, actor, most=RECENT),
        "may_correct": rules.may_correct(actor, one),
    }
    return render(request, "notices/announcement.html", context)


@require_safe
def versions(request: HttpRequest, number: int) -> HttpResponse:
    """Each version of an announcement that was public, with why it was corrected, and its whole history."""
    one = found(number)
    context = {
        "one": one,
        "versions": one.versions.select_related("by"),
        "history": queries.history(one.reference, edge.actor(request)),
    }
    return render(request, "notices/versions.html", context)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The latest announcements. One that was corrected or retracted comes again."""
    rows = queries.announcements()[: feeds.MOST_ENTRIES]
    items = sorted((_item(one) for one in rows), key=lambda item: item.updated, reverse=True)
    return feeds.answer(request, title="Announcements", page=reverse("notices:announcements"), items=items)


def _item(one: Announcement) -> feeds.Item:
    at = one.retracted or one.corrected or one.released
    assert at is not None
    text = f"Retracted: {one.retraction}\n\n{one.body}" if one.retracted else one.body
    title = f"Retracted: {one.title}" if one.retracted else one.title
    return feeds.Item(one.get_absolute_url(), title, text, at)
