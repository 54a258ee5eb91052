"""That a member vouches for the post that an applicant says they hold."""

from __future__ import annotations

from django.db import models

from stoa.kit import clock
from stoa.kit.secrecy import Secret, declares
from stoa.members.models.applications import Draft
from stoa.people.models import Person

WHO_VOUCHES = Secret(
    "who vouches for an applicant's post", "never, but to that applicant", frozenset({"founder", "steward"})
)


@declares(rows=WHO_VOUCHES)
class Vouch(models.Model):
    """A member says that they know the applicant to hold this post; it no longer counts once the applicant says another."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="vouches")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120)
    given = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["draft", "person"], name="one_vouch_each")]
