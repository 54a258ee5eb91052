"""Tables of the agenda: rounds, questions, estimates of effort, offers of hours, and what was decided."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from stoa.ballots.models import Ballot
from stoa.kit import clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import Secret, declares
from stoa.people.models import Person
from stoa.people.queries import roles_scoped

AN_ASKER = Secret("who put an unsigned question", "never")
A_DRAFTED_MAIL = Secret(
    "a mail to everybody that is only drafted", "it is confirmed", frozenset({"founder", "steward"})
)


@declares(
    public=(
        "id slug title summary phase questions_open discussion_opens vote_opens vote_closes anywhere_on_earth "
        "ballot unit scale imported import_digest open_data discussion_digest made_up_until"
    ),
    internal="reminded weighed",
)
class Round(models.Model):
    """One cycle of agenda setting. The phases follow the clock; `phase` is the last one that was begun."""

    class Phase(models.TextChoices):
        ANNOUNCED = "announced", "announced"
        QUESTIONS = "questions", "questions"
        DISCUSSION = "discussion", "discussion"
        VOTE = "vote", "vote"
        CHECKING = "checking", "checking"
        AGENDA = "agenda", "agenda"
        FAILED = "failed", "ended without a vote"

    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.ANNOUNCED)
    questions_open = models.DateTimeField()
    discussion_opens = models.DateTimeField(null=True, help_text="empty where nothing is discussed before the vote")
    vote_opens = models.DateTimeField()
    vote_closes = models.DateTimeField()
    anywhere_on_earth = models.BooleanField(default=False)
    ballot = models.OneToOneField(Ballot, on_delete=models.PROTECT, null=True, related_name="round")
    unit = models.CharField(max_length=12, default="hours")
    scale = models.PositiveIntegerField(default=1, help_text="costs are kept in 1/scale of the unit")
    imported = models.BooleanField(default=False)
    import_digest = models.CharField(max_length=64, blank=True)
    reminded = models.DateTimeField(null=True)
    open_data = models.BooleanField(default=False, help_text="answers may be exported without names after the close")
    weighed = models.DateTimeField(null=True, help_text="when priorities of statements last followed the answers")
    made_up_until = models.DateTimeField(null=True, help_text="up to when outages have moved its instants")
    discussion_digest = models.CharField(max_length=64, blank=True, help_text="of the files its answers came from")

    class Meta:
        ordering = ["-vote_closes", "-pk"]
        indexes = [models.Index(fields=["phase", "vote_closes"], name="round_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(questions_open__lt=F("vote_opens")) & Q(vote_opens__lt=F("vote_closes")),
                name="phases_in_order",
            ),
            models.CheckConstraint(
                condition=Q(discussion_opens=None)
                | Q(discussion_opens__gt=F("questions_open")) & Q(discussion_opens__lt=F("vote_opens")),
                name="discussion_before_the_vote",
            ),
            models.CheckConstraint(
                condition=Q(open_data=False) | Q(discussion_opens__isnull=False), name="open_data_of_a_discussion"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The round's page."""
        return path_to("agenda:round", self.slug)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"round:{self.pk}"

    @property
    def before_the_vote(self) -> bool:
        """Whether its vote has not been opened yet."""
        return self.phase in {Round.Phase.ANNOUNCED, Round.Phase.QUESTIONS, Round.Phase.DISCUSSION}

    def standing(self, person_id: str) -> frozenset[str]:
        """Who was given the task of this round is its `organiser`."""
        organises = ("organiser", self.reference) in roles_scoped(person_id)
        return frozenset({"organiser"}) if organises else frozenset()


@declares(
    public="id round signed title body state proposed edited version low high cost external_id",
    secret={"author": AN_ASKER},
)
class Question(models.Model):
    """An open research question, put to a round. Unsigned ones show no author."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        WITHDRAWN = "withdrawn", "withdrawn"
        ON_BALLOT = "on_ballot", "put to the vote"
        LEFT_OUT = "left_out", "left out of the vote"
        CHOSEN = "chosen", "on the agenda"
        NOT_CHOSEN = "not_chosen", "not on the agenda"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="questions")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    signed = models.BooleanField(default=True)
    title = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed = models.DateTimeField(default=clock.now)
    edited = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    low = models.PositiveIntegerField(null=True, help_text="hours, frozen before the vote")
    high = models.PositiveIntegerField(null=True)
    cost = models.BigIntegerField(null=True)
    external_id = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["round", "state"], name="question_by_state"),
            models.Index(fields=["round", "id"], name="question_by_place"),
            models.Index(fields=["-proposed", "-id"], name="question_by_age"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(high=None) | Q(high__gte=F("low")), name="effort_is_a_range"),
            models.UniqueConstraint(
                fields=["round", "external_id"], condition=~Q(external_id=""), name="imported_question_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The question's page."""
        return path_to("agenda:question", self.round.slug, self.pk)

    @property
    def reference(self) -> str:
        """How the vote and the record name it."""
        return f"question:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Its author, signed or not."""
        return frozenset({"author"}) if person_id == self.author_id else frozenset()


@declares(public="id question person low high at")
class Estimate(models.Model):
    """How many hours somebody other than the proposer thinks a question takes, as a range."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="estimates")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    low = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["question", "person"], name="one_estimate_each"),
            models.CheckConstraint(condition=Q(low__gte=1) & Q(high__gte=F("low")), name="estimate_is_a_range"),
        ]


@declares(public="id question person hours at")
class Offer(models.Model):
    """Hours that somebody offers for a question, should it be chosen. Their sum is the round's capacity."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="offers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    hours = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["question", "person"], name="one_offer_each"),
            models.CheckConstraint(condition=Q(hours__gte=1), name="offers_something"),
        ]


@declares(public="id round decided capacity spent result result_blob majority explanation")
class Decision(models.Model):
    """What a round decided. `result` is the blob's JSON; `majority` and `clusters` explain it."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="decision")
    decided = models.DateTimeField(default=clock.now)
    capacity = models.BigIntegerField()
    spent = models.BigIntegerField()
    result = models.JSONField(null=True)
    result_blob = models.CharField(max_length=64, blank=True)
    majority = models.JSONField(null=True)
    explanation = models.JSONField(null=True, help_text="clusters of the opened ballots and what they paid")


@declares(public="id decision question place phase")
class Chosen(models.Model):
    """A question on the agenda: its place in the order of selection, and the phase of the rule that chose it."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="chosen")
    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="chosen")
    place = models.PositiveIntegerField()
    phase = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["decision", "place"], name="one_question_a_place")]


@declares(
    public="id round drafted_by drafted confirmed_by confirmed mails",
    secret={"subject": A_DRAFTED_MAIL, "body": A_DRAFTED_MAIL},
)
class Announcement(models.Model):
    """A mail to everybody who may take part in a round: drafted by one person, sent once another confirmed it."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="announcements")
    subject = models.CharField(max_length=150)
    body = models.TextField()
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    drafted = models.DateTimeField(default=clock.now)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed = models.DateTimeField(null=True)
    mails = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-drafted", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("drafted_by")), name="two_people_for_mass_mail"
            )
        ]

    def standing(self, person_id: str) -> frozenset[str]:
        """Whoever organises its round organises it."""
        return self.round.standing(person_id)
