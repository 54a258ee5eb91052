"""How a request reached the server, compared with the public address: for the setup page, which says how to mend what differs."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Seen:
    """What the server sees of a request. `claims` are forwarding headers as they came, believed or not."""

    scheme: str
    host: str
    client: str
    nearest: str
    claims: Mapping[str, str]

    @property
    def behind_proxy(self) -> bool:
        """Whether something between says for whom it asks."""
        return bool(self.claims)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is right, what was seen, and how to mend it."""

    right: bool
    what: str
    mend: str = ""


def seen(request: HttpRequest) -> Seen:
    """What the server sees of this request."""
    scope = request.META.get("asgi.scope", {})
    client = request.META.get("REMOTE_ADDR", "")
    return Seen(
        request.scheme or "",
        request.get_host(),
        client,
        scope.get("stoa.nearest", client),
        {name: value[:200] for name, value in scope.get("stoa.claims", {}).items()},
    )


def checks(found: Seen) -> list[Check]:
    """Each thing that has to be right for the public address to work."""
    return [_host(found), _scheme(found), _client(found)]


def _host(found: Seen) -> Check:
    wanted = settings.STOA.origin
    if found.host == wanted:
        return Check(True, f"You came by {wanted}, which is the public address.")
    return Check(
        False,
        f"You came by {found.host}; the public address is {wanted}.",
        "Open this page by the public address. If that leads elsewhere, let your proxy pass the header Host on as it came. "
        "If the public address is wrong, set STOA_ADDRESS before anything is on the record, since the record carries it.",
    )


def _scheme(found: Seen) -> Check:
    wanted = "https" if settings.STOA.encrypted else "http"
    if found.scheme == wanted == "https":
        return Check(True, "The connection is encrypted.")
    if found.scheme == wanted:
        local = _is_local(settings.STOA.host)
        what = (
            "The connection is not encrypted. On your own machine that is fine."
            if local
            else "The connection is not encrypted."
        )
        return Check(
            local, what, "" if local else "Put a proxy with TLS in front and set STOA_ADDRESS to an address with https."
        )
    if "x-forwarded-proto" not in found.claims:
        mend = "Let your proxy send the header X-Forwarded-Proto, and name its address in STOA_PROXY."
    else:
        mend = f"The header X-Forwarded-Proto comes, but from {found.nearest}, which is not named in STOA_PROXY."
    return Check(False, f"The server sees {found.scheme}; the public address says {wanted}.", mend)


def _client(found: Seen) -> Check:
    if not found.behind_proxy:
        return Check(True, f"You come from {found.client}; nothing stands between.")
    if found.client != found.nearest:
        return Check(True, f"You come from {found.client}, as the proxy at {found.nearest} says.")
    return Check(
        False,
        f"Every visitor seems to come from {found.nearest}, which is your proxy.",
        f"Name it in STOA_PROXY ({found.nearest}) and let it send X-Forwarded-For; limits on wrong codes count by visitor.",
    )


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
