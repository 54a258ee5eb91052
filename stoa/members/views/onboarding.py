"""Settling in: one step a page, each with its button. It can be left and taken up again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stoa.kit import edge
from stoa.members import acts
from stoa.members.forms.onboarding import ConductForm, IntroductionForm, SeenForm, TopicsForm
from stoa.members.queries.onboarding import Settling, settling
from stoa.members.rules.onboarding import CONDUCT, LABELS, OPTIONAL, STEPS
from stoa.members.views.keeping import status
from stoa.people.acts import edit_profile
from stoa.people.models import Person
from stoa.people.topics import TOPICS

Form = ConductForm | SeenForm | TopicsForm | IntroductionForm
NOTES = {"done": "done", "skipped": "passed over", "": ""}


@dataclass(frozen=True)
class Step:
    """A step as the list beside the page shows it."""

    label: str
    url: str
    status: str
    note: str


@never_cache
@require_safe
@edge.signed_in
def begin(request: HttpRequest) -> HttpResponseBase:
    """Lead to the first step that is open, or show that none is."""
    far = settling(_me(request).pk)
    if far.left:
        return redirect("members:settle", far.left[0])
    return render(request, "members/settled.html", {"pages": _pages(far, "")})


@never_cache
@edge.signed_in
def step(request: HttpRequest, step: str) -> HttpResponseBase:
    """One step, with what is kept of it."""
    if step not in STEPS:
        raise Http404
    me = _me(request)
    far = settling(me.pk)
    if request.method == "POST" and "skip" in request.POST and step in OPTIONAL:
        acts.take_step(edge.actor(request), person=me, step=step, skipped=True)
        return _onward(request, me)
    form = _form(request, me, step, far)
    if form.is_valid() and form.carry_out(lambda: _keep(request, me, step, form)):
        if step in OPTIONAL:
            acts.take_step(edge.actor(request), person=me, step=step)
        return _onward(request, me)
    context = {
        "form": form,
        "step": step,
        "label": LABELS[step],
        "conduct": far.conduct,
        "can_skip": step in OPTIONAL,
        "pages": _pages(far, step),
        "zones": sorted(available_timezones()) if step == "profile" else [],
    }
    return render(request, "members/settle.html", context, status=status(form))


def _form(request: HttpRequest, me: Person, step: str, far: Settling) -> Form:
    kind, kept = _kind(step), _kept(me, step, far)
    return kind(edge.sent(request), initial={**kept, **edge.typed(request, kind)})


def _kind(step: str) -> type[Form]:
    if step == CONDUCT:
        return ConductForm
    if step == "profile":
        return SeenForm
    return TopicsForm if step == "topics" else IntroductionForm


def _kept(me: Person, step: str, far: Settling) -> dict[str, object]:
    if step == CONDUCT:
        return {"version": far.conduct.version if far.conduct else 0}
    if step == "profile":
        return {"name": me.name, "pronouns": me.pronouns, "zone": me.zone}
    return _topics(me) if step == "topics" else {"text": me.introduction}


def _topics(me: Person) -> dict[str, object]:
    mine = list(me.interests.values_list("topic", flat=True))
    return {
        "listed": [topic for topic in mine if topic in TOPICS],
        "others": ", ".join(topic for topic in mine if topic not in TOPICS),
    }


def _keep(request: HttpRequest, me: Person, step: str, form: Form) -> object:
    actor, given = edge.actor(request), form.cleaned_data
    deeds: dict[str, Callable[[], object]] = {
        CONDUCT: lambda: acts.accept_conduct(actor, person=me, version=given["version"]),
        "profile": lambda: edit_profile(
            actor, person=me, name=given["name"], pronouns=given["pronouns"], zone=given["zone"]
        ),
        "topics": lambda: acts.choose_topics(actor, person=me, topics=cast("TopicsForm", form).topics()),
        "introduction": lambda: acts.introduce(actor, person=me, text=given["text"]),
    }
    deeds[step]()
    return None


def _onward(request: HttpRequest, me: Person) -> HttpResponseBase:
    """To the next step that is open; where none is, home."""
    far = settling(me.pk)
    if far.left:
        return redirect("members:settle", far.left[0])
    messages.success(request, "You have settled in. What waits for you stands below.")
    return redirect("/")


def _pages(far: Settling, present: str) -> list[Step]:
    def status_of(name: str) -> str:
        return "now" if name == present else "done" if far.steps[name] else "next"

    return [
        Step(LABELS[name], reverse("members:settle", args=[name]), status_of(name), NOTES[far.steps[name]])
        for name in STEPS
    ]


def _me(request: HttpRequest) -> Person:
    return cast("Person", request.user)
