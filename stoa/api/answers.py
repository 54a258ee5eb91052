"""How the API says no: each fault as JSON with its status, and the same shape for what no act raised."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from stoa.kit.faults import AlreadyDone, Fault


class Problem(Schema):
    """Why a request was not carried out: what was wrong, what would be right, which field, and a code for programs."""

    message: str
    remedy: str = ""
    field: str = ""
    code: str = ""
    address: str = ""


def answer_faults(api: NinjaAPI) -> None:
    """Let the API answer every fault in this form."""

    def answer(request: HttpRequest, error: Any) -> HttpResponse:
        problem, status = problem_of(error)
        response = api.create_response(request, problem.dict(), status=status)
        if status == 401:
            response["WWW-Authenticate"] = "Bearer"
        return response

    for kind in (Fault, RequestDataTooBig, ValidationError, Http404, HttpError):
        api.add_exception_handler(kind, answer)


def problem_of(error: Exception) -> tuple[Problem, int]:
    """What the answer says, and its status."""
    if isinstance(error, Fault):
        return _problem(error), error.status
    if isinstance(error, ValidationError):
        return _of_input(error.errors), 422
    if isinstance(error, RequestDataTooBig):
        return Problem(message="The request is too large.", remedy="Send 4 MB at most.", code="too-large"), 413
    if isinstance(error, HttpError):
        remedy = "Send JSON in UTF-8." if error.status_code == 400 else ""
        return Problem(message=f"{error.message}.", remedy=remedy, code="request"), error.status_code
    return Problem(message="There is nothing here.", remedy="Check the address.", code="missing"), 404


def _problem(fault: Fault) -> Problem:
    done = isinstance(fault, AlreadyDone)
    return Problem(
        message=fault.message,
        remedy=fault.remedy,
        field=fault.field,
        code=fault.code or ("already-done" if done else ""),
        address=fault.outcome if isinstance(fault, AlreadyDone) else "",
    )


def _of_input(errors: list[dict[str, Any]]) -> Problem:
    """The first of the input's faults; the place names parts of the request before the field itself."""
    first = errors[0] if errors else {"loc": (), "msg": "The input is not acceptable"}
    places = [str(part) for part in first["loc"] if part not in {"body", "query", "path", "given", "filters"}]
    said = str(first["msg"]).removeprefix("Value error, ")
    field = ".".join(places)
    more = f" {len(errors) - 1} more fields are wrong." if len(errors) > 1 else ""
    message = f"{field}: {said}." if field else f"{said[:1].upper()}{said[1:]}."
    return Problem(
        message=message + more, remedy="The reference at /api/docs says what fits.", field=field, code="input"
    )
