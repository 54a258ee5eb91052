"""Acts on panels, and what acts of other parts call to open one and to put pieces before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Max

from stoa.kit import chance, clock, errands, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.methods.same_person import name_key
from stoa.people.models import Person
from stoa.record.entries import keep_blob
from stoa.review import events
from stoa.review.acts.conflicts import find_anew, marks_of
from stoa.review.models import Assignment, Panel, Piece, Review, Seat

MOST_TEXT = 200_000
MOST_TITLE = 160
CHUNK = 500
LATEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Example:
    """What a text is like that gets this score."""

    score: int
    text: str


@dataclass(frozen=True)
class Criterion:
    """One thing that reviewers score, with what scores mean, two examples that anchor them, and how much it counts."""

    code: str
    title: str
    rubric: str
    examples: Sequence[Example] = ()
    weight: int = 1


@dataclass(frozen=True)
class Author:
    """What is known of an author for finding conflicts; days are ISO dates, people go by keys such as `person:…`."""

    keys: Sequence[str]
    organisations: Sequence[tuple[str, str, str | None]] = ()
    wrote_with: Sequence[tuple[str, str]] = ()
    advised: Sequence[str] = ()
    tied: Sequence[str] = ()


@dataclass(frozen=True)
class Put:
    """A piece as it is put before a panel: what it is elsewhere, what reviewers read, and who made it."""

    kind: str
    object_id: str
    title: str
    text: str
    authors: Sequence[Author] = field(default=())


def open_panel(
    *,
    title: str,
    criteria: Sequence[Criterion],
    deadline: datetime,
    reviews_each: int = 3,
    minutes_each: int = 30,
    least: int = 1,
    most: int = 5,
    named: bool = False,
    on: tuple[str, str] = ("", ""),
) -> Panel:
    """Open a panel, which serves the object `on` (kind and id). To be called inside an act; raises `Invalid`."""
    _check(title, criteria, deadline, reviews_each)
    _check_scale(criteria, least, most)
    listed = [asdict(criterion) for criterion in criteria]
    seed = chance.octets(32)
    panel = Panel.objects.create(
        kind=on[0],
        object_id=on[1],
        title=" ".join(title.split()),
        criteria=listed,
        least=least,
        most=most,
        reviews_each=reviews_each,
        minutes_each=minutes_each,
        deadline=deadline,
        named=named,
        seed=seed.hex(),
        seed_digest=hashlib.sha256(seed).hexdigest(),
    )
    tell(
        events.PanelOpened(
            str(panel.pk),
            keep_blob({"least": least, "most": most, "codes": [criterion.code for criterion in criteria]}),
            reviews_each,
            clock.stamp(deadline),
            panel.seed_digest,
            ":".join(on) if on[0] else None,
        )
    )
    return panel


def put_before(panel: Panel, pieces: Iterable[Put], whole: int = 1) -> int:
    """Put pieces before a panel, some at a time; they get the next numbers, of which this gives the first.

    Conflicts with its reviewers are found. `whole` is how many there are. To be called inside an act.
    """
    panel = locks.exclusive(panel)
    if panel.phase in {Panel.Phase.DISCUSSING, Panel.Phase.DONE}:
        raise Closed("This panel takes nothing more.", remedy="Open another panel.")
    seats = list(panel.seats.exclude(state=Seat.State.REMOVED))
    first = following = (panel.pieces.aggregate(last=Max("number"))["last"] or 0) + 1
    rest = iter(pieces)
    while some := list(islice(rest, CHUNK)):
        errands.reached(following - first, whole)
        _check_new(panel, some)
        made = Piece.objects.bulk_create(pieces_for(panel, some, following))
        if seats:
            find_anew(panel, pieces=made, seats=seats)
        following += len(made)
    return first


def _check_new(panel: Panel, pieces: Sequence[Put]) -> None:
    named = {(put.kind, put.object_id) for put in pieces}
    among = panel.pieces.filter(object_id__in=[put.object_id for put in pieces])
    if len(named) < len(pieces) or named & set(among.values_list("kind", "object_id")):
        raise Conflict("This is before the panel already.", remedy="Nothing was put before it twice.")


def pieces_for(panel: Panel, pieces: Sequence[Put], first: int) -> list[Piece]:
    """These as pieces of a panel, numbered from `first` on, not saved."""
    return [_piece(panel, put, first + place) for place, put in enumerate(pieces)]


def withdraw_piece(panel: Panel, kind: str, object_id: str) -> None:
    """Take a piece away from a panel: nobody reads it any more, and what is here of its text and about it goes. Inside an act."""
    panel = locks.exclusive(panel)
    piece = panel.pieces.filter(kind=kind, object_id=object_id, withdrawn=None).first()
    if piece is None:
        return
    piece.withdrawn, piece.title, piece.text, piece.authors, piece.met_by = clock.now(), "", "", [], []
    piece.save(update_fields=["withdrawn", "title", "text", "authors", "met_by"])
    piece.assignments.filter(state=Assignment.State.TO_READ).delete()
    piece.remarks.all().delete()
    Review.objects.filter(assignment__piece=piece).update(for_panel="", for_author="", reason="")


@act("review.panel.open")
def set_up_panel(
    actor: Actor,
    *,
    title: str,
    criteria: Sequence[Criterion],
    deadline: datetime,
    reviews_each: int = 3,
    minutes_each: int = 30,
    named: bool = False,
) -> Panel:
    """Open a panel that serves nothing else, for pieces that are put before it one by one."""
    return open_panel(
        title=title,
        criteria=criteria,
        deadline=deadline,
        reviews_each=reviews_each,
        minutes_each=minutes_each,
        named=named,
    )


@act("review.piece.put", on="panel", kind="private")
def put_piece(actor: Actor, *, panel: Panel, title: str, text: str, author: str = "") -> Piece:
    """Put one text before a panel, with the id of who wrote it if they have an account here."""
    if panel.kind:
        raise Closed("This panel reads what was submitted, and nothing else.", remedy="Open a panel of its own for it.")
    if not title.strip():
        raise Invalid("The title is empty.", remedy="Give the title of what is to be read.", field="title")
    if len(title) > MOST_TITLE:
        raise Invalid("The title is too long.", remedy=f"Use {MOST_TITLE} characters at most.", field="title")
    if len(text) > MOST_TEXT:
        raise Invalid("The text is too long to be read.", remedy=f"Use {MOST_TEXT:,} characters at most.", field="text")
    names = Person.objects.filter(pk=author).values_list("name", flat=True)
    authors = [Author([f"person:{author}", *(f"name:{name_key(name)}" for name in names)])] if author else []
    number = put_before(panel, [Put("text", chance.opaque_id(), title.strip(), text, authors)])
    return panel.pieces.get(number=number)


@act("review.piece.take", on="panel", kind="private")
def take_piece(actor: Actor, *, panel: Panel, number: int) -> None:
    """Take a text away that was put before a panel by hand; what another part put there, that part takes away."""
    piece = panel.pieces.filter(number=number, kind="text", withdrawn=None).first()
    if piece is None:
        raise Conflict("There is no such text that could be taken away.", remedy="Load the page anew.")
    withdraw_piece(panel, piece.kind, piece.object_id)


@act("review.panel.extend", on="panel")
def extend_panel(actor: Actor, *, panel: Panel, deadline: datetime) -> Panel:
    """Let reviews be due later. A deadline is never moved forward."""
    panel = locks.exclusive(panel)
    if panel.phase == Panel.Phase.DONE:
        raise Closed("This panel is done.")
    _check_deadline(deadline, panel.deadline)
    panel.deadline = deadline
    panel.save(update_fields=["deadline"])
    tell(events.DeadlineMoved(str(panel.pk), clock.stamp(deadline)))
    return panel


@act("review.panel.discuss", on="panel")
def begin_discussion(actor: Actor, *, panel: Panel) -> Panel:
    """Let reviewers discuss what they read; reviews that are missing can still be given."""
    panel = locks.exclusive(panel)
    if panel.phase != Panel.Phase.REVIEWING:
        raise Closed("A panel discusses after it has read.", remedy="Assign reviewers first.")
    return _pass_to(panel, Panel.Phase.DISCUSSING, events.DiscussionBegun)


@act("review.panel.close", on="panel")
def close_panel(actor: Actor, *, panel: Panel) -> Panel:
    """End a panel's work: nothing it said is changed from then on."""
    panel = locks.exclusive(panel)
    if not panel.is_read:
        raise Closed("Only a panel that reads or discusses can be closed.")
    if panel.kind and (unread := _unread(panel)):
        raise Closed(
            f"Nobody has given a review of {unread} of what is before this panel.",
            remedy="Each is read once at least: invite somebody, assign reviewers again, or wait.",
        )
    return _pass_to(panel, Panel.Phase.DONE, events.PanelDone)


def _pass_to(panel: Panel, phase: Panel.Phase, event: type[events.DiscussionBegun | events.PanelDone]) -> Panel:
    panel.phase = phase
    panel.save(update_fields=["phase"])
    states = Assignment.objects.filter(piece__panel=panel, piece__withdrawn=None)
    said = {state: states.filter(state=state).count() for state in Assignment.State.values}
    wanted = panel.reviews_each * panel.pieces.filter(withdrawn=None).count()
    tell(event(str(panel.pk), said["given"], said["abstained"], max(0, wanted - said["given"])))
    return panel


def _unread(panel: Panel) -> int:
    """How many pieces nobody has given a review of."""
    read = Assignment.objects.filter(piece__panel=panel, state=Assignment.State.GIVEN)
    return panel.pieces.filter(withdrawn=None).exclude(pk__in=read.values("piece")).count()


def _piece(panel: Panel, put: Put, number: int) -> Piece:
    authors = [asdict(author) for author in put.authors]
    return Piece(
        panel=panel,
        kind=put.kind,
        object_id=put.object_id,
        number=number,
        title=put.title[:200],
        text=put.text,
        digest=hashlib.sha256(put.text.encode()).hexdigest(),
        authors=authors,
        met_by=marks_of(authors),
    )


def _check(title: str, criteria: Sequence[Criterion], deadline: datetime, reviews_each: int) -> None:
    if not title.strip() or len(title) > MOST_TITLE:
        raise Invalid("The title is empty or too long.", remedy=f"Use 1 to {MOST_TITLE} characters.", field="title")
    codes = [criterion.code for criterion in criteria]
    if not 1 <= len(codes) <= 12 or len(set(codes)) != len(codes) or not all(codes):
        raise Invalid(
            "These criteria can't be scored.",
            remedy="Give one to twelve, each with a name of its own.",
            field="criteria",
        )
    if not 1 <= reviews_each <= 9:
        raise Invalid("This is no number of reviews.", remedy="Use 1 to 9 for each piece.", field="reviews_each")
    _check_deadline(deadline, clock.now())


def _check_deadline(deadline: datetime, after: datetime) -> None:
    if deadline <= after:
        raise Invalid("Reviews would be due too early.", remedy="Choose a later instant.", field="deadline")
    if deadline > clock.now() + LATEST:
        raise Invalid("That is more than three years ahead.", remedy="Check the year.", field="deadline")


def _check_scale(criteria: Sequence[Criterion], least: int, most: int) -> None:
    if not 0 <= least < most <= 100:
        raise Invalid(
            "This is no scale.", remedy="Use scores from 0 to 100, the least below the greatest.", field="most"
        )
    if any(not least <= e.score <= most for criterion in criteria for e in criterion.examples):
        raise Invalid("An example has a score that nobody can give.", remedy="Use one of the scale.", field="criteria")
