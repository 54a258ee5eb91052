"""The headers that keep a page to itself: no foreign or inline script or style, no framing, no referrer to others."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
NOT_NEEDED = ("browsing-topics", "camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")


class SecurityHeaders:
    """Middleware that adds the headers; a view that set one itself keeps its own: a file's sandbox, the open record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.fixed = {
            "Content-Security-Policy": content_policy(getattr(settings, "FORM_TARGETS", ())),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOT_NEEDED),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    def __call__(self, request: HttpRequest) -> HttpResponseBase:  # noqa: D102 - the class says it
        response = self.get_response(request)
        for name, value in self.fixed.items():
            response.headers.setdefault(name, value)
        if request.is_secure() and settings.SECURE_HSTS_SECONDS:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}")
        return response


def content_policy(form_targets: tuple[str, ...] = ()) -> str:
    """The content security policy. `form_targets` are origins that a form may lead on to: ORCID's, GitHub's.

    Browsers hold a form to `form-action` through its redirects too, so signing in elsewhere needs them named.
    """
    targets = {"form-action": " ".join(("'self'", *form_targets))}
    return "; ".join(f"{name} {value}" for name, value in (POLICY | targets).items())
