"""What one request asks of the database: its statements, and how many rows they gave."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client

OUR_OWN = ("SAVEPOINT", "RELEASE")


class Asked:
    """Counts statements and rows, as a wrapper around each execution."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.rows = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Carry a statement out and count it."""
        done = execute(sql, params, many, context)
        if not sql.startswith(OUR_OWN):
            self.statements.append(sql)
            self.rows += max(0, context["cursor"].rowcount)
        return done


def asked(client: Client, path: str) -> tuple[int, int]:
    """How many statements a page takes, and how many rows they give; of the second look, when nothing is to be noted."""
    assert client.get(path).status_code == 200, path
    counted = Asked()
    with connection.execute_wrapper(counted):
        client.get(path)
    return len(counted.statements), counted.rows
