"""What those who keep calls do: draft one, say what it asks, reckon its reading, announce it, let it close later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from stoa.kit import edge
from stoa.kit.act import Actor
from stoa.kit.clock import ANYWHERE_ON_EARTH
from stoa.kit.edge import ActForm
from stoa.kit.faults import Conflict, Refused
from stoa.members import acts, queries, rules
from stoa.members.forms import calls as forms
from stoa.members.forms.items import FORMS, ItemForm
from stoa.members.models import Call
from stoa.members.views.calls import found, frame

MOST_HOURS = 12
"""More hours of reading than these is more than most reviewers give; the page of the reading offers remedies."""

NEW = "new"


@edge.signed_in
def draft(request: HttpRequest) -> HttpResponseBase:
    """Draft a call, on its own or as the next wave of another."""
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_draft(actor):
        raise Refused("You can't draft a call.", remedy="The charter gives this to stewards and founders.")
    like = queries.find_call(request.GET.get("like", ""), actor)
    form = forms.NewCallForm(edge.sent(request), initial=edge.typed(request, forms.NewCallForm))
    if form.is_valid() and form.carry_out(lambda: _drafted(actor, form.cleaned_data, like)):
        messages.success(request, "The call is drafted. Only those who keep calls see it.")
        return redirect("members:edit", form.outcome.slug)
    context = {"form": form, "like": like, "zone": timezone.get_current_timezone_name()}
    return render(request, "members/draft.html", context, status=status(form))


def _drafted(actor: Actor, given: Mapping[str, Any], like: Call | None) -> Call:
    return acts.draft_call(
        actor,
        slug=given["slug"],
        title=given["title"],
        opens=given["opens"],
        closes=given["closes"],
        anywhere_on_earth=given["anywhere_on_earth"],
        like=like,
    )


@edge.signed_in
def edit(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Change what a call says, until it opens."""
    call = kept(request, slug)
    zone = ANYWHERE_ON_EARTH if call.anywhere_on_earth else timezone.get_current_timezone()
    values = {name: getattr(call, name) for name in (*forms.CALL_FIELDS, "version")}
    local = {name: values[name].astimezone(zone).replace(tzinfo=None) for name in ("opens", "closes")}
    form = forms.CallForm(edge.sent(request), initial={**values, **local, **edge.typed(request, forms.CallForm)})
    form.fields["slug"].disabled = call.phase != Call.Phase.DRAFT
    if form.is_valid() and form.carry_out(
        lambda: change(
            request, call, form.cleaned_data["version"], {n: form.cleaned_data[n] for n in forms.CALL_FIELDS}
        )
    ):
        messages.success(request, "The call is changed.")
        return redirect("members:asks", form.outcome.slug)
    meanwhile = edge.overtaken(form, version=call.version)
    context = {**frame(call), "form": form, "zone_name": zone_name(call), "meanwhile": meanwhile}
    return render(request, "members/edit.html", context, status=status(form))


@edge.signed_in
def asks(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All that a call asks, each item with the way to change it."""
    call = kept(request, slug)
    return render(request, "members/asks.html", {**frame(call), "can_be_changed": rules.can_be_changed(call)})


@edge.signed_in
def item(request: HttpRequest, slug: str, part: str, key: str) -> HttpResponseBase:
    """Write, change or remove one item of what a call asks."""
    call = kept(request, slug)
    rows: list[dict[str, Any]] = call.rules.get(part, [])
    present = next((row for row in rows if row["key"] == key), None)
    if part not in FORMS or (present is None and key != NEW):
        raise Http404
    shown = FORMS[part].values(present) if present else {}
    form = FORMS[part](
        edge.sent(request), initial={"version": call.version, **shown, **edge.typed(request, FORMS[part])}
    )
    removes, rises = "remove" in request.POST, "rise" in request.POST
    if form.is_valid() and form.carry_out(
        lambda: change(
            request,
            call,
            form.cleaned_data["version"],
            {"rules": {**call.rules, part: _changed(rows, present, form, removes=removes, rises=rises)}},
        )
    ):
        return redirect("members:asks", slug)
    meanwhile = edge.overtaken(form, version=call.version)
    context = {**frame(call), "form": form, "part": part, "present": present, "meanwhile": meanwhile}
    return render(request, "members/item.html", context, status=status(form))


def _changed(
    rows: list[dict[str, Any]], present: dict[str, Any] | None, form: ItemForm, *, removes: bool, rises: bool
) -> list[dict[str, Any]]:
    """The items with this one written in its place, at the end, one place higher, or taken away."""
    if present is None:
        return [*rows, form.item(_free_key(form, rows))]
    place = rows.index(present)
    if removes:
        return [*rows[:place], *rows[place + 1 :]]
    others = [*rows[:place], *rows[place + 1 :]]
    at = max(0, place - 1) if rises else place
    return [*others[:at], form.item(present["key"]), *others[at:]]


def _free_key(form: ItemForm, rows: list[dict[str, Any]]) -> str:
    """A key made of the label that no other item has."""
    made, taken = str(form.item("")["key"]), {row["key"] for row in rows}
    return next(key for key in (made, *(f"{made}_{n}" for n in range(2, 100))) if key not in taken)


@edge.signed_in
def reading(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What a call means for those who read, before it opens, and what can be done where that is too much."""
    call = kept(request, slug)
    plan = queries.reading(call)
    context = {
        **frame(call),
        "plan": plan,
        "too_much": plan.hours > MOST_HOURS,
        "most_hours": MOST_HOURS,
        "invite": plan.reviewers_for(MOST_HOURS) - plan.reviewers,
        "waves": queries.waves(plan, count=3),
        "can_be_changed": rules.can_be_changed(call),
    }
    return render(request, "members/reading.html", context)


@edge.signed_in
def announce(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Announce a drafted call."""
    call = kept(request, slug)
    form = forms.ConfirmForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.announce_call(edge.actor(request), call=call)):
        messages.success(request, "The call is announced.")
        return redirect(call)
    context = {**frame(call), "form": form, "plan": queries.reading(call)}
    return render(request, "members/announce.html", context, status=status(form))


@edge.signed_in
def extend(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Let a call close later."""
    call = found(request, slug)
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_extend(actor, call):
        raise Refused("You can't let this call close later.", remedy="Those who keep it can, until its grace is over.")
    zone = ANYWHERE_ON_EARTH if call.anywhere_on_earth else timezone.get_current_timezone()
    initial = {"closes": call.closes.astimezone(zone).replace(tzinfo=None), **edge.typed(request, forms.ExtendForm)}
    form = forms.ExtendForm(edge.sent(request), initial=initial, anywhere_on_earth=call.anywhere_on_earth)
    if form.is_valid() and form.carry_out(
        lambda: acts.extend_call(
            actor, call=call, closes=form.cleaned_data["closes"], reason=form.cleaned_data["reason"]
        )
    ):
        messages.success(request, "The later close is on the record.")
        return redirect(call)
    return render(
        request, "members/extend.html", {**frame(call), "form": form, "zone_name": zone_name(call)}, status=status(form)
    )


def kept(request: HttpRequest, slug: str) -> Call:
    """The call, for those who keep it."""
    call = found(request, slug)
    if not rules.may_keep(edge.actor(request), call):
        raise Refused("You don't keep this call.", remedy="Stewards, founders and its organisers do.")
    return call


def change(request: HttpRequest, call: Call, version: int, changes: Mapping[str, Any]) -> Call:
    """Change a drafted call quietly, an announced one on the record."""
    if call.phase == Call.Phase.DRAFT:
        return acts.edit_call(edge.actor(request), call=call, version=version, changes=changes)
    return acts.amend_call(edge.actor(request), call=call, version=version, changes=changes)


def zone_name(call: Call) -> str:
    """The zone in which a form about this call reads its instants, in words."""
    return "anywhere on Earth (UTC−12)" if call.anywhere_on_earth else timezone.get_current_timezone_name()


def status(form: ActForm) -> int:
    """422 for a form that came with faults, 409 for one that somebody else overtook."""
    if isinstance(form.fault, Conflict):
        return 409
    return 422 if form.errors else 200
