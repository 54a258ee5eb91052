"""After a restore: what authors took back and moderators removed since the backup is not shown again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from stoa.forum import events
from stoa.forum.acts.drafts import drop_drafts, editing
from stoa.forum.acts.posts import destroy
from stoa.forum.acts.reports import open_case
from stoa.forum.models import Case, Post, Writing
from stoa.kit import moderated
from stoa.kit.moderated import State
from stoa.people.models import Person

Leaf = Mapping[str, Any]


def bring_back(leaves: Sequence[Leaf]) -> None:
    """Called inside the act that recovers these entries, in their order. A piece that the backup lacks is lost."""
    for leaf in leaves:
        if step := _steps.get(leaf["type"]):
            step(leaf)


def _take_back(leaf: Leaf) -> None:
    for post in Post.objects.filter(pk=leaf["facts"]["post"], taken_back=None):
        destroy([post])
        drop_drafts(editing(post))


def _remove(leaf: Leaf) -> None:
    """Hide the piece again, with a case that says why, so that its author can appeal. What moderators wrote is lost."""
    reference, at = leaf["facts"]["piece"], datetime.fromisoformat(leaf["at"])
    piece = moderated.pieces([reference]).get(reference)
    if piece is None:
        return
    case = open_case(reference, piece.author_id, piece.text)
    case.outcome, case.reason, case.decided = Case.Outcome.REMOVED, leaf["facts"]["reason"], at
    kind, _, number = leaf["actor"].partition(":")
    case.decided_by = Person.objects.filter(pk=number).first() if kind == "person" else None
    case.role = leaf["role"]
    case.save()
    moderated.set_state(reference, State.REMOVED)


def _let_stand(leaf: Leaf) -> None:
    """Show again what was let through or put back."""
    reference, at = leaf["facts"]["piece"], datetime.fromisoformat(leaf["at"])
    if leaf["facts"].get("outcome") == "upheld" or reference not in moderated.pieces([reference]):
        return
    Case.objects.filter(subject=reference, outcome=Case.Outcome.REMOVED, restored=None).update(restored=at, text="")
    released = {"outcome": Case.Outcome.RELEASED, "decided": at, "text": "", "role": leaf["role"]}
    Case.objects.filter(subject=reference, decided=None, held=True).update(**released)
    moderated.set_state(reference, State.STANDING)
    Writing.objects.filter(reference=reference).update(passed=True)


_steps: dict[str, Callable[[Leaf], None]] = {
    events.PostTakenBack.type: _take_back,
    events.PieceRemoved.type: _remove,
    events.PieceRestored.type: _let_stand,
    events.PieceReleased.type: _let_stand,
    events.AppealDecided.type: _let_stand,
}
