"""The table of published opinion maps: what of a discussion's answers everybody may see."""

from __future__ import annotations

from django.db import models

from stoa.agenda.models.rounds import Round
from stoa.kit import clock
from stoa.kit.secrecy import Secret, declares

HOW_MANY = Secret("how many people exactly a map was drawn from", "never")


@declares(public="id round at data", internal="secret", secret={"people": HOW_MANY})
class PublishedMap(models.Model):
    """The opinion map of a round as it was published last: docs/decisions/0024-the-public-map.md.

    `data` is all that is public, already rounded and coarse. `people` is the exact number of those whose answers it was
    drawn from and `secret` (64 hexadecimal digits) fixes how counts are rounded: both stay private.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="published_map")
    at = models.DateTimeField(default=clock.now)
    people = models.PositiveIntegerField()
    secret = models.CharField(max_length=64)
    data = models.JSONField()
