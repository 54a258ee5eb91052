"""Acts on people: founders and first members, roles, ties, profiles, keys, and leaving."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.db.models import Min, Q

from stoa.kit import bounces, chance, clock, registry, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Invalid, Refused, TooFast
from stoa.kit.files.acts import Gathered, put_aside
from stoa.kit.models import Mail
from stoa.people import events
from stoa.people.following import MOST_FOLLOWED, can_be_followed
from stoa.people.invitations import Invitation, invite, send_letter, send_test
from stoa.people.joining import end, give, left
from stoa.people.links import hashed
from stoa.people.models import ApiToken, DataCopy, Digest, Follow, Organisation, Pair, Person, Role, SignInLink, Tie
from stoa.people.queries import addresses_here, organisation_found, person_found, roles_of
from stoa.record.models import Text

LONGEST_ABSENCE = timedelta(days=366)


@act("people.founder.begin")
def begin_with_founder(actor: Actor, *, until: datetime) -> Person:
    """Create the first founder, who has no name yet and signs in with the link that the operator is shown."""
    person = Person.objects.create(name="First founder")
    tell(events.PersonAdmitted(person.pk))
    give(person, "founder", until=until)
    return person


@act("people.founder.name")
def name_founder(
    actor: Actor,
    *,
    name: str,
    email: str | None,
    until: datetime,
    synthetic: bool = False,
    invitation: Invitation | None = None,
) -> Person:
    """Name a founder, whose powers end on a fixed date; with an invitation, a mail lets them in."""
    if until <= clock.now():
        raise Invalid("That date has passed.", remedy="Choose a date on which the founders' powers end.", field="until")
    ends = Role.objects.filter(role="founder").aggregate(first=Min("end"))["first"]
    if ends and until > ends:
        raise Refused(
            "The founders' powers end on a date that is fixed.", remedy=f"Choose {ends:%Y-%m-%d} or an earlier date."
        )
    person = _person(name, email, synthetic=synthetic)
    tell(events.PersonAdmitted(person.pk))
    give(person, "founder", until=until)
    if invitation:
        invite(person, invitation, "founder")
    return person


@act("people.person.admit")
def admit(
    actor: Actor, *, name: str, email: str | None, roles: Sequence[str] = ("member",), synthetic: bool = False
) -> Person:
    """Take a person in with the roles given."""
    if "founder" in roles and actor.kind == "person":
        raise Refused(
            "The founders' powers end on a date that is fixed.", remedy="A founder is named during setup alone."
        )
    person = _person(name, email, synthetic=synthetic)
    tell(events.PersonAdmitted(person.pk))
    for role in roles:
        give(person, role)
    return person


@dataclass(frozen=True)
class Newcomer:
    """A line of the file of first members."""

    name: str
    email: str
    organisation: str = ""


@act("people.members.import")
def import_members(
    actor: Actor, *, newcomers: Sequence[Newcomer], digest: str, invitation: Invitation | None = None
) -> list[Person]:
    """Take first members in from a file; those whose address is known here are passed over.

    With an invitation, each gets a mail with a link that lets them in.
    """
    known = addresses_here(n.email for n in newcomers)
    added = []
    for newcomer in newcomers:
        if newcomer.email in known:
            continue
        person = _person(newcomer.name, newcomer.email)
        if newcomer.organisation:
            organisation, _ = Organisation.objects.get_or_create(name=newcomer.organisation)
            search.put_all([organisation_found(organisation)])
            Tie.objects.create(
                person=person, organisation=organisation, kind=Tie.Kind.EMPLOYMENT, start=clock.now().date()
            )
        give(person, "member", told=False)
        if invitation:
            invite(person, invitation, "first-member")
        added.append(person)
        known.add(newcomer.email)
    tell(events.PeopleImported("1", digest, len(added), len(newcomers) - len(added)))
    for person in added:
        tell(events.RoleGiven(person.pk, "member"))
    return added


@act("people.role.give")
def give_role(actor: Actor, *, person: Person, role: str, scope: str = "", until: datetime | None = None) -> Role:
    """Give a person a role, for a term or for one object."""
    if role == "founder":
        raise Refused(
            "The founders' powers end on a date that is fixed.", remedy="A founder is named during setup alone."
        )
    return give(person, role, scope, until)


@act("people.role.end", on="person")
def end_role(actor: Actor, *, person: Person, role: str, scope: str = "") -> None:
    """End a role that a person holds."""
    end(person, role, scope)


@act("people.roles.end")
def end_roles(actor: Actor, *, people: Sequence[Person], role: str) -> int:
    """End a role of many people together: all of them, or none."""
    for person in people:
        end(person, role)
    return len(people)


@act("people.organisation.add")
def add_organisation(
    actor: Actor, *, name: str, country: str = "", ror: str = "", sponsor: bool = False, synthetic: bool = False
) -> Organisation:
    """Add an organisation to which people can be tied."""
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                name=name.strip(), country=country, ror=ror, sponsor=sponsor, synthetic=synthetic
            )
    except IntegrityError as fault:
        raise Invalid("This organisation is here already.", remedy="Choose it from the list.", field="name") from fault
    search.put_all([organisation_found(organisation)])
    tell(events.OrganisationAdded(str(organisation.pk), ror or None, sponsor))
    return organisation


@act("people.tie.declare", on="person")
def declare_tie(
    actor: Actor, *, person: Person, organisation: Organisation, kind: str, start: date, end: date | None = None
) -> Tie:
    """Declare what ties a person to an organisation."""
    if kind not in Tie.Kind.values:
        raise Invalid("There is no such tie.", remedy=f"Choose one of: {', '.join(Tie.Kind.labels)}.", field="kind")
    if end and end < start:
        raise Invalid("It ends before it starts.", remedy="Check the two dates.", field="end")
    try:
        with transaction.atomic():
            tie = Tie.objects.create(person=person, organisation=organisation, kind=kind, start=start, end=end)
    except IntegrityError as fault:
        raise Invalid(
            "This tie is declared already.", remedy="End it first, to declare it anew.", field="kind"
        ) from fault
    _answer_about_ties(person)
    tell(events.TieDeclared(person.pk, str(organisation.pk), kind, start.isoformat(), end.isoformat() if end else None))
    return tie


@act("people.tie.end", on="person")
def end_tie(actor: Actor, *, person: Person, tie: Tie, end: date) -> Tie:
    """Say on which day a tie ended."""
    if tie.person_id != person.pk:
        raise Refused("This is somebody else's tie.", remedy="You can end your own.")
    if end < tie.start:
        raise Invalid("It ends before it starts.", remedy="Check the date.", field="end")
    tie.end = end
    tie.save(update_fields=["end"])
    _answer_about_ties(person)
    tell(events.TieDeclared(person.pk, str(tie.organisation_id), tie.kind, tie.start.isoformat(), end.isoformat()))
    return tie


def _answer_about_ties(person: Person) -> None:
    """Whoever changes their ties has looked at them: that answers the yearly question."""
    person.tie_questions.filter(answered=None).update(answered=clock.now())


@act("people.profile.edit", on="person", kind="private")
def edit_profile(actor: Actor, *, person: Person, name: str, pronouns: str = "", zone: str = "") -> Person:
    """Change one's shown name, pronouns and time zone."""
    person.name, person.pronouns, person.zone = _clean_name(name), pronouns.strip(), zone
    person.save()
    if roles_of(person.pk):
        search.put_all([person_found(person)])
    return person


@act("people.mail.choose", on="person", kind="private")
def choose_mail(actor: Actor, *, person: Person, wants: bool | None = None, digest: bool | None = None) -> Person:
    """Choose whether to get announcements and reminders, and the weekly digest; what is not given stays."""
    person.wants_mail = person.wants_mail if wants is None else wants
    person.wants_digest = person.wants_digest if digest is None else digest
    person.save(update_fields=["wants_mail", "wants_digest", "sort_name"])
    return person


@act("people.following.start", on="person", kind="private")
def start_following(actor: Actor, *, person: Person, reference: str) -> Follow:
    """Follow something public: what happens to it stands on one's home page and in the weekly digest."""
    if not can_be_followed(reference):
        raise Invalid("This can't be followed.", remedy="Follow a round, a question or what is said about them.")
    if person.follows.filter(stopped=False).count() >= MOST_FOLLOWED:
        raise Invalid(f"You follow {MOST_FOLLOWED:,} things, which is the most.", remedy="Stop following some first.")
    follow, _ = Follow.objects.update_or_create(
        person=person, reference=reference, defaults={"stopped": False, "since": clock.now()}
    )
    return follow


@act("people.following.stop", on="person", kind="private")
def stop_following(actor: Actor, *, person: Person, reference: str) -> None:
    """Stop following something; it does not begin again by itself."""
    person.follows.filter(reference=reference).update(stopped=True)


@act("people.following.choose", on="person", kind="private")
def choose_following(actor: Actor, *, person: Person, own: bool) -> Person:
    """Choose whether one follows by itself what one proposes or writes in."""
    person.follows_own = own
    person.save(update_fields=["follows_own", "sort_name"])
    return person


@act("people.absence.set", on="person", kind="private")
def set_absence(actor: Actor, *, person: Person, until: date | None) -> Person:
    """Say until which day one is away: no reminder and no digest comes meanwhile; without a day one is back."""
    today = clock.now().date()
    if until and not today <= until <= today + LONGEST_ABSENCE:
        raise Invalid("That is not a day of the year ahead.", remedy="Choose a later or nearer day.", field="until")
    person.away_until = until
    person.save(update_fields=["away_until", "sort_name"])
    return person


@act("people.digest.send", kind="private")
def send_digest(actor: Actor, *, person: Person, week: str, letter: tuple[str, str] | None) -> bool:
    """Send a person the digest of a week (subject and text), once; where there is nothing to tell, only note that."""
    with suppress(IntegrityError), transaction.atomic():
        Digest.objects.create(person=person, week=week, sent=letter is not None)
        if letter is not None:
            send_letter(person, "digest", *letter)
        return letter is not None
    return False


@act("people.mail.test", on="person", kind="private")
def send_test_mail(actor: Actor, *, person: Person, community: str) -> Mail:
    """Send oneself a mail, to see whether mails arrive."""
    if not person.email:
        raise Invalid("You have no address here yet.", remedy="Give one under “Yourself” and confirm it.")
    return send_test(person, community)


@act("people.token.create", on="person", kind="private")
def create_token(actor: Actor, *, person: Person, name: str) -> tuple[ApiToken, str]:
    """Create a key for one's own programs; it is shown once."""
    secret = "stoa_" + chance.token()
    token = ApiToken.objects.create(person=person, name=name.strip()[:80] or "key", token_hash=hashed(secret))
    return token, secret


@act("people.token.revoke", on="person", kind="private")
def revoke_token(actor: Actor, *, person: Person, token: ApiToken) -> None:
    """Revoke a key."""
    person.api_tokens.filter(pk=token.pk).delete()


@act("people.data.ask", on="person", kind="private")
def ask_for_data(actor: Actor, *, person: Person) -> DataCopy:
    """Ask for a copy of all that is kept about oneself; the worker makes it, and it can be fetched for three days."""
    if person.data_copies.filter(Q(made=None) | Q(asked__gt=clock.now() - timedelta(hours=1))).exists():
        raise TooFast("A copy was asked for within the hour.", remedy="Fetch that one, or ask again later.")
    return DataCopy.objects.create(person=person, asked=clock.now())


@act("people.data.make", kind="private")
def make_copy(actor: Actor, *, copy: DataCopy, body: Gathered) -> DataCopy:
    """Keep the copy of somebody's data that was made, as a file of theirs alone."""
    copy = DataCopy.objects.select_for_update().get(pk=copy.pk)
    if copy.made is None:
        copy.made, copy.upload = clock.now(), put_aside(copy.person_id, "your data.zip", "application/zip", body).pk
        copy.save(update_fields=["made", "upload"])
    return copy


@act("people.person.erase", on="person")
def erase(actor: Actor, *, person: Person) -> Person:
    """Destroy a person's name, address and texts; their opaque id stays, so that decisions can still be recomputed."""
    held = [role.role for role in roles_of(person.pk) if not role.scope]
    _end_terms(person, clock.now())
    for role in held:
        left(person, role)
    destroy(person, clock.now())
    tell(events.PersonErased(person.pk))
    return person


def destroy(person: Person, now: datetime) -> None:
    """Leave of a person the opaque id and what decisions need. To be called inside an act."""
    _end_terms(person, now)
    Text.objects.filter(entry__actor=f"person:{person.pk}").delete()
    Text.objects.filter(entry__subject=f"person:{person.pk}").delete()
    SignInLink.objects.filter(person=person).delete()
    Mail.objects.filter(person_id=person.pk).delete()
    person.interests.all().delete()
    Pair.objects.filter(Q(older=person) | Q(younger=person)).delete()
    person.follows.all().delete()
    person.digests.all().delete()
    person.data_copies.all().delete()
    person.tie_questions.all().delete()
    own = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    bounces.clear(*own, *filter(None, [person.email]))
    for kept in (EmailAddress, Authenticator, SocialAccount):
        kept._default_manager.filter(user=person).delete()
    person.api_tokens.all().delete()
    registry.erase_texts_of(person.pk)
    search.drop(f"person:{person.pk}")
    person.name, person.email, person.pronouns, person.zone, person.away_until = "", None, "", "", None
    person.introduction = ""
    person.erased, person.is_active = now, False
    person.save()


def _end_terms(person: Person, now: datetime) -> None:
    for term in person.roles.filter(Q(end=None) | Q(end__gt=now)):
        term.end = max(now, term.start)
        term.save(update_fields=["end"])


@act("people.private.see", on="person", kind="sealed")
def see_private(actor: Actor, *, person: Person, what: str) -> None:
    """Note that somebody of the staff looked at something private, for the person it concerns."""
    tell(events.PrivateLook(person.pk, what), {"by": actor.name})


def _clean_name(name: str) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise Invalid("The name is empty.", remedy="Give the name that others will see.", field="name")
    if len(clean) > 120:
        raise Invalid(f"The name has {len(clean)} characters.", remedy="Use 120 at most.", field="name")
    return clean


def _person(name: str, email: str | None, *, synthetic: bool = False) -> Person:
    clean = _clean_name(name)
    try:
        return Person.objects.create(name=clean, email=email.lower() if email else None, synthetic=synthetic)
    except IntegrityError as fault:
        raise Invalid(
            "Somebody here has this address.", remedy="Use another, or find them in the list.", field="email"
        ) from fault
