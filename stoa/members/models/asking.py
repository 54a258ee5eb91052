"""The table of what applicants ask about a call, each question with the answer of those who keep the call."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from stoa.kit import clock
from stoa.kit.act import PARTY
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import MODERATORS, Secret, declares
from stoa.members.models.calls import Call
from stoa.people.models import Person

MOST_ASKED = 1_000

AN_ENQUIRER = Secret("who asked about a call without giving a name", "never", MODERATORS)
AN_ENQUIRY = Secret("a question about a call that is held or removed", "it stands", MODERATORS)


@declares(
    public="id call named state asked answer answered answered_by version",
    secret={"author": AN_ENQUIRER, "body": AN_ENQUIRY},
)
class Enquiry(models.Model):
    """A question about a call from somebody who has begun to apply, and its answer. Who asks is shown where `named`.

    `version` counts answers: 0 before the first.
    """

    class State(models.TextChoices):
        STANDING = "standing", "standing"
        HELD = "held", "held for a moderator"
        REMOVED = "removed", "removed by the moderators"
        WITHDRAWN = "withdrawn", "withdrawn"

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="enquiries")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    named = models.BooleanField(default=False)
    body = models.CharField(max_length=MOST_ASKED)
    state = models.CharField(max_length=10, choices=State, default=State.STANDING)
    asked = models.DateTimeField(default=clock.now)
    answer = models.TextField(blank=True)
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "enquiries"
        indexes = [models.Index(fields=["call", "-asked", "id"], name="enquiry_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered=None, version=0) | Q(answered__isnull=False, version__gte=1),
                name="enquiry_answered_from_one",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The question's page."""
        return path_to("members:enquiry", self.call.slug, self.pk)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"enquiry:{self.pk}"

    @property
    def by(self) -> str:
        """Who asked, as everybody may know it."""
        return self.author.shown_name if self.named and self.author else "an applicant"

    def standing(self, person_id: str) -> frozenset[str]:
        """Who asked is its author; who organises its call organises it, and who applied to it is party to it."""
        own = frozenset({"author"} if person_id == self.author_id else ())
        return own | (self.call.standing(person_id) & {"organiser", PARTY})
