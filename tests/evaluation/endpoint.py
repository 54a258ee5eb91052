"""An endpoint with the API of OpenAI, made for tests: it answers what a script says, also wrongly, late or not at all."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = bytes | Iterable[bytes]
Way = Callable[["Asked", int], tuple[int, Answer, float]]
"""Given the endpoint and how often this prompt was asked before: status, body, whole or in parts, and seconds to wait first."""


def completion(text: str) -> bytes:
    """A right answer."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    ).encode()


def right(_asked: Asked, _before: int) -> tuple[int, bytes, float]:
    """Answer at once."""
    return 200, completion("42"), 0


@dataclass
class Asked:
    """What an endpoint was asked: how often each prompt, and with which keys."""

    address: str = ""
    prompts: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def total(self) -> int:
        """How often it was asked."""
        return sum(self.prompts.values())


@contextmanager
def endpoint(way: Way = right) -> Iterator[Asked]:
    """Serve on a free port while the block runs."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body: Any = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = json.dumps(body["messages"])
            with asked.lock:
                before = asked.prompts[prompt]
                asked.prompts[prompt] += 1
                asked.keys.add(self.headers.get("Authorization", ""))
            status, answer, seconds = way(asked, before)
            time.sleep(seconds)
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if isinstance(answer, bytes):
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                for part in [answer] if isinstance(answer, bytes) else answer:
                    self.wfile.write(part)
            except (BrokenPipeError, ConnectionResetError):
                pass  # whoever asked was killed or tired of waiting

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    asked.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
