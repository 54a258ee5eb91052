"""The result of a round: what was chosen, who backs it, why it is proportional, and all of it to take away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from stoa.agenda import exports, queries
from stoa.agenda.models import Decision, Question, Round
from stoa.agenda.queries.maps import Line as Said
from stoa.agenda.queries.maps import opinion_map
from stoa.agenda.queries.results import PUT, Line, Outcome
from stoa.agenda.views import rounds
from stoa.agenda.views.words import amount
from stoa.ballots import queries as ballots
from stoa.kit.faults import Closed
from stoa.kit.list_files import safe_for_spreadsheets
from stoa.kit.numerals import numeral
from stoa.kit.pictures import Option, Picture, backing
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.kit.words import counted

PHASES = {
    "mes": "paid by its supporters",
    "add1": "paid with raised shares",
    "utilitarian": "filled up",
    "": "chosen",
}
PICTURE_NOTE = (
    "Groups are found in the opened ballots, which carry no names: those who approve alike stand together. Each is named "
    "by the question that it approves most beyond the others. Groups explain the choice and decide nothing."
)


def result(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What a round decided and why."""
    round = rounds.found(slug)
    decision = _decision(round)
    if decision is None:
        return render(request, "agenda/no_result.html", rounds.frame(round))
    outcome = Outcome(decision)
    listing = _listing(round)
    context = {
        **rounds.frame(round),
        "ballot": round.ballot,
        "decision": decision,
        "outcome": outcome,
        "table": listing.page(request, outcome.chosen),
        "capacity": amount(round, decision.capacity),
        "spent": amount(round, decision.spent),
        "came_of": _came_of(round, outcome),
        "history": queries.round_history(round, None, most=rounds.RECENT),
        **(_explained(round, outcome) if outcome.is_open else _attested(round)),
    }
    return listing.download(request, outcome.chosen) or render(request, "agenda/result.html", context)


def download(request: HttpRequest, slug: str, file: str) -> HttpResponseBase:
    """A file of the decision."""
    round = rounds.found(slug)
    decision = _decision(round)
    if file not in FILES or decision is None:
        raise Http404
    content_type, make = FILES[file]
    answer = HttpResponse(make(round, Outcome(decision)), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{slug}-{file}"'
    return answer


def _decision(round: Round) -> Decision | None:
    decision: Decision | None = getattr(round, "decision", None)
    return decision


def _listing(round: Round) -> Listing[Line]:
    def title(line: Line) -> str:
        return link(line.question.title, line.question.get_absolute_url())

    return Listing(
        name=f"agenda-{round.slug}",
        caption="The agenda in the order of its choice",
        columns=[
            Column("question", "Question", lambda line: line.question.title, show=title),
            Column("place", "Chosen as", lambda line: line.place, numeric=True),
            Column("number", "No.", lambda line: line.question.pk, numeric=True),
            Column(
                "cost",
                "Cost",
                lambda line: line.question.cost,
                show=lambda line: amount(round, line.question.cost),
                numeric=True,
            ),
            Column("approvals", "Approve", lambda line: line.approvals, numeric=True),
            Column("phase", "How", lambda line: PHASES[line.phase]),
        ],
        filters=[
            Filter(
                "q",
                "Words",
                lambda lines, text: [one for one in lines if text.casefold() in one.question.title.casefold()],
            )
        ],
        sort="place",
        empty="No question was chosen: none could be paid for.",
    )


def _explained(round: Round, outcome: Outcome) -> dict[str, Any]:
    closest = outcome.closest()
    files = [
        (name, reverse("agenda:download", args=[round.slug, name])) for name in FILES if not name.startswith("picture")
    ]
    return {
        "picture": _picture(outcome),
        "svg": reverse("agenda:download", args=[round.slug, "picture.svg"]),
        "csv": reverse("agenda:download", args=[round.slug, "picture.csv"]),
        "share": _share(round, outcome.share),
        "final_share": _share(round, outcome.final_share),
        "closest": closest,
        "closest_left": amount(round, closest.left) if closest else "",
        "closest_cost": amount(round, closest.cost) if closest else "",
        "files": files,
    }


def _came_of(round: Round, outcome: Outcome) -> list[tuple[Question, bool, Sequence[Said]]]:
    """The questions about which the discussion found something shared or dividing, the chosen first, and whether they were."""
    found = opinion_map(round) if round.discussion_opens else None
    if found is None:
        return []
    chosen = set(outcome.chosen_ids)
    named = {line.statement.question for line in [*found.shared, *found.dividing]}
    put = sorted((q for q in named if q and q.state in PUT), key=lambda q: q.pk)
    rows = [(q, q.reference in chosen, found.about(q)) for q in put]
    return sorted(rows, key=lambda row: not row[1])


def _attested(round: Round) -> dict[str, Any]:
    assert round.ballot is not None
    return {
        "attestations": ballots.attestations(round.ballot),
        "files": [("bundle.zip", reverse("agenda:download", args=[round.slug, "bundle.zip"]))],
    }


def _share(round: Round, share: Any) -> str:
    """A voter's share in the round's unit, with two decimals."""
    return f"{numeral(float(share) / round.scale, 2)} {round.unit}"


def _picture(outcome: Outcome) -> Picture:
    majority = set(outcome.majority)
    chosen = set(outcome.chosen_ids)
    shown = outcome.pictured()
    options = [
        Option(
            outcome.questions[i].title,
            outcome.questions[i].get_absolute_url(),
            i in chosen,
            i in majority,
            tuple(outcome.backing.get(i, ())),
        )
        for i in shown
    ]
    groups = [f"{group.name}: {_voters(group.size)}" for group in outcome.groups]
    cut = len(shown) < outcome.put
    title = f"Who backs the {len(shown):,} most approved questions" if cut else "Who backs each question"
    return backing(options, groups, outcome.voters, title=title, note=PICTURE_NOTE if len(groups) > 1 else "")


_voters = counted("{n} voter", "{n} voters")


def rows_as_csv(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """CSV whose texts no spreadsheet takes for formulas."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(heads)
    writer.writerows([safe_for_spreadsheets(v) if isinstance(v, str) else v for v in row] for row in rows)
    return written.getvalue().encode()


def _demand_open(outcome: Outcome) -> None:
    if not outcome.is_open:
        raise Closed("The ballots of this round were kept closed.", remedy="Its bundle holds what was published.")


def _picture_svg(round: Round, outcome: Outcome) -> bytes:
    _demand_open(outcome)
    return _picture(outcome).svg.encode()


def _picture_csv(round: Round, outcome: Outcome) -> bytes:
    _demand_open(outcome)
    drawn = _picture(outcome)
    return rows_as_csv(drawn.heads, drawn.rows)


def _payments(round: Round, outcome: Outcome) -> bytes:
    """What each purchase took from its supporters: of the run with equal shares, and of the run that decided."""
    _demand_open(outcome)
    runs = [(name, outcome.certificate[name]) for name in ("base", "final") if outcome.certificate[name]]
    rows = [
        [name, run["share"], place, bought["id"], bought["full"], bought["payment"]]
        for name, run in runs
        for place, bought in enumerate(run["rounds"], start=1)
    ]
    return rows_as_csv(["run", "share", "place", "question", "paid in full", "payment"], rows)


def _result_json(round: Round, outcome: Outcome) -> bytes:
    _demand_open(outcome)
    return (json.dumps(outcome.decision.result, ensure_ascii=False, indent=1) + "\n").encode()


def _ballots_json(round: Round, outcome: Outcome) -> bytes:
    _demand_open(outcome)
    assert round.ballot is not None
    return (json.dumps(ballots.opened_ballots(round.ballot), indent=1) + "\n").encode()


Made = Callable[[Round, Outcome], bytes]
FILES: dict[str, tuple[str, Made]] = {
    "picture.svg": ("image/svg+xml", _picture_svg),
    "picture.csv": ("text/csv; charset=utf-8", _picture_csv),
    "payments.csv": ("text/csv; charset=utf-8", _payments),
    "result.json": ("application/json", _result_json),
    "ballots.json": ("application/json", _ballots_json),
    "ballots.pb": ("text/plain; charset=utf-8", lambda round, _: exports.pabulib_text(round).encode()),
    "ballots.cat": ("text/plain; charset=utf-8", lambda round, _: exports.preflib_text(round).encode()),
    "bundle.zip": ("application/zip", lambda round, _: exports.bundle(round)),
}
"""The files of a decision by name: their type, and what makes them."""
