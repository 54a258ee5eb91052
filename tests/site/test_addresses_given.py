"""Every field that takes an address of the web, of forms and of the API: what is given there the server never asks."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.test import Client

import stoa
from stoa.api.app import api
from stoa.kit import clock, outbox
from stoa.members import acts as members
from tests.cast import Cast, browser
from tests.members.applying import begin
from tests.members.calling import opened
from tests.notices.holding import hold, said
from tests.stage import acting

TAKES_ADDRESSES = re.compile(r"link|url|web|page|site")
KNOWN = {
    "form stoa.lab.forms.ModelForm.homepage",
    "form stoa.members.forms.applying.ProfileForm.page",
    "form stoa.notices.forms.EventForm.link",
    "operation announce_event.link",
    "operation change_event.link",
    "operation correct_model.homepage",
    "operation register_model.homepage",
    "table lab.Model.homepage",
    "table notices.Event.link",
}
"""A new one fails the first test: add it here, and below a request that gives it an address."""

NO_ADDRESSES = {"link_hidden"}
INSIDE = ("http://169.254.169.254/latest/meta-data", "http://127.0.0.1:5432/", "http://stoa-inside.example/x")


def _forms(kind: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for below in kind.__subclasses__():
        yield below
        yield from _forms(below)


def found() -> set[str]:
    """Every field of a form, of a body of the API and of a table whose kind or name says that it takes an address."""
    for module in pkgutil.walk_packages(stoa.__path__, "stoa."):
        if ".forms" in module.name:
            importlib.import_module(module.name)
    fields = {
        f"form {form.__module__}.{form.__name__}.{name}"
        for form in _forms(forms.Form)
        if form.__module__.startswith("stoa.")
        for name, field in form.base_fields.items()  # type: ignore[attr-defined]
        if isinstance(field, forms.URLField) or (TAKES_ADDRESSES.search(name) and name not in NO_ADDRESSES)
    }
    schema = api.get_openapi_schema()
    for operations in schema["paths"].values():
        for operation in operations.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            shape = schema["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], {})
            fields |= {
                f"operation {operation['operationId']}.{name}"
                for name, value in shape.get("properties", {}).items()
                if value.get("format") == "uri" or (TAKES_ADDRESSES.search(name) and name not in NO_ADDRESSES)
            }
    tables = [(model._meta.label, field) for model in apps.get_models() for field in model._meta.fields]
    return fields | {f"table {label}.{field.name}" for label, field in tables if isinstance(field, models.URLField)}


def test_every_field_that_takes_an_address_is_known_here() -> None:
    assert found() == KNOWN


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the server asks beyond its database: names that it looks up, and connections."""
    seen: list[Any] = []
    honest = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX:
            seen.append(address)
        return honest(self, address)

    def look_up(*name: Any, **_: Any) -> Any:
        seen.append(name)
        raise OSError("nothing is looked up here")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return seen


def _send(client: Client, method: str, path: str, body: Any) -> Any:
    answer = client.generic(method, f"/api/v1{path}", json.dumps(body), "application/json")
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE)
def test_no_address_that_is_given_is_asked(address: str, asked: list[Any]) -> None:
    cast = Cast()
    steward = browser(cast.steward)
    given = said(link=address, link_hidden=False)
    given |= {name: clock.stamp(given[name]) for name in ("begins", "ends")}
    number = _send(steward, "POST", "/events", given)["number"]
    _send(steward, "PUT", f"/events/{number}", {"sequence": 0, "link": f"{address}/other"})
    event = hold(cast, link_hidden=False)
    page = steward.get(f"/events/{event.pk}/edit")
    typed = {bound.name: bound.value() for bound in page.context["form"] if bound.value() not in (None, False)}
    assert steward.post(f"/events/{event.pk}/edit", typed | {"link": address}).status_code == 302
    for path in ("/events", f"/events/{event.pk}", f"/events/{event.pk}.ics", "/events.ics"):
        assert address in steward.get(path).content.decode().replace("\r\n ", "") or path == "/events"
    call = opened(cast)
    draft = begin(cast.member, call, page=address)
    me = acting(cast.member, second_factor=False)
    draft = members.save_draft(me, draft=draft, version=draft.version, profile={"page": address})
    members.submit(me, draft=draft)
    with clock.travel(clock.now() + timedelta(minutes=1)):
        outbox.deliver_due()
    assert asked == []
