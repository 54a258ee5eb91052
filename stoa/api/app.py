"""The HTTP API, assembled from each app's api.py: everything that a page does, under /api/v1."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from stoa import __version__
from stoa.agenda.api import router as agenda
from stoa.api.answers import Problem, answer_faults, problem_of
from stoa.api.callers import Caller
from stoa.ballots.api import router as ballots
from stoa.charter.api import router as charter
from stoa.forum.api.moderation import router as moderation
from stoa.forum.api.posts import router as forum
from stoa.kit import once
from stoa.lab.api import router as lab
from stoa.members.api import router as members
from stoa.notices.api import router as notices
from stoa.people.api import router as people
from stoa.record.api import router as record
from stoa.review.api import router as review
from stoa.site.api.data import router as data
from stoa.site.api.files import router as files
from stoa.site.api.search import router as search

ABOUT = """Everything that a page does. Lists come in parts (`limit`, `offset`) with the `count` of all that match.
Send `Idempotency-Key` with a request that changes something: sent again under the same key, nothing is done twice."""


class Api(NinjaAPI):
    """The API whose description names, for each operation, the answer to what can't be done."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """The OpenAPI description."""
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["Problem"] = Problem.json_schema()
        problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = {"description": "Why it was not done", "content": problem}
        return schema

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The function's own name, which is unique here."""
        name: str = operation.view_func.__name__
        return name


def under_its_key(operation: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let an operation's act carry the request's Idempotency-Key; no answer is kept by a cache in between."""

    @functools.wraps(operation)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with once.under(request.headers.get("Idempotency-Key", "")):
            response = operation(request, *args, **kwargs)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return call


api = Api(
    title="Stoa",
    version=__version__,
    description=ABOUT,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Caller(),
)
api.add_decorator(under_its_key, mode="view")
for router in (
    agenda,
    members,
    notices,
    ballots,
    people,
    record,
    charter,
    search,
    files,
    data,
    forum,
    moderation,
    review,
    lab,
):
    api.add_router("", router)
answer_faults(api)


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """The answer to an address below /api/v1 that is none: in the same form as every other fault."""
    problem, status = problem_of(Http404())
    return api.create_response(request, problem.dict(), status=status)
