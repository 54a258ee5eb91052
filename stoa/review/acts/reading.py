"""Acts of reviewers: drafts, reviews, abstaining, remarks, and a sheet of scores that was filled in without a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stoa.kit import clock, locks
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.review.models import Assignment, Panel, Remark, Review
from stoa.review.rules import has_said, others_gave

MOST_TEXT = 20_000
MOST_SHEET = 2_000_000
FORMAT = "stoa review sheet v1"


@dataclass(frozen=True)
class Said:
    """What a reviewer says: a score by code of criterion, a text for the panel and one for the author."""

    scores: Mapping[str, int]
    for_panel: str = ""
    for_author: str = ""


@act("review.review.save_draft", on="assignment", kind="private")
def save_draft(actor: Actor, *, assignment: Assignment, said: Said, version: int | None = None) -> Review:
    """Keep what one has written so far; nobody else sees it.

    `version` is the one written on from; None stands for whichever there is.
    """
    return _keep(_to_read(actor, assignment), said, version)


@act("review.review.give", on="assignment", kind="private")
def give_review(actor: Actor, *, assignment: Assignment, said: Said, version: int | None = None) -> Review:
    """Give a review: a score for every criterion, and a text for the author.

    It can be changed until the panel discusses, but for scores, which stand once another's review of the same could be seen.
    """
    assignment = _to_read(actor, assignment, again=True)
    missing = [one["title"] for one in assignment.piece.panel.criteria if one["code"] not in said.scores]
    if missing:
        raise Invalid(f"A score is missing: {missing[0]}.", remedy="Score each criterion, or abstain.", field="scores")
    if not said.for_author.strip():
        raise Invalid("The text for the author is empty.", remedy="Say in a sentence or two why.", field="for_author")
    if assignment.state == Assignment.State.GIVEN and others_gave(assignment):
        _demand_same_scores(assignment, said)
    review = _keep(assignment, said, version)
    review.given = review.given or clock.now()
    review.save(update_fields=["given"])
    return _settle(assignment, review, Assignment.State.GIVEN)


@act("review.review.abstain", on="assignment", kind="private")
def abstain(actor: Actor, *, assignment: Assignment, reason: str) -> Review:
    """Say nothing of a piece, with the reason, which those who keep the panel see."""
    assignment = _to_read(actor, assignment)
    if not reason.strip() or len(reason) > MOST_TEXT:
        raise Invalid("The reason is empty or too long.", remedy="Say in a sentence why you abstain.", field="reason")
    review, _ = Review.objects.update_or_create(
        assignment=assignment, defaults={"scores": {}, "for_panel": "", "for_author": "", "reason": reason.strip()}
    )
    return _settle(assignment, review, Assignment.State.ABSTAINED)


@act("review.remark.write", on="panel", kind="private")
def write_remark(actor: Actor, *, panel: Panel, number: int, body: str) -> Remark:
    """Say something of a piece to the others who read it, once one gave one's own review."""
    panel = locks.shared(panel)
    rows = Assignment.objects.select_related("piece", "seat__person")
    own = rows.filter(piece__panel=panel, piece__number=number, seat__person=actor.person_id).first()
    if own and own.piece.withdrawn:
        raise Closed("This text was withdrawn, and what was said of it is gone.", remedy="Load your desk anew.")
    if own is None or not has_said(own):
        raise Refused("You see what others say once you gave your own review.", remedy="Give it, or abstain, first.")
    if not panel.is_read:
        raise Closed("This panel is done.")
    if not body.strip() or len(body) > MOST_TEXT:
        raise Invalid("The remark is empty or too long.", remedy=f"Use 1 to {MOST_TEXT:,} characters.", field="body")
    return Remark.objects.create(piece=own.piece, author=own.seat.person, body=body.strip())


@act("review.sheet.take", on="panel", kind="private")
def take_sheet(actor: Actor, *, panel: Panel, sheet: bytes) -> int:
    """Keep, as drafts, what was filled into a sheet without a line. Says how many; a fault anywhere keeps none of it.

    A piece of which one wrote here since the sheet was made is such a fault: what is newer is never lost to what is older.
    """
    rows = _rows(sheet, panel)
    panel = locks.shared(panel)
    waiting = Assignment.objects.select_related("piece__panel").filter(
        piece__panel=panel, seat__person=actor.person_id, state=Assignment.State.TO_READ, piece__withdrawn=None
    )
    own = {assignment.piece.number: assignment for assignment in waiting}
    count = 0
    for row in rows:
        said = _said_in(row)
        if row["number"] in own and (said.scores or said.for_panel or said.for_author):
            _keep(_to_read(actor, own[row["number"]]), said, row.get("version", 0))
            count += 1
    return count


def _rows(sheet: bytes, panel: Panel) -> Sequence[dict[str, Any]]:
    try:
        read = json.loads(sheet[:MOST_SHEET])
        if read["format"] != FORMAT or read["panel"] != panel.pk:
            raise Invalid("This is a sheet of another panel.", remedy="Choose the one of this panel.", field="sheet")
        return [row for row in read["pieces"] if isinstance(row["number"], int)]
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Invalid(
            "This is no sheet of reviews.", remedy="Choose the file that you fetched here and filled in.", field="sheet"
        ) from fault


def _said_in(row: Mapping[str, Any]) -> Said:
    scores, texts = row.get("scores"), [row.get(name, "") for name in ("for_panel", "for_author")]
    if not isinstance(scores, dict) or not all(isinstance(text, str) and _can_be_kept(text) for text in texts):
        raise Invalid(f"Piece {row['number']} is not filled in as it should be.", field="sheet")
    return Said({code: score for code, score in scores.items() if score is not None}, *texts)


def _can_be_kept(text: str) -> bool:
    """Whether the database can hold it: no null character, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _to_read(actor: Actor, assignment: Assignment, *, again: bool = False) -> Assignment:
    """The assignment, held, while its reviewer may still say something; `again` where they did, until the discussion."""
    panel = locks.shared(Panel.objects.get(pieces__assignments=assignment.pk))
    rows = Assignment.objects.select_for_update(of=["self"]).select_related("piece", "seat")
    held = rows.get(pk=assignment.pk)
    held.piece.panel = panel
    if held.seat.person_id != actor.person_id:
        raise Refused("This is not yours to read.", remedy="Only who was given it says something of it.")
    if not panel.is_read:
        raise Closed("This panel takes no reviews now.", remedy="Its page says how far it is.")
    changing = again and held.state == Assignment.State.GIVEN and panel.phase == Panel.Phase.REVIEWING
    if held.state != Assignment.State.TO_READ and not changing:
        raise Closed("You gave or abstained already.", remedy="What you said stands.")
    if held.piece.withdrawn or held.seat.state != held.seat.State.ACCEPTED:
        raise Closed("This is no longer yours to read.", remedy="Go on with the next.")
    return held


def _demand_same_scores(assignment: Assignment, said: Said) -> None:
    if dict(said.scores) != assignment.review.scores:
        raise Closed(
            "Others have given their reviews, which you can see: your scores stand as you gave them.",
            remedy="Put your scores back and change the texts, or say in the discussion how you see it now.",
        )


def _keep(assignment: Assignment, said: Said, version: int | None) -> Review:
    review = Review.objects.filter(assignment=assignment).first() or Review(assignment=assignment)
    if version is not None and version != review.version:
        number = assignment.piece.number
        raise Conflict(f"Your review of {number} was saved elsewhere meanwhile.", remedy="Bring the two together.")
    panel = assignment.piece.panel
    codes = {criterion["code"] for criterion in panel.criteria}
    for code, score in said.scores.items():
        if code not in codes or isinstance(score, bool) or not isinstance(score, int):
            raise Invalid("A score is none, or for nothing that is scored here.", field="scores")
        if not panel.least <= score <= panel.most:
            raise Invalid(f"A score lies between {panel.least} and {panel.most}.", field="scores")
    if max(len(said.for_panel), len(said.for_author)) > MOST_TEXT:
        raise Invalid("A text is too long.", remedy=f"Use {MOST_TEXT:,} characters at most.", field="for_author")
    review.scores, review.for_panel, review.for_author = dict(said.scores), said.for_panel, said.for_author
    review.saved, review.version = clock.now(), review.version + 1
    review.save()
    return review


def _settle(assignment: Assignment, review: Review, state: Assignment.State) -> Review:
    assignment.state, assignment.at = state, clock.now()
    assignment.save(update_fields=["state", "at"])
    return review
