"""The few operations of Stoa's API that a run needs, over HTTP and in memory, with a line that breaks where a test wants it."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Community:
    """What the server holds, and what it was sent, in order."""

    plan: dict[str, Any]
    """The plan in force; `plans` has those before it, by their versions."""
    plans: dict[int, dict[str, Any]] = field(default_factory=dict)
    address: str = ""
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    begun_once: dict[str, int] = field(default_factory=dict)
    files: dict[str, bytearray] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    dependence: str = ""
    refusal: str = ""
    """Why nobody may begin a run."""
    log_is_open: bool = False
    breaks: list[str] = field(default_factory=list)
    """What is cut off the next time that it is asked: the start of `METHOD path`, each once."""

    def answer(self, method: str, path: str, body: bytes, once: str) -> tuple[int, dict[str, Any]]:
        """The answer to a request, as Stoa's API gives it."""
        parts = urlsplit(path)
        route = parts.path.removeprefix("/api/v1")
        self.said.append(f"{method} {route}")
        if method == "PATCH":
            return self._piece(route.split("/")[-1], body, int(parse_qs(parts.query)["at"][0]))
        given = json.loads(body) if body else {}
        if route.startswith("/me/files"):
            return self._files(route, given)
        if route == "/me/lab/keys":
            self.keys.append(given["key"])
            return 201, given
        if route == "/lab/studies/7/may-run":
            said = self.dependence if "reproduces" in parts.query else ""
            return (403, {"message": self.refusal}) if self.refusal else (200, {"may": True, "dependence": said})
        if route == "/lab/studies/7/runs":
            return self._begin(given, once)
        found = re.fullmatch(r"/lab/studies/7/runs/(\d+)(/\w+)?", route)
        wanted = int(parse_qs(parts.query).get("version", ["0"])[0])
        plan = self.plans.get(wanted, self.plan)
        return self._run(int(found[1]), found[2] or "", given) if found else (200, plan)

    def _files(self, route: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name = route.removeprefix("/me/files").strip("/")
        if not name:
            name = f"f{len(self.files)}"
            self.files[name], self.sizes[name] = bytearray(), given["bytes"]
        return (200, self._file(name)) if name in self.files else (404, {"message": "There is nothing here."})

    def _begin(self, given: dict[str, Any], once: str) -> tuple[int, dict[str, Any]]:
        if once in self.begun_once:
            number = self.begun_once[once]
            return 409, {
                "message": "This was already done.",
                "code": "already-done",
                "address": f"/lab/7/runs/{number}",
            }
        number = len(self.runs) + 1
        self.begun_once[once] = number
        self.runs[number] = given | {
            "run": number,
            "study": 7,
            "nonce": f"{number:064x}",
            "address": f"/lab/7/runs/{number}",
        }
        said = self.dependence if given.get("reproduces") else ""
        return 201, {"run": number, "nonce": f"{number:064x}", "seed": 1, "dependence": said}

    def _run(self, number: int, verb: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        run = self.runs[number]
        done = {"/submit": "submitted", "/commit": "committed"}.get(verb, verb)
        if verb == "/commit" and self.log_is_open:
            return 409, {"message": "Everybody can read the log of the claim by now.", "code": "log-open"}
        if verb and done in run:
            return 409, {"message": "This was done.", "remedy": "Begin another."}
        if verb == "/submit":
            run["log_digest"] = f"sha256:{hashlib.sha256(self.files[given['upload']]).hexdigest()}"
        return 200, run | ({done: run.setdefault(done, given)} if verb else {})

    def _file(self, name: str) -> dict[str, Any]:
        return {"id": name, "received": len(self.files[name]), "bytes": self.sizes[name]}

    def _piece(self, name: str, body: bytes, at: int) -> tuple[int, dict[str, Any]]:
        if at != len(self.files[name]):
            return 409, {"message": "Another number of bytes has come."}
        self.files[name] += body
        return 200, self._file(name)


@contextmanager
def community(plan: dict[str, Any]) -> Iterator[Community]:
    """Serve on a free port while the block runs."""
    held = Community(plan)

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = f"{self.command} {self.path.removeprefix('/api/v1')}"
            status, said = held.answer(self.command, self.path, body, self.headers.get("Idempotency-Key", ""))
            if broken := next((one for one in held.breaks if asked.startswith(one)), None):
                held.breaks.remove(broken)
                self.close_connection = True
                return  # it was done, and the answer is lost
            answer = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    held.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
