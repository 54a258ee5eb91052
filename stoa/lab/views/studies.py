"""The lab's front page, the studies as a list, one of them, and how to run one now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stoa.kit import edge
from stoa.kit.act import Actor
from stoa.kit.addresses import path_to
from stoa.kit.powers import may
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.lab import queries, rules
from stoa.lab.apart import can_check
from stoa.lab.models import Result, Run, RunMeasure, Study
from stoa.lab.queries.settling import deciding
from stoa.lab.views.pictures import MOST_DRAWN, numbered, pictures_of
from stoa.lab.views.plan_changes import with_changes
from stoa.lab.views.words import (
    compared_in_words,
    measure_of,
    measured,
    result_word,
    run_outcome,
    study_state,
    title_of,
)
from stoa.record.queries import history

RECENT = 6
STATES = [(state.value, state.label) for state in Study.State if state != Study.State.DRAFT]
LISTED = Listing[Study](
    name="studies",
    caption="Studies",
    columns=[
        Column("number", "Number", lambda s: s.number, order=("number",), numeric=True),
        Column(
            "title", "Study", lambda s: s.title, show=lambda s: link(s.title, s.get_absolute_url()), order=("title",)
        ),
        Column("state", "State", lambda s: s.get_state_display(), order=("state",)),
        Column("runs", "Runs", lambda s: s.last_run, order=("last_run",), numeric=True),
        Column("registered", "Registered", lambda s: s.registered_at, order=("registered_at",)),
    ],
    filters=[
        Filter("q", "Words", lambda rows, text: rows.filter(title__icontains=text)),
        Filter("state", "State", lambda rows, state: rows.filter(state=state), STATES),
    ],
    sort="-number",
    empty="No study is registered yet.",
)
ATTEMPTS = Listing[Run](
    name="runs",
    caption="Every attempt, failed ones too",
    columns=[
        Column(
            "number",
            "Run",
            lambda r: r.number,
            show=lambda r: link(f"Run {r.number}", r.get_absolute_url()),
            order=("number",),
        ),
        Column("suite", "Suite", lambda r: r.suite, show=lambda r: title_of(r.suite), order=("suite",)),
        Column(
            "model",
            "Model",
            lambda r: str(r.version),
            show=lambda r: link(r.version, r.version.get_absolute_url()),
            order=("version__model__name", "version__label"),
        ),
        Column(
            "member",
            "By",
            lambda r: r.member.shown_name,
            show=lambda r: link(r.member.shown_name, r.member.get_absolute_url()),
            order=("member__sort_name",),
        ),
        Column("organisation", "Of", lambda r: r.organisation and r.organisation.name, order=("organisation__name",)),
        Column("kind", "What", lambda r: r.get_kind_display(), order=("kind",)),
        Column("outcome", "State", run_outcome, order=("state", "verdict")),
        Column("begun", "Begun", lambda r: r.begun, order=("begun",)),
    ],
    filters=[
        Filter("kind", "What", lambda rows, kind: rows.filter(kind=kind), list(Run.Kind.choices)),
        Filter("state", "State", lambda rows, state: rows.filter(state=state), list(Run.State.choices)),
    ],
    sort="number",
    empty="No run was begun yet.",
)


@require_safe
def lab(request: HttpRequest) -> HttpResponse:
    """What the lab is, what waits to be reproduced, and the latest studies."""
    actor = edge.actor(request)
    tasks = list(queries.open_tasks(actor, queries.to_reproduce(actor)[:5]))
    context = {
        "studies": queries.studies()[:6],
        "tasks": [(task, title_of(task.result.suite)) for task in tasks],
        "may_draft": rules.may_draft(actor),
        "waiting": queries.waiting_checks(),
        "checks_here": can_check(),
    }
    return render(request, "lab/index.html", context)


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Every study whose plan is registered."""
    rows = queries.studies()
    context = {"table": LISTED.page(request, rows), "may_draft": rules.may_draft(edge.actor(request))}
    return LISTED.download(request, rows) or render(request, "lab/studies.html", context)


@require_safe
def study(request: HttpRequest, number: int) -> HttpResponseBase:
    """A study: what was found, the plan with each change, every attempt."""
    found, actor = queries.find_study_by_plan(number), edge.actor(request)
    if found is None:
        raise Http404
    one, plans = found
    rows, plan = queries.runs_of(one), plans[-1].plan
    found_of = queries.with_places(queries.results_of(one), actor)
    results = list(queries.with_measures(found_of)[:MOST_DRAWN])
    measures = queries.measured(results)
    context = {
        **frame(one),
        "pictures": numbered(pictures_of(results, measures), one.number or 0),
        "results": [_shown(result, measures.get(result.claim_id, ())) for result in results],
        "unshown": found_of.count() - len(results) if len(results) == MOST_DRAWN else 0,
        "plans": with_changes(plans),
        "models": [(path_to("lab:weights", int(model["id"])), model) for model in plan["models"]],
        "suites": [(planned, title_of(planned["name"])) for planned in plan["suites"]],
        "primary": _primary(one),
        "table": ATTEMPTS.page(request, rows, total=one.last_run),
        "history": history([one.reference], actor.person_id, most=RECENT),
        "would_count": _would_count(results, actor),
        "is_author": rules.is_author(actor, one),
        "takes_runs": rules.takes_runs(one),
        "may_withdraw": rules.takes_runs(one) and may(actor, "lab.study.withdraw", one),
    }
    return ATTEMPTS.download(request, rows) or render(request, "lab/study.html", context)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """How to run a study now, on one's own machine, with the small model."""
    actor = edge.actor(request)
    tasks = list(queries.open_tasks(actor, queries.to_reproduce(actor)[:5]))
    context = {"tasks": [(task, title_of(task.result.suite)) for task in tasks], "address": request.get_host()}
    return render(request, "lab/start.html", context)


def found_study(number: int) -> Study:
    """The registered study of this number, or a page that says there is none."""
    one = queries.find_study(number)
    if one is None:
        raise Http404
    return one


def frame(study: Study) -> dict[str, Any]:
    """What every page of a study shows of it."""
    word, then = study_state(study)
    return {"study": study, "state_word": word, "state_then": then, "authors": list(study.authors.all())}


def _primary(study: Study) -> str:
    found = measure_of(study.primary_suite, study.primary_measure)
    return f"{found.title if found else study.primary_measure} ({title_of(study.primary_suite)})"


def _would_count(results: Iterable[Result], actor: Actor) -> list[tuple[str | None, int]]:
    """Of those results that wait to be reproduced: why the viewer's reproduction won't count, or nothing, and of how many."""
    return list(Counter(queries.dependence_of(one, actor) for one in results if rules.waits(one)).items())


def _shown(result: Result, claimed: Iterable[RunMeasure]) -> dict[str, Any]:
    rows = measured(result.suite, claimed)
    return {
        "result": result,
        "suite": title_of(result.suite),
        "says": result_word(result),
        "measures": rows,
        "compared": list(comparisons(result)),
    }


def comparisons(result: Result) -> Iterator[dict[str, Any]]:
    """How each reproduction that counts differs from the claim, in what decides, and within which margin that is looked at."""
    for run, measures in sorted(result.compared.items(), key=lambda pair: int(pair[0])):
        for name in deciding(result, measures):
            known = measure_of(result.suite, name)
            yield {
                "run": run,
                "address": path_to("lab:run", result.study.number or 0, int(run)),
                "measure": known.title if known else name,
                "says": compared_in_words(measures[name], known.unit if known else ""),
            }
