"""Reads of statements. Those that stand are public, without their authors; held ones are their authors' and moderators'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When

from stoa.agenda.models import Round, Statement
from stoa.charter.queries import terms
from stoa.forum.rules import Reader
from stoa.kit.addresses import path_to
from stoa.kit.moderated import Piece, State
from stoa.kit.plans import planned_cursor
from stoa.kit.prepared import prepared
from stoa.kit.registry import Rows
from stoa.kit.rows import columns, taken, width
from stoa.methods.similarity import alike

MOST_STATEMENTS = 5
"""How many statements a person may put to a round under a charter that does not say it."""
GONE = {
    Statement.State.REMOVED: "Statement removed by the moderators",
    Statement.State.WITHDRAWN: "Withdrawn statement",
}


def most_statements() -> int:
    """How many statements one person may have standing in a round."""
    return terms().limits.get("statements_per_person_and_round", MOST_STATEMENTS)


def own_statements(round: Round, person_id: str | None) -> Sequence[Statement]:
    """The statements that somebody proposed here and did not withdraw: for themselves alone."""
    return with_round(_own(round, person_id), round) if person_id else []


@prepared
def _own(round: Round, person_id: str) -> QuerySet[Statement]:
    found = Statement.objects.filter(round=round, author=person_id).exclude(state=Statement.State.WITHDRAWN)
    return found.select_related("question")


def statements_left(round: Round, person_id: str) -> int:
    """How many more statements somebody may propose here."""
    return most_statements() - len(own_statements(round, person_id))


def with_round(statements: Sequence[Statement], round: Round) -> Sequence[Statement]:
    """These statements of a round, with the round that is read already in its place, also of what they are about."""
    for statement in statements:
        statement.round = round
        if statement.question is not None:
            statement.question.round = round
    return statements


def listed_statements(round: Round) -> QuerySet[Statement]:
    """The same as `standing_statements` with no more than a list shows, to be completed by `with_round`."""
    rows = Statement.objects.filter(round=round, state=Statement.State.STANDING).select_related("question")
    return rows.only("body", "proposed", "question__title", "round_id", "question__round_id")


def standing_statements(round: Round) -> QuerySet[Statement]:
    """The statements of a round that everybody may read, in the order in which they were proposed."""
    return round.statements.filter(state=Statement.State.STANDING).select_related("round__ballot", "question__round")


def standing_statement(slug: str, text: str) -> Statement | None:
    """The statement of this number, with its round, if it stands in the discussion of the round of this short name."""
    if not text.isdecimal() or len(text) > 18:
        return None
    with planned_cursor() as cursor:
        cursor.execute(_standing(), [slug, int(text)])
        row = cursor.fetchone()
    if row is None:
        return None
    statement = taken(Statement, row)
    statement.round = taken(Round, row, width(Statement))
    return statement


@cache
def _standing() -> str:
    return (
        f"SELECT {columns(Statement, 's')}, {columns(Round, 'r')}"  # noqa: S608 - names of columns alone
        " FROM agenda_statement s JOIN agenda_round r ON r.id = s.round_id"
        " WHERE r.slug = %s AND r.discussion_opens IS NOT NULL AND s.id = %s AND s.state = 'standing'"
    )


def similar(round: Round, body: str) -> list[Statement]:
    """Statements of the round that seem to say the same, the most alike first."""
    found = alike(body, standing_statements(round).values_list("pk", "body"))
    rows = standing_statements(round).in_bulk(found)
    return [rows[key] for key in found]


def find_statement(slug: str, pk: int, viewer: Reader) -> Statement | None:
    """The statement of this number, if it belongs to the round and the viewer may know of it; moderators know of all."""
    rows = Statement.objects.select_related("round__ballot", "question__round").filter(round__slug=slug, pk=pk)
    return (rows if viewer.moderates else visible(rows, viewer.person_id)).first()


def may_read(statement: Statement, viewer: Reader) -> bool:
    """Whether the viewer may read the words of a statement: everybody while it stands, then its author and moderators."""
    is_author = viewer.person_id is not None and viewer.person_id == statement.author_id
    return statement.state == Statement.State.STANDING or is_author or viewer.moderates


def visible(statements: QuerySet[Statement], viewer_id: str | None) -> QuerySet[Statement]:
    """Of these statements, those of whose existence the viewer may know: all but those held that others wrote."""
    mine = Q(author_id=viewer_id) if viewer_id else Q(pk=None)
    return statements.filter(~Q(state=Statement.State.HELD) | mine)


def named_statements(ids: list[int], viewer_id: str | None) -> QuerySet[Statement]:
    """The statements of whose existence the viewer may know."""
    return visible(Statement.objects.filter(pk__among=ids), viewer_id)


WORDS_OR_WHY_NOT = Case(
    *(When(state=state, then=Value(why)) for state, why in GONE.items()), default=F("body"), output_field=TextField()
)
STATEMENTS = Rows(
    named_statements, WORDS_OR_WHY_NOT, lambda pk, slug: path_to("agenda:statement", slug, pk), "round__slug"
)
"""How statements are named elsewhere; those that don't stand without their words."""


def hidden_statements(viewer_id: str | None) -> list[str]:
    """The ids of held statements that the viewer may not know of."""
    held = Statement.objects.filter(state=Statement.State.HELD).values_list("pk", "author_id")
    return [str(pk) for pk, author_id in held if viewer_id is None or author_id != viewer_id]


def pieces(ids: Sequence[str]) -> Mapping[str, Piece]:
    """Statements as moderators meet them; withdrawn ones are beyond moderation."""
    rows = Statement.objects.filter(pk__in=[i for i in ids if i.isdecimal()]).exclude(state=Statement.State.WITHDRAWN)
    return {str(s.pk): Piece(s.author_id, State(s.state), s.body) for s in rows}
