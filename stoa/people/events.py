"""The public facts about people: opaque ids, roles and ties as codes, never a name or an address."""

from dataclasses import dataclass
from typing import ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class PersonEvent(Event):
    """A fact about one person."""

    person: str
    subject_kind: ClassVar[str] = "person"


@dataclass(frozen=True)
class PersonAdmitted(PersonEvent):
    """A person got an account here."""

    always_public: ClassVar[bool] = True
    type: ClassVar[str] = "people.person.admitted"


@dataclass(frozen=True)
class RoleGiven(PersonEvent):
    """A person holds a role from now on, until an instant if one is set. Who holds which role is public, whatever it came of."""

    role: str
    scope: str | None = None
    until: str | None = None
    always_public: ClassVar[bool] = True
    type: ClassVar[str] = "people.role.given"


@dataclass(frozen=True)
class RoleEnded(PersonEvent):
    """A person gave up a role, or it was taken from them."""

    role: str
    scope: str | None = None
    always_public: ClassVar[bool] = True
    type: ClassVar[str] = "people.role.ended"


@dataclass(frozen=True)
class TieDeclared(PersonEvent):
    """A person declared what ties them to an organisation; dates are ISO days."""

    organisation: str
    kind: str
    start: str
    end: str | None = None
    type: ClassVar[str] = "people.tie.declared"


@dataclass(frozen=True)
class OrganisationAdded(Event):
    """An organisation became known here."""

    organisation: str
    ror: str | None = None
    sponsor: bool = False
    type: ClassVar[str] = "people.organisation.added"
    subject_kind: ClassVar[str] = "organisation"


@dataclass(frozen=True)
class PeopleImported(Event):
    """First members were taken from a file: its digest and how many of them."""

    community: str
    file: str
    added: int
    passed_over: int
    type: ClassVar[str] = "people.members.imported"
    subject_kind: ClassVar[str] = "community"


@dataclass(frozen=True)
class PersonErased(PersonEvent):
    """A person's name and address were destroyed at their request."""

    type: ClassVar[str] = "people.person.erased"


@dataclass(frozen=True)
class PrivateLook(PersonEvent):
    """Somebody of the staff or a steward looked at something private about a person."""

    what: str
    type: ClassVar[str] = "people.private.seen"
