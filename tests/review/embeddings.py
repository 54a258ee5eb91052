"""A real server of embeddings on this machine, which knows letters: the vector of a text counts some of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LETTERS = "qxz"
Way = Callable[[list[str]], tuple[int, Any]]


@dataclass
class Served:
    """Where it answers, and what it was asked: texts, models and keys."""

    address: str = ""
    batches: list[list[str]] = field(default_factory=list)
    models: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


def by_letters(texts: list[str]) -> tuple[int, Any]:
    """What a server of embeddings answers; in the reverse order, which its numbers mend."""
    rows = [{"index": n, "embedding": [text.count(one) for one in LETTERS]} for n, text in enumerate(texts)]
    return 200, {"object": "list", "data": rows[::-1], "model": "letters"}


@contextmanager
def embeddings(way: Way = by_letters) -> Iterator[Served]:
    """Serve until the block is left."""
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.batches.append(asked["input"])
            served.models.add(asked["model"])
            served.keys.add(self.headers.get("Authorization", ""))
            status, answer = way(asked["input"]) if self.path == "/v1/embeddings" else (404, {})
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "/v1/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
