"""Plans that PostgreSQL keeps."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.kit.plans import ASKED_BEFORE, planned_cursor

pytestmark = pytest.mark.django_db
ASKED = "SELECT %s::int + %s::int"


def ask(*values: int) -> int:
    with planned_cursor() as cursor:
        cursor.execute(ASKED, values)
        found: int = cursor.fetchone()[0]
    return found


def kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%'")
        return [row[0] for row in cursor.fetchall()]


def test_a_query_is_planned_once_however_often_it_is_asked_with_other_values():
    answers = [ask(number, 1) for number in range(ASKED_BEFORE + 3)]
    assert answers == [number + 1 for number in range(ASKED_BEFORE + 3)]
    assert kept() == ["SELECT $1::int + $2::int"]


def test_other_queries_are_sent_as_django_sends_them():
    ask(1, 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["a value alone"])
        assert cursor.fetchone() == ("a value alone",)


def test_where_queries_are_recorded_they_tell_their_values():
    with CaptureQueriesContext(connection) as queries:
        ask(1, 2)
    assert [query["sql"] for query in queries] == ["SELECT 1::int + 2::int"]
