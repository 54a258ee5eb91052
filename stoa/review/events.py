"""The public facts of a panel: ids, counts, instants and digests. Who reviews, and what they say, is never among them."""

from dataclasses import dataclass
from typing import ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class PanelEvent(Event):
    """A fact about one panel."""

    panel: str
    subject_kind: ClassVar[str] = "panel"


@dataclass(frozen=True)
class PanelOpened(PanelEvent):
    """A panel reads by these criteria until a deadline; its seed for ties is fixed, and committed to, from here on."""

    criteria: str
    reviews_each: int
    deadline: str
    seed_digest: str
    on: str | None = None
    type: ClassVar[str] = "review.panel_opened"


@dataclass(frozen=True)
class DeadlineMoved(PanelEvent):
    """Reviews are due later than was said."""

    deadline: str
    type: ClassVar[str] = "review.deadline_moved"


@dataclass(frozen=True)
class ReviewersAssigned(PanelEvent):
    """Who reads what was computed: from inputs of this digest, with this seed, to a result of this digest.

    Where it was made in `parts`, the digests are of the lists of theirs. `affinity`: how it was told how close texts are.
    """

    method: str
    inputs: str
    result: str
    seed: str
    objective: int
    pairs: int
    missing: int
    parts: int | None = None
    affinity: str | None = None
    type: ClassVar[str] = "review.assigned"


@dataclass(frozen=True)
class DiscussionBegun(PanelEvent):
    """The panel discusses what it read: so many reviews were given, so many were abstained from, so many are missing."""

    given: int
    abstained: int
    missing: int
    type: ClassVar[str] = "review.discussion_begun"


@dataclass(frozen=True)
class PanelDone(PanelEvent):
    """The panel is done."""

    given: int
    abstained: int
    missing: int
    type: ClassVar[str] = "review.panel_done"
