"""Calls the API as a program does, with a person's key or without one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from stoa.people.acts import create_token
from stoa.people.models import Person
from tests.stage import acting


@dataclass(frozen=True)
class Program:
    """A program that sends a key, or none."""

    key: str = ""

    @classmethod
    def of(cls, person: Person) -> Program:
        return cls(create_token(acting(person), person=person, name="test")[1])

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        client = Client(raise_request_exception=True)
        return client.generic(method, f"/api/v1{path}", content, "application/json", headers=sent)  # type: ignore[return-value]

    def get(self, path: str, status: int = 200) -> Any:
        return self._expect("GET", path, None, status)

    def post(self, path: str, body: Any = None, status: int = 201, **headers: str) -> Any:
        return self._expect("POST", path, body, status, **headers)

    def put(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self._expect("PUT", path, body, status)

    def delete(self, path: str, status: int = 200) -> Any:
        return self._expect("DELETE", path, None, status)

    def _expect(self, method: str, path: str, body: Any, status: int, **headers: str) -> Any:
        answer = self.send(method, path, body, **headers)
        assert answer.status_code == status, (answer.status_code, answer.content[:500])
        return json.loads(answer.content) if answer.content else None


VISITOR = Program()
