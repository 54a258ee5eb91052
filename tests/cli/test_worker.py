"""`stoa worker`, a real process: places entries, carries out tasks, begins again what a killed worker left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from stoa.kit.act import OPERATOR
from stoa.kit.outbox import LOCK, TASK
from stoa.record.acts import start_log
from tests.cli.command import this_database

pytestmark = pytest.mark.slow
LONG = 60.0


@contextmanager
def a_worker() -> Iterator[subprocess.Popen[bytes]]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("STOA_", "DATABASE_", "DJANGO_"))}
    process = subprocess.Popen([sys.executable, "-P", "-m", "stoa.cli", "worker"], env=kept | this_database())
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(LONG) == 0


def rows(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def eventually(query: str, expected: list[tuple[object, ...]]) -> None:
    deadline = time.monotonic() + LONG
    while (found := rows(query)) != expected:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def begin_a_task(worker: str) -> None:
    """A task that some worker began and never ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id)"
            f" VALUES ('mail', %s, %s, 'doing', {worker})",
            [TASK, LOCK],
        )


def queue_a_task_for_later() -> None:
    """The same task, which waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, scheduled_at)"
            " VALUES ('mail', %s, %s, now() + interval '1 hour')",
            [TASK, LOCK],
        )


def test_it_gives_each_entry_its_place(cloned_db):
    start_log(OPERATOR)
    with a_worker():
        eventually("SELECT position FROM record_placement ORDER BY 1", [(0,)])
        eventually("SELECT size FROM record_checkpoint ORDER BY 1", [(1,)])


def test_it_begins_again_what_a_killed_worker_left(cloned_db):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        (dead,) = cursor.fetchone()
    begin_a_task(str(dead))
    with a_worker():
        eventually("SELECT status::text FROM procrastinate_jobs", [])


def test_it_begins_again_what_a_worker_left_that_others_have_forgotten_by_now(cloned_db):
    begin_a_task("NULL")
    with a_worker():
        eventually("SELECT status::text FROM procrastinate_jobs", [])


def test_it_drops_what_a_worker_left_where_the_same_waits_already(cloned_db):
    queue_a_task_for_later()
    begin_a_task("NULL")
    start_log(OPERATOR)
    with a_worker() as process:
        eventually("SELECT status::text FROM procrastinate_jobs", [("todo",)])
        eventually("SELECT position FROM record_placement", [(0,)])
        assert process.poll() is None


def test_it_leaves_alone_what_another_worker_is_at(cloned_db):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (alive,) = cursor.fetchone()
    begin_a_task(str(alive))
    start_log(OPERATOR)
    with a_worker():
        eventually("SELECT position FROM record_placement", [(0,)])
        assert rows("SELECT status::text FROM procrastinate_jobs") == [("doing",)]
