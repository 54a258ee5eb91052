"""The embedded PostgreSQL survives what an operator's machine does to it. Real servers, real signals."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from stoa.kit import postgres
from stoa.kit.environment import environment
from stoa.kit.folder import AlreadyUp, held
from stoa.kit.postgres import DatabaseFault, Postgres, socket_folder
from stoa.kit.unprivileged import child_setup

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")

HOLD = """
import sys
from pathlib import Path
from stoa.kit.postgres import Postgres
server = Postgres(Path(sys.argv[1]))
server.up()
print("up", flush=True)
sys.stdin.read()
server.down()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    one = Postgres(tmp_path / "data")
    yield one
    one.down()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


def ask(server: Postgres, query: str, role: str = "app", database: str = "stoa") -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(role, database)) as session:
        return session.execute(query).fetchall()


def tell(server: Postgres, statement: str, role: str = "owner") -> None:
    with psycopg.connect(server.url(role), autocommit=True) as session:
        session.execute(statement)


def another_holding(data: Path, **how: object) -> subprocess.Popen[str]:
    """Another program that has the server of this folder up."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **how,
    )
    assert process.stdout.readline() == "up\n"
    return process


def server_pid(server: Postgres) -> int:
    return int((server.cluster / "postmaster.pid").read_text().splitlines()[0])


def owner_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_a_folder_with_spaces_quotes_and_umlauts_holds_a_utf8_database_with_two_roles(tmp_path):
    server = Postgres(tmp_path / """a "very" odd, földer's name""")
    server.up()
    try:
        assert ask(server, "SELECT current_user::text, current_database()::text") == [("stoa_app", "stoa")]
        assert ask(server, "SHOW server_encoding") == [("UTF8",)]
        assert ask(server, "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'stoa'") == [
            ("b", "C.UTF-8")
        ]
        assert ask(server, "SELECT rolname::text, rolsuper FROM pg_roles WHERE rolname LIKE 'stoa%' ORDER BY 1") == [
            ("stoa_app", False),
            ("stoa_owner", False),
        ]
        assert ask(server, "SHOW listen_addresses") == [("",)]
    finally:
        server.down()


def test_the_role_that_serves_can_make_no_table_and_the_owner_can(server):
    server.up()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(server, "CREATE TABLE mine (n int)", "app")
    tell(server, "CREATE TABLE mine (n int)", "owner")
    assert ask(server, "SELECT tableowner::text FROM pg_tables WHERE tablename = 'mine'") == [("stoa_owner",)]


def test_others_can_reach_neither_the_data_nor_the_socket(server):
    server.up()
    for folder in (server.cluster, server.socket):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.log.stat().st_mode) == 0o600


@AS_ROOT
def test_another_user_of_the_machine_gets_nowhere_even_through_an_opened_folder(open_folder):
    server = Postgres(open_folder / "data")
    server.up()
    try:
        assert _tried_as_somebody(server) == ["Permission denied"] * 3
        assert _files_for_somebody(server) == 0
        for folder in (server.data, server.socket):
            folder.chmod(0o755)  # what an operator might do
        assert _tried_as_somebody(server) == ["Peer authentication failed"] * 3
    finally:
        server.socket.chmod(0o700)
        server.down()


def _tried_as_somebody(server: Postgres) -> list[str]:
    """Why a user who is none of ours could not connect, as each of the three roles; `in` where they could."""

    def tried(role: str) -> str:
        try:
            with psycopg.connect(server.url(role)):
                return "in"
        except psycopg.OperationalError as fault:
            known = ("Permission denied", "Peer authentication failed")
            return next((reason for reason in known if reason in str(fault)), str(fault))

    return _as_somebody(lambda: "\n".join(map(tried, ("app", "owner", "superuser")))).splitlines()


def _files_for_somebody(server: Postgres) -> int:
    """How many files of the data such a user can open."""
    paths = [path for path in server.data.rglob("*") if path.is_file()]
    return int(_as_somebody(lambda: str(sum(os.access(path, os.R_OK) for path in paths))))


def _as_somebody(work: Callable[[], str]) -> str:
    """What a child of ours says that has become a user whom nothing here belongs to."""
    ours, theirs = os.pipe()
    with warnings.catch_warnings(action="ignore"):  # of threads beside a fork: the child only connects
        child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(54_321)
            os.setuid(54_321)
            os.write(theirs, work().encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as said:
        told = said.read()
    os.waitpid(child, 0)
    return told


def test_a_second_up_on_the_same_folder_is_refused_in_one_sentence_until_the_first_is_down(server):
    server.up()
    with pytest.raises(AlreadyUp) as refusal:
        Postgres(server.data).up()
    assert str(refusal.value) == (
        f"Stoa is already up on {server.data} (process {os.getpid()}). Stop it first, or name another folder with --data."
    )
    assert held(server.data)
    server.down()
    assert not held(server.data)
    second = Postgres(server.data)
    second.up()
    second.down()


def test_a_killed_server_is_started_again_with_all_that_was_committed(server):
    server.up()
    tell(server, "CREATE TABLE kept AS SELECT 7 AS n")
    assert server.mend() is False
    os.kill(server_pid(server), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not server.mend() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ask(server, "SELECT n FROM kept", "owner") == [(7,)]


def test_after_kill_9_of_the_program_the_next_up_recovers(server):
    first = another_holding(server.data)
    tell(server, "CREATE TABLE kept AS SELECT 7 AS n")
    first.kill()
    first.communicate()
    server.up()
    assert ask(server, "SELECT n FROM kept", "owner") == [(7,)]


def test_after_kill_9_of_program_and_server_together_the_next_up_recovers(server):
    first = another_holding(server.data)
    tell(server, "CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(server_pid(server), signal.SIGKILL)
    first.kill()
    first.communicate()
    server.up()
    assert ask(server, "SELECT n FROM kept", "owner") == [(7,)]


def test_what_a_killed_program_left_running_and_does_not_stop_when_asked_is_killed(server):
    first = another_holding(server.data)
    tell(server, "CREATE TABLE kept AS SELECT 7 AS n")
    first.kill()
    first.communicate()
    os.kill(server_pid(server), signal.SIGSTOP)  # it hears nothing until it is killed
    server.up()
    assert ask(server, "SELECT n FROM kept", "owner") == [(7,)]


def test_a_lock_file_that_names_another_process_by_now_is_forgotten(server):
    server.up()
    text = (server.cluster / "postmaster.pid").read_text()
    server.down()
    lock = server.cluster / "postmaster.pid"
    lock.write_text("\n".join([str(os.getpid()), *text.splitlines()[1:]]))
    shutil.chown(lock, *[server.cluster.stat().st_uid] * 2)
    server.up()
    assert ask(server, "SELECT 1") == [(1,)]


def test_an_unreadable_lock_file_is_forgotten(server):
    server.up()
    server.down()
    (server.cluster / "postmaster.pid").write_text("")
    server.up()
    assert ask(server, "SELECT 1") == [(1,)]


def test_a_path_too_long_for_a_socket_puts_the_socket_elsewhere(tmp_path, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        server = Postgres(tmp_path / ("x" * 120) / "data")
        server.up()
        try:
            assert server.socket.parent == Path(short)
            assert ask(server, "SELECT 1") == [(1,)]
        finally:
            server.down()


@pytest.mark.parametrize("temporary", ["/tmp", "/var/" + "y" * 110])
def test_a_folder_outside_that_is_too_long_as_well_is_passed_over(tmp_path, monkeypatch, temporary):
    runtime = tmp_path / ("r" * 100)
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setattr(tempfile, "tempdir", temporary)
    assert socket_folder(tmp_path / ("x" * 120) / "data").parent == Path("/tmp")


def test_a_socket_folder_that_others_can_reach_is_refused(server):
    server.data.mkdir()
    server.socket.mkdir()
    server.socket.chmod(0o755)
    with pytest.raises(DatabaseFault, match=r"socket is open to other users\. Remove it\."):
        server.up()
    assert not held(server.data)


def test_data_of_another_postgresql_are_refused_in_one_sentence(server):
    server.up()
    server.down()
    (server.cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(DatabaseFault) as refusal:
        server.up()
    assert str(refusal.value) == (
        f"The data in {server.cluster} were written by PostgreSQL 17, this is 18. "
        "Run the program that wrote them and make a backup; restore it with this one."
    )


def test_a_server_that_cannot_start_says_why(server):
    server.up()
    server.down()
    broken = Postgres(server.data, {"shared_buffers": "nonsense"})
    with pytest.raises(DatabaseFault, match=r"The database can't be started: .*postgres\.log"):
        broken.up()
    assert not held(server.data)


def test_what_an_interrupted_first_start_left_is_made_anew(server):
    (server.data / "postgres.new").mkdir(parents=True)
    (server.data / "postgres.new" / "half").touch()
    server.up()
    assert ask(server, "SELECT 1") == [(1,)]
    assert not (server.data / "postgres.new").exists()


def test_what_the_operator_set_in_the_database_wins_over_our_settings(server):
    server.up()
    tell(server, "ALTER SYSTEM SET max_connections = 33", "superuser")
    server.down()
    server.up()
    assert ask(server, "SHOW max_connections") == [("33",)]


def test_a_dump_holds_what_its_snapshot_showed_and_restores_into_an_empty_database(server, tmp_path):
    server.up()
    tell(server, "CREATE TABLE kept AS SELECT 'Zoë' AS name")
    with psycopg.connect(server.url("owner")) as session:
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        (snapshot,) = session.execute("SELECT pg_export_snapshot()").fetchone()
        tell(server, "INSERT INTO kept VALUES ('later')")
        postgres.dump(server.url("owner"), tmp_path / "a dump", snapshot)
    tell(server, "CREATE DATABASE again OWNER stoa_owner", "superuser")
    postgres.restore(server.url("owner", "again"), tmp_path / "a dump")
    assert ask(server, "SELECT name FROM kept", "owner", "again") == [("Zoë",)]


def test_a_dump_that_fails_says_why(server, tmp_path):
    server.up()
    with pytest.raises(DatabaseFault, match=r'pg_dump failed: .*database "nowhere" does not exist'):
        postgres.dump(server.url("owner", "nowhere"), tmp_path / "dump", "00000003-0000001B-1")


def test_a_command_uses_the_server_that_is_up_and_leaves_it_up(server):
    first = another_holding(server.data)
    found = environment({"STOA_DATA": str(server.data)})
    with postgres.running(found):
        assert ask(server, "SELECT 1") == [(1,)]
    assert ask(server, "SELECT 1") == [(1,)]
    first.communicate("")


def test_a_command_starts_a_server_for_itself_and_stops_it(server):
    found = environment({"STOA_DATA": str(server.data)})
    with postgres.running(found):
        assert ask(server, "SELECT 1") == [(1,)]
    assert not held(server.data)
    with pytest.raises(psycopg.OperationalError):
        ask(server, "SELECT 1")


@AS_ROOT
def test_started_by_root_it_runs_as_nobody_and_opens_no_folder(server, tmp_path):
    tmp_path.chmod(0o700)
    server.up()
    assert owner_of(server_pid(server)) == server.cluster.stat().st_uid != 0
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@AS_ROOT
def test_it_keeps_no_privilege_where_it_needs_none(open_folder):
    server = Postgres(open_folder / "data")
    server.up()
    status = Path(f"/proc/{server_pid(server)}/status").read_text()
    server.down()
    in_reach = all(folder.stat().st_mode & 0o001 for folder in postgres.binary("postgres").parents)
    effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff"))
    assert not in_reach or int(effective, 16) == 0


@AS_ROOT
def test_an_ordinary_user_can_run_it(open_folder):
    data = open_folder / "ein Ordner für Daten"
    process = another_holding(data, preexec_fn=child_setup([Path(sys.executable)]))
    server = Postgres(data)
    assert owner_of(server_pid(server)) == data.stat().st_uid == owner_of(process.pid)
    process.communicate("")
    assert process.returncode == 0
    assert not held(data)
