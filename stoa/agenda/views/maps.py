"""The opinion map of a round's discussion: where people agree and differ, as pictures, table and files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from stoa.agenda.acts.maps import FEWEST_PEOPLE
from stoa.agenda.queries.maps import Counts, Line, OpinionMap, answers_to_go, opinion_map, own_place
from stoa.agenda.views import discussion, rounds
from stoa.agenda.views.map_words import reading
from stoa.agenda.views.result import rows_as_csv
from stoa.kit import edge
from stoa.kit.pictures import Crowd, Dots, Picture, Stance, opinions, stances
from stoa.kit.tables import Column, Filter, Listing, in_words, link


@edge.unkept_if_signed_in
def map_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The map as it was published last; for who can still answer, after ten answers of their own."""
    round = discussion.discussed(slug)
    actor = edge.actor(request)
    found = opinion_map(round)
    to_go = answers_to_go(round, actor)
    context = {**rounds.frame(round), "found": found, "to_go": to_go, "fewest": FEWEST_PEOPLE}
    if found is None or to_go:
        return render(request, "agenda/map.html", context)
    listing = _listing(found)
    context |= {
        "table": listing.page(request, found.counts, found.lines),
        "drawn": _drawn(found, own_place(found, actor.person_id)),
        "shared": _stances(found, found.shared, SHARED),
        "dividing": _stances(found, found.dividing, DIVIDING),
        "files": {name: reverse("agenda:map_file", args=[slug, file]) for name, file in NAMED},
        "held": round_hundredths(found.data["stability"]),
        "facts": _facts(found),
    }
    return listing.download(request, found.counts, found.lines) or render(request, "agenda/map.html", context)


def map_file(request: HttpRequest, slug: str, file: str) -> HttpResponseBase:
    """A picture of the map as SVG, or its numbers as CSV; never with where the viewer lies."""
    found = opinion_map(discussion.discussed(slug))
    name, _, kind = file.partition(".")
    if found is None or name not in PICTURES or kind not in {"svg", "csv"}:
        raise Http404
    drawn = PICTURES[name](found)
    body = drawn.svg.encode() if kind == "svg" else rows_as_csv(drawn.heads, drawn.rows)
    answer = HttpResponse(body, content_type="image/svg+xml" if kind == "svg" else "text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slug}-{file}"'
    return answer


def round_hundredths(share: float) -> int:
    """A share in hundredths."""
    return round(100 * share)


def _drawn(found: OpinionMap, you: tuple[int, int] | None = None) -> Picture:
    data = found.data
    crowds = [Crowd(f"Group {name}", size, marked) for name, marked, size in found.groups]
    dots = Dots(data["columns"], data["rows"], [(c, r, g) for c, r, g in data["dots"]], data["per"], you)
    note = (
        f"Each mark stands for about {data['per']} people who answer alike; those near each other answer alike too. "
        "Positions are coarse and numbers are rounded to fives, so that nobody can be told from them."
    )
    return opinions(crowds, dots, title="The opinion map", reading=reading(found), note=note)


SHARED = "What everybody shares", "By a majority of every group, beyond chance."
DIVIDING = "What divides people", "Statements on which people differ most, beyond chance."
NOTHING = "Nothing so far."


def _stances(found: OpinionMap, lines: Sequence[Line], said: tuple[str, str]) -> Picture:
    names = [f"Group {name}" for name, _, _ in found.groups] or ["Everybody"]
    rows = [
        Stance(
            line.statement.body,
            line.statement.get_absolute_url(),
            [(one.agree, one.disagree, one.people) if one else None for one in line.said],
        )
        for line in lines
    ]
    title, what = said
    return stances(rows, names, title=title, reading=what if rows else NOTHING)


def _listing(found: OpinionMap) -> Listing[Any]:
    columns: list[Column[Any]] = [
        Column(
            "statement",
            "Statement",
            lambda line: line.statement.body,
            show=lambda line: link(line.statement.body, line.statement.get_absolute_url()),
            sortable=False,
        ),
        Column("number", "No.", _number, numeric=True),
    ]
    names = [f"Group {name}" for name, _, _ in found.groups] or ["Everybody"]
    for place, name in enumerate(names):
        columns += [_column(place, name, kind, said) for kind, said in KINDS]
    return Listing(
        name="map-statements",
        caption="Every statement on the map, in hundredths; empty where fewer than five of a group answered",
        columns=columns,
        filters=[Filter("q", "Words", found.containing)],
        sort="number",
        empty="No statement was answered.",
        per_page=25,
    )


def _number(row: Counts | Line) -> int:
    return row.number if isinstance(row, Counts) else row.statement.pk


KINDS = [("agree", "agree, %"), ("disagree", "disagree, %"), ("people", "answers, about")]


def _column(place: int, name: str, kind: str, said: str) -> Column[Any]:
    def value(line: Counts | Line) -> object:
        one = line.said[place]
        return None if one is None else getattr(one, kind)

    def show(line: Line) -> str:
        return "" if line.said[place] is None else in_words(value(line))

    return Column(f"{kind}-{place}", f"{name}: {said}", value, show=show, numeric=True)


def _facts(found: OpinionMap) -> list[tuple[str, object]]:
    data = found.data
    return [
        ("People", f"about {data['people']:,}"),
        ("On the map", f"about {data['placed']:,}"),
        ("Statements", f"{len(found.counts):,}"),
        ("Groups", f"{len(found.groups):,}" if found.groups else "none that are clear"),
    ]


PICTURES: dict[str, Callable[[OpinionMap], Picture]] = {
    "map": _drawn,
    "shared": lambda found: _stances(found, found.shared, SHARED),
    "dividing": lambda found: _stances(found, found.dividing, DIVIDING),
}
NAMED = [(f"{name}_{kind}", f"{name}.{kind}") for name in PICTURES for kind in ("svg", "csv")]
