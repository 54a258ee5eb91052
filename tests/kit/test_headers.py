"""Every answer carries the headers that keep a page to itself."""

from django.http import HttpResponse
from django.test import RequestFactory

from stoa.kit.headers import SecurityHeaders, content_policy


def headers(response: HttpResponse, *, secure: bool = False) -> dict[str, str]:
    request = RequestFactory().get("/", secure=secure)
    return dict(SecurityHeaders(lambda _: response)(request).headers)


EXPECTED = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_an_answer_gets_all_of_them() -> None:
    assert headers(HttpResponse()) == EXPECTED


def test_an_encrypted_answer_asks_for_encryption_from_then_on(settings: object) -> None:
    settings.SECURE_HSTS_SECONDS = 60  # type: ignore[attr-defined]
    assert headers(HttpResponse(), secure=True) == EXPECTED | {"Strict-Transport-Security": "max-age=60"}
    assert headers(HttpResponse(), secure=False) == EXPECTED


def test_a_view_keeps_what_it_set_itself() -> None:
    own = {"Content-Security-Policy": "sandbox", "Cross-Origin-Resource-Policy": "cross-origin"}
    assert headers(HttpResponse(headers=own)) == EXPECTED | own


def test_forms_may_lead_on_to_the_sites_named() -> None:
    assert "form-action 'self' https://github.com https://orcid.org;" in content_policy(
        ("https://github.com", "https://orcid.org")
    )
