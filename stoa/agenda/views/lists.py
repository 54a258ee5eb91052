"""The lists of rounds and questions: columns, filters and order, declared once for page, CSV and JSON."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from stoa.agenda.models import Question, Round, Statement
from stoa.agenda.views.words import by, figure, span
from stoa.kit.tables import Column, Filter, Listing, link

STATES = [(str(value), str(label)) for value, label in Question.State.choices]
STATE = Filter("state", "State", lambda rows, state: rows.filter(state=state), STATES)
PHASES = [
    ("announced", "announced"),
    ("questions", "taking questions"),
    ("discussion", "discussion open"),
    ("vote", "vote open"),
    ("checking", "being checked"),
    ("agenda", "agenda chosen"),
    ("failed", "ended without a vote"),
]


def containing(rows: QuerySet[Question], text: str) -> QuerySet[Question]:
    """Questions in whose title or text these words stand."""
    return rows.filter(Q(title__icontains=text) | Q(body__icontains=text))


def questions_listing(round: Round, needed: int) -> Listing[Any]:
    """The questions of one round; `needed` is how many estimates each has to have before the vote."""
    return _imported(round) if round.imported else _of_members(needed)


def _imported(round: Round) -> Listing[Any]:
    """Questions from a file have a cost, and neither authors nor estimates."""
    return Listing(
        name="questions",
        caption="Questions of this round",
        columns=[
            Column("question", "Question", lambda q: q.title, show=_title, order=("title",)),
            Column("number", "No.", lambda q: q.pk, order=("pk",), numeric=True),
            Column("id", "Id in the file", lambda q: q.external_id, order=("external_id",)),
            Column("state", "State", lambda q: q.get_state_display(), order=("state",)),
            Column(
                "cost",
                f"Cost, {round.unit}",
                lambda q: figure(round, q.cost),
                order=("cost",),
                numeric=True,
            ),
        ],
        filters=[Filter("q", "Words", containing), STATE],
        sort="number",
        empty="No questions.",
    )


def _of_members(needed: int) -> Listing[Any]:
    return Listing(
        name="questions",
        caption="Questions of this round",
        columns=[
            Column("question", "Question", lambda q: q.title, show=_title, order=("title",)),
            Column("number", "No.", lambda q: q.pk, order=("pk",), numeric=True),
            Column("by", "Proposed by", by, sortable=False),
            Column("state", "State", lambda q: q.get_state_display(), order=("state",)),
            Column(
                "effort",
                "Effort, hours",
                lambda q: span(q.lowest, q.highest),
                order=("lowest", "highest"),
                numeric=True,
            ),
            Column("estimates", "Estimates", lambda q: q.estimates_made, order=("estimates_made",), numeric=True),
            Column("offered", "Hours offered", lambda q: q.offered, order=("offered",), numeric=True),
        ],
        filters=[
            Filter("q", "Words", containing),
            STATE,
            Filter(
                "missing",
                "Estimates",
                lambda rows, kind: (
                    rows.filter(estimates_made__lt=needed) if kind == "yes" else rows.filter(estimates_made__gte=needed)
                ),
                [("yes", f"fewer than {needed}"), ("no", f"{needed} or more")],
            ),
        ],
        sort="number",
        empty="No questions yet.",
    )


LISTED = ("title", "state", "signed", "cost", "external_id", "round", "author__name", "author__erased")
"""What the columns read of a question and of who proposed it."""


def listed(request: HttpRequest, rows: QuerySet[Question]) -> QuerySet[Question]:
    """Of these questions those that the list shows: withdrawn ones only when they are asked for."""
    asked_for = request.GET.get("state") == Question.State.WITHDRAWN
    rows = rows.only(*LISTED)
    return rows if asked_for else rows.exclude(state=Question.State.WITHDRAWN)


ROUNDS: Listing[Any] = Listing(
    name="rounds",
    caption="All rounds",
    columns=[
        Column(
            "round", "Round", lambda r: r.title, show=lambda r: link(r.title, r.get_absolute_url()), order=("title",)
        ),
        Column("state", "State", lambda r: dict(PHASES)[r.phase], order=("phase",)),
        Column("questions", "Questions", lambda r: r.asked, order=("asked",), numeric=True),
        Column(
            "chosen",
            "Chosen",
            lambda r: r.chosen if r.phase == Round.Phase.AGENDA else None,
            order=("chosen",),
            numeric=True,
        ),
        Column("closes", "Vote closes", lambda r: r.vote_closes, order=("vote_closes",)),
    ],
    filters=[
        Filter("q", "Words", lambda rows, text: rows.filter(title__icontains=text)),
        Filter("state", "State", lambda rows, phase: rows.filter(phase=phase), PHASES),
    ],
    sort="-closes",
    empty="No round was announced yet.",
)


def _title(question: Question) -> str:
    if question.state == Question.State.WITHDRAWN:
        return format_html('<span class="quiet">{}</span>', link(question.title, question.get_absolute_url()))
    return link(question.title, question.get_absolute_url())


def _statement(statement: Statement) -> str:
    return link(statement.body, statement.get_absolute_url())


def _about(statement: Statement) -> str:
    question = statement.question
    return link(question.title, question.get_absolute_url()) if question else ""


STATEMENTS: Listing[Statement] = Listing(
    name="statements",
    caption="Statements of this round",
    columns=[
        Column("statement", "Statement", lambda s: s.body, show=_statement, order=("body",)),
        Column("number", "No.", lambda s: s.pk, order=("pk",), numeric=True),
        Column(
            "question",
            "About",
            lambda s: s.question.title if s.question else "",
            show=_about,
            order=("question__title",),
        ),
        Column("proposed", "Proposed", lambda s: s.proposed, order=("proposed",)),
    ],
    filters=[Filter("q", "Words", lambda rows, text: rows.filter(body__icontains=text))],
    sort="number",
    empty="No statements yet.",
)
"""Statements that stand, without authors and without a figure of their answers."""
