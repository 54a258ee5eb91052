"""Calls Django's WSGI application in a thread, with as few hand-overs between it and the event loop as there can be.

Each hand-over waits for the interpreter's lock. A small body is read before a thread is taken, so that a slow sender holds
none either, and the first parts of an answer are handed on without waiting for them to be sent.
"""

from __future__ import annotations

from contextvars import copy_context
from io import BytesIO
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import Body, WSGIResponder, build_environ

SMALL = 64 * 1024
"""Bytes of a request's body that are read before a thread is taken. What is larger is read as the view asks for it."""

PRINTABLE = "".join(map(chr, range(33, 127)))
"""Characters of a query that stay as they are."""

AHEAD = 3
"""Parts of an answer that are handed on without waiting: the head, the body of a page that is whole at once, its end."""


class Bridge(WSGIMiddleware):
    """The application as ASGI; each request runs wholly in one thread, as Django's database connections demand."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        await _Call(self.app, self.executor, self.send_queue_size)(scope, receive, send)


class _Call(WSGIResponder):
    def __init__(self, *made_of: Any) -> None:
        super().__init__(*made_of)
        self._ahead = AHEAD

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked: Any = {**scope, "query_string": _written_out(scope["query_string"])}
        environ = build_environ(asked, Body(self.loop, receive))
        if _is_small(environ.get("CONTENT_LENGTH", "")):
            environ["wsgi.input"] = BytesIO(await _whole(receive))
        sender = self.loop.create_task(self.sender(send))
        try:
            run = copy_context().run
            await self.loop.run_in_executor(self.executor, run, self.wsgi, environ, self.start_response)
            await self.send_queue.put(None)
            await sender
            if self.exc_info is not None:
                raise self.exc_info[1].with_traceback(self.exc_info[2])
        finally:
            sender.cancel()

    def send(self, message: Any) -> None:
        if self._ahead:
            self._ahead -= 1
            self.loop.call_soon_threadsafe(self.send_queue.put_nowait, message)
        else:
            super().send(message)


def _written_out(query: bytes) -> bytes:
    """The query with octets that may not stand in one, as some programs send them, in their percent form."""
    return query if query.isascii() else quote_from_bytes(query, safe=PRINTABLE).encode()


def _is_small(length: str) -> bool:
    return length.isascii() and length.isdecimal() and len(length) < 9 and int(length) <= SMALL


async def _whole(receive: Any) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)
