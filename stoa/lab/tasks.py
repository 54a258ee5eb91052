"""What the worker does for the lab: checks the logs and reads the files that came, each in a process of its own."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.kit.powers import may
from stoa.kit.ticker import every
from stoa.lab import acts
from stoa.lab.acts.checking import FIRST_PAUSE, LONGEST_PAUSE, TAKEN_UP_FOR
from stoa.lab.acts.checks import QUEUE, READ_TASK, TASK, ask_for_check, ask_for_reading
from stoa.lab.apart import CannotCheck, can_check
from stoa.lab.checker import check
from stoa.lab.incoming import read_apart
from stoa.lab.models import ResultFile, Run

AT_ONCE = 100
UNREAD_FOR = timedelta(minutes=30)
"""A file that was not read for so long is asked for anew: its process was killed, or what reads it was installed since."""
log = logging.getLogger(__name__)


@app.task(name=TASK, queue=QUEUE)
def check_run(run: int) -> None:
    """Check the log of this run, unless that is done or another worker is at it."""
    found = Run.objects.filter(pk=run).first()
    if found is None or not can_check() or not may(CLOCK, "lab.run.check"):
        return
    try:
        found = acts.take_up(CLOCK, run=found)
    except Closed:
        return
    try:
        checked = check(_whole(run))
    except CannotCheck as reason:
        log.warning("run %s of study %s waits to be checked: %s", found.number, found.study_id, reason)
        acts.put_off(CLOCK, run=found)
        return
    acts.keep_verdict(CLOCK, run=_whole(run), verdict=checked.verdict, marks=checked.marks)


@app.task(name=READ_TASK, queue=QUEUE)
def read_file(file: str) -> None:
    """Read this file of results, unless that is done."""
    found = ResultFile.objects.select_related("upload").filter(pk=file, state=ResultFile.State.WAITING).first()
    if found is None or not can_check() or not may(CLOCK, "lab.incoming.read"):
        return
    try:
        brought, fault = read_apart(found)
    except CannotCheck as reason:
        log.warning("file of results %s waits to be read: %s", found.pk, reason)
        return
    with suppress(Closed):  # dropped while it was read
        acts.keep_reading(CLOCK, file=found, found=brought, fault=fault)


@every(600)
def check_what_waits() -> None:
    """Have logs checked that no task came to: after a crash, or because what checks them was installed later."""
    if not can_check():
        return
    stale = Q(state=Run.State.CHECKING, taken_up__lt=clock.now() - TAKEN_UP_FOR)
    waiting = Run.objects.filter(Q(state=Run.State.SUBMITTED) | stale).exclude(pk__in=_asked_for(TASK, "run"))
    for run in waiting.filter(_rested()).order_by("pk")[:AT_ONCE]:
        ask_for_check(run)
    unread = ResultFile.objects.filter(state=ResultFile.State.WAITING, sent__lt=clock.now() - UNREAD_FOR)
    for file in unread.exclude(pk__in=_asked_for(READ_TASK, "file"))[:AT_ONCE]:
        ask_for_reading(file)


def _rested() -> Q:
    """Runs whose last check that did not come to its end is long enough ago."""
    found, attempts, pause = Q(attempts=0), 1, FIRST_PAUSE
    while pause < LONGEST_PAUSE:
        found |= Q(attempts=attempts, taken_up__lt=clock.now() - pause)
        attempts, pause = attempts + 1, pause * 2
    return found | Q(attempts__gte=attempts, taken_up__lt=clock.now() - LONGEST_PAUSE)


def _asked_for(task: str, what: str) -> list[Any]:
    """What waits for this task already."""
    waiting = ProcrastinateJob.objects.filter(task_name=task, status__in=["todo", "doing"])
    return [one[what] for one in waiting.values_list("args", flat=True)]


@every(3_600)
def forget_files() -> None:
    """Forget files of results that nobody went on with."""
    if may(CLOCK, "lab.incoming.forget"):
        acts.forget_imports(CLOCK)


def _whole(run: int) -> Run:
    return Run.objects.select_related("study", "plan", "version", "upload", "key").get(pk=run)
