"""Queries whose plan PostgreSQL keeps for a connection: for those that nearly every request asks.

Django sends each query with its values written into it, so that PostgreSQL parses and plans it anew each time; for a short
query that takes most of its time.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper

ASKED_BEFORE = 3
"""A query is kept from the time on that a connection asked it so often."""


def planned_cursor() -> CursorWrapper:
    """A cursor of this thread's connection that sends values beside the query. It is Django's otherwise.

    PostgreSQL has to infer what each `%s` is: where it stands alone, as in a SELECT, it needs a cast. Values that change the
    best plan, such as a search, are for the usual cursor. Where queries are recorded, as in tests that count them, it is the
    usual one, since a kept plan does not tell its SQL.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if connection.queries_logged:
        return connection.cursor()  # type: ignore[no-any-return]  # Django's own
    connection.ensure_connection()
    session = connection.connection
    session.prepare_threshold = ASKED_BEFORE
    usual, session.cursor_factory = session.cursor_factory, ServerBindingCursor
    try:
        cursor: CursorWrapper = connection.cursor()
    finally:
        session.cursor_factory = usual
    return cursor


class Planning:
    """A connection for Django's compiler whose cursors are planned ones."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def cursor(self) -> CursorWrapper:
        """See `planned_cursor`."""
        return planned_cursor()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
