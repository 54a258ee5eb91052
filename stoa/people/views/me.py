"""One's own pages: profile and mails, ties, keys for programs, the looks that concern one, and leaving."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import available_timezones

from django.contrib import messages
from django.contrib.auth import logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from stoa.kit import clock, registry
from stoa.kit.edge import actor, sent, signed_in, typed
from stoa.kit.registry import label
from stoa.people import acts, forms, queries, rules
from stoa.people.following import followed
from stoa.people.models import Organisation, Person, Tie

SIDES = (
    ("Profile", "people:me"),
    ("Following", "people:my_following"),
    ("Ties", "people:my_ties"),
    ("Keys", "people:my_keys"),
    ("Your data", "site:own_data"),
    ("Looks at my data", "people:my_looks"),
    ("Leave", "people:erase"),
)


def _shown(request: HttpRequest, template: str, context: dict[str, Any], *shown: Form) -> HttpResponse:
    """A side of one's own pages; 422 where a form on it has faults."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    sides = [(label, reverse(name), name == here) for label, name in SIDES]
    faulty = any(form.is_bound and form.errors for form in shown)
    return render(request, f"people/{template}.html", context | {"sides": sides}, status=422 if faulty else 200)


def _me(request: HttpRequest) -> Person:
    return cast("Person", request.user)


@never_cache
@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """How one is shown, and which mails one gets."""
    me = _me(request)
    asked = request.POST.get("form", "")
    kept = {"name": me.name, "pronouns": me.pronouns, "zone": me.zone} | typed(request, forms.ProfileForm)
    form = forms.ProfileForm(request.POST if asked == "profile" else None, initial=kept)
    wants = {"wants": me.wants_mail, "digest": me.wants_digest}
    mail = forms.MailForm(request.POST if asked == "mail" else None, initial=wants, auto_id="mail_%s")
    if form.is_valid() and form.carry_out(
        lambda: acts.edit_profile(
            actor(request),
            person=me,
            name=form.cleaned_data["name"],
            pronouns=form.cleaned_data["pronouns"],
            zone=form.cleaned_data["zone"],
        )
    ):
        messages.success(request, "Your profile is changed.")
        return redirect("people:me")
    chosen = mail.cleaned_data if mail.is_valid() else {}
    if chosen and mail.carry_out(
        lambda: acts.choose_mail(actor(request), person=me, wants=chosen["wants"], digest=chosen["digest"])
    ):
        messages.success(request, "Your choice of mails is kept.")
        return redirect("people:me")
    context = {"form": form, "mail": mail, "zones": sorted(available_timezones())}
    return _shown(request, "me", context, form, mail)


@never_cache
@signed_in
def following(request: HttpRequest) -> HttpResponse:
    """What one follows, and whether it begins by itself."""
    me = _me(request)
    form = forms.FollowingForm(sent(request), initial={"own": me.follows_own})
    if form.is_valid() and form.carry_out(
        lambda: acts.choose_following(actor(request), person=me, own=form.cleaned_data["own"])
    ):
        messages.success(request, "Your choice is kept.")
        return redirect("people:my_following")
    rows = [(label(follow.reference.partition(":")[0]), follow, shown) for follow, shown in followed(me.pk)]
    return _shown(request, "my_following", {"form": form, "rows": rows}, form)


@never_cache
@signed_in
def follow(request: HttpRequest) -> HttpResponse:
    """Begin or end following what the button names, and go back to where it stands."""
    reference, me = request.POST.get("reference", "")[:80].replace("\0", ""), _me(request)
    if request.method == "POST" and request.POST.get("do") == "stop":
        acts.stop_following(actor(request), person=me, reference=reference)
        messages.success(request, "You don’t follow it any more.")
    elif request.method == "POST":
        acts.start_following(actor(request), person=me, reference=reference)
        messages.success(request, "You follow it now. What happens to it stands on your home page.")
    back = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    return redirect(back if ours else "people:my_following")


@never_cache
@signed_in
def away(request: HttpRequest) -> HttpResponse:
    """Say until which day one is away, or that one is back."""
    me = _me(request)
    form = forms.AbsenceForm(sent(request), initial={"until": me.away_until})
    if form.is_valid() and form.carry_out(
        lambda: acts.set_absence(actor(request), person=me, until=form.cleaned_data["until"])
    ):
        until = form.cleaned_data["until"]
        messages.success(request, f"You are away until {until:%-d %B %Y}." if until else "You are back.")
        return redirect("/")
    return _shown(request, "away", {"form": form}, form)


@never_cache
@signed_in
def ties(request: HttpRequest) -> HttpResponse:
    """What ties one to organisations."""
    me = _me(request)
    form = forms.TieForm(sent(request), initial=typed(request, forms.TieForm))
    if form.is_valid():
        forms.date_fields_in_range(form, "start", "end")
    if form.is_valid() and form.carry_out(lambda: acts.declare_tie(actor(request), person=me, **_tie(form))):
        messages.success(request, "The tie is declared. It stands on your page.")
        return redirect("people:my_ties")
    context = {
        "form": form,
        "ties": me.ties.select_related("organisation"),
        "organisations": Organisation.objects.values_list("name", flat=True),
        "may_add": rules.may_add_organisation(actor(request)),
    }
    return _shown(request, "my_ties", context, form)


def _tie(form: forms.TieForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("organisation", "kind", "start", "end")}


@never_cache
@signed_in
def end_tie(request: HttpRequest, pk: int) -> HttpResponse:
    """Say on which day a tie of one's own ended."""
    me = _me(request)
    tie = get_object_or_404(Tie.objects.select_related("organisation"), pk=pk, person=me)
    form = forms.EndForm(sent(request), initial={"end": clock.now().date()})
    if form.is_valid():
        forms.date_fields_in_range(form, "end")
    if form.is_valid() and form.carry_out(
        lambda: acts.end_tie(actor(request), person=me, tie=tie, end=form.cleaned_data["end"])
    ):
        messages.success(request, "The end of the tie is noted.")
        return redirect("people:my_ties")
    return _shown(request, "end_tie", {"form": form, "tie": tie}, form)


@never_cache
@signed_in
def keys(request: HttpRequest) -> HttpResponse:
    """Keys for one's own programs. A new one is shown on this answer and never again."""
    me = _me(request)
    form = forms.KeyForm(sent(request), initial=typed(request, forms.KeyForm))
    secret = ""
    if form.is_valid() and form.carry_out(
        lambda: acts.create_token(actor(request), person=me, name=form.cleaned_data["name"])
    ):
        if form.outcome is None:  # the same form, sent again
            return redirect("people:my_keys")
        secret = form.outcome[1]
        form = forms.KeyForm()
    context = {"form": form, "secret": secret, "keys": me.api_tokens.order_by("-created", "-pk")}
    return _shown(request, "my_keys", context, form)


@never_cache
@signed_in
def revoke_key(request: HttpRequest, pk: str) -> HttpResponse:
    """Revoke a key of one's own."""
    me = _me(request)
    key = get_object_or_404(me.api_tokens, pk=pk)
    if request.method == "POST":
        acts.revoke_token(actor(request), person=me, token=key)
        messages.success(request, f"The key “{key.name}” is revoked. Programs that use it are refused from now on.")
    return redirect("people:my_keys")


@never_cache
@signed_in
def looks(request: HttpRequest) -> HttpResponse:
    """Who of the staff looked at what is private about one, and when."""
    taken = queries.looks_at(_me(request).pk)
    names = registry.show(sorted({look.by for look in taken}), _me(request).pk)
    rows = [(parse_datetime(look.at), names.get(look.by), look.what) for look in taken]
    return _shown(request, "my_looks", {"looks": rows})


@never_cache
@signed_in
def erase(request: HttpRequest) -> HttpResponse:
    """Leave: name, address and texts are destroyed; what was decided stays checkable."""
    me = _me(request)
    form = forms.EraseForm(sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.erase(actor(request), person=me)):
        logout(request)
        messages.success(request, "Your account is erased. Thank you for having been here.")
        return redirect("/")
    return _shown(request, "erase", {"form": form}, form)
