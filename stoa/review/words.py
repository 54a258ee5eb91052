"""How the record's entries about panels read, and how a panel is named."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stoa.kit.registry import Rows
from stoa.kit.words import Words, counted, instant_words, register_words
from stoa.review import events
from stoa.review.models import Panel


def named_panels(ids: list[int], viewer_id: str | None) -> QuerySet[Panel]:
    """That there is a panel, and what it is called, is public."""
    del viewer_id
    return Panel.objects.filter(pk__among=ids)


NAMED = Rows(named_panels, "title", lambda pk, _more: reverse("review:desk", args=[pk]))

COUNTS = {
    "given": counted("{n} review", "{n} reviews"),
    "pairs": counted("{n} review", "{n} reviews"),
    "reviews_each": counted("{n} review", "{n} reviews"),
}

register_words(
    events.PanelOpened,
    Words(
        _("Panel opened"),
        _("{actor} opened {subject}: {reviews_each} for each piece, due {deadline}."),
        shown={**COUNTS, "deadline": instant_words},
    ),
)
register_words(
    events.DeadlineMoved,
    Words(
        _("Reviews due later"),
        _("{actor} let reviews of {subject} be due later: {deadline}."),
        shown={"deadline": instant_words},
    ),
)
register_words(
    events.ReviewersAssigned,
    Words(
        _("Reviewers assigned"),
        _("{actor} assigned {pairs} of {subject} to reviewers; {missing} are missing."),
        shown=COUNTS,
    ),
)
register_words(
    events.DiscussionBegun,
    Words(
        _("Discussion of a panel"),
        _("{actor} let {subject} discuss: {given}; {abstained} abstained, {missing} missing."),
        shown=COUNTS,
    ),
)
register_words(
    events.PanelDone,
    Words(
        _("Panel done"), _("{actor} closed {subject}: {given}; {abstained} abstained, {missing} missing."), shown=COUNTS
    ),
)
