"""What browsers and programs ask for by fixed names: logo, accent, icon, robots.txt, and the well-known addresses."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from stoa.charter.models import Community
from stoa.kit import clock
from stoa.kit.colour import lightened

LONG = 365 * 24 * 3600
CLOSED = ("/account/", "/in/", "/mail/", "/search", "/setup")
"""Where search programs find nothing for them."""


@require_safe
@cache_control(public=True, max_age=LONG, immutable=True)
def logo(request: HttpRequest) -> HttpResponse:
    """The community's logo. It is a picture whatever it holds: no script in it can run."""
    found = Community.objects.filter(pk=1).exclude(logo=None).values_list("logo", "logo_type").first()
    if found is None or found[0] is None:
        raise Http404
    response = HttpResponse(bytes(found[0]), content_type=found[1])
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@cache_control(public=True, max_age=LONG, immutable=True)
def accent(request: HttpRequest) -> HttpResponse:
    """A sheet with the community's colour; on dark paper a lighter form of it."""
    colour = Community.objects.filter(pk=1).values_list("accent", flat=True).first()
    if not colour:
        raise Http404
    sheet = f"@layer community {{ :root {{ --accent: light-dark({colour}, {lightened(colour)}); }} }}\n"
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for the icon by themselves."""
    return redirect(static("site/icon.svg"))


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be found."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116); none as long as nobody is named."""
    contact = Community.objects.filter(pk=1).values_list("security_contact", flat=True).first()
    if not contact:
        raise Http404
    expires = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    address = settings.STOA.address
    lines = [
        f"Contact: mailto:{contact}",
        f"Expires: {expires}",
        f"Policy: {address}/security",
        f"Canonical: {address}/.well-known/security.txt",
        "Preferred-Languages: en",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Where a password program leads somebody: there are no passwords here, so to the second factor."""
    return redirect("mfa_index")


def no_passwords(request: HttpRequest) -> HttpResponse:
    """There are no passwords here: allauth's pages for them lead to signing in."""
    return redirect("account_login")
