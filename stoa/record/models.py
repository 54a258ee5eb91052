"""Tables of the log: entries and their places, tiles, checkpoints, blobs, and the salted texts beside them."""

from django.db import models

from stoa.kit import clock
from stoa.kit.secrecy import MODERATORS, Secret, declares

A_TEXT = Secret("a text that was taken from the pages", "never", MODERATORS)
A_LOOK = Secret("that staff looked at something private", "never")


@declares(public="id body at type act actor role charter subject")
class Entry(models.Model):
    """One line of the log, frozen from the first instant. `body` is the leaf; the other columns repeat it for queries."""

    body = models.BinaryField()
    at = models.DateTimeField()
    type = models.CharField(max_length=80)
    act = models.CharField(max_length=80)
    actor = models.CharField(max_length=60, null=True)  # noqa: DJ001 - null says withheld, which an empty name would not
    role = models.CharField(max_length=30, null=True)  # noqa: DJ001 - as above
    charter = models.PositiveIntegerField()
    subject = models.CharField(max_length=80)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="entry_by_subject"),
            models.Index(fields=["type", "id"], name="entry_by_type"),
            models.Index(fields=["act", "role"], name="entry_by_act"),
            models.Index(fields=["actor", "id"], name="entry_by_actor"),
            models.Index(fields=["at"], name="entry_by_instant"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


@declares(public="entry")
class Pending(models.Model):
    """An entry that has no place yet; filled by a trigger, emptied by the sequencer."""

    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, primary_key=True)


@declares(public="position entry")
class Placement(models.Model):
    """The place of an entry in the log: gapless from 0."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT)


@declares(public="id level index hashes")
class Tile(models.Model):
    """Up to 256 hashes of one level, in order; a partial tile only grows."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tile_once")]


@declares(public="size root note at")
class Checkpoint(models.Model):
    """A signed head of the log, as published."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField(default=clock.now)


@declares(public="sha256 body")
class Blob(models.Model):
    """A public body too large for an entry, named by the SHA-256 of its bytes."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    body = models.BinaryField()


@declares(public="id entry name", internal="salt", secret={"text": A_TEXT})
class Text(models.Model):
    """A member's text as it stood in an entry, with the salt of its commitment; erasure deletes the row."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="texts")
    name = models.CharField(max_length=40)
    text = models.TextField()
    salt = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "name"], name="text_once_per_entry")]


@declares(rows=A_LOOK)
class Sealed(models.Model):
    """A commitment to a sealed act, waiting for or contained in the day's sealed entry."""

    day = models.DateField()
    commitment = models.BinaryField()
    entry_type = models.CharField(max_length=80)
    body = models.BinaryField()
    salt = models.BinaryField()
    concerns = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["day"], name="sealed_by_day"),
            models.Index(fields=["concerns"], name="sealed_by_person"),
        ]
