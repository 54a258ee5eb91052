"""A web server on this machine for the records that the checker is tried on."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stoa.verify import Report, verify
from stoa.verify.reading import Progress
from tests.verify.community import Community, Voting


@dataclass
class Site:
    """What is served below `/record`. `fails` counts down answers of 503; `moved` redirects; `asked` are the paths."""

    port: int
    files: dict[str, bytes] = field(default_factory=dict)
    fails: dict[str, int] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    drips: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.origin}"

    def community(self) -> Community:
        """A new community whose address this is, with its charter and questions."""
        community = Community(self.origin)
        community.found()
        return community

    def voted(self, **how: object) -> Community:
        """A community that has held one vote and decided."""
        return Voting(self.community(), **how).hold()  # type: ignore[arg-type]

    def serve(self, community: Community) -> None:
        self.files = community.publish()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        path = self.path.removeprefix("/record/")
        self.site.asked.append(path)
        if self.site.fails.get(path, 0) > 0:
            self.site.fails[path] -= 1
            self._answer(503, b"")
        elif path in self.site.refused:
            self._answer(403, b"")
        elif path in self.site.moved:
            self._answer(302, b"", Location=self.site.moved[path])
        elif path in self.site.drips:
            self._drip()
        elif path in self.site.files:
            self._answer(200, self.site.files[path], **self.site.headers)
        else:
            self._answer(404, b"not here")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        """A header a byte at a time, for as long as anyone listens."""
        try:
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
            while True:
                self.wfile.write(b"a")
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on a free port of this machine; it serves what the test puts into `files`."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.site = Site(server.server_address[1])  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield handler.site  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Stranger:
    """Somebody who verifies, and remembers what they saw."""

    state: Path

    def verify(
        self,
        target: str,
        key: str | None = None,
        on_progress: Progress | None = None,
        compare: Path | None = None,
    ) -> Report:
        return verify(target, key=key, state=self.state, compare=compare, on_progress=on_progress)

    def forget(self) -> None:
        for path in self.state.glob("*.json"):
            path.unlink()

    def remembered(self) -> int:
        """The size of the head that is remembered."""
        size = json.loads(next(self.state.glob("*.json")).read_text())["size"]
        assert isinstance(size, int)
        return size


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path / "state")


def first_failure(stranger: Stranger, site: Site) -> str:
    """The code of the first check that fails; a test for a passing record would read empty."""
    report = stranger.verify(site.url)
    assert report.exit_code == (1 if report.failed else 0), report.stopped
    return report.first_failure.code if report.first_failure else ""
