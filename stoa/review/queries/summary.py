"""What a panel says of each piece, and what a reviewer takes along to read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from stoa.methods.admission import hundredths, weighed
from stoa.review.models import Assignment, Panel, Piece
from stoa.review.queries.panels import ABSTAINED, GIVEN

CHUNK = 2_000


@dataclass(frozen=True)
class Summary:
    """What a panel says of one piece, for who decides: the mean of its reviews' means in hundredths, None without any."""

    kind: str
    object_id: str
    number: int
    title: str
    reviews: int
    abstained: int
    missing: int
    mean: int | None
    by_criterion: dict[str, int]
    for_author: list[str]


def read_by(panel: Panel) -> QuerySet[Piece]:
    """What is before a panel, by number, without the texts."""
    return panel.pieces.filter(withdrawn=None).defer("text", "authors", "met_by")


def summed(panel: Panel, pieces: Sequence[Piece]) -> list[Summary]:
    """What the panel says of each of these."""
    prefetch_related_objects(
        pieces, Prefetch("assignments", Assignment.objects.select_related("review").order_by("pk"))
    )
    return [_summed(panel, piece) for piece in pieces]


def _summed(panel: Panel, piece: Piece) -> Summary:
    held = list(piece.assignments.all())
    given = [one.review for one in held if one.state == GIVEN]
    means = [mean for review in given if (mean := weighed(review.scores, panel.weights)) is not None]
    by = {c["code"]: [r.scores[c["code"]] for r in given if c["code"] in r.scores] for c in panel.criteria}
    return Summary(
        kind=piece.kind,
        object_id=piece.object_id,
        number=piece.number,
        title=piece.title,
        reviews=len(given),
        abstained=sum(one.state == ABSTAINED for one in held),
        missing=max(0, panel.reviews_each - len(given)),
        mean=hundredths(means),
        by_criterion={code: each for code, values in by.items() if (each := hundredths(values)) is not None},
        for_author=[review.for_author for review in given if review.for_author],
    )


def means(panel: Panel) -> dict[str, int]:
    """The mean in hundredths of each piece that has one, by the id of what it is made of; of any number of them."""
    weights, found = panel.weights, dict[str, int]()
    for of, rows in groupby(
        _given(panel).values_list("piece__object_id", "review__scores").iterator(CHUNK), itemgetter(0)
    ):
        each = [one for _, scores in rows if (one := weighed(scores, weights)) is not None]
        if (mean := hundredths(each)) is not None:
            found[of] = mean
    return found


def said_of(panel: Panel, objects: Collection[str]) -> dict[str, str]:
    """What reviewers say to the authors of these, by the id of what a piece is made of; without those of whom nothing is said."""
    rows = _given(panel).filter(piece__object_id__in=objects).exclude(review__for_author="")
    found: dict[str, list[str]] = defaultdict(list)
    for of, words in rows.values_list("piece__object_id", "review__for_author"):
        found[of].append(words)
    return {of: "\n\n".join(words) for of, words in found.items()}


def _given(panel: Panel) -> QuerySet[Assignment]:
    """What was given of a panel's pieces, piece by piece."""
    rows = Assignment.objects.filter(piece__panel=panel, piece__withdrawn=None, state=GIVEN)
    return rows.order_by("piece", "pk")
