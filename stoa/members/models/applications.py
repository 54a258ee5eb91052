"""Applications: what is being written, what was submitted, and what applicants say of themselves apart from both."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Concat, Lower
from django.urls import reverse

from stoa.kit import chance, clock
from stoa.kit.secrecy import Secret, declares
from stoa.members.models.calls import Call
from stoa.people.models import Person

A_BEGUN_APPLICATION = Secret("an application that is being written, or was withdrawn", "it is submitted")
AN_APPLICATION = Secret("who applied, and with what", "never", frozenset({"founder", "steward"}))
ABOUT_ONESELF = Secret("what applicants say of themselves apart", "never")


@declares(rows=A_BEGUN_APPLICATION)
class Draft(models.Model):
    """An application as its applicant writes it. It stays theirs alone, also after they withdrew what they submitted."""

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="drafts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    profile = models.JSONField(
        default=dict, help_text="what was typed of who they are, by the names of `rules.profile`"
    )
    answers = models.JSONField(default=dict)
    files = ArrayField(models.CharField(max_length=32), default=list, help_text="those that its answers name")
    begun = models.DateTimeField(default=clock.now)
    saved = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)
    changed = models.JSONField(
        default=dict,
        help_text="with which version each answer last changed, or all of the profile; what is not named: with 1",
    )

    class Meta:
        indexes = [GinIndex(fields=["files"], name="draft_by_file")]
        constraints = [models.UniqueConstraint(fields=["call", "person"], name="one_draft_each")]

    def get_absolute_url(self) -> str:
        """Its applicant's own page."""
        return reverse("members:mine", args=[self.call.slug])

    def standing(self, person_id: str) -> frozenset[str]:
        """Whose it is, is its applicant."""
        return frozenset({"applicant"} if person_id == self.person_id else ())


@declares(rows=AN_APPLICATION)
class Application(models.Model):
    """What was submitted and not withdrawn: a copy of the draft as it stood. Its id says nothing of whose it is."""

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    sort_name = models.CharField(max_length=120)
    organisation = models.CharField(max_length=200, blank=True)
    ror = models.CharField(max_length=9, blank=True)
    orcid = models.CharField(max_length=19, blank=True)
    orcid_shown = models.BooleanField(default=False, help_text="by signing in there, not typed")
    post = models.CharField(max_length=120, blank=True)
    page = models.CharField(
        max_length=500, blank=True, help_text="of the organisation, that shows the post; only shown"
    )
    address = models.JSONField(default=dict, help_text="organisation, country and kind by the domain of their address")
    earlier = models.JSONField(default=list, help_text="organisation, start and end of each earlier place")
    advisers = models.JSONField(default=list, help_text="who advised them, by name or ORCID iD")
    advisees = models.JSONField(default=list, help_text="whom they advised, in the same way")
    publications = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    files = ArrayField(models.CharField(max_length=32), default=list, help_text="those that its answers name")
    begun = models.DateTimeField()
    submitted = models.DateTimeField(default=clock.now)
    edited = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=120, blank=True, help_text="of one that was imported: its id there")
    words = models.GeneratedField(
        expression=Lower(Concat("sort_name", models.Value(" "), "organisation")),
        output_field=models.TextField(),
        db_persist=True,
        help_text="by which it is found in a list",
    )

    class Meta:
        indexes = [
            models.Index(
                "call", models.F("submitted").desc(nulls_last=True), "id", name="application_latest", include=["words"]
            ),
            models.Index(fields=["call", "sort_name", "id"], name="application_by_name"),
            models.Index(fields=["call", "organisation", "id"], name="application_by_place"),
            GinIndex(fields=["files"], name="application_by_file"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["call", "person"], name="one_application_each"),
            models.UniqueConstraint(
                fields=["call", "source"], condition=~models.Q(source=""), name="imported_application_once"
            ),
        ]

    def get_absolute_url(self) -> str:
        """Its page, for those who keep the call."""
        return reverse("members:application", args=[self.call.slug, self.pk])

    @property
    def reference(self) -> str:
        """How other parts name it."""
        return f"application:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Whose it is, is its applicant; and who organises its call organises it."""
        own = frozenset({"applicant"} if person_id == self.person_id else ())
        return own | self.call.standing(person_id)


@declares(rows=ABOUT_ONESELF)
class AboutYou(models.Model):
    """What an applicant says of themselves as they like. Nothing but their own page reads it; `value` may be left unsaid."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=30)
    value = models.CharField(max_length=80)
    said = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "person", "key"], name="said_once")]
