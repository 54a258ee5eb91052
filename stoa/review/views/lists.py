"""The lists on the page of a panel: its reviewers, its conflicts, and what it says; each in parts, with what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from stoa.kit.tables import Column, Filter, Listing, link
from stoa.methods.names import sort_key
from stoa.review.models import Conflict, Panel, Seat
from stoa.review.queries import Summary

MOST_COUNTED = 2_000


def reviewers(request: HttpRequest, panel: Panel) -> Listing[Seat]:
    """Who reviews, with how far each is."""

    def part(name: str, one: Seat) -> str:
        return _part(request, name, panel, seat=one, removed=one.state == Seat.State.REMOVED)

    return Listing[Seat](
        name=f"panel-{panel.pk}-reviewers",
        caption="Reviewers",
        columns=[
            Column(
                "name",
                "Name",
                lambda s: s.person.shown_name,
                show=lambda s: link(s.person.shown_name, s.person.get_absolute_url()),
                order=("person__sort_name",),
            ),
            Column(
                "answer",
                "Answer",
                lambda s: s.get_state_display(),
                show=lambda s: part("seat_answer", s),
                order=("state",),
            ),
            Column("load", "Reads at most", lambda s: s.load, show=lambda s: part("seat_load", s), order=("load",)),
            Column("to_read", "To read", lambda s: vars(s)["to_read"], sortable=False, numeric=True),
            Column("given", "Given", lambda s: vars(s)["given"], sortable=False, numeric=True),
            Column("abstained", "Abstained", lambda s: vars(s)["abstained"], sortable=False, numeric=True),
            Column("conflicts", "Conflicts", lambda s: vars(s)["barred"], sortable=False, numeric=True),
        ],
        filters=[
            Filter("q", "Name", lambda rows, words: rows.filter(person__sort_name__contains=sort_key(words))),
            Filter("state", "Answer", lambda rows, state: rows.filter(state=state), Seat.State.choices),
        ],
        sort="name",
        prefix="reviewers_",
        empty="No reviewers yet.",
    )


WHY: Mapping[str, str] = {
    "self": "wrote it",
    "organisation": "the same organisation",
    "co-author": "wrote with an author",
    "adviser": "advised an author, or was advised",
    "tie": "declared a tie",
    "declared": "said so",
}
"""Each kind of conflict in words."""


def conflicts(request: HttpRequest, panel: Panel) -> Listing[Conflict]:
    """Why who does not read what, and the form by which one that was found wrongly is cleared."""

    def cleared(one: Conflict) -> str:
        return _part(request, "conflict", panel, one=one)

    return Listing[Conflict](
        name=f"panel-{panel.pk}-conflicts",
        caption="Conflicts",
        columns=[
            Column("name", "Name", lambda c: c.seat.person.shown_name, sortable=False),
            Column("number", "Number", lambda c: c.piece.number, sortable=False, numeric=True),
            Column("kind", "Why", lambda c: WHY[c.kind], sortable=False),
            Column("source", "How it is known", lambda c: c.get_source_display(), sortable=False),
            Column("cleared", "Cleared", lambda c: c.cleared, show=cleared, sortable=False),
        ],
        filters=[
            Filter("q", "Name", lambda rows, words: rows.filter(seat__person__sort_name__contains=sort_key(words))),
            Filter("number", "Number", _numbered),
        ],
        prefix="conflicts_",
        empty="None is known.",
        most=MOST_COUNTED,
    )


def says(panel: Panel) -> Listing[Summary]:
    """What the panel says of each piece."""
    return Listing[Summary](
        name=f"panel-{panel.pk}",
        caption="What the panel says",
        columns=[
            Column("number", "Number", lambda s: s.number, order=("number",), numeric=True),
            Column("title", "Title", lambda s: s.title, sortable=False),
            Column("reviews", "Reviews", lambda s: s.reviews, sortable=False, numeric=True),
            Column("abstained", "Abstained", lambda s: s.abstained, sortable=False, numeric=True),
            Column("missing", "Missing", lambda s: s.missing, sortable=False, numeric=True),
            Column(
                "mean",
                f"Mean, of {panel.most}",
                lambda s: None if s.mean is None else s.mean / 100,
                show=lambda s: "" if s.mean is None else f"{s.mean / 100:.2f}",
                sortable=False,
                numeric=True,
            ),
        ],
        filters=[Filter("number", "Number", lambda rows, number: rows.filter(number=_whole(number)))],
        sort="number",
        empty="Nothing is before the panel yet.",
    )


def _numbered(rows: Any, number: str) -> Any:
    return rows.filter(piece__number=_whole(number))


def _whole(text: str) -> int:
    """The number in a filter; none has the number 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _part(request: HttpRequest, name: str, panel: Panel, **given: Any) -> str:
    context = {"panel": panel, "done": panel.phase == Panel.Phase.DONE, "csrf_token": get_token(request), **given}
    return render_to_string(f"review/parts/{name}.html", context)
