"""What is called by the clock: by one worker at a time, whatever goes wrong in one function or with the database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection

from stoa.kit import ticker

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test registers is called, and without pauses."""
    monkeypatch.setattr(ticker, "_regulars", [])
    monkeypatch.setattr(ticker, "PAUSE_SECONDS", 0.01)


@pytest.fixture
def running(cloned_db: str) -> Iterator[Callable[[], None]]:
    """Starts the loops of a worker; they end with the test."""
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def start() -> None:
        threads.append(threading.Thread(target=ticker.run_forever, args=[stop]))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def wait_for(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_function_is_called_again_and_again(running: Callable[[], None]) -> None:
    calls: list[int] = []
    ticker.every(0)(lambda: calls.append(1))
    running()
    wait_for(lambda: len(calls) >= 3)


def test_one_that_fails_keeps_nobody_else_from_their_turn(
    running: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    @ticker.every(0)
    def broken() -> None:
        raise RuntimeError("no")

    ticker.every(0)(lambda: calls.append(1))
    running()
    wait_for(lambda: len(calls) >= 2)
    assert "broken failed; it is called again in 0 s" in caplog.text


def test_a_function_is_not_called_before_its_interval_is_over(running: Callable[[], None]) -> None:
    often: list[int] = []
    seldom: list[int] = []
    ticker.every(0)(lambda: often.append(1))
    ticker.every(3600)(lambda: seldom.append(1))
    running()
    wait_for(lambda: len(often) >= 5)
    assert len(seldom) == 1


def test_of_several_workers_one_ticks_and_when_it_ends_another_does(cloned_db: str) -> None:
    first, second = ticker.Turn(77), ticker.Turn(77)
    with ExitStack() as ends:
        ends.callback(first.end)
        ends.callback(second.end)
        assert (first.mine(), second.mine(), first.mine(), second.mine()) == (True, False, True, False)
        first.end()
        wait_for(second.mine)  # the database notices the end of a connection a moment later
        assert (second.mine(), first.mine()) == (True, False)


def test_it_goes_on_after_the_database_ended_its_connections(running: Callable[[], None]) -> None:
    calls: list[int] = []

    @ticker.every(0)
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        calls.append(1)

    running()
    wait_for(lambda: calls)
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    calls.clear()
    wait_for(lambda: len(calls) >= 2)


def test_what_is_slow_holds_up_nothing_that_is_quick(running: Callable[[], None]) -> None:
    calls: list[int] = []
    let_go = threading.Event()
    ticker.every(0, slow=True)(lambda: let_go.wait(20))
    ticker.every(0)(lambda: calls.append(1))
    running()
    wait_for(lambda: len(calls) >= 3)
    let_go.set()
