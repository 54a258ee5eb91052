"""`stoa init`: makes a server's database, tables, keys and charter without serving anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from stoa.cli.opened import at_its_address
from stoa.cli.options import AsJson, Data, Port, Sample, notes, out, print_json, settings
from stoa.kit.environment import Environment
from stoa.kit.folder import claim
from stoa.kit.postgres import Postgres
from stoa.kit.unprivileged import tied_setup


def init(data: Data = None, port: Port = None, sample: Sample = False, as_json: AsJson = False) -> None:
    """Prepare a server: database, tables, keys, charter and a first founder. Run again, it changes nothing."""
    at_its_address(settings(data=data, port=port, sample=sample))
    found = settings()
    with database(found):
        link = prepared()
    if as_json:
        print_json({"data": str(found.data), "address": found.address, "link": link})
        return
    out.print(f"The server in {found.data} is ready. Start it with `stoa up{f' --port {port}' if port else ''}`.")
    if link:
        out.print(f"Then sign in once, within 24 hours: {link}")


@contextmanager
def database(found: Environment) -> Iterator[Postgres | None]:
    """Hold the data folder, with the embedded database up in it; None where the database is external."""
    if not found.embedded:
        hold = claim(found.data)
        try:
            yield None
        finally:
            hold.release()
        return
    server = Postgres(found.data)
    with notes.status("Starting the database …"):
        server.up()
    try:
        yield server
    finally:
        server.down()


def prepared() -> str | None:
    """Migrate and prepare the data; gives a one-time sign-in link, or None. A step that fails says why itself: exit 1."""
    said = step("prepare")
    link: str | None = json.loads(said)["link"]
    return link


def step(name: str, role: str = "app") -> str:
    """Run one of our own commands in a process that ends with us; returns what it printed."""
    done = subprocess.run(
        [*command(name)],
        env={**os.environ, "STOA_ROLE": role},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=tied_setup(),
    )
    if done.returncode:
        raise SystemExit(1)
    return done.stdout


def command(name: str) -> list[str]:
    """How to start one of our own commands, whatever folder we are in: -P keeps that folder's modules out."""
    return [sys.executable, "-P", "-m", "stoa.cli", name]
