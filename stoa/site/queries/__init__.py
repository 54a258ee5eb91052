"""What every page says of the community that the server belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Subquery
from django.db.models.functions import Length
from django.http import HttpRequest

from stoa.charter import models as charter
from stoa.kit.addresses import path_to
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
    apply_url: str = ""
    is_sample: bool = False
    is_named: bool = False


def community() -> Community:
    """The community of this server; before it is described, one with the program's own name. One query."""
    open_call = Subquery(open_calls().values("slug")[:1])
    rows = charter.Community.objects.defer("logo").annotate(logo_bytes=Length("logo"), open_call=open_call)
    found = rows.filter(pk=1).first()
    if found is None:
        return Community()
    return Community(
        name=found.name,
        summary=found.summary,
        sponsor=found.sponsor,
        operator=found.operator,
        logo_url=f"{path_to('site:logo')}?{found.logo_bytes}" if found.logo_bytes else "",
        accent=found.accent,
        style_url=f"{path_to('site:accent')}?{found.accent[1:]}" if found.accent else "",
        apply_url=path_to("members:call", found.open_call) if found.open_call else "",
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
