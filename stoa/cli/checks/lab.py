"""Invariants of the lab: numbers without gaps, plans as their digests say, results that follow from runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, F, Max, OuterRef, Subquery

from stoa.cli.checks import Invariant
from stoa.evaluation.plans import digest_of
from stoa.kit import clock
from stoa.kit.files import store
from stoa.lab.apart import can_check
from stoa.lab.models import PlanVersion, Result, Run, Study
from stoa.lab.queries.settling import reckoned

WAITS_FOR = timedelta(days=1)


def numbers() -> Iterator[str]:
    """The runs of each study are numbered from one without a gap, and studies likewise."""
    counted = Study.objects.annotate(run_count=Count("runs"), largest=Max("runs__number")).exclude(
        run_count=0, last_run=0
    )
    wrong = counted.exclude(run_count=F("last_run"), largest=F("last_run"))
    yield from (f"Study {study.number} has {study.run_count} runs, numbered to {study.last_run}." for study in wrong)
    registered = Study.objects.exclude(number=None).aggregate(count=Count("pk"), largest=Max("number"))
    if registered["count"] != (registered["largest"] or 0):
        yield f"There are {registered['count']} registered studies, numbered to {registered['largest']}."


def plans() -> Iterator[str]:
    """Each plan has the digest that the record has, unless its texts were removed with its salt."""
    for plan in PlanVersion.objects.select_related("study").iterator():
        if plan.plan.get("salt") and digest_of(plan.plan) != plan.digest:
            yield f"Plan {plan.number} of study {plan.study.number} is not what its digest says."
    digests = PlanVersion.objects.filter(study=OuterRef("pk")).order_by("-number").values("digest")[:1]
    latest = Study.objects.exclude(number=None).annotate(latest=Subquery(digests))
    yield from (
        f"Study {study.number} is not under its latest plan." for study in latest.exclude(plan_digest=F("latest"))
    )


def results() -> Iterator[str]:
    """Each result is claimed by a run whose log holds, and counts as its reproductions say."""
    rows = Result.objects.select_related("study", "claim__plan").prefetch_related("claim__measures")
    for result in rows.iterator(chunk_size=500):
        where = f"The result of {result.suite} in study {result.study.number}"
        claim = result.claim
        if claim.verdict != Run.Verdict.FOLLOWS or claim.kind != Run.Kind.ORIGINAL:
            yield f"{where} is claimed by run {claim.number}, whose log does not hold."
        elif (state := reckoned(result)[0]) != result.state:
            yield f"{where} counts as {result.state}, but its runs say {state}."


def logs() -> Iterator[str]:
    """The log of each run that was sent in is there, under the digest that the record has."""
    sent = Run.objects.exclude(log_digest="").filter(upload__isnull=False).select_related("upload", "study")
    for run in sent.iterator():
        assert run.upload is not None
        if f"sha256:{run.upload.digest}" != run.log_digest or not store.place(run.upload.digest).exists():
            yield f"The log of run {run.number} of study {run.study.number} is not there."


def checks() -> Iterator[str]:
    """No log waits for more than a day to be checked, where what checks logs is installed."""
    if not can_check():
        return
    states = [Run.State.SUBMITTED, Run.State.CHECKING]
    for run in Run.objects.filter(state__in=states, submitted__lt=clock.now() - WAITS_FOR).select_related("study"):
        tried = f"checking it was begun {run.attempts} times" if run.attempts else "checking it was never begun"
        yield f"The log of run {run.number} of study {run.study.number} waits for more than a day: {tried}."


INVARIANTS = [
    Invariant("lab.numbers", "Runs and studies are numbered without gaps", numbers),
    Invariant("lab.plans", "Plans are what their digests say", plans),
    Invariant("lab.results", "Results follow from runs", results),
    Invariant("lab.logs", "Logs are there under their digests", logs),
    Invariant("lab.checks", "No log waits for long to be checked", checks),
]
