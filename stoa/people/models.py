"""Person, organisation, tie and role: who is here, what ties them, which powers they hold for how long, what they follow."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from stoa.kit import chance, clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import Secret, declares
from stoa.methods.names import sort_key

ROLES = {
    "founder": "founder",
    "steward": "steward",
    "organiser": "organiser",
    "member": "member",
    "associate": "trainee",
    "facilitator": "facilitator",
    "scrutineer": "scrutineer",
    "reviewer": "reviewer",
}
"""Roles that a person can be given: code → the word on pages."""

AN_ADDRESS = Secret("a member's e-mail address", "never", frozenset({"founder", "steward"}))
A_SETTING = Secret("what somebody has set", "never")
A_FOLLOW = Secret("what somebody follows", "never")
SIGNING_IN = Secret("how and when somebody signs in", "never")
A_SUSPENSION = Secret(
    "in which words somebody was suspended, and what they hold against it", "never", frozenset({"founder", "steward"})
)
A_PAIR = Secret("which accounts are suspected to be one person's", "never", frozenset({"founder", "steward"}))
A_YEARLY_ANSWER = Secret(
    "whether somebody was asked about their ties, and confirmed them", "sixty days without an answer"
)
A_COPY = Secret("that somebody takes their data away", "never")
A_KEY = Secret("the keys of somebody's programs", "never")


FORMER = "former member"
"""What is left to say of somebody who was erased."""


class PersonManager(BaseUserManager["Person"]):
    """Finds a person by e-mail address, without regard to case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """For Django's authentication: the person with this address."""
        return self.get(email__iexact=username)


@declares(
    public="id name sort_name pronouns introduction joined erased synthetic is_active joined_with",
    internal="password language",
    secret={
        "email": AN_ADDRESS,
        "zone": A_SETTING,
        "wants_mail": A_SETTING,
        "wants_digest": A_SETTING,
        "follows_own": A_SETTING,
        "away_until": A_SETTING,
        "last_login": SIGNING_IN,
        "unsubscribe_token": SIGNING_IN,
    },
)
class Person(AbstractBaseUser):
    """Somebody with an account. The id is opaque and stays; name and address can be erased."""

    id = models.CharField(primary_key=True, max_length=32, default=chance.opaque_id, editable=False)
    email = models.EmailField(null=True, unique=True)  # noqa: DJ001 - erased and synthetic people share having none
    name = models.CharField(max_length=120)
    sort_name = models.CharField(max_length=120)
    pronouns = models.CharField(max_length=40, blank=True)
    introduction = models.TextField(blank=True, help_text="what they say of themselves for everybody, in Markdown")
    zone = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10, default="en")
    joined = models.DateTimeField(default=clock.now)
    erased = models.DateTimeField(null=True)
    wants_mail = models.BooleanField(default=True)
    wants_digest = models.BooleanField(default=True)
    follows_own = models.BooleanField(default=True, help_text="whether what they write in is followed by itself")
    away_until = models.DateField(null=True, blank=True, help_text="the last day on which nothing is asked of them")
    unsubscribe_token = models.CharField(max_length=40, default=chance.token, unique=True)
    synthetic = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_staff = False
    is_superuser = False

    objects = PersonManager()

    class Meta:
        indexes = [
            models.Index(fields=["sort_name", "id"], name="person_by_name"),
            models.Index(fields=["joined", "id"], name="person_by_joining"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(erased=None) | Q(email=None), name="erased_has_no_address"),
            models.UniqueConstraint(Lower("email"), name="one_person_per_address"),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name on pages; of somebody erased, what is left to say."""
        return FORMER if self.erased else self.name

    def get_absolute_url(self) -> str:
        """The person's page."""
        return path_to("people:person", self.pk)

    def standing(self, person_id: str) -> frozenset[str]:
        """Everybody is `self` towards themselves."""
        return frozenset({"self"}) if person_id == self.pk else frozenset()

    def has_usable_password(self) -> bool:
        """Nobody has: people sign in by code, link, passkey, or an account elsewhere."""
        return False

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key that names sort by."""
        self.sort_name = sort_key(self.name)[:120]
        super().save(*args, **kwargs)


@declares(public="id person topic key")
class Interest(models.Model):
    """A topic that a person works on, as they wrote it; `key` is the same without regard to case."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="interests")
    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=60)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["key", "person"], name="interest_by_topic")]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_interest_of_a_topic")]

    def __str__(self) -> str:
        return self.topic


@declares(public="id name country ror sponsor synthetic")
class Organisation(models.Model):
    """An employer or funder, with its ROR id where it has one."""

    name = models.CharField(max_length=200, unique=True)
    country = models.CharField(max_length=2, blank=True)
    ror = models.CharField(max_length=9, blank=True)
    sponsor = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["ror"], condition=~Q(ror=""), name="one_organisation_per_ror")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The organisation's page."""
        return path_to("people:organisation", self.pk)


@declares(public="id person organisation kind start end declared")
class Tie(models.Model):
    """What ties a person to an organisation, from when to when."""

    class Kind(models.TextChoices):
        EMPLOYMENT = "employment", "employed by"
        STUDY = "study", "studies at"
        FUNDING = "funding", "funded by"
        OTHER = "other", "other tie"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ties")
    kind = models.CharField(max_length=12, choices=Kind)
    start = models.DateField()
    end = models.DateField(null=True, blank=True)
    declared = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-start", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="tie_ends_after_start"),
            models.UniqueConstraint(
                fields=["person", "organisation", "kind"], condition=Q(end=None), name="one_open_tie_of_a_kind"
            ),
        ]


@declares(public="id person role scope start end", internal="noticed")
class Role(models.Model):
    """A role that a person holds for a term; `scope` narrows it to one object (`round:3`), empty means everywhere."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20, choices=[(code, code) for code in ROLES])
    scope = models.CharField(max_length=60, blank=True)
    start = models.DateTimeField(default=clock.now)
    end = models.DateTimeField(null=True, blank=True)
    noticed = models.DateTimeField(null=True, help_text="when its holder was told that it ends")

    class Meta:
        ordering = ["start", "pk"]
        indexes = [models.Index(fields=["role", "start"], name="role_by_name")]
        constraints = [
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="role_ends_after_start"),
            models.UniqueConstraint(
                fields=["person", "role", "scope"], condition=Q(end=None), name="one_open_role_of_a_kind"
            ),
        ]

    @property
    def label(self) -> str:
        """The word on pages."""
        return ROLES[self.role]


@declares(
    public="id person code start end lifted given_by granted decided decided_by",
    secret=dict.fromkeys(("words", "appeal", "appealed", "reply"), A_SUSPENSION),
)
class Suspension(models.Model):
    """A time for which somebody may do no more than the charter leaves to them, with a public code and private words."""

    class Code(models.TextChoices):
        CONDUCT = "conduct", "against the code of conduct"
        HARASSMENT = "harassment", "harassment"
        IDENTITY = "identity", "not who they said they are"
        ACCOUNTS = "accounts", "several accounts of one person"
        SPAM = "spam", "spam"
        OTHER = "other", "another reason, told to them"

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="suspensions")
    code = models.CharField(max_length=12, choices=Code)
    words = models.TextField()
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    start = models.DateTimeField(default=clock.now)
    end = models.DateTimeField()
    lifted = models.DateTimeField(null=True)
    appeal = models.TextField(blank=True)
    appealed = models.DateTimeField(null=True)
    reply = models.TextField(blank=True)
    granted = models.BooleanField(null=True)
    decided = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-start", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="suspension_ends_after_start"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(given_by=None) | ~Q(decided_by=F("given_by")),
                name="appeal_decided_by_another",
            ),
        ]

    def get_absolute_url(self) -> str:
        """Its page, for those who keep the process."""
        return path_to("members:suspension", self.pk)

    def runs_at(self, now: datetime) -> bool:
        """Whether it holds at that instant."""
        return self.lifted is None and self.start <= now < self.end


@declares(rows=A_PAIR)
class Pair(models.Model):
    """Two accounts that may be one person's, with the kinds of marks that they share, until somebody settles it."""

    WHY = {
        "address": "the same address, but for what mail ignores",
        "name": "the same name at the same organisation",
        "orcid": "the same ORCID iD, by sign-in at ORCID",
        "typed": "the same ORCID iD, typed by at least one of them",
    }
    PROVED = frozenset({"address", "orcid"})
    """What nobody shares with another who does not have their mailbox or their account at ORCID."""

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    older = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    younger = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=40)
    found = models.DateTimeField(default=clock.now)
    settled = models.DateTimeField(null=True)
    same = models.BooleanField(null=True)
    reason = models.TextField(blank=True)
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["found", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["older", "younger"], name="one_pair_of_two"),
            models.CheckConstraint(condition=~Q(older=F("younger")), name="pair_of_two"),
        ]

    def get_absolute_url(self) -> str:
        """Its page, for those who keep the process."""
        return path_to("members:pair", self.pk)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of marks that they share."""
        return frozenset(self.why.split(","))

    @property
    def reasons(self) -> list[str]:
        """What they share, in words."""
        told = self.kinds - ({"typed"} if "orcid" in self.kinds else set())
        return [self.WHY[kind] for kind in sorted(told)]


@declares(rows=A_FOLLOW)
class Follow(models.Model):
    """What a person follows, by its reference (`round:3`): private to them. One they `stopped` never begins by itself."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    reference = models.CharField(max_length=80)
    since = models.DateTimeField(default=clock.now)
    stopped = models.BooleanField(default=False)

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "reference"], name="follows_once")]


@declares(rows=A_SETTING)
class Digest(models.Model):
    """The digest of one ISO week (`2027-W09`) for one person: written in the act that sends it, so that it goes out once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="digests")
    week = models.CharField(max_length=8)
    at = models.DateTimeField(default=clock.now)
    sent = models.BooleanField(help_text="whether there was anything to tell")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "week"], name="one_digest_a_week")]


@declares(rows=A_YEARLY_ANSWER)
class TieQuestion(models.Model):
    """The yearly question whether somebody's ties are as declared: asked, and confirmed or not yet."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tie_questions")
    asked = models.DateTimeField(default=clock.now)
    answered = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(answered=None), name="one_open_question_of_ties")
        ]


@declares(rows=A_COPY)
class DataCopy(models.Model):
    """A copy of their data that a person asked for: once it is made, it is a file of theirs that nothing uses."""

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="data_copies")
    asked = models.DateTimeField(default=clock.now)
    made = models.DateTimeField(null=True)
    upload = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["-asked", "pk"]
        indexes = [models.Index(fields=["asked"], condition=Q(made=None), name="data_copy_waiting")]


@declares(rows=SIGNING_IN)
class SignInLink(models.Model):
    """A link that signs its holder in: only a hash of the token is kept, and only until it expires.

    One that the operator's console gave out (`console`) counts as a second factor; one that came by mail does not.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    once = models.BooleanField(default=True)
    console = models.BooleanField(default=False)
    next = models.CharField(max_length=200, default="/")


@declares(rows=A_KEY)
class ApiToken(models.Model):
    """A key by which a person's own programs act for them; only its hash is kept. Its id does not count the keys of all."""

    id = models.CharField(primary_key=True, max_length=32, default=chance.opaque_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=clock.now)
    last_used = models.DateTimeField(null=True)
