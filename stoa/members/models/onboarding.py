"""How somebody settles in: which version of the code of conduct they accepted, and which steps they took or passed over."""

from __future__ import annotations

from django.db import models

from stoa.charter.models import Policy
from stoa.kit import clock
from stoa.kit.secrecy import declares
from stoa.people.models import A_SETTING, Person


@declares(public="id person policy at")
class Acceptance(models.Model):
    """A person accepted a version of the code of conduct: on the record, and of use until another version is published."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "policy"], name="accepted_once")]


@declares(rows=A_SETTING)
class Onboarding(models.Model):
    """The steps that a person took (`done`) or passed over (`skipped`) on their way in. It is `over` once none is left."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    steps = models.JSONField(default=dict)
    over = models.DateTimeField(null=True)
