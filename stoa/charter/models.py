"""Tables of the charter: its versions, the community it constitutes, policies, and what the sponsor declared."""

from django.db import models

from stoa.kit import clock
from stoa.kit.secrecy import declares


@declares(public="version text from_instant provisional")
class Charter(models.Model):
    """A version of the charter, frozen: the TOML text that the program obeys."""

    version = models.PositiveIntegerField(primary_key=True)
    text = models.TextField()
    from_instant = models.DateTimeField(default=clock.now)
    provisional = models.BooleanField(default=True)

    class Meta:
        ordering = ["version"]

    def __str__(self) -> str:
        return f"charter {self.version}"


@declares(
    public="id name summary sponsor operator contact security_contact conduct_contact accent logo logo_type is_sample",
    internal="address_checked mail_checked",
)
class Community(models.Model):
    """The one community of this server: how it presents itself."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=80, default="New community")
    summary = models.TextField(blank=True)
    sponsor = models.CharField(max_length=120, blank=True)
    operator = models.CharField(max_length=120, blank=True)
    contact = models.EmailField(blank=True)
    security_contact = models.EmailField(blank=True)
    conduct_contact = models.EmailField(blank=True)
    accent = models.CharField(max_length=7, blank=True)
    logo = models.BinaryField(null=True)
    logo_type = models.CharField(max_length=20, blank=True)
    is_sample = models.BooleanField(default=False)
    address_checked = models.DateTimeField(null=True)
    mail_checked = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "communities"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_community")]

    def __str__(self) -> str:
        return self.name


@declares(public="id kind text published")
class Policy(models.Model):
    """A published version of the privacy notice or the code of conduct; the latest counts."""

    class Kind(models.TextChoices):
        PRIVACY = "privacy", "privacy notice"
        CONDUCT = "conduct", "code of conduct"

    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField()
    published = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-published", "-pk"]
        verbose_name_plural = "policies"


@declares(public="id kind none text giver declared")
class Declaration(models.Model):
    """What the sponsor or the operator says it gives: one dated public act, superseded by later ones, never edited."""

    class Kind(models.TextChoices):
        MONEY = "money", "money"
        COMPUTE = "compute", "compute"
        STAFF = "staff", "staff"
        HOSTING = "hosting", "hosting"

    kind = models.CharField(max_length=8, choices=Kind)
    none = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    giver = models.CharField(max_length=120, blank=True)
    declared = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-declared", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(none=True) | ~models.Q(text=""), name="declares_something")
        ]
