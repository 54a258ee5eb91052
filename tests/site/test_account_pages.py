"""Signing in and guarding an account, in a real browser: our words, our look, and nobody shut out."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from stoa.kit.act import OPERATOR
from stoa.kit.models import Mail
from stoa.people.acts import admit
from tests.axe import assert_open_to_all
from tests.stage import begin

pytestmark = pytest.mark.slow
ADDRESS = "ada@example.org"


def arrive(page: Page, heading: str) -> None:
    """The page of this heading is shown, and axe finds nothing on it, in light and in dark."""
    expect(page.get_by_role("heading", level=1, name=heading, exact=True)).to_be_visible()
    assert_open_to_all(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def code_from_mail() -> str:
    body = Mail.objects.filter(to=ADDRESS, kind="sign-in-code").latest("created").body
    found = re.search(r"^\s*([0-9A-Z]{3,}-?[0-9A-Z]{3,})\s*$", body, re.MULTILINE)
    assert found, body
    return found.group(1)


def sign_in_by_code(page: Page) -> None:
    page.goto(f"{reverse('account_login')}?next={reverse('account_email')}")
    arrive(page, "Sign in")
    page.get_by_label("Your e-mail address").fill(ADDRESS)
    page.keyboard.press("Enter")
    arrive(page, "Enter the code from your mail")
    page.get_by_label("Code").fill(code_from_mail())
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/login/code/"))


def sign_out(page: Page) -> None:
    page.goto(f"{reverse('account_logout')}?next={reverse('account_signup')}")
    arrive(page, "Sign out")
    press(page, "Sign out")
    arrive(page, "How to join")
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


@pytest.fixture
def ada(live_stoa: object) -> None:
    cache.clear()  # attempts are counted there
    begin()
    admit(OPERATOR, name="Ada", email=ADDRESS)


@pytest.fixture
def authenticator(page: Page) -> None:
    """A device that keeps passkeys and always says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def test_a_wrong_code_is_told_beside_the_field(page: Page, ada: None) -> None:
    page.goto(reverse("account_request_login_code"))
    arrive(page, "Sign in with a code")
    page.get_by_label("Your e-mail address").fill(ADDRESS)
    press(page, "Send me a code")
    page.get_by_label("Code").fill("WRONG1")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_contain_text("Not done yet: one thing needs mending")
    expect(page.get_by_label("Code")).to_have_attribute("aria-invalid", "true")
    arrive(page, "Enter the code from your mail")


def test_a_passkey_is_added_used_renamed_and_removed(page: Page, ada: None, authenticator: None) -> None:
    sign_in_by_code(page)
    page.goto(reverse("mfa_index"))
    arrive(page, "Passkeys and second factor")
    page.get_by_role("link", name="Add a passkey or key").click()
    arrive(page, "Add a passkey or key")
    page.get_by_label("Name").fill("Ada’s phone")
    page.get_by_label("Sign me in with it alone").check()
    press(page, "Add it")
    arrive(page, "Recovery codes")
    sign_out(page)

    page.goto(f"{reverse('account_login')}?next={reverse('account_email')}")
    press(page, "Sign in with a passkey")
    arrive(page, "E-mail addresses")
    expect(page.get_by_role("banner").get_by_role("link", name="Ada")).to_be_visible()

    page.goto(reverse("mfa_list_webauthn"))
    arrive(page, "Passkeys and security keys")
    expect(page.get_by_text("passkey, signs you in by itself")).to_be_visible()
    page.get_by_role("link", name="Rename Ada’s phone").click()
    arrive(page, "Is it you?")
    page.get_by_role("link", name="Use a security key").click()
    arrive(page, "Is it you?")
    press(page, "Use a passkey or key")
    arrive(page, "Rename a key")
    page.get_by_label("Name").fill("Blue key")
    press(page, "Save the name")
    page.get_by_role("link", name="Remove Blue key").click()
    arrive(page, "Remove “Blue key”")
    press(page, "Remove it")
    expect(page.get_by_text("No passkey or key yet.")).to_be_visible()
    arrive(page, "Passkeys and security keys")


def test_a_passkey_that_was_not_given_is_told(page: Page, ada: None) -> None:
    page.goto(reverse("account_login"))
    refusal = "() => { navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')) }"
    page.evaluate(refusal)
    press(page, "Sign in with a passkey")
    expect(page.get_by_role("alert")).to_contain_text("The passkey or key was not used")


def test_an_app_and_recovery_codes_guard_the_account(page: Page, ada: None) -> None:
    sign_in_by_code(page)
    page.goto(reverse("mfa_index"))
    page.get_by_role("link", name="Turn it on").click()
    arrive(page, "Turn on an authenticator app")
    secret = page.get_by_label("Secret").input_value()
    now = list(yield_hotp_counters_from_time())[1]
    page.get_by_label("Code from the app").fill(format_hotp_value(hotp_value(secret, now)))
    press(page, "Turn it on")
    arrive(page, "Recovery codes")
    spare = page.get_by_label("Codes that still work").input_value().split()
    assert len(spare) == 10
    page.get_by_role("link", name="Make new ones").click()
    arrive(page, "Make recovery codes")
    sign_out(page)

    sign_in_by_code(page)
    arrive(page, "Second factor")
    page.get_by_label("Code").fill(spare[0])
    press(page, "Sign in")
    arrive(page, "E-mail addresses")
    expect(page.get_by_role("banner").get_by_role("link", name="Ada")).to_be_visible()
    page.goto(reverse("mfa_deactivate_totp"))
    page.get_by_label("Code").fill(spare[1])
    press(page, "Go on")
    arrive(page, "Turn off the authenticator app")
    press(page, "Turn it off")
    expect(page.get_by_text("Off. An app on your phone")).to_be_visible()
    arrive(page, "Passkeys and second factor")


@pytest.mark.parametrize(
    ("name", "heading"), [("account_email", "E-mail addresses"), ("socialaccount_connections", "ORCID and GitHub")]
)
def test_the_other_pages_of_an_account_are_open_to_all(page: Page, ada: None, name: str, heading: str) -> None:
    sign_in_by_code(page)
    page.goto(reverse(name))
    arrive(page, heading)


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("account_signup", "How to join"),
        ("account_inactive", "This account is closed"),
        ("socialaccount_login_cancelled", "Not signed in"),
    ],
)
def test_pages_before_signing_in_are_open_to_all(page: Page, ada: None, name: str, heading: str) -> None:
    page.goto(reverse(name))
    arrive(page, heading)
