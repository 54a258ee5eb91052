"""How those who keep a call decide it: reading begins, the bar, the order by scores, reasons, letters, appeals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from stoa.kit import clock, edge, errands
from stoa.kit.errands import Errand
from stoa.kit.faults import Refused
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.members import acts, queries, rules, tasks
from stoa.members.acts.afterwards import had_part
from stoa.members.acts.deciding import LETTERS, as_mailed, reviewers_of
from stoa.members.forms.calls import ConfirmForm
from stoa.members.forms.deciding import BarForm, LettersForm, ReasonForm, ReleaseForm, ReplyForm, ScoresForm
from stoa.members.models import Appeal, Call, Decision, Release
from stoa.members.queries.decisions import decided_with_words
from stoa.members.views.calls import found, frame
from stoa.members.views.keeping import status
from stoa.members.views.reading import taken
from stoa.review.queries import outlook

MOST_COUNTED = 2_000


def _address(one: Appeal) -> str:
    return reverse("members:appeal", args=[one.decision.application.call.slug, one.pk])


def _answer(one: Appeal) -> str:
    """How an appeal stands, in a word."""
    return "waits" if one.decided is None else "granted" if one.granted else "it stands"


def _points(one: Decision) -> str:
    return f"{(one.score or 0) / 100:.2f}"


APPEALS = Listing[Appeal](
    name="appeals",
    caption="Appeals",
    columns=[
        Column(
            "name",
            "Name",
            lambda a: a.decision.application.name,
            show=lambda a: link(a.decision.application.name, _address(a)),
            order=("decision__application__sort_name",),
        ),
        Column("made", "Made", lambda a: a.made, order=("made",)),
        Column("state", "State", _answer, order=("waits", "made")),
    ],
    filters=[
        Filter(
            "waits",
            "State",
            lambda rows, value: rows.filter(waits=value == "yes"),
            [("yes", "waits"), ("no", "decided")],
        )
    ],
    sort="-state",
    empty="No appeals.",
)


def listing(call: Call) -> Listing[Decision]:
    """What is decided, as a list."""

    def address(one: Decision) -> str:
        return f"{call.get_absolute_url()}/decide/{one.application_id}"

    return Listing[Decision](
        name=f"decisions-{call.slug}",
        caption="Outcomes",
        columns=[
            Column(
                "name",
                "Name",
                lambda d: d.application.name,
                show=lambda d: link(d.application.name, address(d)),
                order=("application__sort_name",),
            ),
            Column("place", "Place", lambda d: d.place, order=("place",), numeric=True),
            Column("score", "Score", lambda d: (d.score or 0) / 100, show=_points, order=("score",), numeric=True),
            Column("outcome", "Outcome", lambda d: Decision.Outcome(d.outcome).label, order=("outcome",)),
            Column("reason", "Reason", lambda d: bool(d.reason), sortable=False),
        ],
        filters=[
            Filter("q", "Name or organisation", lambda rows, words: decided_with_words(rows, words, call)),
            Filter("outcome", "Outcome", lambda rows, value: rows.filter(outcome=value), Decision.Outcome.choices),
            Filter(
                "reason",
                "Reason",
                lambda rows, value: rows.exclude(reason="") if value == "given" else rows.filter(reason=""),
                [("given", "given"), ("missing", "missing")],
            ),
        ],
        sort="place",
        empty="Nothing is decided yet.",
        most=MOST_COUNTED,
    )


@edge.signed_in
def decide(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Where a call stands between its close and its letters, and the next step."""
    call = deciding(request, slug)
    actor = edge.actor(request)
    rows, shown = queries.decisions(call, actor), listing(call)
    form = ConfirmForm(edge.sent(request)) if call.panel else ScoresForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: tasks.rank(actor, call, form.cleaned_data.get("scores"))):
        if not isinstance(form.outcome, Errand):
            messages.success(request, "The applications are in order.")
        return redirect("members:decide", slug)
    context = {
        **frame(call),
        "form": form,
        "table": shown.page(request, rows),
        "reviewers": reviewers_of(call).count,  # asked where it is shown
        "bars": call.bars.count(),
        "bar": call.bar / 100 if call.bar else None,
        "release": queries.release_of(call) if call.bar else None,
        "panel": call.panel,
        "errand": errands.latest(tasks.RANK if call.panel else tasks.BEGIN, call),
        "outlook": outlook(call.panel) if call.panel and call.phase == Call.Phase.REVIEW else None,
    }
    return taken(request, call, shown, rows) or render(request, "members/decide.html", context, status=status(form))


@edge.signed_in
def set_bar(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Set the bar that the reviewers give together."""
    return _confirmed(request, slug, lambda call: acts.set_bar(edge.actor(request), call=call), "Set the bar")


@edge.signed_in
def give_bar(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the bar, as a reviewer."""
    call = found(request, slug)
    actor = edge.actor(request)
    if not rules.may_give_bar(actor, call):
        raise Refused("You don't read for this call.", remedy="Those to whom its reading was given do.")
    own = call.bars.filter(person=actor.person_id).values_list("value", flat=True).first()
    form = BarForm(edge.sent(request), initial={"value": own / 100 if own else None})
    if form.is_valid() and form.carry_out(
        lambda: acts.give_bar(actor, call=call, value=round(100 * form.cleaned_data["value"]))
    ):
        messages.success(request, "Your bar is noted. Nobody sees it but together with the others'.")
        return redirect(call)
    return render(request, "members/bar.html", {**frame(call), "form": form, "own": own}, status=status(form))


@edge.signed_in
def reason(request: HttpRequest, slug: str, application: str) -> HttpResponseBase:
    """Write the reason that an applicant reads."""
    call = deciding(request, slug)
    actor = edge.actor(request)
    one = queries.decisions(call, actor).filter(application=application).first()
    if one is None:
        raise Http404
    form = ReasonForm(edge.sent(request), initial={"reason": one.reason, **edge.typed(request, ReasonForm)})
    if form.is_valid() and form.carry_out(
        lambda: acts.give_reason(actor, application=one.application, reason=form.cleaned_data["reason"])
    ):
        return redirect("members:decide", slug)
    context = {**frame(call), "form": form, "one": one, "score": _points(one)}
    return render(request, "members/reason.html", context, status=status(form))


@edge.signed_in
def letters(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Draft the letters, with how each will read."""
    call = deciding(request, slug)
    release = queries.release_of(call)
    form = LettersForm(edge.sent(request), letters=release.letters if release else {})
    if form.is_valid() and form.carry_out(
        lambda: acts.draft_release(edge.actor(request), call=call, letters=form.letters())
    ):
        messages.success(request, "The letters are drafted. Somebody else has to confirm them.")
        return redirect("members:release", slug)
    return render(request, "members/letters.html", {**frame(call), "form": form}, status=status(form))


@edge.signed_in
def release(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The letters as they would go out, whom they reach, and the button by which a second person sends them."""
    call = deciding(request, slug)
    drafted = queries.release_of(call)
    if drafted is None:
        raise Http404
    actor = edge.actor(request)
    form = ReleaseForm(edge.sent(request), initial={"drafted": clock.stamp(drafted.drafted)})
    if form.is_valid() and form.carry_out(lambda: tasks.confirm_release(actor, call, form.cleaned_data["drafted"])):
        if isinstance(form.outcome, Errand):
            return redirect("members:release", slug)
        messages.success(request, "The decisions are released.")
        return redirect(call)
    edge.overtaken(form, drafted=clock.stamp(drafted.drafted))
    rows = queries.decisions(call, actor)
    context = {
        **frame(call),
        "form": form,
        "release": drafted,
        "may_confirm": rules.may_confirm(actor, drafted),
        "errand": errands.latest(tasks.RELEASE, call),
        "shown": [_preview(call, outcome, rows.filter(outcome=outcome), drafted) for outcome in LETTERS],
    }
    return render(request, "members/release.html", context, status=status(form))


@edge.signed_in
def appeals(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Appeals against the decisions of a call, as a list; what they say is read on the page of each."""
    call = _hearing(request, slug)
    actor = edge.actor(request)
    rows = queries.appeals(call, actor)
    if isinstance(in_file := APPEALS.in_file(request, rows), QuerySet):  # whose lines are taken away can see it
        acts.read_appeals(actor, call=call, appeals=list(in_file))
    context = {**frame(call), "table": APPEALS.page(request, rows)}
    return APPEALS.download(request, rows) or render(request, "members/appeals.html", context)


@edge.signed_in
def appeal(request: HttpRequest, slug: str, appeal: str) -> HttpResponseBase:
    """One appeal, and the form by which somebody who had no part in the decision answers it."""
    call = _hearing(request, slug)
    actor = edge.actor(request)
    one = queries.appeals(call, actor).filter(pk=appeal).first()
    if one is None:
        raise Http404
    acts.read_appeals(actor, call=call, appeals=[one])
    form = ReplyForm(edge.sent(request), initial=edge.typed(request, ReplyForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.decide_appeal(
            actor, call=call, appeal=one, granted=form.cleaned_data["granted"], reply=form.cleaned_data["reply"]
        )
    ):
        messages.success(request, "The appeal is decided.")
        return redirect("members:appeals", slug)
    had_one = had_part(call, one.decision.application_id, actor.person_id)
    context = {**frame(call), "form": form, "one": one, "had_part": had_one}
    return render(request, "members/appeal.html", context, status=status(form))


@dataclass(frozen=True)
class Preview:
    """A letter as the first who gets it will read it; of an outcome that nobody has, or that went out, as it was written."""

    label: str
    count: int
    to: str
    subject: str
    body: str


def _preview(call: Call, outcome: str, rows: QuerySet[Decision], drafted: Release) -> Preview:
    label, letter = Decision.Outcome(outcome).label, drafted.letters[outcome]
    first = None if drafted.confirmed else rows.first()  # who has which outcome since is another matter
    told = as_mailed(call, first, letter) if first else (letter["subject"], letter["body"])
    return Preview(label, rows.count(), first.application.name if first else "", *told)


def _confirmed(request: HttpRequest, slug: str, deed: Callable[[Call], Any], label: str) -> HttpResponseBase:
    call = deciding(request, slug)
    form = ConfirmForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: deed(call)):
        return redirect("members:decide", slug)
    return render(request, "members/confirm.html", {**frame(call), "form": form, "label": label}, status=status(form))


def deciding(request: HttpRequest, slug: str) -> Call:
    """The call, for those who decide it."""
    call = found(request, slug)
    if not rules.may_decide(edge.actor(request), call):
        raise Refused(
            "You can't decide this call.", remedy="Stewards, founders and its organisers do who did not apply to it."
        )
    return call


def _hearing(request: HttpRequest, slug: str) -> Call:
    call = found(request, slug)
    if not rules.may_hear(edge.actor(request), call):
        raise Refused(
            "You can't hear these appeals.", remedy="Stewards and founders do who neither decided nor applied."
        )
    return call
