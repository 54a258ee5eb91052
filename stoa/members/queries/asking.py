"""Reads of questions about calls. Those that stand are public, without who asked; held ones are their authors' and moderators'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When

from stoa.forum.rules import Reader
from stoa.kit.addresses import path_to
from stoa.kit.moderated import Piece, State
from stoa.kit.registry import Rows
from stoa.members.models import Call, Enquiry

GONE = {
    Enquiry.State.REMOVED: "Question removed by the moderators",
    Enquiry.State.WITHDRAWN: "Question withdrawn",
}


def enquiries(call: Call, viewer: Reader) -> QuerySet[Enquiry]:
    """What was asked about a call and not withdrawn, as far as the viewer may know of it, the latest first."""
    rows = _with_names().filter(call=call).exclude(state=Enquiry.State.WITHDRAWN).order_by("-asked", "-pk")
    return rows if viewer.moderates else visible(rows, viewer.person_id)


def find_enquiry(call: Call, pk: int, viewer: Reader) -> Enquiry | None:
    """The question of this number, if it is about the call and the viewer may know of it."""
    rows = _with_names().filter(call=call, pk=pk)
    return (rows if viewer.moderates else visible(rows, viewer.person_id)).first()


def may_read(enquiry: Enquiry, viewer: Reader) -> bool:
    """Whether the viewer may read its words: everybody while it stands, then its author and moderators."""
    is_author = viewer.person_id is not None and viewer.person_id == enquiry.author_id
    return enquiry.state == Enquiry.State.STANDING or is_author or viewer.moderates


def words_of(enquiry: Enquiry, viewer: Reader) -> str:
    """What the viewer reads of it: its words, or why there are none."""
    return enquiry.body if may_read(enquiry, viewer) else GONE.get(Enquiry.State(enquiry.state), "")


def visible(rows: QuerySet[Enquiry], viewer_id: str | None) -> QuerySet[Enquiry]:
    """Of these, those of whose existence the viewer may know: all but those held that others asked."""
    mine = Q(author_id=viewer_id) if viewer_id else Q(pk=None)
    return rows.filter(~Q(state=Enquiry.State.HELD) | mine)


def count_standing(call: Call) -> int:
    """How many questions everybody can read."""
    return Enquiry.objects.filter(call=call, state=Enquiry.State.STANDING).count()


def _with_names() -> QuerySet[Enquiry]:
    return Enquiry.objects.select_related("call", "author", "answered_by")


def _named(ids: list[int], viewer_id: str | None) -> QuerySet[Enquiry]:
    return visible(Enquiry.objects.filter(pk__among=ids), viewer_id)


WORDS_OR_WHY_NOT = Case(
    *(When(state=state, then=Value(why)) for state, why in GONE.items()), default=F("body"), output_field=TextField()
)
ENQUIRIES = Rows(_named, WORDS_OR_WHY_NOT, lambda pk, slug: path_to("members:enquiry", slug, pk), "call__slug")
"""How they are named elsewhere; those that don't stand without their words."""


def pieces(ids: Sequence[str]) -> Mapping[str, Piece]:
    """Questions as moderators meet them; withdrawn ones are beyond moderation."""
    rows = Enquiry.objects.filter(pk__in=[i for i in ids if i.isdecimal()]).exclude(state=Enquiry.State.WITHDRAWN)
    return {str(one.pk): Piece(one.author_id, State(one.state), one.body) for one in rows}
