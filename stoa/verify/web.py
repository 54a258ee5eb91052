"""Fetches from a server that is not trusted: bounded in size, in time and in where it may send us."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from stoa import __version__
from stoa.verify.faults import Broken, Misused, Unreachable
from stoa.verify.shown import shown

TRIES = 4
FIRST_PAUSE = 0.5
"""Seconds before a request is tried again; doubled each time."""
MOST_REDIRECTS = 3
LOOK_AHEAD = 8
"""Requests under way at once. At 16.8 MB for the largest bundle of entries they hold 135 MB at worst."""

_TIMEOUTS = httpx.Timeout(20, connect=10)
_GONE = {404, 410}
_AGAIN = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Patience:
    """How long to wait: `grace` seconds, and a second more for every `rate` bytes that came."""

    grace: float
    rate: int

    def seconds(self, received: int) -> float:
        """How long all may take that brought so many bytes."""
        return self.grace + received / self.rate


ONE_ANSWER = Patience(60, 16 * 1024)
WHOLE_RUN = Patience(600, 32 * 1024)


T = TypeVar("T")


class Web:
    """The server below one address. Requests run in a thread of its own, so that a dripping answer can be cut off.

    `get` and `in_order` raise Broken where the answer can't be right (too large, sent elsewhere, refused) and
    Unreachable where there is none in time. None stands for "not there" (404, 410).
    """

    def __init__(
        self,
        base: httpx.URL,
        *,
        each: Patience = ONE_ANSWER,
        total: Patience = WHOLE_RUN,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self.base = base
        self._each, self._total, self._first_pause = each, total, first_pause
        self._started, self._received = time.monotonic(), 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stoa-verify-web", daemon=True)
        self._thread.start()
        self._client = self._wait(self._submit(_new_client()))

    def close(self) -> None:
        """Drop what is under way and end the thread."""
        self._wait(self._submit(self._shut()))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def get(self, path: str, cap: int) -> bytes | None:
        """The body at `path` below the base, of at most `cap` bytes."""
        return self._wait(self._submit(self._fetch(path, cap)))

    def in_order(self, wanted: Iterable[tuple[str, int]]) -> Iterator[bytes | None]:
        """The bodies of many paths, each with its cap, in their order; some are fetched ahead."""
        waiting: deque[Future[bytes | None]] = deque()
        try:
            for path, cap in wanted:
                waiting.append(self._submit(self._fetch(path, cap)))
                if len(waiting) == LOOK_AHEAD:
                    yield self._wait(waiting.popleft())
            while waiting:
                yield self._wait(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, future: Future[T]) -> T:
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    async def _shut(self) -> None:
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._client.aclose()

    async def _fetch(self, path: str, cap: int) -> bytes | None:
        """One body, tried again after a pause where the fault may pass."""
        for tried in range(1, TRIES + 1):
            try:
                return await self._follow(path, cap)
            except (httpx.TransportError, TimeoutError, _Busy) as fault:
                if tried == TRIES or self._out_of_time():
                    raise Unreachable(f"{shown(path)}: {_spoken(fault)}, tried {tried} times.") from fault
            await asyncio.sleep(self._first_pause * 2 ** (tried - 1))
        raise AssertionError("the last try returns or raises")

    async def _follow(self, path: str, cap: int) -> bytes | None:
        url = httpx.URL(f"{self.base}/{path}")
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._ask(url, path, cap)
            if not isinstance(answer, httpx.URL):
                return answer
            url = answer
        raise Unreachable(f"{shown(path)}: the server redirects again and again.")

    async def _ask(self, url: httpx.URL, path: str, cap: int) -> bytes | httpx.URL | None:
        """One request: a body, None where nothing is there, or the address of a redirect that may be followed."""
        async with asyncio.timeout(min(self._each.grace, self._left())) as limit:
            async with self._client.stream("GET", url) as answer:
                if answer.next_request:
                    return _target(url, answer.next_request.url, path)
                if answer.status_code in _GONE:
                    return None
                _check_status(answer, path)
                return await self._read(answer, path, cap, limit)

    async def _read(self, answer: httpx.Response, path: str, cap: int, limit: asyncio.Timeout) -> bytes:
        body = bytearray()
        began = limit.when() or 0.0
        async for chunk in answer.aiter_raw():
            body += chunk
            self._received += len(chunk)
            if len(body) > cap:
                raise Broken(f"{shown(path)} is larger than the {cap:,} bytes that it can rightly have.")
            limit.reschedule(min(began + len(body) / self._each.rate, self._loop.time() + self._left()))
        return bytes(body)

    def _left(self) -> float:
        return self._started + self._total.seconds(self._received) - time.monotonic()

    def _out_of_time(self) -> bool:
        return self._left() <= 0


class _Busy(Exception):
    """The server says that it can't answer now."""


async def _new_client() -> httpx.AsyncClient:
    # Compression is not asked for, and not undone: a small body could unfold into a huge one.
    headers = {"user-agent": f"stoa-verify/{__version__}", "accept-encoding": "identity"}
    return httpx.AsyncClient(headers=headers, timeout=_TIMEOUTS, follow_redirects=False)


def _check_status(answer: httpx.Response, path: str) -> None:
    if answer.status_code in _AGAIN:
        raise _Busy(f"the server answered {answer.status_code}")
    if answer.status_code != httpx.codes.OK:
        raise Unreachable(f"{shown(path)}: the server answered {answer.status_code}.")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise Unreachable(f"{shown(path)}: the server compressed its answer although asked not to.")


def _target(url: httpx.URL, target: httpx.URL, path: str) -> httpx.URL:
    """Where a redirect leads, if that is the same server, or the same name now under TLS."""
    to_tls = (url.scheme, target.scheme) == ("http", "https")
    same = (url.scheme, url.netloc) == (target.scheme, target.netloc)
    if url.host == target.host and (same or to_tls):
        return target
    raise Unreachable(
        f"{shown(path)}: the server sends us elsewhere, to {shown(str(target))}. Ask that address itself."
    )


def _spoken(fault: Exception) -> str:
    if isinstance(fault, TimeoutError | httpx.TimeoutException):
        return "the server did not answer in time"
    if isinstance(fault, httpx.ConnectError):
        return "the server can't be reached"
    return shown(str(fault)) or "the connection broke"


def address(target: str) -> httpx.URL:
    """The community's address in `target`, without trailing slash; Misused where it can't be one."""
    try:
        url = httpx.URL(target.strip())
    except httpx.InvalidURL as fault:
        raise Misused(f"{shown(target)} is not an address: {shown(str(fault))}.") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise Misused(f"{shown(target)} is not an address that begins with http:// or https://.")
    if url.userinfo or url.query or url.fragment:
        raise Misused("Give the community's plain address: without a password, a question mark or a hash sign.")
    return url.copy_with(path=url.path.rstrip("/"))
