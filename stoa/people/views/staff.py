"""What founders and stewards do with people: admit, give and end roles, add organisations, look at an address on the record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.kit.edge import ActForm, actor, sent, signed_in, typed
from stoa.kit.faults import Refused
from stoa.people import acts, forms, queries, rules
from stoa.people.models import ROLES
from stoa.people.views.directory import found, page_of


def _page(request: HttpRequest, template: str, form: ActForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"people/{template}.html", {"form": form, **context}, status=status)


def _demand(allowed: bool) -> None:
    if not allowed:
        raise Refused("The charter does not give you the power to do this.", remedy="See the charter for who holds it.")


@never_cache
@signed_in
def admit(request: HttpRequest) -> HttpResponse:
    """Take a person in."""
    _demand(rules.may_admit(actor(request)))
    form = forms.AdmitForm(sent(request), initial=typed(request, forms.AdmitForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.admit(
            actor(request),
            name=form.cleaned_data["name"],
            email=form.cleaned_data["email"],
            roles=[form.cleaned_data["role"]],
        )
    ):
        messages.success(request, f"{form.outcome.shown_name} is here now and can sign in with a code by mail.")
        return redirect(form.outcome)
    return _page(request, "admit", form)


@never_cache
@signed_in
def give_role(request: HttpRequest, person_id: str) -> HttpResponse:
    """Give a person a role, for a term or for one task."""
    person = found(request, person_id)
    _demand(rules.may_give_role(actor(request)))
    form = forms.RoleForm(sent(request), initial=typed(request, forms.RoleForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.give_role(
            actor(request),
            person=person,
            role=form.cleaned_data["role"],
            scope=form.cleaned_data["scope"],
            until=form.cleaned_data["until"],
        )
    ):
        label = ROLES[form.cleaned_data["role"]]
        messages.success(request, f"{person.shown_name} holds the role of {label} now.")
        return redirect(person)
    return _page(request, "give_role", form, person=person)


@never_cache
@signed_in
def end_role(request: HttpRequest, person_id: str) -> HttpResponse:
    """End a role: that of somebody else, or one's own. The address names which, and the page asks."""
    person = found(request, person_id)
    _demand(rules.may_end_role(actor(request), person))
    named = {"role": request.GET.get("role", ""), "scope": request.GET.get("scope", "")}
    held = [role for role in queries.roles_held(person) if (role.role, role.scope) == (named["role"], named["scope"])]
    if not held:
        return redirect(person)
    form = forms.EndRoleForm(sent(request), initial=named)
    if form.is_valid() and form.carry_out(
        lambda: acts.end_role(
            actor(request), person=person, role=form.cleaned_data["role"], scope=form.cleaned_data["scope"]
        )
    ):
        messages.success(request, f"The role of {held[0].label} has ended.")
        return redirect(person)
    return _page(request, "end_role", form, person=person, role=held[0], is_self=rules.is_self(actor(request), person))


@never_cache
@signed_in
@require_POST
def see_address(request: HttpRequest, person_id: str) -> HttpResponse:
    """Show a person's e-mail address on this one answer; the look is noted for them."""
    person = found(request, person_id)
    acts.see_private(actor(request), person=person, what="e-mail address")
    context = page_of(request, person) | {"address": person.email or "none"}
    return render(request, "people/person.html", context)


@never_cache
@signed_in
def add_organisation(request: HttpRequest) -> HttpResponse:
    """Add an organisation to which people can be tied."""
    _demand(rules.may_add_organisation(actor(request)))
    form = forms.OrganisationForm(sent(request), initial=typed(request, forms.OrganisationForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.add_organisation(
            actor(request),
            name=form.cleaned_data["name"],
            country=form.cleaned_data["country"],
            ror=form.cleaned_data["ror"],
            sponsor=form.cleaned_data["sponsor"],
        )
    ):
        messages.success(request, "The organisation is on the list.")
        return redirect(form.outcome)
    return _page(request, "add_organisation", form)
