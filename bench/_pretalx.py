"""pretalx for comparison: in an environment of its own, with its own test event, as its documentation has it run.

It needs Python 3.13 and Redis: `python3.13` and `redis-server` on the PATH, or STOA_BENCH_PYTHON313 and STOA_BENCH_REDIS.
Debug is off, Redis holds its cache and sessions, the database is SQLite (its default), static files are collected, gunicorn
runs two workers of its default kind. The environment lies in STOA_BENCH_PEERS or ~/.cache/stoa-bench and is kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

VERSION = "2026.2.1"
PACKAGES = [f"pretalx[redis]=={VERSION}", "gunicorn", "Faker", "freezegun"]
PAGE = "/democon/"
FOLDER = Path(os.environ.get("STOA_BENCH_PEERS", Path.home() / ".cache" / "stoa-bench")) / f"pretalx-{VERSION}"
VENV = FOLDER / "venv"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "pretalx.settings"}  # ours are in the environment of the benchmark
CONFIG = """
[filesystem]
data = {data}
static = {data}/static.dist
[site]
debug = False
url = http://127.0.0.1:{port}
[database]
backend = sqlite3
name = {data}/db.sqlite3
[redis]
location = redis://127.0.0.1:{redis}/1
"""


def missing() -> str:
    """What is not here that it needs, in a sentence; empty if nothing."""
    if _program("STOA_BENCH_PYTHON313", "python3.13") is None:
        return "Python 3.13 is missing: put python3.13 on the PATH or name it in STOA_BENCH_PYTHON313."
    if _program("STOA_BENCH_REDIS", "redis-server") is None:
        return "Redis is missing: put redis-server on the PATH or name it in STOA_BENCH_REDIS."
    return ""


def _program(variable: str, name: str) -> str | None:
    return os.environ.get(variable) or shutil.which(name)


@contextmanager
def pretalx(port: int, redis: int) -> Iterator[None]:
    """Serve its test event at this port until the block ends, with a Redis of its own at the other."""
    data = FOLDER / "data"
    data.mkdir(parents=True, exist_ok=True)
    config = FOLDER / "pretalx.cfg"
    config.write_text(CONFIG.format(data=data, port=port, redis=redis))
    with ExitStack() as stack:
        redis_server = str(_program("STOA_BENCH_REDIS", "redis-server"))
        stack.enter_context(_running([redis_server, "--port", str(redis), "--bind", "127.0.0.1", "--save", ""], {}))
        _install(config)
        gunicorn = [str(VENV / "bin" / "gunicorn"), "pretalx.wsgi", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
        stack.enter_context(_running(gunicorn, {"PRETALX_CONFIG_FILE": str(config), **SETTINGS}))
        await_page(f"http://127.0.0.1:{port}{PAGE}")
        yield


def _install(config: Path) -> None:
    done = FOLDER / "done"
    if done.exists():
        return
    python = VENV / "bin" / "python"
    first = str(_program("STOA_BENCH_PYTHON313", "python3.13"))
    subprocess.run([first, "-m", "venv", "--clear", VENV], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    variables = os.environ | {
        "PRETALX_CONFIG_FILE": str(config),
        **SETTINGS,
        "DJANGO_SUPERUSER_EMAIL": "bench@example.org",
        "DJANGO_SUPERUSER_PASSWORD": "of-the-benchmark-alone",
        "PRETALX_INIT_ORGANISER_NAME": "Bench",
        "PRETALX_INIT_ORGANISER_SLUG": "bench",
    }
    for command in (["migrate"], ["init", "--noinput"], ["rebuild"], ["create_test_event", "--seed", "1"]):
        said = subprocess.run(
            [python, "-m", "pretalx", *command], env=variables, capture_output=True, text=True, check=False
        )
        if said.returncode:
            raise SystemExit(f"pretalx {command[0]} failed: {said.stderr[-500:]}")
    done.touch()


@contextmanager
def _running(command: list[str], variables: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=os.environ | variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=FOLDER
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def await_page(address: str) -> None:
    """Until a page is there; ends the benchmark after two minutes."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                answer.read()
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"nothing answers at {address}")
