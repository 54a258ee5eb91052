"""The reference: every operation is described, and the page needs no script and no other server."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
from django.test import Client

import stoa
from stoa.api.app import api
from stoa.kit.act import ACTS
from tests.stage import begin

pytestmark = pytest.mark.slow

OPERATIONS = [
    (path, method, operation)
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method, operation in operations.items()
]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=lambda value: str(value)[:40])
def test_every_operation_has_a_summary_and_a_description(path: str, method: str, operation: dict[str, str]) -> None:
    assert operation.get("summary"), f"{method} {path} has no summary"
    assert operation.get("description"), f"{method} {path} has no description"
    assert operation["summary"] != operation["description"]


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_the_page_names_every_operation_without_scripts_of_its_own() -> None:
    begin()
    answer = Client().get("/api/docs")
    page = answer.content.decode()
    assert answer.status_code == 200
    for path, _, operation in OPERATIONS:
        assert path in page
        assert escape(operation["summary"]) in page
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"(?:src|href)=\"https?://", page.replace("http://testserver", ""))


@pytest.mark.django_db
def test_each_operation_is_explained_where_the_page_leads_and_no_page_is_heavy() -> None:
    begin()
    client = Client()
    page = client.get("/api/docs").content
    led = set(re.findall(r'href="(/api/docs/[a-z-]+)#([a-z_]+)"', page.decode()))
    assert {name for _, name in led} == {operation["operationId"] for _, _, operation in OPERATIONS}
    pages = {path: client.get(path).content for path, _ in led}
    for path, name in led:
        assert f'<section id="{name}"'.encode() in pages[path], (path, name)
    assert {path: len(body) for path, body in ({"/api/docs": page} | pages).items() if len(body) > 100_000} == {}
    assert client.get("/api/docs/nothing").status_code == 404


@pytest.mark.django_db
def test_the_description_for_programs_is_served() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.json()["paths"].keys() == {path for path, _, _ in OPERATIONS}
    assert "default" in answer.json()["paths"]["/api/v1/rounds"]["post"]["responses"]


STOA = Path(stoa.__file__).parent
BY_PAGE_OR_COMMAND_ALONE = {
    "agenda.answers.import",  # a folder of files: the command line
    "agenda.votes.import",  # a file of up to 256 MB: the command line
    "files.upload.send",  # what forms without scripts do: a program sends pieces, the first of which may be the whole
    "members.applicant.invite",  # a program has no mail to read
    "members.applicant.arrive",  # the link in that mail
    "members.list.take",  # a list as one file: over HTTP lists come in parts, and each application is read by itself
    "people.founder.name",  # a step of the setup page
    "people.members.import",  # a preview comes first
    "people.token.create",  # a key can't make keys
    "people.person.erase",  # asks for confirmation
    "people.mail.test",  # a step of the setup page
}


def test_every_act_of_a_person_can_be_done_over_http() -> None:
    """Each act that the shipped charter gives to people is called by an operation, or stands in the list above."""
    from stoa.charter.text import DEFAULT, read

    modules = [*STOA.glob("*/api.py"), *STOA.glob("*/api/*.py")]
    source = "".join(module.read_text(encoding="utf-8") for module in modules)
    called = set(re.findall(r"(?:acts\.)?(\w+)\(", source))
    powers = read(DEFAULT.read_text(encoding="utf-8")).powers
    by_people = {name for name, roles in powers.items() if set(roles) - {"operator", "clock"} and name in ACTS}
    missing = {name for name in by_people if ACTS[name].function.__name__ not in called}
    assert missing == BY_PAGE_OR_COMMAND_ALONE
