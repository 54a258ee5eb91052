"""The tables of announcements: what is said to everybody, and each version that was public."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from stoa.kit import chance, clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import Secret, declares
from stoa.people.models import Person

A_DRAFTED_ANNOUNCEMENT = Secret(
    "an announcement that is only drafted", "it is released", frozenset({"founder", "steward"})
)


@declares(rows=A_DRAFTED_ANNOUNCEMENT)
class Announcement(models.Model):
    """What is said to everybody. It gets its number when it is released; before, an id that counts nothing.

    `drafted_by` is who wrote the present draft. One that is `mailed` is released by somebody else.
    """

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    number = models.PositiveIntegerField(null=True, unique=True)
    title = models.CharField(max_length=150)
    body = models.TextField()
    mailed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    drafted = models.DateTimeField(default=clock.now)
    released_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    released = models.DateTimeField(null=True)
    addressed = models.PositiveIntegerField(default=0, help_text="to how many people it was mailed")
    corrected = models.DateTimeField(null=True)
    retracted = models.DateTimeField(null=True)
    retraction = models.CharField(max_length=500, blank=True, help_text="why it was retracted")

    class Meta:
        ordering = ["-released", "pk"]
        indexes = [models.Index(fields=["-released"], name="announcement_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(number=None, released=None) | Q(number__isnull=False, released__isnull=False),
                name="numbered_when_released",
            ),
            models.CheckConstraint(
                condition=Q(mailed=False) | Q(released_by=None) | ~Q(released_by=F("drafted_by")),
                name="two_people_mail_everybody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page; while it is only drafted, that of the draft."""
        if self.number is None:
            return path_to("notices:draft", self.pk)
        return path_to("notices:announcement", self.number)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"announcement:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Whoever wrote the draft is its author, until it is released and speaks for the community."""
        return frozenset({"author"}) if self.released is None and person_id == self.drafted_by_id else frozenset()


@declares(public="id announcement number title body at reason by")
class Version(models.Model):
    """An announcement as it read from an instant on, and why it was corrected then."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=150)
    body = models.TextField()
    at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["announcement", "number"], name="one_version_a_number")]
