from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from stoa.kit.environment import environment
from stoa.kit.postgres import Postgres
from stoa.record.entries import keep_octets
from tests.record.growing import grow, insert, numbers

pytestmark = pytest.mark.slow

FROZEN = {
    "record_entry": "subject = 'x'",
    "record_placement": "position = 9",
    "record_checkpoint": "note = 'x'",
    "record_blob": "body = 'x'",
    "record_tile": "hashes = 'x'",
}


@contextmanager
def superuser(database: str) -> Iterator[psycopg.Connection]:
    """Whoever holds the database: the triggers stop them too, unless they take them away first."""
    with psycopg.connect(Postgres(environment().data).url("superuser", database)) as session:
        yield session


@pytest.mark.django_db
@pytest.mark.parametrize("table", FROZEN)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_role_that_serves_the_web_may_not_change_the_log(table: str, statement: str) -> None:
    grow(numbers(2))
    keep_octets(b"x")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, FROZEN[table]))


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["record_tile", "record_pending", "django_migrations"])
def test_nor_write_tiles_or_the_queue_by_itself(table: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}")


@pytest.mark.django_db
def test_the_role_that_serves_the_web_owns_nothing() -> None:
    assert settings.DATABASES["default"]["USER"] == "stoa_app"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'stoa_app'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_of_the_tables_of_the_log_it_may_do_this_and_nothing_else() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(privilege_type::text ORDER BY privilege_type::text)"
            " FROM information_schema.role_table_grants"
            " WHERE grantee = 'stoa_app' AND table_name LIKE 'record\\_%' GROUP BY table_name"
        )
        granted = dict(cursor.fetchall())
    append, anything = ["INSERT", "SELECT"], ["DELETE", "INSERT", "SELECT", "UPDATE"]
    assert granted == {
        "record_entry": append,
        "record_placement": append,
        "record_checkpoint": append,
        "record_blob": append,
        "record_tile": ["SELECT"],
        "record_pending": ["DELETE", "SELECT"],
        "record_text": anything,  # erasure destroys texts with their salts
        "record_sealed": anything,
    }


@pytest.mark.parametrize("table", FROZEN)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_triggers_refuse_even_who_holds_the_database(cloned_db: str, table: str, statement: str) -> None:
    grow(numbers(2))
    keep_octets(b"x")
    with superuser(cloned_db) as session, pytest.raises(psycopg.errors.RaiseException, match=r"append-only|only grows"):
        session.execute(statement.format(table, FROZEN[table]))


@pytest.mark.django_db
def test_a_tile_grows_and_never_changes() -> None:
    grow(numbers(2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT record_grow_tile(0, 0, hashes || hashes) FROM record_tile WHERE level = 0")
        for change in ("substring(hashes FROM 1 FOR 32)", "hashes || repeat('x', 9000)::bytea", "'x'::bytea || hashes"):
            with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
                cursor.execute(f"SELECT record_grow_tile(0, 0, {change}) FROM record_tile WHERE level = 0")


@pytest.mark.django_db
def test_every_entry_is_queued_whoever_inserts_it() -> None:
    insert(numbers(3))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM record_pending")
        assert cursor.fetchone() == (3,)
