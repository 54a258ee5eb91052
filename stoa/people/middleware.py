"""Says on each request who acts: `request.actor`, with whether this session was signed in with a second factor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from stoa.kit import clock
from stoa.kit.act import VISITOR, Actor

CONSOLE_LINK_KEY = "console_link_until"
CONSOLE_LINK_HOURS = 12


class ActorMiddleware:
    """Sets `request.actor`, found out when a view asks: an answer that is the same for everybody opens no session.

    Times are told in the zone that the person chose. Being handed a one-time link by the operator's console counts as a
    second factor for twelve hours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:  # noqa: D102 - the class says it
        asked = SimpleLazyObject(lambda: actor_of(request))
        request.actor = asked  # type: ignore[attr-defined]  # Django's request has no such attribute; views read it
        with timezone.override(zone_of(request)):
            return self.get_response(request)


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The zone that the person chose; None, which is UTC, for everybody else. Without a session nobody is looked up."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    try:
        return ZoneInfo(request.user.zone) if request.user.zone else None
    except ZoneInfoNotFoundError:  # the zones of this machine changed
        return None


def actor_of(request: HttpRequest) -> Actor:
    """The person signed in, or the visitor."""
    if not request.user.is_authenticated:
        return VISITOR
    return Actor("person", str(request.user.pk), second_factor=has_second_factor(request))


def has_second_factor(request: HttpRequest) -> bool:
    """Whether a passkey, an authenticator code or a fresh link from the console stands behind this session."""
    methods = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    if any(method.get("method") == "mfa" for method in methods):
        return True
    until: str = request.session.get(CONSOLE_LINK_KEY, "")
    return until > clock.stamp(clock.now())


def mark_console_link(request: HttpRequest) -> None:
    """Note in the session that the operator's console vouched for it just now."""
    request.session[CONSOLE_LINK_KEY] = clock.stamp(clock.now() + timedelta(hours=CONSOLE_LINK_HOURS))
