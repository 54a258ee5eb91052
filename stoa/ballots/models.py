"""Tables of a vote: the vote with its rules, its options, its voter list, and the live ballots until they are opened."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from stoa.kit import clock
from stoa.kit.secrecy import Secret, declares
from stoa.people.models import Person

A_BALLOT = Secret("what somebody voted for", "never")
A_KEPT_BALLOT = Secret("a ballot that is kept closed", "never", frozenset({"scrutineer"}))
WHO_VOTED = Secret("who voted", "the vote closes")
TICKS = Secret("what somebody ticked and did not cast", "never")


@declares(
    public=(
        "id subject state utility completion capacity seed opens closes window_hours smallest_opened sealed "
        "sealed_root commitments_blob voted_blob opened opened_blob kept_reason unlinked imported voters_count "
        "voters_blob count"
    ),
    secret={"kept_bundle": A_KEPT_BALLOT},
)
class Ballot(models.Model):
    """One formal vote and its parts. Pages call it the vote; its id on the record is `ballot:<pk>`."""

    class State(models.TextChoices):
        OPEN = "open", "open for voting"
        SEALED = "sealed", "closed, being checked"
        OPENED = "opened", "opened"
        KEPT = "kept", "kept closed"

    METHOD: ClassVar[str] = "equal-shares/1"

    subject = models.CharField(max_length=60, help_text="what is decided, as kind:id")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    utility = models.CharField(max_length=12, default="cost")
    completion = models.CharField(max_length=8, default="add1u")
    capacity = models.BigIntegerField()
    seed = models.CharField(max_length=64)
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    window_hours = models.PositiveIntegerField()
    smallest_opened = models.PositiveSmallIntegerField(default=20)
    sealed = models.DateTimeField(null=True)
    sealed_root = models.CharField(max_length=64, blank=True)
    commitments_blob = models.CharField(max_length=64, blank=True)
    voted_blob = models.CharField(max_length=64, blank=True)
    opened = models.DateTimeField(null=True)
    opened_blob = models.CharField(max_length=64, blank=True)
    kept_reason = models.CharField(max_length=10, blank=True)
    kept_bundle = models.BinaryField(null=True)
    unlinked = models.DateTimeField(null=True)
    imported = models.BooleanField(default=False)
    voters_count = models.PositiveIntegerField(default=0)
    voters_blob = models.CharField(max_length=64, blank=True)
    count = models.PositiveIntegerField(null=True, help_text="ballots, known after the close")

    class Meta:
        indexes = [models.Index(fields=["state", "closes"], name="ballot_due")]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="vote_closes_after_opening"),
            models.CheckConstraint(condition=Q(capacity__gte=0), name="capacity_not_negative"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(sealed__isnull=False), name="sealed_before_anything_further"
            ),
        ]

    def __str__(self) -> str:
        return f"vote {self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Who is on the voter list is `voter`."""
        listed = Voter.objects.filter(ballot=self, person_id=person_id).exists()
        return frozenset({"voter"}) if listed else frozenset()


@declares(public="id ballot place reference cost")
class Option(models.Model):
    """Something that can be approved, with its cost, in the order of the vote page."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="options")
    place = models.PositiveIntegerField()
    reference = models.CharField(max_length=80)
    cost = models.BigIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "reference"], name="option_once"),
            models.UniqueConstraint(fields=["ballot", "place"], name="one_option_a_place"),
            models.CheckConstraint(condition=Q(cost__gt=0), name="option_costs_something"),
        ]


@declares(public="id ballot person", secret={"casts": WHO_VOTED})
class Voter(models.Model):
    """A person on the voter list of a vote, and how often they cast; the count goes with the link."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="voters")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    casts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ballot", "person"], name="voter_listed_once")]


@declares(secret={"voter": WHO_VOTED, "at": WHO_VOTED}, rows=A_BALLOT)
class CastBallot(models.Model):
    """A live ballot. `voter` is the link from person to ballot: deleted after the window for checking, together with the row."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="cast")
    voter = models.OneToOneField(Voter, on_delete=models.PROTECT, related_name="paper")
    approved = ArrayField(models.CharField(max_length=80))
    commitment = models.BinaryField()
    server_part = models.BinaryField()
    words = models.CharField(max_length=200, blank=True)
    nonce = models.BinaryField()
    receipt = models.TextField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ballot", "commitment"], name="commitment_once")]


@declares(public="id ballot scrutineer agrees at")
class Attestation(models.Model):
    """A scrutineer's word on a vote whose ballots were kept closed."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="attestations")
    scrutineer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ballot", "scrutineer"], name="one_word_per_scrutineer")]


@declares(rows=TICKS)
class Draft(models.Model):
    """What a voter has ticked so far without casting it: private, deleted when they cast and when the vote closes."""

    voter = models.OneToOneField(Voter, on_delete=models.CASCADE, related_name="draft")
    approved = ArrayField(models.CharField(max_length=80))
    at = models.DateTimeField(default=clock.now)
