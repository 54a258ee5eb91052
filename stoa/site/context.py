"""What the frame of every page needs: the community, the places that exist here, the links of the footer."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from stoa.site import queries

# Places and links appear when an address of this server answers to them.
PLACES = (
    ("Agenda", "/agenda"),
    ("Forum", "/forum"),
    ("Lab", "/lab"),
    ("Workshops", "/workshops"),
    ("Guidelines", "/guidelines"),
    ("People", "/people"),
    ("Governance", "/governance"),
)
FOOTER = (
    ("Who runs and pays for this", "/governance"),
    ("Who decides", "/governance/charter"),
    ("Check it yourself", "/record"),
    ("Report a weakness", "/security"),
    ("Conduct", "/conduct"),
    ("Privacy", "/privacy"),
    ("Contact", "/contact"),
)
SEARCH = "/search"


@dataclass(frozen=True)
class Link:
    """A link of the frame; `current` where the page shown lies under it."""

    label: str
    url: str
    current: bool = False


def community(request: HttpRequest) -> dict[str, object]:
    """Template context: `community`, `places`, `footer_links`, `search_url`."""
    return frame(request, queries.community_of(request))


def frame(request: HttpRequest, shown: queries.Community) -> dict[str, object]:
    """The same for a community that is given."""
    return {
        "community": shown,
        "places": [Link(label, url, _lies_under(request.path, url)) for label, url in PLACES if _exists(url)],
        "footer_links": [Link(label, url) for label, url in FOOTER if _exists(url)],
        "search_url": SEARCH if _exists(SEARCH) else "",
    }


def _lies_under(path: str, url: str) -> bool:
    return path == url or path.startswith(f"{url}/")


def _exists(url: str) -> bool:
    return _exists_in(url, settings.ROOT_URLCONF)


@cache
def _exists_in(url: str, urlconf: str) -> bool:
    """Whether the address map answers to an address, with or without a slash at its end."""
    return any(_resolves(candidate, urlconf) for candidate in (url, f"{url}/"))


def _resolves(url: str, urlconf: str) -> bool:
    try:
        resolve(url, urlconf)
    except Resolver404:
        return False
    return True
