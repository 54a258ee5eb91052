"""Writing an application: one step a page, each with its button, saved as it is typed; then submitting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from stoa.kit import clock, edge
from stoa.kit.faults import Conflict, Fault
from stoa.kit.files.fields import brought
from stoa.kit.files.queries import own_file
from stoa.members import acts, queries, rules
from stoa.members.acts.afterwards import appeal_until, places_move, places_move_until
from stoa.members.acts.vouching import vouching_link
from stoa.members.forms.answering import AnswersForm
from stoa.members.forms.applying import ABOUT, WHO, AboutForm, ProfileForm
from stoa.members.forms.calls import ConfirmForm
from stoa.members.models import Application, Call, Draft
from stoa.members.models.questionnaire import Field
from stoa.members.queries import Mine
from stoa.members.queries.files import Enclosed, enclosed
from stoa.members.queries.vouching import post_of
from stoa.members.rules.about import labels_of
from stoa.members.rules.answers import answered, facts_in_words, in_words, missing
from stoa.members.views.calls import found, frame
from stoa.methods.recognition import Recognised
from stoa.people.models import Person

SEND = "Look it over and submit"


@dataclass(frozen=True)
class Step:
    """A page of an application: `status` is `done`, `now` or `next`."""

    label: str
    url: str
    status: str
    note: str = ""


@edge.signed_in
def step(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """One page of an application: the first says who one is, each other answers what the call asks on it."""
    mine, draft = _writing(request, slug)
    pages = draft.call.asks.steps
    if number > len(pages) + 1 or number < 1:
        raise Http404
    form = _form(request, draft, number)
    if form.is_valid() and form.carry_out(lambda: _save(request, draft, form)):
        if edge.saves_itself(request):
            return JsonResponse({"fields": {"version": form.outcome.version}})
        return redirect("members:step", slug, number + 1) if number <= len(pages) else redirect("members:about", slug)
    if edge.saves_itself(request):
        return edge.not_saved(form)
    return _shown(request, mine, draft, form, number)


@edge.signed_in
def about(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What somebody says of themselves, apart from their application and as they like."""
    call = found(request, slug)
    mine = _mine(request, slug)
    actor = edge.actor(request)
    form = AboutForm(edge.sent(request), call=call, said=queries.own_about(call, actor))
    if form.is_valid() and form.carry_out(lambda: _say(request, call, form)):
        messages.success(request, "Kept apart from your application. You can change it or take it back at any time.")
        return redirect("members:submit" if rules.can_be_finished(call, mine.begun) else "members:mine", slug)
    context = {**frame(call), "mine": mine, "form": form, "pages": _pages(mine.draft, "about")}
    return render(request, "members/about.html", context, status=422 if form.errors else 200)


@edge.signed_in
def submit(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The whole application as it will be read, what is missing, and the button that submits it."""
    mine, draft = _writing(request, slug)
    call = draft.call
    form = ConfirmForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.submit(edge.actor(request), draft=draft)):
        messages.success(request, "Your application is in. A receipt is on its way by mail.")
        return redirect("members:mine", slug)
    context = {
        **frame(call),
        "mine": mine,
        "form": form,
        "known": facts_in_words(call, draft.facts),
        "answers": answered(call, draft.answers),
        "files": own_files(draft),
        "shown": post_of(draft, orcid=own_orcid(draft)),
        "left": [(field, _place(call, field)) for field in missing(call.asks.fields, draft.answers)],
        "can_be_finished": rules.can_be_finished(call, draft.begun),
        "pages": _pages(draft, "submit"),
        "compared_at": settings.STOA.embeddings_host,
    }
    return render(request, "members/submit.html", context, status=422 if form.errors else 200)


@edge.signed_in
def own(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One's own page of an application: where it stands, what can be done with it, and what one said apart."""
    mine = _mine(request, slug)
    holder = mine.draft or mine.application
    assert holder is not None
    call = holder.call
    said = queries.own_about(call, edge.actor(request))
    pages = _pages(mine.draft, "")
    context = {
        **frame(call),
        "mine": mine,
        "pages": pages,
        "goes_on": next((page.url for page in pages[:-2] if page.status != "done"), _url("submit", call)),
        "can_be_finished": mine.draft is not None and rules.can_be_finished(call, mine.begun),
        "said": [label for key, label in labels_of(call).items() if key in said],
        "known": facts_in_words(call, holder.facts),
        "answers": answered(call, holder.answers),
        "files": own_files(holder),
        "shown": post_of(holder, orcid=own_orcid(holder)),
        "vouching": vouching_link(mine.draft) if mine.draft and mine.draft.profile.get("post") else "",
        **_outcome(request, call),
    }
    return render(request, "members/mine.html", context)


@edge.signed_in
def withdraw(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Withdraw one's application."""
    mine = _mine(request, slug)
    sent, form = mine.application, ConfirmForm(edge.sent(request))
    if sent is None:
        return redirect("members:mine", slug)
    if form.is_valid() and form.carry_out(lambda: acts.withdraw(edge.actor(request), application=sent)):
        messages.success(request, "Your application is withdrawn.")
        return redirect("members:mine" if mine.draft else "members:call", slug)
    context = {**frame(sent.call), "mine": mine, "form": form}
    return render(request, "members/withdraw.html", context, status=422 if form.errors else 200)


def _outcome(request: HttpRequest, call: Call) -> dict[str, Any]:
    """What was decided, once it is released, and how the call went."""
    decision = queries.own_decision(call, edge.actor(request))
    if decision is None:
        return {}
    until = appeal_until(call)
    can = decision.outcome in {decision.Outcome.WAITING, decision.Outcome.DECLINED} and clock.now() < until
    told = queries.outcome(call)
    return {
        "decision": decision,
        "can_appeal": can,
        "places_move": places_move(call),
        "places_move_until": places_move_until(call),
        "appeal_until": until,
        "statistics": queries.statistics(call),
        "scores_published": told is not None and told.scores is not None,
    }


def own_files(holder: Draft | Application) -> list[Enclosed]:
    """The files of one's own application."""
    return enclosed(holder, lambda upload: _url("own_file", holder.call, upload))


def suggestion(draft: Draft) -> Recognised:
    """What the applicant's address tells, until they have said themselves where they work."""
    return queries.recognised(draft.person.email or "") if "organisation" not in draft.profile else Recognised()


def own_orcid(holder: Draft | Application) -> str:
    """The iD by which the applicant signed in with ORCID; nothing where they did not."""
    found = SocialAccount.objects.filter(user=holder.person_id, provider="orcid").values_list("uid", flat=True).first()
    return str(found or "")


def _mine(request: HttpRequest, slug: str) -> Mine:
    mine = queries.own(found(request, slug), edge.actor(request))
    if mine is None:
        raise Http404
    return mine


def _writing(request: HttpRequest, slug: str) -> tuple[Mine, Draft]:
    """The same, of who writes it here: what was taken in from a file has no pages to go on with."""
    mine = _mine(request, slug)
    if mine.draft is None:
        raise Http404
    return mine, mine.draft


def _form(request: HttpRequest, draft: Draft, number: int) -> ProfileForm | AnswersForm:
    """The form of a page, with what was kept, or what somebody typed before they had to sign in again."""
    kept, sent = edge.kept(request), edge.sent(request)
    given = {name: values if name.startswith("a_") and len(values) > 1 else values[-1] for name, values in kept.items()}
    if number == 1:
        suggested = {"organisation": suggestion(draft).organisation}
        return ProfileForm(sent, initial={**suggested, **draft.profile, "version": draft.version, **given})
    fields = draft.call.asks.on_step(draft.call.asks.steps[number - 2])
    faults: dict[str, Fault] = {}
    if sent is not None and any(field.kind == "file" for field in fields):
        sent, faults = brought(edge.actor(request), draft.person, sent, request.FILES)
    initial = {"version": draft.version, **given}
    form = AnswersForm(
        sent, fields=fields, answers=draft.answers, initial=initial, find=partial(own_file, draft.person_id)
    )
    for name in sorted(faults.keys() & form.fields.keys() if form.errors or faults else ()):
        form.add_error(name, f"{faults[name].message} {faults[name].remedy}".strip())
    return form


def _save(request: HttpRequest, draft: Draft, form: ProfileForm | AnswersForm) -> Draft:
    version = form.cleaned_data["version"] or 0
    told = {"profile": form.given()} if isinstance(form, ProfileForm) else {"answers": form.given()}
    return acts.save_draft(edge.actor(request), draft=draft, version=version, **told)


def _say(request: HttpRequest, call: Call, form: AboutForm) -> None:
    person = Person.objects.get(pk=edge.actor(request).person_id)
    if "take_back" in request.POST:
        acts.take_back_about_oneself(edge.actor(request), person=person, call=call)
    else:
        acts.say_about_oneself(edge.actor(request), person=person, call=call, said=form.said())


def _shown(
    request: HttpRequest, mine: Mine, draft: Draft, form: ProfileForm | AnswersForm, number: int
) -> HttpResponseBase:
    """The page of a step; where another tab saved meanwhile, what it kept stands beside what was typed here."""
    stale = isinstance(form.fault, Conflict)
    if stale:
        draft.refresh_from_db()
        edge.write_on(form, version=draft.version)
    context = {
        **frame(draft.call),
        "mine": mine,
        "form": form,
        "number": number,
        "label": WHO if number == 1 else draft.call.asks.steps[number - 2],
        "pages": _pages(draft, str(number)),
        "stale": stale,
        "kept_elsewhere": _kept_elsewhere(draft, form) if stale else [],
        "can_be_finished": rules.can_be_finished(draft.call, draft.begun),
        "orcid_shown": number == 1 and own_orcid(draft),
        "suggested": suggestion(draft) if number == 1 else None,
    }
    return render(request, "members/step.html", context, status=409 if stale else 422 if form.errors else 200)


def _kept_elsewhere(draft: Draft, form: ProfileForm | AnswersForm) -> list[tuple[str, str]]:
    if isinstance(form, ProfileForm):
        return [(str(form[name].label), text) for name, text in draft.profile.items() if text]
    return [(field.label, in_words(field, draft.answers.get(field.key))) for field in form.asked]


def _pages(draft: Draft | None, present: str) -> Sequence[Step]:
    if draft is None:
        return []
    call = draft.call
    left = {_place(call, field) for field in missing(call.asks.fields, draft.answers)}
    steps = [Step(WHO, _url("step", call, 1), _status("1", present, done=bool(draft.profile)))]
    for number, label in enumerate(call.asks.steps, start=2):
        steps.append(Step(label, _url("step", call, number), _status(str(number), present, done=number not in left)))
    steps.append(Step(ABOUT, _url("about", call), _status("about", present, done=False), "as you like"))
    return [*steps, Step(SEND, _url("submit", call), _status("submit", present, done=False))]


def _place(call: Call, field: Field) -> int:
    return call.asks.steps.index(field.step) + 2


def _status(page: str, present: str, *, done: bool) -> str:
    return "now" if page == present else "done" if done else "next"


def _url(name: str, call: Call, *more: int | str) -> str:
    return reverse(f"members:{name}", args=[call.slug, *more])
