"""Tables of a round's discussion: who takes part in it, its statements, and their answers, which are never public."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from stoa.agenda.models.rounds import Question, Round
from stoa.kit import chance, clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import MODERATORS, Secret, declares
from stoa.people.models import Person

MOST_STATEMENT = 280
UNANSWERED = 5.0625
"""The priority of a statement without answers, as `stoa.methods.routing` gives it."""
AGREE, SKIP, DISAGREE = 1, 0, -1

AN_ANSWER = Secret("what somebody answers", "never")
AN_AUTHOR = Secret("who wrote a statement", "never", MODERATORS)
UNPUBLISHED = Secret("the text of a statement that is held or removed", "it stands", MODERATORS)


def unordered_id() -> int:
    """A random id of 53 bits: it says nothing about who came first."""
    return int.from_bytes(chance.octets(7)) >> 3


@declares(rows=AN_ANSWER)
class Participant(models.Model):
    """Whose answers belong together. The link to the person is deleted after the close; an imported one never had one.

    `salt` and `commitment` stand from the close until the link is deleted: see docs/record.md.
    """

    id = models.BigIntegerField(primary_key=True, default=unordered_id)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="participants")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    external_id = models.CharField(max_length=80, blank=True)
    changed = models.DateTimeField(null=True, help_text="last answer given or taken back; unknown once nobody's")
    salt = models.CharField(max_length=64, blank=True)
    commitment = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="participant_once"),
            models.UniqueConstraint(
                fields=["round", "external_id"], condition=~Q(external_id=""), name="imported_participant_once"
            ),
        ]


@declares(
    public="id round question state proposed external_id",
    internal="priority",
    secret={"author": AN_AUTHOR, "body": UNPUBLISHED},
)
class Statement(models.Model):
    """A short claim to agree or disagree with. Unsigned; moderators can see the author until the link is deleted.

    `priority` weighs the draw of the next statement; it follows the published opinion map: see acts/weighing.py.
    """

    class State(models.TextChoices):
        STANDING = "standing", "standing"
        HELD = "held", "held for a moderator"
        REMOVED = "removed", "removed by the moderators"
        WITHDRAWN = "withdrawn", "withdrawn"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="statements")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="statements")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.STANDING)
    proposed = models.DateTimeField(default=clock.now)
    external_id = models.CharField(max_length=80, blank=True)
    priority = models.FloatField(default=UNANSWERED)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["round", "state"], name="statement_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "external_id"], condition=~Q(external_id=""), name="imported_statement_once"
            ),
        ]

    def __str__(self) -> str:
        return self.body

    def get_absolute_url(self) -> str:
        """The statement's page."""
        return path_to("agenda:statement", self.round.slug, self.pk)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"statement:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Its author, and whoever organises its round."""
        author = frozenset({"author"}) if person_id == self.author_id else frozenset()
        return author | self.round.standing(person_id)


@declares(rows=AN_ANSWER)
class Answer(models.Model):
    """One participant's reply to a statement: agree 1, disagree −1, skip 0. Private, always."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="answers", db_index=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="answers")
    value = models.SmallIntegerField()
    at = models.DateTimeField(null=True, default=clock.now, help_text="unknown once it is nobody's")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "statement"], name="one_answer_each"),
            models.CheckConstraint(
                condition=Q(value__gte=DISAGREE) & Q(value__lte=AGREE), name="answer_is_one_of_three"
            ),
        ]


@declares(public="id round at count root window_hours unlinked")
class AnswersCommitted(models.Model):
    """That a discussion has ended: what the record says of its answers, and when they ceased to be anyone's.

    `count` is of participants with an answer; `root` that of their commitments, 64 hexadecimal digits.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="answers_committed")
    at = models.DateTimeField(default=clock.now)
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    window_hours = models.PositiveIntegerField()
    unlinked = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unlinked=None) | Q(unlinked__gte=F("at")), name="unlinked_later")
        ]

    @property
    def checked_until(self) -> datetime:
        """When the time ends in which everybody can fetch the proof of their own answers."""
        return self.at + timedelta(hours=self.window_hours)
