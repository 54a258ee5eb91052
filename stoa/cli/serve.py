"""`stoa serve`: the web processes, forks of one process that has read the program. Before the first it prepares the data."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer

from stoa.cli.opened import ready
from stoa.kit.environment import Environment, environment
from stoa.kit.live import MOST_LISTENERS
from stoa.kit.unprivileged import tie_to_parent

APPLICATION = "stoa.config.asgi"

PrepareTo = Annotated[
    int | None, typer.Option("--prepare-to", help="Prepare the data first, and tell the file of this number of it.")
]


def serve(prepare_to: PrepareTo = None) -> None:
    """Serve the web until SIGINT or SIGTERM, as `stoa up` starts it."""
    multiprocessing.set_start_method(_method())
    ready()
    read_program()
    if prepare_to is not None:
        _prepare(prepare_to)
    _server(environment()).serve()


def read_program() -> None:
    """Load all that pages need, once; what is read stays as it is, so that processes forked from this one share it."""
    from django.conf import settings
    from django.template.loader import get_template
    from django.urls import get_resolver

    import_module(APPLICATION)
    import_module(settings.ROOT_URLCONF)
    _ = get_resolver().reverse_dict
    get_template("site/base.html")
    gc.collect()
    gc.freeze()


def _prepare(to: int) -> None:
    """Prepare the data in a process of its own, whose rights and memory end with it; a fault that it told ends us too."""
    child = multiprocessing.Process(target=_prepared, args=[os.getpid(), to])
    child.start()
    os.close(to)
    child.join()
    if child.exitcode:
        raise SystemExit(1)


def _prepared(parent: int, to: int) -> None:
    from stoa.cli import main

    tie_to_parent()
    if os.getppid() != parent:
        return
    os.dup2(to, 1)
    sys.argv = ["stoa", "prepare"]
    main()


MOST_BUFFERED = 64 * 1024
"""Bytes of one connection that are read ahead; granian takes six times as many, 200 MB where 500 people send files at once."""


def _method() -> str:
    """Processes are forked where that is safe: on Linux. Elsewhere each reads the program itself."""
    return "fork" if sys.platform == "linux" else "spawn"


def _server(found: Environment) -> Any:
    """The web server. Streams count as requests under way, hence the high backpressure."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    return Granian(
        f"{APPLICATION}:application",
        factory=True,
        interface=Interfaces.ASGI,
        address=found.bind,
        port=found.port,
        workers=found.web_processes,
        backpressure=2 * MOST_LISTENERS,
        backlog=4096,
        websockets=False,
        http1_settings=HTTP1Settings(max_buffer_size=MOST_BUFFERED),
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    )
