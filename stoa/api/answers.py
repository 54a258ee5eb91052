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

    def answer(request: HttpRequest, problem: Problem, status: int) -> HttpResponse:
        response = api.create_response(request, problem.dict(), status=status)
        if status == 401:
            response["WWW-Authenticate"] = "Bearer"
        return response

    def fault(request: HttpRequest, error: Fault) -> HttpResponse:
        return answer(request, _problem(error), error.status)

    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer(request, _of_input(error.errors), 422)

    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        del error
        return answer(
            request, Problem(message="There is nothing here.", remedy="Check the address.", code="missing"), 404
        )

    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        remedy = "Send JSON in UTF-8, of 4 MB at most." if error.status_code == 400 else ""
        return answer(request, Problem(message=f"{error.message}.", remedy=remedy, code="request"), error.status_code)

    def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        del error
        problem = Problem(message="The request is too large.", remedy="Send 4 MB at most.", code="too-large")
        return answer(request, problem, 413)

    api.add_exception_handler(Fault, fault)
    api.add_exception_handler(RequestDataTooBig, too_large)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(Http404, missing)
    api.add_exception_handler(HttpError, refused)


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
