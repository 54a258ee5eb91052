"""The worker's part of an errand, done here and now."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from stoa.kit.errands import QUEUE, do


def do_errands() -> int:
    """Carry out what was asked of the worker, in order; says how much that was."""
    jobs = list(ProcrastinateJob.objects.filter(queue_name=QUEUE, status="todo").order_by("pk"))
    for job in jobs:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
        do(**job.args)
    return len(jobs)
