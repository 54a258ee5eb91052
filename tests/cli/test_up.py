"""`stoa up` in real processes: it starts, stops and recovers, and says in one line why it can't."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from stoa.kit.folder import held, noted_address
from stoa.kit.postgres import Postgres
from stoa.kit.unprivileged import child_setup
from tests.cli.command import Done, stoa
from tests.cli.server import LONG, Server, processes_named
from tests.live import free_port

pytestmark = pytest.mark.slow
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user and to mount a small disk")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    one = Server(tmp_path / "Daten für Stoa")
    yield one
    one.end()


def refusal(*arguments: object, **variables: str) -> str:
    return stoa("up", *arguments, **variables).fault


def eventually(question: object) -> None:
    deadline = time.monotonic() + LONG
    while not question():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def answers(address: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{address}/record/checkpoint", timeout=LONG).status_code == 200
    return False


def size_of_record(address: str) -> int:
    return int(httpx.get(f"{address}/record/checkpoint", timeout=LONG).text.splitlines()[1])


def test_it_shows_its_address_and_a_sign_in_link_and_ctrl_c_stops_all_of_it_with_streams_open(server):
    server.await_up()
    link = re.search(rf"once, within 24 hours: ({server.address}/\S+)", server.said)
    assert f"is up at {server.address}" in server.said
    assert link
    assert noted_address(server.data) == server.address
    assert httpx.get(link[1], timeout=LONG).status_code in {200, 302}
    with httpx.stream("GET", f"{server.address}/live", params={"topic": "record"}, timeout=LONG) as stream:
        assert next(stream.iter_lines()) == "event: hello"
        assert server.interrupt() == 0
        eventually(lambda: server.children() == [])
    assert not held(server.data)
    assert not (server.data / "postgres" / "postmaster.pid").exists()


def test_sigterm_stops_it_as_ctrl_c_does(server):
    server.await_up()
    server.process.terminate()
    assert server.process.wait(LONG) == 0
    assert server.children() == []
    assert not held(server.data)


def test_the_record_grows_while_it_is_up(server):
    server.await_up()
    eventually(lambda: size_of_record(server.address) >= 3)


def test_ctrl_c_while_the_worker_loads_stops_all_of_it_without_a_trace(server):
    eventually(lambda: processes_named("stoa.cli worker", server.children()))
    assert server.interrupt() == 0
    assert "Traceback" not in server.said


def test_after_kill_9_nothing_keeps_running_and_the_next_up_recovers(server):
    server.await_up()
    children = server.children()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(LONG)
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    again = Server(server.data)
    try:
        again.await_up()
        eventually(lambda: answers(again.address))
        assert again.interrupt() == 0
    finally:
        again.end()


@pytest.mark.parametrize("victim", ["stoa.cli serve", "stoa.cli worker"])
def test_a_killed_part_is_started_again(server, victim):
    server.await_up()
    for pid in processes_named(victim, server.children()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: processes_named(victim, server.children()) and answers(server.address))
    assert server.interrupt() == 0


def test_a_killed_database_is_started_again(server):
    server.await_up()
    pid = int((server.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: answers(server.address))
    assert server.interrupt() == 0


def test_a_second_up_on_the_same_data_is_refused(server):
    server.await_up()
    assert refusal("--data", server.data, "--port", free_port()) == (
        f"Stoa is already up on {server.data} (process {server.process.pid}). "
        "Stop it first, or name another folder with --data."
    )
    assert answers(server.address)


def test_a_port_that_is_taken_is_refused_before_anything_is_made(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refusal("--data", tmp_path / "data", "--port", port) == (
            f"Port {port} is taken by another program. Stop it, or choose another with --port."
        )
    assert not (tmp_path / "data").exists()


def test_a_port_that_is_no_number_is_refused(tmp_path):
    assert refusal("--data", tmp_path, "--port", "http") == (
        "STOA_PORT “http” is not a port: give a number from 1 to 65535, such as 8000."
    )


def test_an_address_of_another_machine_is_refused(tmp_path):
    assert refusal("--data", tmp_path, "--port", free_port(), STOA_BIND="192.0.2.1").endswith(
        "can't be opened on 192.0.2.1 (cannot assign requested address). Set STOA_BIND to an address of this machine."
    )


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    assert refusal("--data", tmp_path / "file", "--port", free_port()) == (
        f"{tmp_path / 'file'} is not a folder. Name another with --data."
    )


@AS_ROOT
def test_a_folder_that_this_user_cannot_write_is_refused(tmp_path):
    command = [sys.executable, "-P", "-m", "stoa.cli", "up", "--data", tmp_path / "data", "--port", str(free_port())]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("STOA_", "DJANGO_"))}
    done = subprocess.run(
        command,
        env=environ,
        preexec_fn=child_setup([Path(sys.executable)]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert Done(done.returncode, done.stdout, done.stderr).fault == (
        f"{tmp_path / 'data'} can't be written (permission denied). "
        "Give this user the right to write there, or name another with --data."
    )


@AS_ROOT
def test_a_full_disk_is_refused(tmp_path):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", tmp_path], check=True)
    try:
        said = refusal("--data", tmp_path / "data", "--port", free_port())
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert said == (
        f"The disk that holds {tmp_path / 'data'} is full: 16 MB are free, 128 MB are needed. "
        "Make room, or name a folder on another disk with --data."
    )


def test_a_database_that_does_not_answer_is_told_as_such(tmp_path):
    port = free_port()
    said = refusal(
        "--data",
        tmp_path,
        "--port",
        free_port(),
        DATABASE_URL=f"postgresql://stoa@127.0.0.1:{port}/stoa?connect_timeout=5",
    )
    assert said.startswith("The database can't be reached: connection failed")
    assert said.endswith("Start it, or set DATABASE_URL right.")
    assert not held(tmp_path)


def test_data_newer_than_the_program_are_refused_and_left_alone(tmp_path):
    assert stoa("init", "--data", tmp_path).code == 0
    database = Postgres(tmp_path)
    database.up()
    with psycopg.connect(database.url("owner")) as session:
        session.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('agenda', '9999_later', now())")
    database.down()
    assert refusal("--data", tmp_path, "--port", free_port()) == (
        f"The data in {tmp_path} are newer than this program, which does not know agenda.9999_later. "
        "Install the newer program, or restore a backup made with this one."
    )
    assert not held(tmp_path)
