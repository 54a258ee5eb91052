"""How people sign in: allauth's rules as this server sets them, with every mail through the outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.dispatch import receiver
from django.http import Http404, HttpRequest

from stoa.kit import bounces, clock, instants, outbox, wording
from stoa.people.links import REPEATED
from stoa.people.models import Person
from stoa.site import queries

PROVE_ADDRESS = {"code", "link", REPEATED}
"""Ways of signing in that show that one reads the mail of one's address."""

LOGIN_CODE, CONFIRM = "account/email/login_code", "account/email/email_confirmation"
UNKNOWN = "account/email/unknown_account"
CHANGES = {
    "account/email/email_changed": "Mail now goes to another of your addresses.",
    "account/email/email_deleted": "One of your addresses was removed.",
    "account/email/email_confirm": "One of your addresses was confirmed.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made; the old ones no longer work.",
    "mfa/email/totp_activated": "An authenticator app was added as a second factor.",
    "mfa/email/totp_deactivated": "Your authenticator app was removed.",
    "mfa/email/webauthn_added": "A passkey or security key was added.",
    "mfa/email/webauthn_removed": "A passkey or security key was removed.",
    "socialaccount/email/account_connected": "An account at ORCID or GitHub was connected: you can sign in with it.",
    "socialaccount/email/account_disconnected": "Your account at ORCID or GitHub was disconnected.",
}
"""What a mail about a change to an account says, by allauth's name for it."""


class AccountAdapter(DefaultAccountAdapter):
    """People come in by invitation and by call, never by signing up, and have no password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "duplicate_email": "This address is among yours already.",
        "email_taken": "Somebody here has this address. Use another.",
        "incorrect_code": "This is not the code that was sent last. Look at the mail once more, or send another code.",
        "max_email_addresses": "You can have %d addresses at most. Remove one first.",
        "rate_limited": "That was too often. Wait a few minutes, then try again.",
        "same_as_current": "This is the address that you have. Give another.",
        "too_many_login_attempts": "Too many codes did not fit. Begin to sign in anew, or wait a few minutes first.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        del request
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session anew, and let the person's address stand among those they can change under “Your account”."""
        super().login(request, user)
        assert isinstance(user, Person)
        proved = bool({one.get("method") for one in get_authentication_records(request, user)} & PROVE_ADDRESS)
        if user.email and not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=proved)
        if user.email and proved:
            bounces.clear(user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the mail of allauth's name, in our words, in the outbox: no request waits for a mail server.

        For an address that nobody has here the same is done and taken back, so that no stranger can tell by the time it
        takes whether somebody has it.
        """
        known = template_prefix != UNKNOWN
        kind, subject, body = _worded(template_prefix, context) if known else _worded(LOGIN_CODE, {"code": ""})
        with transaction.atomic():
            outbox.post(kind=kind, to=email, subject=subject, body=body, person_id=_reader(self.request, email))
            transaction.set_rollback(not known)
        if not known:
            outbox.hasten()


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """An account elsewhere opens an account here by an address that both sides confirmed, or once its owner connected it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody makes an account for themselves this way either."""
        del request, sociallogin
        return False

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Only addresses that the other side says it confirmed are asked about here."""
        del login, email
        return True

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        """The way in that the operator set up; one that is not set up has no address."""
        try:
            return super().get_app(request, provider, client_id=client_id)  # type: ignore[no-any-return]
        except SocialApp.DoesNotExist:
            raise Http404 from None


class MFAAdapter(DefaultMFAAdapter):
    """Second factors under the community's own name."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code does not fit. Type the one that the app shows now; if none fits, set its clock right.",
        "cannot_generate_recovery_codes": "Recovery codes come with a second factor. Add a passkey or an app first.",
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        """What the next key is called unless its owner says otherwise."""
        return f"Key {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"

    def get_totp_issuer(self) -> str:
        """What an authenticator app writes beside the code."""
        return queries.community().name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host of the public address, however the server was reached."""
        return {**super().get_public_key_credential_rp_entity(), "name": queries.community().name}


@receiver(email_confirmed)
def note_that_mail_arrives(email_address: EmailAddress, **_: Any) -> None:
    """Who confirms an address reads the mail that comes there."""
    bounces.clear(email_address.email)


@receiver(email_changed)
def send_what_was_held(user: Person, to_email_address: EmailAddress, **_: Any) -> None:
    """Who gives another address instead of one from which mail comes back gets there what was held."""
    if to_email_address.verified:
        bounces.send_elsewhere(user.pk, to_email_address.email)


@receiver(authenticator_added)
def count_new_factor(request: HttpRequest, user: Person, authenticator: Authenticator, **_: Any) -> None:
    """Who just showed a new second factor need not show it once more in the same session."""
    if request.user.is_authenticated and authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)


def shown_name(person: Person) -> str:
    """How allauth's pages name somebody."""
    return person.shown_name


def _worded(template_prefix: str, context: dict[str, Any]) -> tuple[str, str, str]:
    common = {"community": queries.community().name, "address": settings.STOA.address}
    if template_prefix == LOGIN_CODE:
        until = instants.say(clock.now() + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT), "UTC")
        return "sign-in-code", *wording.mail("sign-in-code", code=context["code"], valid_until=until, **common)
    if template_prefix == CONFIRM:
        until = instants.say(clock.now() + timedelta(days=settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS), "UTC")
        link = context["activate_url"]
        return "confirm-address", *wording.mail("confirm-address", link=link, valid_until=until, **common)
    at = instants.say(clock.now(), "UTC")
    contact = queries.contact()
    words = wording.mail("account-changed", what=CHANGES[template_prefix], at=at, contact=contact, **common)
    return "account-changed", *words


def _reader(request: HttpRequest | None, email: str) -> str:
    """The opaque id of whom the mail is for, so that erasing them takes the mail along."""
    if request is not None and request.user.is_authenticated:
        return str(request.user.pk)
    return Person.objects.filter(email=email.lower()).values_list("pk", flat=True).first() or ""
