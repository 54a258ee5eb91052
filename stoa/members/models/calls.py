"""The table of calls: what is asked, of whom, by when; its phase follows the clock once it is announced."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from stoa.kit import chance, clock
from stoa.kit.act import PARTY
from stoa.kit.looking import once_a_look
from stoa.kit.secrecy import Secret, declares
from stoa.members.models.questionnaire import Questionnaire, read
from stoa.people.models import Person
from stoa.people.queries import roles_scoped
from stoa.review.models import Panel
from stoa.review.queries import panels_read_by

A_DRAFTED_CALL = Secret("a call that is only drafted", "it is announced", frozenset({"founder", "steward"}))


@declares(rows=A_DRAFTED_CALL)
class Call(models.Model):
    """An invitation to apply. Until it is announced only those who draft it know of it, so its id tells no number."""

    class Phase(models.TextChoices):
        DRAFT = "draft", "drafted"
        ANNOUNCED = "announced", "announced"
        OPEN = "open", "open"
        CLOSED = "closed", "closed"
        REVIEW = "review", "being read"
        DECIDED = "decided", "decided"

    class Screening(models.TextChoices):
        """How those who keep a call mean to keep its reading within bounds.

        Facts are asked of everybody and reviewers invited in any call; of these `FACTS` demands that some fact is asked, and
        `WAVES` alone does something by itself.
        """

        NONE = "none", "everything is read by everybody who is asked to"
        FACTS = "facts", "by facts that are asked first"
        INVITED = "invited", "with more reviewers, whom those who keep the call invite"
        WAVES = "waves", "in waves: whoever is admitted reads the next"

    ADMITS = (("member", "member"), ("associate", "trainee"))

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    who = models.TextField(blank=True, help_text="who may apply, in words")
    prepare = models.TextField(blank=True, help_text="what an applicant has at hand before they begin")
    minutes = models.PositiveSmallIntegerField(default=30, help_text="what an application takes")
    languages = models.CharField(max_length=120, default="English")
    admits = models.CharField(max_length=12, choices=ADMITS, default="member")
    places = models.PositiveIntegerField(null=True, help_text="none where everybody above the bar is admitted")
    expected = models.PositiveIntegerField(default=100, help_text="applications, as those who drafted it expect")
    reviews_each = models.PositiveSmallIntegerField(default=3)
    reviewers_wanted = models.PositiveSmallIntegerField(default=10)
    minutes_each = models.PositiveSmallIntegerField(default=30, help_text="what one review takes")
    screening = models.CharField(max_length=8, choices=Screening, default=Screening.NONE)
    after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="waves")
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    grace_minutes = models.PositiveIntegerField(default=60)
    anywhere_on_earth = models.BooleanField(default=False)
    rules = models.JSONField(default=dict, help_text="facts, criteria, fields: see questionnaire.py")
    phase = models.CharField(max_length=9, choices=Phase, default=Phase.DRAFT)
    version = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    drafted = models.DateTimeField(default=clock.now)
    announced = models.DateTimeField(null=True)
    seed = models.CharField(max_length=64, blank=True, help_text="for ties; published with the announcement")
    panel = models.OneToOneField(Panel, on_delete=models.PROTECT, null=True, related_name="+")
    bar = models.PositiveSmallIntegerField(null=True, help_text="hundredths of a point")
    made_up_until = models.DateTimeField(null=True, help_text="up to when outages have moved its end")

    class Meta:
        ordering = ["-closes", "pk"]
        indexes = [models.Index(fields=["phase", "closes"], name="call_due")]
        constraints = [
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="call_opens_before_it_closes"),
            models.CheckConstraint(
                condition=Q(phase="draft", announced__isnull=True) | (~Q(phase="draft") & Q(announced__isnull=False)),
                name="only_a_draft_is_unannounced",
            ),
            models.CheckConstraint(condition=Q(reviews_each__gte=1), name="call_is_read"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The call's page."""
        return reverse("members:call", args=[self.slug])

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"call:{self.pk}"

    @property
    def zone(self) -> str:
        """The zone in which its instants are said."""
        return "AoE" if self.anywhere_on_earth else ""

    @property
    def ends(self) -> datetime:
        """When the grace is over, within which what was begun in time can be finished."""
        return self.closes + timedelta(minutes=self.grace_minutes)

    @property
    def asks(self) -> Questionnaire:
        """What it asks, and by which criteria answers are read."""
        return read(self.rules)

    def standing(self, person_id: str) -> frozenset[str]:
        """Who was given the task of this call is its `organiser`, who accepted a seat on its panel a `reviewer`.

        Before it has a panel, whoever was given the role is one. Whoever applied to it is party to it, and nothing else.
        """
        if self.pk in calls_applied_to(person_id):
            return frozenset({PARTY})
        held = roles_scoped(person_id)
        found = {role for role in ("organiser", "reviewer") if (role, self.reference) in held}
        if self.panel_id is not None:
            found -= {"reviewer"}
            found |= {"reviewer"} if self.panel_id in panels_read_by(person_id) else set()
        return frozenset(found)


@once_a_look
def calls_applied_to(person_id: str) -> frozenset[str]:
    """The calls to which somebody applied, or is writing an application that they can still submit."""
    taking = [Call.Phase.ANNOUNCED, Call.Phase.OPEN]
    sent = Call.objects.filter(applications__person=person_id).order_by().values_list("pk")
    writing = Call.objects.filter(drafts__person=person_id, phase__in=taking).order_by().values_list("pk")
    return frozenset(pk for (pk,) in sent.union(writing))
