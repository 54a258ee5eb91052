"""Reads of questions. Their authors are shown where they signed, and to themselves."""

from __future__ import annotations

from django.db.models import Count, IntegerField, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from stoa.agenda.models import Estimate, Offer, Question, Round
from stoa.kit.addresses import path_to
from stoa.kit.registry import Rows, numbers


def questions(round: Round) -> QuerySet[Question]:
    """The questions of a round with `estimates_made`, `lowest`, `highest` (frozen, else the span so far) and `offered`."""
    estimates = Estimate.objects.filter(question=OuterRef("pk")).order_by().values("question")
    offers = Offer.objects.filter(question=OuterRef("pk")).order_by().values("question")
    whole: IntegerField[int, int] = IntegerField()
    made = Subquery(estimates.annotate(n=Count("pk")).values("n"), output_field=whole)
    lowest = Subquery(estimates.annotate(n=Min("low")).values("n"), output_field=whole)
    highest = Subquery(estimates.annotate(n=Max("high")).values("n"), output_field=whole)
    offered = Subquery(offers.annotate(n=Sum("hours")).values("n"), output_field=whole)
    return round.questions.select_related("round", "author").annotate(
        estimates_made=Coalesce(made, 0),
        lowest=Coalesce("low", lowest),
        highest=Coalesce("high", highest),
        offered=Coalesce(offered, 0),
    )


def find_question(slug: str, pk: int) -> Question | None:
    """The question of this number, if it belongs to the round of this short name."""
    return Question.objects.select_related("round__ballot", "author").filter(round__slug=slug, pk=pk).first()


def named_questions(ids: list[str], viewer_id: str | None) -> QuerySet[Question]:
    """Questions are public, withdrawn ones by their title."""
    del viewer_id
    return Question.objects.filter(pk__in=numbers(ids))


QUESTIONS = Rows(named_questions, "title", lambda pk, slug: path_to("agenda:question", slug, pk), "round__slug")
"""How questions are named elsewhere."""
