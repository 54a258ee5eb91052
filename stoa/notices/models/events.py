"""The tables of events: when and where, who registered, and the secret addresses of people's own calendars."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from stoa.kit import chance, clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import Secret, declares
from stoa.people.models import Person
from stoa.people.queries import roles_scoped

KEEPERS = frozenset({"founder", "steward"})
A_LINK = Secret("the link of an event that only those see who registered", "never", KEEPERS)
A_REGISTRATION = Secret("who registered for an event", "never", KEEPERS)
A_CALENDAR = Secret("the address of somebody's own calendar", "never")


@declares(
    public=(
        "id title text begins ends zone place link_hidden takes_registration places registration_opens "
        "registration_closes only_members announced announced_by changed sequence cancelled cancellation source"
    ),
    internal="reminded",
    secret={"link": A_LINK},
)
class Event(models.Model):
    """Something that is held from one instant to another, in a place, at a link, or both.

    `zone` is the IANA name of the zone in which its times are said. `sequence` counts its changes, as calendars do.
    Without `places` everybody gets one. `source` is what names it in the file that it came from.
    """

    title = models.CharField(max_length=150)
    text = models.TextField(blank=True)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    zone = models.CharField(max_length=60, default="UTC")
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=500, blank=True)
    link_hidden = models.BooleanField(default=False)
    takes_registration = models.BooleanField(default=False)
    places = models.PositiveIntegerField(null=True)
    registration_opens = models.DateTimeField(null=True, help_text="empty: from the announcement on")
    registration_closes = models.DateTimeField(null=True, help_text="empty: when it begins")
    only_members = models.BooleanField(default=False)
    announced = models.DateTimeField(default=clock.now)
    announced_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    changed = models.DateTimeField(default=clock.now)
    sequence = models.PositiveIntegerField(default=0)
    cancelled = models.DateTimeField(null=True)
    cancellation = models.CharField(max_length=500, blank=True, help_text="why it was cancelled")
    reminded = models.DateTimeField(null=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["begins", "pk"]
        indexes = [
            models.Index(fields=["begins"], name="event_by_begin"),
            models.Index(fields=["ends"], name="event_by_end"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(begins__lt=F("ends")), name="event_begins_before_it_ends"),
            models.CheckConstraint(condition=Q(places=None) | Q(places__gte=1), name="event_has_a_place"),
            models.UniqueConstraint(fields=["source"], condition=~Q(source=""), name="imported_event_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The event's page."""
        return path_to("notices:event", self.pk)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"event:{self.pk}"

    @property
    def uid(self) -> str:
        """What calendars know it by: it never changes."""
        return f"event-{self.pk}@{urlsplit(settings.STOA.address).hostname}"

    @property
    def registration_ends(self) -> datetime:
        """Until when one can register."""
        return self.registration_closes or self.begins

    def standing(self, person_id: str) -> frozenset[str]:
        """Who was given the task of this event is its `organiser`."""
        return frozenset({"organiser"}) if ("organiser", self.reference) in roles_scoped(person_id) else frozenset()


@declares(rows=A_REGISTRATION)
class Registration(models.Model):
    """Somebody's place at an event, or on its waiting list, in the order in which they came."""

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="registrations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="registrations")
    waiting = models.BooleanField(default=False)
    made = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["made", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="registered_once")]


@declares(rows=A_CALENDAR)
class CalendarFeed(models.Model):
    """The address at which somebody's own calendar can be read without signing in; only a hash of it is kept."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(default=clock.now)
