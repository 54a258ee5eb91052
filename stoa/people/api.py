"""People over HTTP: the directory, organisations, oneself, one's ties and keys, and what stewards do with people."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import AwareDatetime, StringConstraints

from stoa.kit.api import Given, Parts, Word, actor, found, signed_in
from stoa.methods.names import sort_key
from stoa.people import acts, queries, rules
from stoa.people.following import followed
from stoa.people.models import ApiToken, Organisation, Person, Role, Tie

RoleName = Literal["founder", "steward", "organiser", "member", "associate", "facilitator", "scrutineer"]
TieKind = Literal["employment", "study", "funding", "other"]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]

router = Router(tags=["People"])


class OrganisationOut(Schema):
    """An organisation, with its ROR id where it has one."""

    number: int = Field(alias="pk")
    name: str
    country: str
    ror: str
    sponsor: bool


class OrganisationIn(Given):
    """An organisation to add. `country` is its two-letter code, `ror` the last nine characters of its ROR id."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    country: Annotated[str, StringConstraints(pattern="^([A-Z]{2})?$")] = ""
    ror: Annotated[str, StringConstraints(pattern="^(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})?$")] = ""
    sponsor: bool = False


class MembersOut(OrganisationOut):
    """An organisation with the number of members who are employed there."""

    members: int


class RoleOut(Schema):
    """A role that a person holds; `scope` names the one object that it is for."""

    role: str
    scope: str
    start: datetime
    end: datetime | None


class TieOut(Schema):
    """What ties a person to an organisation."""

    number: int = Field(alias="pk")
    organisation: int = Field(alias="organisation_id")
    name: str = Field(alias="organisation.name")
    kind: str
    start: date
    end: date | None


class PersonOut(Schema):
    """A person as the public sees them: roles in force, and all ties declared."""

    id: str
    name: str = Field(alias="shown_name")
    pronouns: str
    introduction: str
    topics: list[str]
    joined: datetime
    roles: list[RoleOut]
    ties: list[TieOut]
    address: str = Field(alias="get_absolute_url")

    @staticmethod
    def resolve_topics(person: Person) -> list[str]:
        """What they say that they work on."""
        return [interest.topic for interest in person.interests.all()]

    @staticmethod
    def resolve_roles(person: Person) -> list[Role]:
        """Those in force."""
        return queries.roles_held(person)


class MeOut(PersonOut):
    """You, with what only you see."""

    email: str | None
    zone: str
    wants_mail: bool
    wants_digest: bool
    follows_own: bool
    away_until: date | None
    mail_comes_back: bool = Field(description="Whether mail to you comes back, so that only codes are sent to you.")

    @staticmethod
    def resolve_mail_comes_back(person: Person) -> bool:
        """Whether their address is marked."""
        return bool(person.email) and queries.comes_back([person]) == {person.pk}


class ProfileIn(Given):
    """Your shown name, pronouns and IANA time zone."""

    name: str
    pronouns: Annotated[str, StringConstraints(max_length=40)] = ""
    zone: Annotated[str, StringConstraints(max_length=60)] = ""


class MailChoice(Given):
    """Whether you want announcements and reminders, and the weekly digest. What is left out stays."""

    wants: bool | None = None
    digest: bool | None = None


class FollowOut(Schema):
    """Something that you follow. Without an address it is not to be seen any more."""

    reference: str
    since: datetime
    title: str = ""
    address: str = ""


class FollowingChoice(Given):
    """Whether you follow by itself what you propose or write in."""

    own: bool


class AbsenceIn(Given):
    """Until which day you are away; null says that you are back."""

    until: date | None


class TieIn(Given):
    """A tie of your own to declare."""

    organisation: int
    kind: TieKind
    start: date
    end: date | None = None


class TieEnd(Given):
    """The day on which a tie ended."""

    end: date


class KeyOut(Schema):
    """A key of yours. The key itself is shown once, when it is made."""

    id: str
    name: str
    created: datetime
    last_used: datetime | None


class LookOut(Schema):
    """A look that somebody of the staff took at something private about you."""

    at: datetime
    by: str
    what: str


class PersonIn(Given):
    """A person to take in."""

    name: str
    email: Email | None = None
    roles: list[RoleName] = Field(default=["member"], max_length=7)


class RoleIn(Given):
    """A role to give: for a term with `until`, for one object with `scope`."""

    role: RoleName
    scope: Annotated[str, StringConstraints(max_length=60)] = ""
    until: AwareDatetime | None = None


class RoleEnd(Given):
    """A role to end."""

    role: RoleName
    scope: Annotated[str, StringConstraints(max_length=60)] = ""


class Narrowing(Schema):
    """Words in the name, a role, words in the name or the country of an organisation that they are tied to, a topic."""

    q: Word = ""
    role: RoleName | None = None
    organisation: Word = ""
    country: Annotated[str, StringConstraints(pattern="^([A-Z]{2})?$")] = ""
    topic: Word = ""


@router.get("/people", response=list[PersonOut], summary="List people")
@paginate(Parts)
def list_people(request: HttpRequest, narrow: Query[Narrowing]) -> QuerySet[Person]:
    """Everybody who holds a role, by name. Whoever asks too often is told to wait."""
    rules.keep_pace(actor(request), request.META.get("REMOTE_ADDR", ""))
    people = queries.directory()
    people = people.filter(sort_name__contains=sort_key(narrow.q)) if narrow.q else people
    people = queries.with_role(people, narrow.role) if narrow.role else people
    people = queries.in_country(people, narrow.country) if narrow.country else people
    people = queries.with_topic(people, narrow.topic) if narrow.topic else people
    return queries.tied_to(people, narrow.organisation) if narrow.organisation else people


@router.get("/people/{person_id}", response=PersonOut, summary="Get a person")
def get_person(request: HttpRequest, person_id: str) -> Person:
    """One person, public from their first role on."""
    return _person(request, person_id)


@router.post("/people", response={201: PersonOut}, summary="Take a person in")
def admit_person(request: HttpRequest, given: PersonIn) -> Status[Person]:
    """Take a person in with the roles given."""
    return Status(201, acts.admit(actor(request), **given.dict()))


@router.post("/people/{person_id}/roles", response={201: RoleOut}, summary="Give a role")
def give_role(request: HttpRequest, person_id: str, given: RoleIn) -> Status[Role]:
    """Give a person a role, for a term or for one object."""
    return Status(201, acts.give_role(actor(request), person=_person(request, person_id), **given.dict()))


@router.post("/people/{person_id}/roles/end", response={204: None}, summary="End a role")
def end_role(request: HttpRequest, person_id: str, given: RoleEnd) -> Status[None]:
    """End a role that a person holds; your own you can always give up."""
    acts.end_role(actor(request), person=_person(request, person_id), **given.dict())
    return Status(204, None)


@router.get("/me", response=MeOut, summary="Get yourself")
def get_me(request: HttpRequest) -> Person:
    """Whose key this is, with what only you see."""
    return _me(request)


@router.put("/me", response=MeOut, summary="Change your profile")
def edit_profile(request: HttpRequest, given: ProfileIn) -> Person:
    """Change your shown name, pronouns and time zone."""
    return acts.edit_profile(actor(request), person=_me(request), **given.dict())


@router.put("/me/mail", response=MeOut, summary="Choose your mails")
def choose_mail(request: HttpRequest, given: MailChoice) -> Person:
    """Choose whether to get announcements and reminders, and the weekly digest."""
    return acts.choose_mail(actor(request), person=_me(request), **given.dict())


@router.get("/me/following", response=list[FollowOut], summary="List what you follow")
@paginate(Parts)
def list_following(request: HttpRequest) -> list[FollowOut]:
    """What you follow, what you began with last at the head. Nobody else can ask this."""
    return [
        FollowOut(reference=follow.reference, since=follow.since, **(asdict(shown) if shown else {}))
        for follow, shown in followed(_me(request).pk)
    ]


@router.put("/me/following", response=MeOut, summary="Choose what you follow by itself")
def choose_following(request: HttpRequest, given: FollowingChoice) -> Person:
    """Choose whether you follow by itself what you propose or write in."""
    return acts.choose_following(actor(request), person=_me(request), own=given.own)


@router.put("/me/following/{reference}", response={204: None}, summary="Follow something")
def start_following(request: HttpRequest, reference: Word) -> Status[None]:
    """Follow something public by its reference, such as `question:12`."""
    acts.start_following(actor(request), person=_me(request), reference=reference)
    return Status(204, None)


@router.delete("/me/following/{reference}", response={204: None}, summary="Stop following something")
def stop_following(request: HttpRequest, reference: Word) -> Status[None]:
    """Stop following something; it does not begin again by itself."""
    acts.stop_following(actor(request), person=_me(request), reference=reference)
    return Status(204, None)


@router.put("/me/absence", response=MeOut, summary="Say until when you are away")
def set_absence(request: HttpRequest, given: AbsenceIn) -> Person:
    """Say until which day you are away: no reminder and no digest comes meanwhile."""
    return acts.set_absence(actor(request), person=_me(request), until=given.until)


@router.post("/me/ties", response={201: TieOut}, summary="Declare a tie")
def declare_tie(request: HttpRequest, given: TieIn) -> Status[Tie]:
    """Declare what ties you to an organisation: employment, study, funding or other."""
    organisation = found(queries.find_organisation(given.organisation))
    values = given.dict() | {"organisation": organisation}
    return Status(201, acts.declare_tie(actor(request), person=_me(request), **values))


@router.post("/me/ties/{number}/end", response=TieOut, summary="End a tie")
def end_tie(request: HttpRequest, number: int, given: TieEnd) -> Tie:
    """Say on which day a tie of yours ended."""
    me = _me(request)
    tie = found(me.ties.select_related("organisation").filter(pk=number).first())
    return acts.end_tie(actor(request), person=me, tie=tie, end=given.end)


@router.get("/me/keys", response=list[KeyOut], summary="List your keys")
@paginate(Parts)
def list_keys(request: HttpRequest) -> QuerySet[ApiToken]:
    """The keys by which programs act for you. New ones are made on your own pages alone."""
    return _me(request).api_tokens.order_by("-created", "-pk")


@router.delete("/me/keys/{key}", response={204: None}, summary="Revoke a key")
def revoke_key(request: HttpRequest, key: str) -> Status[None]:
    """Revoke a key of yours; programs that use it are refused from now on."""
    me = _me(request)
    acts.revoke_token(actor(request), person=me, token=found(me.api_tokens.filter(pk=key).first()))
    return Status(204, None)


@router.get("/me/looks", response=list[LookOut], summary="List looks at what is private about you")
@paginate(Parts)
def list_looks(request: HttpRequest) -> list[queries.Look]:
    """Who of the staff looked at what is private about you, and when."""
    return queries.looks_at(_me(request).pk)


@router.get("/organisations", response=list[MembersOut], summary="List organisations")
@paginate(Parts)
def list_organisations(request: HttpRequest, q: Word = "") -> QuerySet[Organisation]:
    """Organisations with how many members are employed there, the most first."""
    rows = queries.members_by_organisation()
    return rows.filter(name__icontains=q) if q else rows


@router.get("/organisations/{number}", response=OrganisationOut, summary="Get an organisation")
def get_organisation(request: HttpRequest, number: int) -> Organisation:
    """One organisation."""
    return found(queries.find_organisation(number))


@router.post("/organisations", response={201: OrganisationOut}, summary="Add an organisation")
def add_organisation(request: HttpRequest, given: OrganisationIn) -> Status[Organisation]:
    """Add an organisation to which people can be tied."""
    return Status(201, acts.add_organisation(actor(request), **given.dict()))


def _me(request: HttpRequest) -> Person:
    return found(queries.find_person(signed_in(request).person_id or ""))


def _person(request: HttpRequest, person_id: str) -> Person:
    """A person whom the caller may see; of others nothing is told, not even that they are there."""
    person = found(queries.find_person(person_id) if "\0" not in person_id else None)
    return found(person if rules.may_see(actor(request), person) else None)
