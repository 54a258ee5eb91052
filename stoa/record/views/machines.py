"""The record for programs, byte for byte as docs/record.md and C2SP tlog-tiles say, open to scripts of any origin."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from stoa.methods.tiles import BadTile, parse_path
from stoa.record import keys, queries

TEXT, OCTETS = "text/plain; charset=utf-8", "application/octet-stream"
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_MOMENT = "public, max-age=1"
FOR_AN_HOUR = "public, max-age=3600"
"""Of the verifier key, which changes only with the community's address."""

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _open_to_all(view: View[P]) -> View[P]:
    """Let scripts of other sites read the answer too, its faults included; it depends on no cookie."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answer


@_open_to_all
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The latest signed head."""
    return _found(queries.head().note.encode(), TEXT, FOR_A_MOMENT)


@_open_to_all
@require_safe
def vkey(request: HttpRequest) -> HttpResponse:
    """The verifier key, one line."""
    return _found(f"{keys.vkey()}\n".encode(), TEXT, FOR_AN_HOUR)


@_open_to_all
@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile of hashes or a bundle of entries, whole or partial, as far as the latest head covers it."""
    try:
        body = queries.tile(parse_path(path))
    except BadTile as fault:
        return _missing(str(fault))
    return _missing("The log is not that long.") if body is None else _found(body, OCTETS, FOR_EVER)


@_open_to_all
@require_safe
def blob(request: HttpRequest, sha256: str) -> HttpResponse:
    """A public body, named by its hash."""
    body = queries.blob(sha256)
    return _missing("There is no body of this name.") if body is None else _found(body, OCTETS, FOR_EVER)


def _found(body: bytes, content_type: str, caching: str) -> HttpResponse:
    return HttpResponse(body, content_type=content_type, headers={"Cache-Control": caching})


def _missing(says: str) -> HttpResponse:
    """One line; not kept for long, since what is missing now may come with the next entry."""
    return HttpResponse(f"{says}\n", status=404, content_type=TEXT, headers={"Cache-Control": FOR_A_MOMENT})
