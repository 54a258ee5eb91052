"""Asks the worker to check a log or to read a file, within the act that brought it."""

from __future__ import annotations

from procrastinate.contrib.django import app

from stoa.lab.models import ResultFile, Run

TASK, READ_TASK, QUEUE = "stoa.lab.check", "stoa.lab.read", "lab"
"""Of each of the two tasks one is carried out at a time, by whichever worker, so that logs never take all that a server has."""


def ask_for_check(run: Run) -> None:
    """Defer the check of this run; what a killed process left undone the clock finds."""
    app.configure_task(TASK, queue=QUEUE, lock=TASK).defer(run=run.pk)


def ask_for_reading(file: ResultFile) -> None:
    """Defer the reading of this file; what a killed process left undone the clock finds."""
    app.configure_task(READ_TASK, queue=QUEUE, lock=READ_TASK).defer(file=file.pk)
