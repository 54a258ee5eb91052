"""The visitors' cache: who gets a page from it, what it keeps, for how long, and under which name."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from stoa.config.visitors import LONGEST, MAKING, MOST_BYTES, MOST_PAGES, Visitors, normalised

HERE = "community.example"
HTML = [(b"content-type", b"text/html; charset=utf-8")]
Test = Callable[[], Coroutine[Any, Any, None]]
T = TypeVar("T")


@dataclass
class Maker:
    """What stands where Django does: it makes a page, counts, and says how long the page holds."""

    headers: list[tuple[bytes, bytes]] = field(default_factory=lambda: list(HTML))
    status: int = 200
    body: bytes = b"<p>A page</p>"
    holds: float = LONGEST
    time: float = 100.0
    asked: list[Any] = field(default_factory=list)
    waits: asyncio.Event | None = None

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        if MAKING in scope:
            scope[MAKING].until = self.time + self.holds
        self.asked.append(scope)
        body = self.body + b"<!-- %d -->" % len(self.asked)
        if self.waits:
            await self.waits.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def cache(self) -> Visitors:
        return Visitors(self, [HERE], clock=lambda: self.time)


@dataclass
class Got:
    """An answer; none where the cache left the request to Django."""

    answered: bool = False
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


async def ask(visitors: Visitors, path: str = "/", method: str = "GET", host: str = HERE, **headers: str) -> Got:
    got = Got()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            got.status, got.headers = message["status"], dict(message["headers"])
        else:
            got.body += message["body"]

    address, _, query = path.partition("?")
    sent = [(b"host", host.encode()), (b"user-agent", b"a browser")]
    sent += [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"method": method, "scheme": "http", "path": address, "query_string": query.encode(), "headers": sent}
    got.answered = await visitors.answer(scope, send)
    return got


def apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run in a loop of its own, in a thread of its own: where a browser was, its loop runs in the thread of the tests."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, coroutine).result()


def running(test: Test) -> Callable[[], None]:
    """A test that runs in an event loop of its own."""

    def run() -> None:
        apart(test())

    run.__name__ = test.__name__
    return run


@running
async def test_the_second_visitor_gets_the_page_that_was_made_for_the_first() -> None:
    maker = Maker()
    cache = maker.cache()
    first, second = await ask(cache), await ask(cache)
    assert first.answered
    assert (first.status, first.body) == (200, b"<p>A page</p><!-- 1 -->")
    assert (second.body, second.headers, len(maker.asked)) == (first.body, first.headers, 1)


@running
async def test_a_page_is_made_anew_when_two_seconds_are_over() -> None:
    maker = Maker()
    cache = maker.cache()
    await ask(cache)
    maker.time += LONGEST - 0.01
    assert (await ask(cache)).body.endswith(b"<!-- 1 -->")
    maker.time += 0.01
    assert (await ask(cache)).body.endswith(b"<!-- 2 -->")


@running
async def test_a_page_is_made_anew_at_the_instant_up_to_which_it_holds() -> None:
    maker = Maker(holds=0.5)
    cache = maker.cache()
    await ask(cache)
    maker.time += 0.5
    assert (await ask(cache)).body.endswith(b"<!-- 2 -->")


@running
async def test_a_page_is_made_anew_after_a_purge() -> None:
    cache = Maker().cache()
    await ask(cache)
    cache.purge()
    assert (await ask(cache)).body.endswith(b"<!-- 2 -->")


@running
async def test_a_stampede_is_one_request_to_django() -> None:
    maker = Maker(waits=asyncio.Event())
    cache = maker.cache()
    crowd = [asyncio.create_task(ask(cache)) for _ in range(500)]
    await asyncio.sleep(0)
    maker.waits.set()
    assert {(await one).body for one in crowd} == {b"<p>A page</p><!-- 1 -->"}
    assert len(maker.asked) == 1


@running
async def test_a_page_that_was_being_made_at_a_purge_is_given_to_those_who_wait_and_to_nobody_later() -> None:
    maker = Maker(waits=asyncio.Event())
    cache = maker.cache()
    before = asyncio.create_task(ask(cache))
    await asyncio.sleep(0.01)
    cache.purge()
    after = asyncio.create_task(ask(cache))
    await asyncio.sleep(0.01)
    maker.waits.set()
    assert (await before).body.endswith(b"<!-- 1 -->")
    assert (await after).body.endswith(b"<!-- 2 -->")
    assert (await ask(cache)).body.endswith(b"<!-- 2 -->")


@running
async def test_nobody_waits_for_a_page_whose_time_is_over_while_it_is_made() -> None:
    maker = Maker(waits=asyncio.Event())
    cache = maker.cache()
    slow = asyncio.create_task(ask(cache))
    await asyncio.sleep(0.01)
    maker.time += LONGEST
    later = asyncio.create_task(ask(cache))
    await asyncio.sleep(0.01)
    maker.waits.set()
    assert (await slow).body.endswith(b"<!-- 1 -->")
    assert (await later).body.endswith(b"<!-- 2 -->")


@pytest.mark.parametrize(
    "sent",
    [
        {"cookie": "anything=1"},
        {"authorization": "Bearer stoa_key"},
        {"hx_request": "true"},
        {"hx_boosted": "true"},
        {"content_length": "3"},
        {"method": "POST"},
        {"method": "OPTIONS"},
        {"host": "evil.example"},
        {"path": "/?minutes=5"},
        {"path": "/agenda?q=words"},
        {"path": "/agenda?as=csv"},
        {"path": "/agenda?page=1&page=2"},
        {"path": "/agenda?page=%E4" + "9" * 300},
        {"path": "/search"},
        {"path": "/people/me"},
        {"path": "/account/login/"},
        {"path": "/nothing/of/the/kind"},
        {"path": "/api/v1/rounds"},
    ],
    ids=str,
)
def test_django_answers_who_may_be_somebody_or_wants_something_else(sent: dict[str, str]) -> None:
    async def run() -> None:
        maker = Maker()
        assert not (await ask(maker.cache(), **sent)).answered
        assert maker.asked == []

    apart(run())


@running
async def test_two_hosts_are_no_host() -> None:
    maker = Maker()
    assert not (await ask(maker.cache(), Host="evil.example")).answered


@running
async def test_no_header_of_a_visitor_reaches_django_or_the_next_visitor() -> None:
    maker = Maker()
    cache = maker.cache()
    claims = {
        "x_forwarded_host": "evil.example",
        "x_forwarded_proto": "https",
        "accept_language": "de",
        "referer": "http://evil.example/",
        "origin": "http://evil.example",
        "x_original_url": "/people/me",
    }
    await ask(cache, "/agenda?sort=state&page=2", **claims)
    (seen,) = maker.asked
    assert (seen["headers"], seen["client"]) == ([(b"host", HERE.encode())], ("", 0))
    assert (seen["scheme"], seen["path"], seen["query_string"]) == ("http", "/agenda", b"page=2&sort=state")
    await ask(cache, "/agenda?page=2&sort=state")
    assert len(maker.asked) == 1


@running
async def test_each_path_and_query_is_a_page_of_its_own() -> None:
    maker = Maker()
    cache = maker.cache()
    paths = ["/", "/agenda", "/agenda/2027", "/agenda?page=2", "/agenda?page=3"]
    bodies = [(await ask(cache, path)).body for path in paths + paths]
    assert bodies[:5] == bodies[5:]
    assert len(set(bodies)) == 5


@pytest.mark.parametrize(
    ("query", "known"),
    [
        (b"", ""),
        (b"page=2", "page=2"),
        (b"sort=-a&page=2", "page=2&sort=-a"),
        (b"page=%32", "page=2"),
        (b"page=", "page="),
        (b"page", None),
        (b"other=1", None),
        (b"page=1&page=1", None),
        (b"page=\xff", None),
        (b"page=" + b"1" * 300, None),
    ],
)
def test_queries_are_written_in_one_way(query: bytes, known: str | None) -> None:
    assert normalised(query, frozenset({"page", "sort"})) == known


@pytest.mark.parametrize(
    "answer",
    [
        {"headers": [*HTML, (b"set-cookie", b"csrftoken=1")]},
        {"headers": [*HTML, (b"vary", b"Cookie, Accept-Language")]},
        {"headers": [*HTML, (b"vary", b"*")]},
        {"headers": [*HTML, (b"cache-control", b"no-store")]},
        {"headers": [*HTML, (b"cache-control", b"public, max-age=60")]},
        {"headers": [*HTML, (b"content-encoding", b"br")]},
        {"headers": [(b"content-type", b"text/csv")]},
        {"body": b'<form class="x" method="post">'},
        {"body": b"<FORM action=/ METHOD='POST'>"},
        {"body": b'<input type="hidden" name="csrfmiddlewaretoken" value="1">'},
        {"status": 404},
        {"status": 302},
        {"body": b"x" * 1_000_001},
    ],
    ids=lambda answer: str(answer)[:60],
)
def test_what_is_no_page_for_everybody_is_neither_kept_nor_shared(answer: dict[str, Any]) -> None:
    async def run() -> None:
        maker = Maker(**answer)
        cache = maker.cache()
        assert not (await ask(cache)).answered
        assert not (await ask(cache)).answered
        assert len(maker.asked) == 2

    apart(run())


@running
async def test_a_fault_of_the_server_is_told_to_all_who_wait_and_not_kept() -> None:
    maker = Maker(status=503, headers=[*HTML, (b"retry-after", b"5")], waits=asyncio.Event())
    cache = maker.cache()
    crowd = [asyncio.create_task(ask(cache, accept_encoding="gzip")) for _ in range(5)]
    await asyncio.sleep(0)
    maker.waits.set()
    for one in crowd:
        got = await one
        assert (got.status, got.headers[b"retry-after"], got.body) == (503, b"5", b"<p>A page</p><!-- 1 -->")
    assert (await ask(cache)).body == b"<p>A page</p><!-- 2 -->"


def test_words_about_forms_keep_no_page_out() -> None:
    async def run() -> None:
        maker = Maker(
            body=b"<p>&lt;form method=\"post\"> and csrfmiddlewaretoken</p><form action='/search' role=search>"
        )
        assert (await ask(maker.cache())).answered

    apart(run())


@running
async def test_pages_are_packed_for_those_who_understand_it() -> None:
    cache = Maker().cache()
    plain = await ask(cache)
    for accepted in ("gzip, deflate, br", "br, gzip;q=0.5", "*"):
        packed = await ask(cache, accept_encoding=accepted)
        assert packed.headers[b"content-encoding"] == b"gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers[b"content-length"] == b"%d" % len(packed.body)
        assert packed.headers[b"etag"] != plain.headers[b"etag"]
    for accepted in ("", "br", "gzip;q=0", "gzip; q=0.0", "identity"):
        assert (await ask(cache, accept_encoding=accepted)).body == plain.body


@running
async def test_who_has_the_page_already_is_told_so() -> None:
    maker = Maker(body=b"<p>Same</p>")
    cache = maker.cache()
    tag = (await ask(cache)).headers[b"etag"].decode()
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await ask(cache, if_none_match=known)
        assert (again.status, again.body, again.headers[b"etag"]) == (304, b"", tag.encode())
        assert b"content-length" not in again.headers
    assert (await ask(cache, if_none_match='"other"')).status == 200
    cache.purge()
    assert (await ask(cache, if_none_match=tag)).status == 200


@running
async def test_a_page_may_be_shown_again_by_a_browser_only_after_asking() -> None:
    headers = (await ask(Maker(headers=[*HTML, (b"vary", b"Cookie")]).cache())).headers
    assert headers[b"cache-control"] == b"no-cache"
    assert headers[b"vary"] == b"accept-encoding, cookie"


@running
async def test_head_is_get_without_the_page() -> None:
    maker = Maker()
    cache = maker.cache()
    head, get = await ask(cache, method="HEAD"), await ask(cache)
    assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")
    assert [scope["method"] for scope in maker.asked] == ["GET"]


@running
async def test_memory_is_bounded_by_bytes() -> None:
    maker = Maker(body=b"\0" * 990_000)
    cache = maker.cache()
    many = MOST_BYTES // 990_000 + 2
    for number in range(many):
        await ask(cache, f"/agenda?page={number}")
    await ask(cache, f"/agenda?page={many - 1}")
    assert len(maker.asked) == many
    await ask(cache, "/agenda?page=0")
    assert len(maker.asked) == many + 1


@running
async def test_memory_is_bounded_by_pages() -> None:
    maker = Maker()
    cache = maker.cache()
    for number in range(MOST_PAGES + 1):
        await ask(cache, f"/agenda?page={number}")
    await ask(cache, f"/agenda?page={MOST_PAGES}")
    assert len(maker.asked) == MOST_PAGES + 1
    await ask(cache, "/agenda?page=0")
    assert len(maker.asked) == MOST_PAGES + 2


@running
async def test_a_fault_of_one_making_is_no_fault_of_the_next() -> None:
    class Breaks(Maker):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if not self.asked:
                self.asked.append(scope)
                raise OSError("gone")
            await super().__call__(scope, receive, send)

    cache = Breaks().cache()
    with pytest.raises(OSError, match="gone"):
        await ask(cache)
    assert (await ask(cache)).answered
