"""Asks the worker to check a log, within the act that sent it in."""

from __future__ import annotations

from procrastinate.contrib.django import app

from stoa.lab.models import Run

TASK, QUEUE = "stoa.lab.check", "lab"


def ask_for_check(run: Run) -> None:
    """Defer the check of this run; what a killed process left undone the clock finds."""
    app.configure_task(TASK, queue=QUEUE).defer(run=run.pk)
