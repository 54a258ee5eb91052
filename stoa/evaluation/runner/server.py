"""What a run asks of a server, by its HTTP API: the plan, a number, and to take the log. Faults of the line are tried again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from stoa.evaluation.faults import Unusable

_PIECE = 2 * 1024 * 1024
_TRIES = 5
_PATIENCE = 60


@dataclass(frozen=True)
class Numbered:
    """A run as the server numbered it: its number within the study and the nonce that its log must carry.

    `dependence` says why a reproduction would not count as independent; it is empty where it would.
    """

    number: int
    nonce: str
    dependence: str = ""


class Server:
    """A server at an address, asked in the name of whoever the token belongs to. The token is kept in memory alone."""

    def __init__(self, address: str, token: str, *, wait: float = 1.0) -> None:
        self._wait, self._named = wait, bool(token)
        if not address.startswith(("http://", "https://")):
            raise Unusable(f"{address} is no address.", "Give one such as https://community.example.")
        try:
            self._http = httpx.Client(
                base_url=f"{address.rstrip('/')}/api/v1",
                headers={"Authorization": f"Bearer {token}"} if token else {},
                timeout=_PATIENCE,
            )
        except (httpx.InvalidURL, UnicodeError):
            raise Unusable(f"{address} is no address.", "Give one such as https://community.example.") from None
        self.address = address

    def plan(self, study: int, version: int | None = None) -> dict[str, Any]:
        """The plan of a study that is in force, or in this version of it."""
        params = {"version": str(version)} if version else {}
        return _object(self._answer("GET", f"/lab/studies/{study}/plan", None, {}, params))

    def run(self, study: int, number: int) -> dict[str, Any]:
        """What is public of a run."""
        return self._said("GET", f"/lab/studies/{study}/runs/{number}")

    def demand_may_begin(self, study: int, reproduces: int | None) -> str:
        """Raise why whoever the token belongs to may not begin a run of this study, before anything is done for it.

        Returns why a reproduction would not count as independent; nothing where it would.
        """
        params = {"reproduces": str(reproduces)} if reproduces else {}
        found = _object(self._answer("GET", f"/lab/studies/{study}/may-run", None, {}, params))
        return str(found.get("dependence") or "")

    def begin(self, study: int, *, model: str, suite: str, reproduces: int | None, once: str) -> Numbered:
        """Have an attempt numbered. `once` makes it one however often it is asked for."""
        asked = {"model": model, "suite": suite} | ({"reproduces": reproduces} if reproduces else {})
        found = self._said("POST", f"/lab/studies/{study}/runs", asked, once=once)
        return Numbered(int(found["run"]), str(found["nonce"]), str(found.get("dependence") or ""))

    def failed(self, study: int, number: int, reason: str) -> None:
        """Say that an attempt ended without a log, and why."""
        self._said("POST", f"/lab/studies/{study}/runs/{number}/failed", {"reason": reason})

    def register(self, key: str) -> None:
        """Register the public half of the key that signs; a key that is registered already stays so."""
        self._said("POST", "/me/lab/keys", {"key": key})

    def commit(self, study: int, number: int, commitment: str) -> None:
        """Commit to the log of a reproduction, before the log that it reproduces may be seen.

        One that is committed already stays so: whether to this log is seen when it is handed in.
        """
        path = f"/lab/studies/{study}/runs/{number}/commit"
        answer = self._answer("POST", path, {"commitment": commitment}, {}, {})
        if answer.status_code != httpx.codes.CONFLICT or _json(answer).get("code") == "log-open":
            _object(answer)

    def submit(self, study: int, number: int, signed: dict[str, str], log: str) -> dict[str, Any]:
        """Hand in a log that was sent whole: its upload, the signature, the key, and the salt of a reproduction.

        `log` is its digest, by which one that was handed in before is known again.
        """
        answer = self._answer("POST", f"/lab/studies/{study}/runs/{number}/submit", signed, {}, {})
        if answer.status_code == httpx.codes.CONFLICT:
            found = self.run(study, number)
            if str(found.get("log_digest", "")).removeprefix("sha256:") == log:
                return found
        return _object(answer)

    def bring(self, results: dict[str, Any]) -> int:
        """Bring results of another program's file; how many were new."""
        return int(self._said("POST", "/lab/imported", results)["results"])

    def begin_file(self, file: Path) -> str:
        """Begin to send a log; the answer is the upload's id."""
        size = file.stat().st_size
        return str(self._said("POST", "/me/files", {"name": "log.eval", "bytes": size, "sort": "log"})["id"])

    def send(self, upload: str, file: Path, told: Callable[[int], None]) -> None:
        """Send what the server has not yet of a file, piece by piece; `told` hears how many bytes have come."""
        size = file.stat().st_size
        came = int(self._said("GET", f"/me/files/{upload}")["received"])
        with file.open("rb") as body:
            while came < size:
                body.seek(came)
                came = self._piece(upload, body.read(_PIECE), came)
                told(came)

    def _piece(self, upload: str, piece: bytes, at: int) -> int:
        """How many bytes have come after this piece, also where another try of it had come already."""
        path = f"/me/files/{upload}"
        answer = self._answer("PATCH", path, piece, {}, {"at": str(at)})
        if answer.status_code == httpx.codes.CONFLICT:
            came = int(self._said("GET", path)["received"])
            if came == at:
                raise _refusal(answer)
            return came
        return int(_object(answer)["received"])

    def has(self, upload: str) -> bool:
        """Whether an upload that was begun is still known."""
        return self._answer("GET", f"/me/files/{upload}", None, {}, {}).status_code == httpx.codes.OK

    def _said(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        once: str = "",
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": once} if once else {}
        answer = self._answer(method, path, body, headers, {})
        if answer.status_code == httpx.codes.CONFLICT and once:
            return self._done_before(answer)
        return _object(answer)

    def _done_before(self, answer: httpx.Response) -> dict[str, Any]:
        """What an earlier request under the same key led to: the run whose address the answer names."""
        address = str(_json(answer).get("address", ""))
        if "/runs/" not in address:
            raise _refusal(answer)
        study, number = address.rstrip("/").split("/")[-3], address.rstrip("/").split("/")[-1]
        return self.run(int(study), int(number)) | {"run": int(number)}

    def _answer(
        self, method: str, path: str, body: Any, headers: dict[str, str], params: dict[str, str]
    ) -> httpx.Response:
        """The answer, after as many tries as a broken line, a full server or one that starts needs."""
        for turn in range(1, _TRIES + 1):
            try:
                answer = self._once(method, path, body, headers, params)
            except httpx.TransportError:
                if turn == _TRIES:
                    raise Unusable(f"{self.address} can't be reached.", "Try again: nothing is lost.") from None
            else:
                if answer.status_code == httpx.codes.FORBIDDEN and not self._named:
                    raise Unusable("This takes a key of yours.", "Make one on “Your keys”, and set STOA_TOKEN to it.")
                if answer.status_code not in {429, 502, 503, 504} or turn == _TRIES:
                    return answer
            time.sleep(self._wait * 2 ** (turn - 1))
        raise AssertionError("the last turn returns or raises")

    def _once(
        self, method: str, path: str, body: Any, headers: dict[str, str], params: dict[str, str]
    ) -> httpx.Response:
        if isinstance(body, bytes):
            return self._http.request(method, path, content=body, headers=headers, params=params)
        return self._http.request(method, path, json=body, headers=headers, params=params)


def _object(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise _refusal(answer)
    return _json(answer)


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json() if answer.content else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unusable("This is not the API of a Stoa server.", "Check --server.")
    return found


def _refusal(answer: httpx.Response) -> Unusable:
    """What the server says, in its own words."""
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return Unusable("The server does not know this token.", "Set STOA_TOKEN to an API key of yours.")
    try:
        said = answer.json()
        return Unusable(str(said["message"]), str(said.get("remedy") or ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Unusable(f"The server answered {answer.status_code}.", "Check --server and the study's number.")
