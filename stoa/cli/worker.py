"""`stoa worker`: gives entries their places on the record, does what is due by the clock, and carries out tasks."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from typing import TYPE_CHECKING, Any, cast

from stoa.cli.opened import ready

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.contrib.django.django_connector import DjangoConnector

SWEEP_SECONDS = 60.0
STALLED_SECONDS = 30
CONCURRENCY = 4

log = logging.getLogger("stoa.worker")


def worker() -> None:
    """Run until SIGINT or SIGTERM. Any number may run beside each other, on any number of machines."""
    ready()
    from stoa.kit import ticker
    from stoa.kit.unprivileged import tie_to_parent
    from stoa.record import sequencer

    tie_to_parent()
    stop = threading.Event()
    loops = [threading.Thread(target=part.run_forever, args=[stop], name=part.__name__) for part in (sequencer, ticker)]
    for loop in loops:
        loop.start()
    try:
        asyncio.run(_work())
    finally:
        stop.set()
        for loop in loops:
            loop.join()


async def _work() -> None:
    """Tasks and the sweep side by side. Tasks defer through Django's connection: what they defer joins their act."""
    from procrastinate.contrib.django import app

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    async with app.with_connector(connector).open_async() as tasks:
        working = tasks.run_worker_async(
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=5.0,
            install_signal_handlers=False,
            delete_jobs="successful",
        )
        running: list[asyncio.Task[Any]] = [
            asyncio.create_task(working),
            asyncio.create_task(_sweep(tasks)),
            asyncio.create_task(stopped.wait()),
        ]
        done, rest = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            task.result()


async def _sweep(tasks: App) -> None:
    while True:
        await begin_again(tasks)
        await asyncio.sleep(SWEEP_SECONDS)


async def begin_again(tasks: App) -> None:
    """A task whose worker was killed stays begun for ever: begin it again, unless one that waits will do the same work."""
    from procrastinate.exceptions import UniqueViolation
    from procrastinate.jobs import Status

    for job in await tasks.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await tasks.job_manager.retry_job(job)
            log.warning("task %s of a worker that ended is begun again", job.task_name)
        except UniqueViolation:  # of two with one queueing lock only one may wait
            await tasks.job_manager.finish_job(job, Status.FAILED, delete_job=True)
