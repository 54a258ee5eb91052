"""Tables that every part shares: idempotency keys, the mail outbox, files that people send, and what search knows."""

from django.db import models

from stoa.kit import chance, clock
from stoa.kit.secrecy import Secret, declares

A_MAIL = Secret("what is mailed to somebody", "never")
SENT_TWICE = Secret("that somebody's request was sent under a key", "never")
A_BOUNCE = Secret("that mail to somebody comes back", "never", frozenset({"founder", "steward"}))
A_FILE = Secret("what somebody sends as a file", "never")
ATTEMPTS = Secret("who tries to sign in", "never")


@declares(rows=SENT_TWICE)
class Once(models.Model):
    """An idempotency key that a person used, and the address its act led to, or the number it gave."""

    person_id = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    outcome = models.CharField(max_length=300, default="")
    count = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="once_per_person")]


@declares(rows=A_MAIL)
class Mail(models.Model):
    """A mail in the outbox: written in its act's transaction, sent by the worker under a stable Message-ID.

    Nobody can guess the Message-ID, by which a report that it came back is known; one with a `name` is posted once.
    """

    message_id = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=40)
    to = models.EmailField()
    person_id = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    headers = models.JSONField(default=dict)
    created = models.DateTimeField(default=clock.now)
    due = models.DateTimeField(default=clock.now)
    sent = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due"], condition=models.Q(sent=None), name="mail_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=~models.Q(name=""), name="one_mail_of_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


@declares(rows=A_BOUNCE)
class Bounce(models.Model):
    """An address from which mail comes back, with the status code that says why. See `stoa.kit.bounces`."""

    address = models.EmailField(unique=True)
    status = models.CharField(max_length=11)
    since = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.address} {self.status}"


@declares(rows=A_FILE)
class Upload(models.Model):
    """A file that somebody sends, or has sent: then it has a digest, under which `stoa.kit.files.store` keeps its bytes."""

    id = models.CharField(primary_key=True, max_length=32, default=chance.opaque_id, editable=False)
    owner_id = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    bytes = models.PositiveIntegerField()
    begun = models.DateTimeField(default=clock.now)
    finished = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 in hexadecimal digits")
    type = models.CharField(max_length=40, blank=True)
    sort = models.CharField(
        max_length=12, blank=True, help_text="what it is sent as, where that is more than a document"
    )

    class Meta:
        indexes = [
            models.Index(fields=["owner_id", "begun"], name="upload_by_owner"),
            models.Index(fields=["digest"], name="upload_by_digest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finished=None, digest="") | models.Q(finished__isnull=False) & ~models.Q(digest=""),
                name="finished_has_a_digest",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def standing(self, person_id: str) -> frozenset[str]:
        """Whoever sends it is its author."""
        return frozenset({"author"}) if person_id == self.owner_id else frozenset()


@declares(public="reference kind title text at language")
class Document(models.Model):
    """What the public may read of one object, for search. The database keeps its words beside it (`words`, see 0002)."""

    reference = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    language = models.CharField(max_length=10)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="document_latest"),
            models.Index(fields=["kind", "-at"], name="document_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(language__in=["english", "simple"]), name="document_language")
        ]

    def __str__(self) -> str:
        return self.reference


@declares(rows=ATTEMPTS)
class Count(models.Model):
    """What the web's processes count together, until it expires. See `stoa.kit.counts`."""

    key = models.TextField(primary_key=True)
    value = models.TextField()
    expires = models.FloatField(help_text="seconds since 1970")

    class Meta:
        indexes = [models.Index(fields=["expires"], name="count_by_expiry")]

    def __str__(self) -> str:
        return self.key


@declares(internal="id at steady")
class Beat(models.Model):
    """When the worker was last seen at work, also by a clock that nobody sets: one row. See `stoa.kit.outages`."""

    at = models.DateTimeField()
    steady = models.FloatField(null=True)

    def __str__(self) -> str:
        return str(self.at)


@declares(public="id began ended")
class Outage(models.Model):
    """A time in which the worker was not at work, so that nobody can be held to a deadline in it."""

    began = models.DateTimeField()
    ended = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ended"], name="outage_by_end")]
        constraints = [
            models.CheckConstraint(condition=models.Q(ended__gt=models.F("began")), name="outage_has_length")
        ]

    def __str__(self) -> str:
        return f"{self.began} to {self.ended}"
