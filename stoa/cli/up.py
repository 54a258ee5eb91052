"""`stoa up`: database, web and worker in one foreground process group, watched, and stopped together."""

from __future__ import annotations

import errno
import ipaddress
import json
import os
import resource
import signal
import socket
import subprocess
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec

from stoa import __version__
from stoa.cli.init import command, database
from stoa.cli.options import Data, Port, Sample, notes, out, settings
from stoa.kit.environment import Environment
from stoa.kit.faults import Fault
from stoa.kit.folder import note_address
from stoa.kit.postgres import Postgres
from stoa.kit.unprivileged import tied_setup

STOP_SECONDS = 8.0
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WATCH_SECONDS = 0.3
_ARENAS = "2"
"""Heaps of the C library a process: by default eight a core, each of which keeps what its threads once needed."""

_SAID = {"serve": "web", "worker": "worker"}
_MOST_RESTARTS = 5
"""Restarts of one process within a minute, after which its fault is taken for lasting."""


def up(port: Port = None, data: Data = None, sample: Sample = None) -> None:
    """Start the server and keep it up until Ctrl-C. The first start makes everything that is missing."""
    found = settings(data=data, port=port, sample=sample)
    demand_free(found.bind, found.port)
    _raise_file_limit()
    with _stopped_by_signals(), database(found) as server, _running() as (processes, link):
        _await_web(found, processes)
        _greet(found, link)
        _watch(server, processes)


def demand_free(bind: str, port: int) -> None:
    """Raise `Fault` where another program listens on the port, or where we may not."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
            probe.listen(1)
        except OSError as error:
            raise _port_fault(error, bind, port) from None


def _port_fault(error: OSError, bind: str, port: int) -> Fault:
    if error.errno == errno.EADDRINUSE:
        return Fault(f"Port {port} is taken by another program.", remedy="Stop it, or choose another with --port.")
    if error.errno == errno.EACCES:
        return Fault(f"This user may not listen on port {port}.", remedy="Choose one above 1023 with --port.")
    reason = os.strerror(error.errno or 0).lower()
    return Fault(
        f"Port {port} can't be opened on {bind} ({reason}).", remedy="Set STOA_BIND to an address of this machine."
    )


class Process:
    """A child that is started again when it ends by itself: one of our own commands.

    The first time only it is given `first` too, and the open file of the number `told`.
    """

    def __init__(self, name: str, *first: str, told: int | None = None) -> None:
        self.name = name
        self._restarts: deque[float] = deque(maxlen=_MOST_RESTARTS)
        self._child = self._start(*first, told=told)

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self._child.poll() is not None

    def mend(self) -> None:
        """Start it again if it ended; raises `Fault` when it has ended too often within a minute."""
        if not self.ended:
            return
        now = time.monotonic()
        if len(self._restarts) == _MOST_RESTARTS and now - self._restarts[0] < 60:
            raise Fault(
                f"The {_SAID[self.name]} process ended {_MOST_RESTARTS} times in a minute.",
                remedy="Its messages stand above.",
            )
        self._restarts.append(now)
        notes.print(f"The {_SAID[self.name]} process ended (code {self._child.returncode}); it is started again.")
        self._child = self._start()

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it still runs."""
        if not self.ended:
            self._child.terminate()

    def await_stop(self, deadline: float) -> None:
        """Wait until it has ended; past the deadline, end it."""
        try:
            self._child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _start(self, *first: str, told: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*command(self.name), *first],
            env={"MALLOC_ARENA_MAX": _ARENAS, **os.environ},
            stdin=subprocess.DEVNULL,
            pass_fds=() if told is None else (told,),
            preexec_fn=_setup(),  # noqa: PLW1509 - we run no thread
        )


def _setup() -> Callable[[], None]:
    """What is done in a child before it becomes our command.

    Ctrl-C reaches it too, and would end it with a trace while it loads: it hears it once it has, and SIGTERM, which we send
    to each, always.
    """
    tie = tied_setup()

    def setup() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        tie()

    return setup


@contextmanager
def _running() -> Iterator[tuple[list[Process], str | None]]:
    """The web process, which prepares the data first and says the first sign-in link, then the worker."""
    processes: list[Process] = []
    reading, writing = os.pipe()
    try:
        with os.fdopen(reading) as told:
            processes.append(Process("serve", "--prepare-to", str(writing), told=writing))
            os.close(writing)
            link = _link(told.read())
        processes.append(Process("worker"))
        yield processes, link
    finally:
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            process.ask_to_stop()
        for process in processes:
            process.await_stop(deadline)


def _link(said: str) -> str | None:
    """What the web process said of the data that it prepared. A step that fails says why itself: exit 1."""
    if not said:
        raise SystemExit(1)
    link: str | None = json.loads(said)["link"]
    return link


def _reachable(bind: str) -> str:
    """Where we ourselves reach a server that listens there: on all addresses means on the loopback too."""
    address = ipaddress.ip_address(bind)
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"[{address}]" if address.version == 6 else str(address)


def _await_web(found: Environment, processes: list[Process]) -> None:
    with notes.status("Starting the web server …"):
        while True:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://{_reachable(found.bind)}:{found.port}/health", timeout=5),
            ):
                return
            for process in processes:
                process.mend()
            time.sleep(0.05)


def _greet(found: Environment, link: str | None) -> None:
    note_address(found.data, found.address)
    out.print(f"Stoa {__version__} is up at {found.address}  (data in {found.data})")
    if link:
        out.print(f"Sign in, once, within 24 hours: {link}")
    if find_spec("inspect_ai") and find_spec("xllamacpp"):
        out.print(f"Run a study now, on this machine: {found.address}/lab/start")
    out.print("Ctrl-C stops it.")


def _watch(server: Postgres | None, processes: list[Process]) -> None:
    while True:
        time.sleep(_WATCH_SECONDS)
        if server is not None and server.mend():
            notes.print("The database ended; it was started again.")
        for process in processes:
            process.mend()


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM and a closed terminal stop us as Ctrl-C does: the way out is the same, bounded in time, and a success."""

    def stop(_number: int, _frame: object) -> None:
        for other in _STOPS:
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in _STOPS:
        signal.signal(number, stop)
    with suppress(KeyboardInterrupt):
        yield


def _raise_file_limit() -> None:
    """Each open stream is an open file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
