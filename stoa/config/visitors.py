"""The visitors' cache: pages that are the same for everybody without a cookie, kept for two seconds at most.

Django is asked for such a page with what its key says and nothing else, so that no header of one visitor can shape what
another gets. What comes back is kept only if it is a page for nobody in particular: see `may_be_kept`.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import math
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.urls import Resolver404, resolve

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LONGEST = 2.0
"""Seconds for which a page is kept at most; less where an instant comes at which pages change by themselves."""

MOST_BYTES = 32_000_000
MOST_PAGES = 1000
LARGEST = 1_000_000
LONGEST_QUERY = 200
MOST_PARAMETERS = 6
MAKING = "stoa.making"
"""The key in a request's scope under which Django finds the `Making` that it is to fill in."""

_LIST = frozenset({"page", "sort"})
_NO_PARAMETERS: frozenset[str] = frozenset()
ROUTES: dict[str, frozenset[str]] = {
    "site:home": _NO_PARAMETERS,
    "agenda:index": _LIST | {"state"},
    "agenda:round": _LIST | {"state", "missing"},
    "agenda:history": _NO_PARAMETERS,
    "agenda:question": _NO_PARAMETERS,
    "agenda:discussion": _LIST,
    "agenda:statement": _NO_PARAMETERS,
    "agenda:map": _LIST,
    "agenda:result": _LIST,
    "ballots:check": _NO_PARAMETERS,
    "ballots:voters": _LIST,
    "ballots:voted": _LIST,
    "ballots:opened": _LIST,
    "forum:index": _LIST | {"kind"},
    "forum:thread": frozenset({"page"}),
    "forum:history": _NO_PARAMETERS,
    "forum:moderation": _NO_PARAMETERS,
    "record:record": frozenset({"before", "after"}),
    "record:entry": _NO_PARAMETERS,
    "people:directory": _NO_PARAMETERS,
    "people:person": _NO_PARAMETERS,
    "people:organisation": _LIST | {"kind"},
    "ledger:governance": frozenset({"m-page", "m-sort", "d-page", "d-sort"}),
    "ledger:sponsor": _NO_PARAMETERS,
    "ledger:charter": _LIST | {"version", "role"},
    "ledger:security": _NO_PARAMETERS,
    "ledger:privacy": _NO_PARAMETERS,
    "ledger:conduct": _NO_PARAMETERS,
    "ledger:contact": _NO_PARAMETERS,
    "members:index": _LIST | {"phase"},
    "members:call": _NO_PARAMETERS,
    "members:history": _NO_PARAMETERS,
    "members:preview": _NO_PARAMETERS,
    "members:enquiries": _LIST,
    "members:enquiry": _NO_PARAMETERS,
    "notices:announcements": _LIST,
    "notices:announcement": _NO_PARAMETERS,
    "notices:versions": _NO_PARAMETERS,
    "notices:events": _LIST | {"when"},
    "notices:event": _NO_PARAMETERS,
    "notices:event_history": _NO_PARAMETERS,
    "lab:lab": _NO_PARAMETERS,
    "lab:models": _LIST | {"licence"},
    "lab:model": _LIST,
    "lab:version": frozenset({"results-page", "results-sort"}),
    "lab:suites": _LIST | {"area"},
    "lab:suite": _NO_PARAMETERS,
    "lab:studies": _LIST | {"state"},
    "lab:study": _LIST | {"kind", "state"},
    "lab:runs": _LIST | {"kind", "state"},
    "lab:run": _NO_PARAMETERS,
    "lab:results": _LIST | {"state"},
    "lab:tasks": _LIST,
    "lab:compare": _LIST | {"area", "suite", "state", "to", "control"},
    "lab:imported": _LIST | {"format"},
    "lab:start": _NO_PARAMETERS,
    "api-reference": _NO_PARAMETERS,
    "api-part": _NO_PARAMETERS,
}
"""The pages that visitors may have from the cache, by the names of their routes, with the parameters they may have in
their address. With any other parameter, such as words to search for or the wish for a file, Django answers."""

_KEEPS_OUT = frozenset({b"cookie", b"authorization", b"content-length", b"transfer-encoding"})
"""Headers of requests that the cache leaves alone: who sends one may be somebody, or wants something else than a page."""

_VARIES = frozenset({b"cookie", b"accept-encoding"})
"""What pages may depend on beside their key: nobody with a cookie gets here, and packing is done here."""

_POSTS = re.compile(rb"<(form\b[^>]*\bmethod=[\"']?post|input\b[^>]*\bcsrfmiddlewaretoken)", re.IGNORECASE)


class Key(NamedTuple):
    """All that the page may depend on. The language joins it when there is more than one."""

    scheme: str
    host: str
    path: str
    query: str


@dataclass
class Making:
    """A page that is being made, for all who ask meanwhile. `until`, by the monotonic clock, is set when reading begins."""

    until: float = math.inf
    page: asyncio.Task[Page | None] = field(init=False)


@dataclass(frozen=True)
class Page:
    """A page as it is given to visitors until an instant of the monotonic clock."""

    until: float
    headers: Headers
    body: bytes
    status: int = 200

    @cached_property
    def size(self) -> int:
        """Bytes that it takes to keep, roughly."""
        return len(self.body) + len(self.packed) + 2000

    @cached_property
    def packed(self) -> bytes:
        """The body by gzip. Nothing in it is secret, so its length can tell nothing (BREACH)."""
        return gzip.compress(self.body, 5, mtime=0)

    @cached_property
    def forms(self) -> tuple[tuple[bytes, Headers], tuple[bytes, Headers]]:
        """Tag and headers of the plain and of the packed form."""
        return self._form(b"", self.body, []), self._form(b"-gz", self.packed, [(b"content-encoding", b"gzip")])

    def _form(self, mark: bytes, body: bytes, encoding: Headers) -> tuple[bytes, Headers]:
        tag = b'"%s%s"' % (hashlib.sha256(self.body).hexdigest()[:32].encode(), mark)
        kept = [(b"etag", tag), (b"cache-control", b"no-cache"), (b"vary", b"accept-encoding, cookie")]
        return tag, [*self.headers, *kept, *encoding, (b"content-length", b"%d" % len(body))]

    async def give(self, scope: Scope, send: Send) -> None:
        """Answer a GET or HEAD with it, packed where that is understood, or say that the visitor has it already."""
        if self.status != 200:
            await _send(send, self.status, self.headers, b"" if scope["method"] == "HEAD" else self.body)
            return
        gzipped, known = understands_gzip(scope["headers"]), _tags(scope["headers"])
        tag, headers = self.forms[gzipped]
        status, body = 200, self.packed if gzipped else self.body
        if known and (tag in known or b"*" in known):
            status, body = 304, b""
            headers = [pair for pair in headers if pair[0] not in {b"content-length", b"content-type"}]
        elif scope["method"] == "HEAD":
            body = b""
        await _send(send, status, headers, body)


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Visitors:
    """The cache of one process. Everything but packing happens in the event loop's thread, so that nothing needs a lock.

    `django` is the application that makes pages, `hosts` are the names under which visitors may get one from here: under
    any other name, which is theirs to choose, Django answers.
    """

    def __init__(self, django: Any, hosts: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._django = django
        self._hosts = frozenset(host.encode() for host in hosts)
        self._clock = clock
        self._kept: dict[Key, Page] = {}
        self._making: dict[Key, Making] = {}
        self._bytes = 0

    async def answer(self, scope: Scope, send: Send) -> bool:
        """Answer a request where that may be done from here; False where Django must."""
        key = self._key(scope)
        if key is None:
            return False
        page = self._kept.get(key)
        if page is None or page.until <= self._clock():
            page = await self._made(key)
        if page is None:
            return False
        await page.give(scope, send)
        return True

    def purge(self) -> None:
        """Forget every page, also those that are being made: what they read may be old. Those who wait get them all the same."""
        self._kept.clear()
        self._making.clear()
        self._bytes = 0

    def _key(self, scope: Scope) -> Key | None:
        if scope["method"] not in {"GET", "HEAD"}:
            return None
        parameters = _parameters(scope["path"])
        host = _host(scope["headers"]) if parameters is not None else b""
        if parameters is None or host not in self._hosts:
            return None
        query = normalised(scope["query_string"], parameters)
        return None if query is None else Key(scope["scheme"], host.decode(), scope["path"], query)

    async def _made(self, key: Key) -> Page | None:
        """The page, made anew; many who ask at once wait for one making. None where it is for nobody but who asked for it."""
        making = self._making.get(key)
        if making is None or making.until <= self._clock():
            making = self._making[key] = Making()
            making.page = asyncio.create_task(self._make(key, making))
        return await asyncio.shield(making.page)

    async def _make(self, key: Key, making: Making) -> Page | None:
        try:
            status, headers, body = await self._asked(key, making)
            if status >= 500:  # the database is away, say: asking again for each who waits would make it worse
                return Page(making.until, headers, body, status)
            if not may_be_kept(status, headers, body):
                return None
            page = Page(making.until, _lasting(headers), body)
            await asyncio.to_thread(lambda: page.forms)
            if self._making.get(key) is making:
                self._keep(key, page)
            return page
        finally:
            if self._making.get(key) is making:
                del self._making[key]

    async def _asked(self, key: Key, making: Making) -> tuple[int, Headers, bytes]:
        start: Message = {}
        body = bytearray()

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._django(request_for(key, making), _nothing, take)
        return start["status"], start["headers"], bytes(body)

    def _keep(self, key: Key, page: Page) -> None:
        self._drop(key)
        self._kept[key] = page
        self._bytes += page.size
        now = self._clock()
        while self._kept:
            first = next(iter(self._kept))
            if self._bytes <= MOST_BYTES and len(self._kept) <= MOST_PAGES and self._kept[first].until > now:
                break
            self._drop(first)

    def _drop(self, key: Key) -> None:
        page = self._kept.pop(key, None)
        self._bytes -= page.size if page else 0


def normalised(query: bytes, known: frozenset[str]) -> str | None:
    """A query with its parameters in order of name and written in one way; None where it has others, or one twice."""
    if not query:
        return ""
    if len(query) > LONGEST_QUERY:
        return None
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        return None
    names = {name for name, _ in pairs}
    return urlencode(sorted(pairs)) if names <= known and len(names) == len(pairs) else None


def request_for(key: Key, making: Making) -> Scope:
    """The request by which Django is asked for a page: all that its key says, from nowhere."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": key.scheme,
        "path": key.path,
        "query_string": key.query.encode(),
        "headers": [(b"host", key.host.encode())],
        "client": ("", 0),
        "server": ("localhost", 0),
        MAKING: making,
    }


def may_be_kept(status: int, headers: Headers, body: bytes) -> bool:
    """Whether an answer is a page for nobody in particular: whole, no cookie, no form that posts, no token, no will of its own.

    A page that sets `Cache-Control` itself, or says that it depends on more than its key, is left alone.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = b", ".join(filter(None, (found.get(name), value)))
    varies = {part.strip().lower() for part in found.get(b"vary", b"").split(b",") if part.strip()}
    return (
        status == 200
        and found.get(b"content-type", b"").startswith(b"text/html")
        and not found.keys() & {b"set-cookie", b"cache-control", b"content-encoding", b"content-disposition"}
        and varies <= _VARIES
        and len(body) <= LARGEST
        and not _POSTS.search(body)
    )


@lru_cache(maxsize=4096)
def _parameters(path: str) -> frozenset[str] | None:
    """The parameters that the page at this path may have; None where the path is none of `ROUTES`."""
    try:
        return ROUTES.get(resolve(path).view_name)
    except Resolver404:
        return None


def _host(headers: Headers) -> bytes:
    """The host that was asked; nothing where a header keeps the request out."""
    found = b""
    for name, value in headers:
        if name == b"host":
            if found:
                return b""
            found = value.lower()
        elif name in _KEEPS_OUT or name.startswith(b"hx-"):
            return b""
    return found


def _lasting(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name not in {b"content-length", b"vary", b"etag"}]


def understands_gzip(headers: Headers) -> bool:
    """Whether whoever sent these headers takes gzip."""
    return any(name == b"accept-encoding" and _takes_gzip(value) for name, value in headers)


@lru_cache(maxsize=256)
def _takes_gzip(accepted: bytes) -> bool:
    for part in accepted.lower().split(b","):
        name, _, quality = part.partition(b";")
        if name.strip() in {b"gzip", b"*"}:
            return quality.replace(b" ", b"").rstrip(b"0").rstrip(b".") not in {b"q=", b"q=0"}
    return False


def _tags(headers: Headers) -> set[bytes]:
    """The tags of the forms that the visitor has; a proxy may have made them weak."""
    values = [value for name, value in headers if name == b"if-none-match"]
    return {tag.strip().removeprefix(b"W/") for value in values for tag in value.split(b",")}


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
