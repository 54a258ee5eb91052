"""What every page says of the community that the server belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest

from stoa.charter import models as charter
from stoa.charter.queries import standing
from stoa.kit import clock
from stoa.kit.addresses import path_to
from stoa.kit.prepared import prepared
from stoa.members.models import Call
from stoa.members.queries import open_calls

_KEPT = "_community"


@dataclass(frozen=True)
class Community:
    """The community as the frame of a page shows it; `style_url` is the address of the sheet with its own accent."""

    name: str = "Stoa"
    summary: str = ""
    sponsor: str = ""
    operator: str = ""
    logo_url: str = ""
    accent: str = ""
    style_url: str = ""
    is_sample: bool = False
    is_named: bool = False

    @cached_property
    def apply_url(self) -> str:
        """Where visitors apply, while a call is open. One query, when it is asked."""
        slug = next(iter(_open(clock.now())), None)
        return path_to("members:call", slug) if slug else ""


@prepared
def _open(now: datetime) -> QuerySet[Call, str]:
    return open_calls(now).values_list("slug", flat=True)[:1]


def community() -> Community:
    """The community of this server; before it is described, one with the program's own name."""
    now = standing()
    found = now.community
    if found is None:
        return Community()
    return Community(
        name=found.name,
        summary=found.summary,
        sponsor=found.sponsor,
        operator=found.operator,
        logo_url=f"{path_to('site:logo')}?{now.logo_bytes}" if now.logo_bytes else "",
        accent=found.accent,
        style_url=f"{path_to('site:accent')}?{found.accent[1:]}" if found.accent else "",
        is_sample=found.is_sample,
        is_named=found.name != charter.Community().name,
    )


def community_of(request: HttpRequest) -> Community:
    """The community, read once a request."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, community())
    found: Community = getattr(request, _KEPT)
    return found


def contact() -> str:
    """Where to write to about anything; before one is set, in words."""
    found = charter.Community.objects.filter(pk=1).values_list("contact", flat=True).first()
    return found or "those who run this server"
