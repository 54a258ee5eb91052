"""How far the setup of this server has come: each step with what is done and what is still waiting."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse

from stoa.charter.models import Community, Declaration, Policy
from stoa.charter.queries import community, declarations, policy
from stoa.people.models import Person
from stoa.people.queries import holders

NO_NAME = "First founder"
"""The name under which the first founder is created, before they give their own."""


@dataclass(frozen=True)
class Step:
    """One step of the setup. `note` says what was found, or what is missing."""

    key: str
    label: str
    status: str
    note: str
    optional: bool = False

    @property
    def url(self) -> str:
        """Where the step is taken."""
        return reverse(f"site:setup_{self.key}")


def steps(person: Person) -> list[Step]:
    """Every step, in an order that works; after the first they can be taken in any."""
    about = community()
    return [
        _you(person),
        _factor(person),
        _step("address", "Address and encryption", bool(about.address_checked), "Checked.", "Not checked yet."),
        _step("mail", "Mail", bool(about.mail_checked), "A test mail arrived.", "No test mail was confirmed yet."),
        _community(about),
        _look(about),
        _contacts(about),  # before the two texts, into which they are filled
        _policy("privacy", "Privacy notice", Policy.Kind.PRIVACY),
        _policy("conduct", "Code of conduct", Policy.Kind.CONDUCT),
        _founders(),
        _sponsor(),
        _members(),
    ]


def unconfirmed(person: Person) -> str:
    """An address that this person gave and has not confirmed yet, or an empty text."""
    return EmailAddress.objects.filter(user=person, verified=False).values_list("email", flat=True).last() or ""


def _step(key: str, label: str, done: bool, yes: str, no: str) -> Step:
    return Step(key, label, "done" if done else "next", yes if done else no)


def _look(about: Community) -> Step:
    done = bool(about.accent or about.logo_type)
    return Step(
        "look",
        "Logo and colour",
        "done" if done else "next",
        "Chosen." if done else "As the program comes.",
        optional=True,
    )


def _you(person: Person) -> Step:
    named = person.name != NO_NAME
    if named and not person.email and (email := unconfirmed(person)):
        return Step("you", "Yourself", "next", f"A mail to {email} waits to be confirmed.")
    done = named and bool(person.email)
    return _step("you", "Yourself", done, f"{person.name}, {person.email}", "Your name and your address.")


def _factor(person: Person) -> Step:
    done = Authenticator.objects.filter(user=person).exists()
    return _step("factor", "Your second factor", done, "Added.", "A passkey or an app: without it your powers rest.")


def _community(about: Community) -> Step:
    done = about.name != Community().name and bool(about.summary and about.operator)
    return _step("community", "Name and purpose", done, about.name, "What it is called, what it is for, who runs it.")


def _policy(key: str, label: str, kind: Policy.Kind) -> Step:
    found = policy(kind)
    said = f"Published on {found.published:%-d %B %Y}." if found else ""
    return _step(key, label, bool(found), said, "A template waits to be edited.")


def _contacts(about: Community) -> Step:
    done = bool(about.contact and about.security_contact and about.conduct_contact)
    return _step("contacts", "Contacts", done, about.contact, "Addresses for questions, weaknesses and conduct.")


def _founders() -> Step:
    count = holders("founder").count()
    alone = "You are the only one. A mail to everybody needs two people."
    return _step("founders", "Founders", count > 1, f"{count} founders.", alone)


def _sponsor() -> Step:
    missing = [Declaration.Kind(kind).label for kind, found in declarations().items() if not found]
    return _step(
        "sponsor",
        "What the sponsor gives",
        not missing,
        "All four are declared.",
        f"Not declared: {', '.join(missing)}.",
    )


def _members() -> Step:
    count = holders("member").count()
    return _step(
        "members", "First members", count > 0, f"{count:,} members.", "From a file, with a look before mails go out."
    )
