"""The API under requests that its own description allows, and others: nothing breaks, and every answer is one that is permitted."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from stoa.people.acts import create_token
from stoa.people.models import Person
from tests import postgres
from tests.cast import browser
from tests.house import House, full_house
from tests.stage import acting

pytestmark = pytest.mark.slow
OWN = {
    "list_announcements", "list_similar_statements", "get_next_statement", "list_own_answers", "get_proof", "get_draft",
    "get_receipt", "get_me", "list_following", "list_keys", "list_looks", "list_drafts", "list_named",
    "list_my_seats", "list_pieces", "list_seats", "list_conflicts", "get_assignment_proof", "get_outlook", "list_summary",
    "list_my_pieces", "list_other_reviews", "list_remarks", "get_sheet",
    "list_my_reports", "list_my_decisions", "list_hidden", "list_muted", "list_cases", "get_case",
    "list_files", "get_file", "get_file_content", "get_my_application", "get_own_decision", "get_letters",
    "get_onboarding",
    "get_reading", "list_candidates", "get_review_pdf",
    "list_applications", "get_application", "list_decisions", "list_call_appeals", "list_application_files",
    "get_application_file",
    "list_drafted_announcements", "get_own_registration", "list_registered",
    "list_suspensions", "get_suspension", "list_own_suspensions",
    "list_pairs", "get_pair", "list_invitations", "list_copies", "get_copy",
    "list_study_drafts", "get_study_draft", "list_run_keys", "may_begin", "list_result_files", "get_result_file",
}  # fmt: skip
"""Reads that are refused to some; every other read is for everybody."""

WAITING = {
    "get_result", "list_payments", "get_bundle", "get_pabulib", "get_preflib", "get_proof", "get_polis",
    "list_own_answers", "get_next_statement", "get_draft", "get_receipt", "get_place", "list_summary",
    "get_log", "may_begin",
}  # fmt: skip
"""Reads of what is there only in some phases of a round."""

PACED = {
    "list_people",
    "propose_statement",
    "propose_question",
    "write_post",
    "edit_post",
    "report_something",
    "begin_file",
    "ask_about_call",
    "begin_run",
    "may_begin",
    "draft_study",
    "register_key",
    "ask_for_own_data",
}
"""What can come too fast."""
CSRF = "a" * 32


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), postgres.clone(), full_house() as house:
        cache.clear()
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)
        yield house
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)


Headers = dict[str, str]


def permitted(name: str, method: str, raw: dict[str, Any]) -> set[int]:
    """The statuses with which this operation may answer a person, a program or a visitor, whatever is sent."""
    statuses = {int(status) for status in raw["responses"] if status != "default"}
    places = {parameter["in"] for parameter in raw.get("parameters", [])}
    statuses |= {404} if "path" in places else set()
    statuses |= {422} if places or "requestBody" in raw else set()
    if method == "get":
        paced = {429} if name in PACED else set()
        return statuses | paced | ({403} if name in OWN else set()) | ({409} if name in WAITING else set())
    statuses |= {403, 404, 409} | (
        {400, 413} if "requestBody" in raw else set()
    )  # no description can bound a whole body
    return statuses | ({429} if name in PACED else set())


def callers(house: House) -> dict[str, Headers]:
    """A visitor; a member and an author by their keys; a steward by a session with its second factor."""
    client: Client = browser(house.cast.steward)
    session = client.cookies["sessionid"].value
    by_session = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
    return {
        "visitor": {},
        "member": by_key(house.cast.member),
        "author": by_key(house.one),
        "steward": by_session,
    }


def by_key(person: Person) -> Headers:
    return {"Authorization": f"Bearer {create_token(acting(person), person=person, name='any')[1]}"}


def _closing(application: Any) -> Callable[[dict[str, Any], Any], list[bytes]]:
    """The application, each of whose answers is closed when it was read, as a server does."""

    def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
        with closing(application(environ, start)) as parts:
            return [b"".join(parts)]

    return answer


@dataclass
class Asking:
    """Sends requests to every operation: fitting and unfitting ones, with ids made up and real, as everybody."""

    house: House
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)

    def everything(self, each: int) -> None:
        """So many requests to each operation; what is wrong is kept and told together."""
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", _closing(get_wsgi_application()))
        people = st.sampled_from(list(callers(self.house).values()))
        limits = settings(
            max_examples=each, deadline=None, database=None, derandomize=True,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        for found in schema.get_all_operations():
            modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
            fillings = st.sampled_from([None, *self.house.values_for(found.ok().path)])
            cases = st.one_of(*(found.ok().as_strategy(generation_mode=mode) for mode in modes))
            limits(given(cases, people, fillings)(self._one))()

    def _one(self, case: Any, caller: Headers, filling: dict[str, str] | None) -> None:
        parts = case.path_parameters or {}
        case.path_parameters = parts | {name: value for name, value in (filling or {}).items() if name in parts}
        case.headers.pop("Authorization", None)
        with transaction.atomic():
            answer = case.call(headers=caller)
            transaction.set_rollback(True)
        raw = case.operation.definition.raw
        name = raw["operationId"]
        self.statuses[name][answer.status_code] += 1
        if fault := _fault(answer, permitted(name, case.operation.method.lower(), raw)):
            self.wrong.append(f"{name}: {fault}: {case.as_curl_command()}: {answer.content[:200]!r}")


def _fault(answer: Any, permitted: set[int]) -> str:
    """What is wrong with an answer; nothing where nothing is."""
    status, kind = answer.status_code, answer.headers.get("content-type", [""])[0]
    if status not in permitted:
        return f"{status} is not permitted"
    if status < 400 or status == 405:
        return ""
    if kind != "application/json; charset=utf-8":
        return f"{status} as {kind}"
    told = json.loads(answer.content)
    whole = told.keys() == {"message", "remedy", "field", "code", "address"} and told["message"]
    return "" if whole else f"{status} without words"


def test_no_request_breaks_anything(house: House) -> None:
    asking = Asking(house)
    asking.everything(each=5)
    assert asking.wrong == []
    assert sum(found.total() for found in asking.statuses.values()) >= 500
    assert asking.statuses.keys() >= OWN | WAITING | PACED


@pytest.mark.prove
def test_none_of_ten_thousand_requests_breaks_anything(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    asking = Asking(house)
    asking.everything(each=90)
    counts = sum(asking.statuses.values(), Counter())
    lines = [f"{name:<30} {_told(found)}" for name, found in sorted(asking.statuses.items())]
    with capsys.disabled():
        print(f"\n\nAPI: {counts.total():,} requests to {len(lines)} operations: {_told(counts)}\n", *lines, sep="\n")  # noqa: T201
    assert asking.wrong == []
    assert counts.total() >= 10_000


def _told(counts: Counter[int]) -> str:
    return "  ".join(f"{status} x {count:,}" for status, count in sorted(counts.items()))
