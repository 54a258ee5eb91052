"""`stoa lab serve`: a GGUF model as an OpenAI-compatible server on the loopback, in a process that never outlives ours."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stoa.evaluation.faults import Unusable
from stoa.evaluation.llama import SLOTS, alias_of, started

_STOP_SECONDS = 5


@dataclass(frozen=True)
class Served:
    """A model that answers: the address that clients are given (it ends with /v1), its name there, its file."""

    address: str
    name: str
    file: Path
    process: subprocess.Popen[str]

    def wait(self) -> None:
        """Return when the server ends by itself; raises `Unusable` then, as it should not."""
        code = self.process.wait()
        raise Unusable(f"The model's process ended (code {code}).", "Start it again; less memory: a smaller model.")


@contextmanager
def served(model: Path, *, port: int = 0, slots: int = SLOTS) -> Iterator[Served]:
    """Serve a file while the block runs; port 0 takes a free one. Raises `Unusable` for a taken port or a bad file."""
    _demand_file(model)
    _demand_free(port)
    process = subprocess.Popen(
        [sys.executable, "-m", "stoa.evaluation.serving", str(model.absolute()), str(port), str(slots)],
        env=os.environ | {"OMP_WAIT_POLICY": "passive"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Served(_address(process), alias_of(model), model, process)
    finally:
        _stop(process)


def _demand_file(model: Path) -> None:
    try:
        with model.open("rb") as file:
            magic = file.read(4)
    except OSError as fault:
        raise Unusable(f"{model} can't be read ({fault.strerror}).", "Name a GGUF file with --model.") from None
    if magic != b"GGUF":
        raise Unusable(f"{model} is no GGUF file.", "Name a GGUF file with --model.")


def _demand_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Unusable(
                f"Port {port} is taken.", "Stop what listens there, or choose another with --port."
            ) from None


def _address(process: subprocess.Popen[str]) -> str:
    """What the child says once it listens, or its fault."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            said = json.loads(line)
            if "fault" in said:
                raise Unusable(said["fault"], said["remedy"])
            return f"{said['address']}/v1"
    raise Unusable(f"The model's process ended (code {process.wait()}).", "Is there enough memory for the model?")


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def main(model: str, port: str, slots: str) -> None:
    """The child: serves until its standard input closes, which it does whichever way the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        server = started(Path(model), port=int(port), slots=int(slots))
    except Unusable as fault:
        print(json.dumps({"fault": fault.message, "remedy": fault.remedy}), flush=True)  # noqa: T201 - the parent reads it
        return
    print(json.dumps({"address": server.listening_address}), flush=True)  # noqa: T201 - the parent reads it
    threading.Event().wait()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)  # the engine's own threads would keep the process


if __name__ == "__main__":
    main(*sys.argv[1:])
