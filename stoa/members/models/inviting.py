"""Invitations to apply: whom those would go to that wait for a second person, and who was asked, by a keyed digest."""

from __future__ import annotations

from django.db import models

from stoa.kit import chance, clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import Secret, declares
from stoa.members.models.calls import Call
from stoa.people.models import Person

A_DRAFTED_INVITATION = Secret(
    "whom invitations would go to that wait for a second person", "never", frozenset({"founder", "steward"})
)


@declares(public="id call at", internal="digest")
class Invited(models.Model):
    """That an address was invited to apply to a call. Without the server's key nobody can tell which."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "digest"], name="invited_once")]


@declares(rows=A_DRAFTED_INVITATION)
class Invitations(models.Model):
    """Names and addresses to be invited to apply, until somebody else sends the invitations or they are dropped."""

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="invitations")
    people = models.JSONField(help_text="name and address of each")
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    drafted = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["drafted", "pk"]
        verbose_name_plural = "invitations"

    def get_absolute_url(self) -> str:
        """Its page, for those who keep the call."""
        return path_to("members:invitations", self.call.slug, self.pk)

    def standing(self, person_id: str) -> frozenset[str]:
        """The standing that somebody has towards the call."""
        return self.call.standing(person_id)
