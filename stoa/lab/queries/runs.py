"""Reads of runs, which are public under their numbers; what a reproduction is committed to is read by nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, F, JSONField, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Concat, JSONObject

from stoa.evaluation.catalogue import SUITES
from stoa.kit.act import Actor
from stoa.kit.addresses import path_to
from stoa.kit.registry import Rows, Shown
from stoa.lab import rules
from stoa.lab.models import ImportedResult, Result, ResultFile, Run, RunKey, RunMeasure, Study
from stoa.lab.queries.correcting import CORRECTED
from stoa.people.models import Person

LARGEST = 2_147_483_647
MEASURED = ("measure", "value", "error", "low", "high", "samples", "clusters")
TOKENS_A_SECOND, SMALL = 100, 135_000_000
"""What expected times are reckoned by: so many tokens of a model with so many parameters, on two cores."""


@dataclass(frozen=True)
class Task:
    """A result that waits to be reproduced, with what that takes: about so many seconds, and bytes of memory for the weights.

    `dependence` says why the viewer's reproduction would not count as independent, and is empty where it would.
    """

    result: Result
    samples: int
    seconds: int
    memory: int | None
    dependence: str | None

    @property
    def counts(self) -> bool | None:
        """Whether a reproduction by the viewer would count as independent; None for a visitor."""
        return None if self.dependence is None else not self.dependence


def runs_of(study: Study) -> QuerySet[Run]:
    """Every attempt of a study, by number, failed ones too."""
    rows = Run.objects.select_related("study", "member", "organisation", "version__model", "reproduces")
    return rows.filter(study=study).order_by("number")


def find_run(study: Study, number: int) -> Run | None:
    """The run of this number within a study."""
    if number > LARGEST:
        return None
    rows = runs_of(study).select_related("plan", "key", "upload", "result").prefetch_related("measures")
    return rows.filter(number=number).first()


def with_measures(results: QuerySet[Result]) -> QuerySet[Result]:
    """These results, each with what `measured` needs of its claim and of the reproductions that count: in the same query."""
    again = RunMeasure.objects.filter(run__reproduces=OuterRef("claim"), run__independent=True)
    again = again.filter(run__verdict=Run.Verdict.FOLLOWS, run__set_aside=None)
    return results.annotate(claimed=_told(RunMeasure.objects.filter(run=OuterRef("claim"))), again=_told(again))


def _told(measures: QuerySet[RunMeasure]) -> ArraySubquery:
    said = {"run": "run", "number": "run__number", "name": "run__member__name", "erased": "run__member__erased"}
    # Sums are long: they are read where a share is corrected by them.
    sums = Case(When(measure__in=CORRECTED, then="sums"), default=Value(None), output_field=JSONField())
    numbers = JSONObject(**{name: name for name in MEASURED}, sums=sums)
    return ArraySubquery(measures.order_by("run__number", "pk").values(told=JSONObject(**said, measured=numbers)))


def measured(results: Iterable[Result]) -> dict[int, list[RunMeasure]]:
    """What the claims of results `with_measures` and the independent reproductions of them measured: by run, by number."""
    found = defaultdict[int, list[RunMeasure]](list)
    for result in results:
        for told in [*result.claimed, *result.again]:  # type: ignore[attr-defined]  # annotated by `with_measures`
            member = Person(name=told["name"], erased=told["erased"])
            reproduces = result.claim_id if told["run"] != result.claim_id else None
            run = Run(pk=told["run"], number=told["number"], member=member, reproduces_id=reproduces)
            found[run.pk].append(RunMeasure(run=run, **told["measured"]))
    return found


def waiting_checks() -> int:
    """How many logs wait to be checked."""
    return Run.objects.filter(state__in=[Run.State.SUBMITTED, Run.State.CHECKING]).count()


def next_instant(now: datetime) -> datetime | None:
    """When the next log can be fetched by everybody, so that its page says something else."""
    ahead = Run.objects.filter(log_opens__gt=now).order_by("log_opens")
    return ahead.values_list("log_opens", flat=True).first()


def keys_of(viewer: Actor) -> QuerySet[RunKey]:
    """The viewer's own keys, those in use first."""
    return RunKey.objects.filter(person=viewer.person_id or "").order_by(F("ended").desc(nulls_first=True), "-since")


def to_reproduce(viewer: Actor) -> QuerySet[Result]:
    """Results that nobody independent has reproduced, or somebody disputes, those with the fewest attempts at one first.

    For `open_tasks`. Not those that nobody can reproduce independently any more, since everybody could read their logs.
    """
    open_ones = Result.objects.exclude(state__in=[Result.State.REPRODUCED, Result.State.ASIDE])
    rows = open_ones.exclude(study__state=Study.State.WITHDRAWN).filter(opened=None)
    tried = Count("claim__reproductions", filter=Q(claim__reproductions__independent=True))
    fetched = rows.select_related("study", "version__model", "claim__member", "claim__plan", "claim__study")
    fetched = fetched.prefetch_related("study__authors").annotate(tried=tried).order_by("tried", "-settled", "pk")
    return with_places(fetched, viewer)


def with_places(results: QuerySet[Result], viewer: Actor) -> QuerySet[Result]:
    """These results, each with what `dependence_of` needs to know of the viewer's past: in the same query."""
    if viewer.person_id is None:
        return results
    there = Q(person=OuterRef("claim__member")) | Q(person__studies__study=OuterRef("study"))
    shared = rules.places_shared(viewer.person_id).filter(there)
    committed = Run.objects.filter(member=viewer.person_id, reproduces=OuterRef("claim"), commitment__isnull=False)
    return results.annotate(place=Subquery(shared.values("organisation__name")[:1]), committed=Exists(committed))


def result_of(run: Run, viewer: Actor) -> Result | None:
    """The result that a run claims, if it claims one, `with_places`."""
    found = with_places(Result.objects.filter(claim=run), viewer).first()
    if found:
        found.claim, found.study = run, run.study
    return found


def dependence_of(result: Result, viewer: Actor) -> str | None:
    """Why the viewer's reproduction of a result `with_places` would not count as independent; None for a visitor."""
    if viewer.person_id is None:
        return None
    if not rules.may_run(viewer):
        return "Members and trainees run studies."
    place, committed = result.place, result.committed  # type: ignore[attr-defined]  # annotated
    read = committed or (rules.is_old(result.claim) and not result.keeps_logs_closed)
    return rules.dependence(viewer.person_id, result.study, result.claim, place, read=read)


def open_tasks(viewer: Actor, results: Iterable[Result]) -> Iterator[Task]:
    """These results `to_reproduce` as tasks, each with whether the viewer's reproduction would count."""
    for result in results:
        found = result.claim.found or {}
        planned = {one["name"]: one["samples"] for one in result.claim.plan.plan["suites"]}
        samples = planned.get(result.suite, 0)
        seconds, why = _seconds(found, result, samples), dependence_of(result, viewer)
        yield Task(result, samples, seconds, result.version.bytes, why)


def _seconds(found: dict[str, object], result: Result, samples: int) -> int:
    """How long as many tokens take as the claim's log has, or where none were counted, as the suite usually takes.

    A larger model takes as much longer as it has more parameters.
    """
    known = SUITES.get(result.suite)
    tokens = found.get("tokens")
    usual = samples * (known.tokens_a_sample if known else 200)
    most = tokens if isinstance(tokens, int) and tokens > 0 else usual
    size = max(1.0, (result.version.parameters or 0) / SMALL)
    return max(1, round(most / TOKENS_A_SECOND * size))


def imported() -> QuerySet[ImportedResult]:
    """Results that came from elsewhere and were not removed, the latest first."""
    return ImportedResult.objects.select_related("version__model", "by").filter(removed=None).order_by("-at", "-pk")


def reproductions_by(person_id: str, viewer_id: str | None) -> list[Shown]:
    """The reproductions of somebody whose logs hold and that nobody set aside, the latest first."""
    del viewer_id
    held = Run.objects.filter(kind=Run.Kind.REPRODUCTION, verdict=Run.Verdict.FOLLOWS, set_aside=None)
    mine = held.select_related("study").filter(member=person_id)
    return [Shown(f"{run.study.title}: run {run.number}", run.get_absolute_url()) for run in mine.order_by("-pk")]


def named_runs(ids: list[int], viewer_id: str | None) -> QuerySet[Run]:
    """Runs are public."""
    del viewer_id
    return Run.objects.filter(pk__among=ids)


def _text(name: str) -> Cast:
    return Cast(name, TextField())


RUNS = Rows(
    named_runs,
    Concat(Value("run "), _text("number"), Value(" of study "), _text("study__number"), output_field=TextField()),
    lambda _, numbers: path_to("lab:run", *map(int, numbers.split("-"))),
    Concat(_text("study__number"), Value("-"), _text("number"), output_field=TextField()),
)
"""How runs are named elsewhere."""


def logs_in_use(ids: list[str]) -> Iterable[str]:
    """Of these uploads, those that are the log of a run."""
    return Run.objects.filter(upload__in=ids).values_list("upload", flat=True)


def result_files(viewer: Actor) -> QuerySet[ResultFile]:
    """The files of results that the viewer brought and did not bring in yet, the latest first."""
    rows = ResultFile.objects.select_related("upload", "version__model").filter(person=viewer.person_id or "")
    return rows.order_by("-sent", "pk")


def files_in_use(ids: list[str]) -> Iterable[str]:
    """Of these uploads, those whose results somebody looks at."""
    return ResultFile.objects.filter(upload__in=ids).values_list("upload", flat=True)
