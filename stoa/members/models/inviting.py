"""Who was invited to apply, so that nobody is asked twice; of an address only a keyed digest is kept."""

from __future__ import annotations

from django.db import models

from stoa.kit import clock
from stoa.kit.secrecy import declares
from stoa.members.models.calls import Call


@declares(public="id call at", internal="digest")
class Invited(models.Model):
    """That an address was invited to apply to a call. Without the server's key nobody can tell which."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "digest"], name="invited_once")]
