"""Addresses that open with a token instead of a password: sign-in links, and the way out of mails."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from stoa.kit.act import Actor
from stoa.people import links
from stoa.people.acts import choose_mail
from stoa.people.middleware import mark_console_link
from stoa.people.models import Person, SignInLink

_GONE, _NOT_FOUND = 410, 404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to sign in, and do so on the button: programs that look into mails follow links, but press nothing."""
    found = links.take(token) if request.method == "POST" else links.find(token)
    if found is None:
        return render(request, "site/access_gone.html", status=_GONE)
    if request.method == "POST":
        return _sign_in(request, found)
    if request.user.pk == found.person_id and not found.console:
        return redirect(_next(found))
    other = request.user if request.user.is_authenticated and request.user.pk != found.person_id else None
    return render(request, "site/access.html", {"person": found.person, "link": found, "other": other})


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End announcements and reminders, or begin them again. A mail program may post here by itself (RFC 8058)."""
    person = Person.objects.filter(unsubscribe_token=token, is_active=True).first()
    if person is None:
        return render(request, "site/access_unknown.html", status=_NOT_FOUND)
    if request.method == "POST":
        choose_mail(Actor("person", person.pk), person=person, wants=request.POST.get("wants") == "yes")
    return render(request, "site/access_mail.html", {"person": person, "done": request.method == "POST"})


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def no_digest(request: HttpRequest, token: str) -> HttpResponse:
    """End the weekly digest, or begin it again; other mails stay. A mail program may post here by itself (RFC 8058)."""
    person = Person.objects.filter(unsubscribe_token=token, is_active=True).first()
    if person is None:
        return render(request, "site/access_unknown.html", status=_NOT_FOUND)
    if request.method == "POST":
        choose_mail(Actor("person", person.pk), person=person, digest=request.POST.get("wants") == "yes")
    return render(request, "site/access_digest.html", {"person": person, "done": request.method == "POST"})


def _sign_in(request: HttpRequest, found: SignInLink) -> HttpResponse:
    """The session begins anew. A link from the console stands for both factors; after one from a mail the second is asked."""
    if request.user.is_authenticated and request.user.pk != found.person_id:
        get_adapter().logout(request)
    if found.console:
        get_adapter().login(request, found.person)
        mark_console_link(request)
        return redirect(_next(found))
    record_authentication(request, found.person, method="link" if found.once else links.REPEATED)
    response: HttpResponse = perform_login(request, Login(user=found.person, redirect_url=_next(found)))
    return response


def _next(found: SignInLink) -> str:
    safe = url_has_allowed_host_and_scheme(found.next, allowed_hosts=None)
    return found.next if safe else "/"
