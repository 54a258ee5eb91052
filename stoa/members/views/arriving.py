"""The way to an application: first the facts that decide who may apply, then an account by a link, then the beginning."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from stoa.kit import clock, edge, pace
from stoa.kit.act import VISITOR
from stoa.kit.faults import Closed, TooFast
from stoa.members import acts, queries, rules
from stoa.members.acts.arriving import arriving, read_link, used_up
from stoa.members.forms.answering import FactsForm
from stoa.members.forms.applying import AddressForm, NameForm
from stoa.members.forms.calls import ConfirmForm
from stoa.members.models import Call
from stoa.members.views.calls import found, frame
from stoa.people.models import Person

MOST_MAILS, MOST_MAILS_FROM_ONE_PLACE, HOUR = 3, 30, 3600
"""Links to one address, and from one place, in an hour."""


def eligible(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask what decides who may apply, before anybody writes; whoever may not learns why, and what is open to them."""
    call = found(request, slug)
    known = queries.own(call, edge.actor(request))
    mine = known.draft if known else None
    if mine is None:
        call = _taking(request, slug)
    given_before = mine.facts if mine else request.session.get(_key(call), {})
    form = FactsForm(edge.sent(request), facts=call.asks.facts, answers=given_before)
    if not form.is_valid():
        context = {**frame(call), "form": form, "mine": mine}
        return render(request, "members/eligible.html", context, status=422 if form.errors else 200)
    given = form.given()
    if out := call.asks.shut_out(given):
        others = [other for other in queries.open_calls(clock.now()) if other.pk != call.pk]
        context = {**frame(call), "out": out, "others": others, "coming": _coming(request, call)}
        return render(request, "members/not_eligible.html", context)
    if mine is None:
        request.session[_key(call)] = given
        return redirect("members:apply", slug)
    actor, person = edge.actor(request), mine.person
    if form.carry_out(lambda: acts.begin_application(actor, person=person, call=call, facts=given)):
        return redirect("members:mine", slug)
    return render(request, "members/eligible.html", {**frame(call), "form": form, "mine": mine}, status=422)


def apply(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Begin an application; somebody without an account gets a link by mail first."""
    call = found(request, slug)
    actor = edge.actor(request)
    if (mine := queries.own(call, actor)) and mine.draft:
        return redirect(mine.draft)
    _taking(request, slug)
    facts: dict[str, Any] = request.session.get(_key(call), {})
    if call.asks.shut_out(facts):
        return redirect("members:eligible", slug)
    if actor.person_id is None:
        return _ask_for_address(request, call)
    form = ConfirmForm(edge.sent(request))
    person = Person.objects.get(pk=actor.person_id)
    if form.is_valid() and form.carry_out(lambda: acts.begin_application(actor, person=person, call=call, facts=facts)):
        request.session.pop(_key(call), None)
        return redirect("members:step", slug, 1)
    context = {**frame(call), "form": form, "keeps": rules.may_keep(actor, call)}
    return render(request, "members/begin.html", context, status=422 if form.errors else 200)


@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the link in the mail leads to: a button that signs in, and for who is new the field for their name."""
    arrival = read_link(token)
    call = Call.objects.filter(pk=arrival.call).exclude(phase=Call.Phase.DRAFT).first() if arrival else None
    person = arriving(arrival) if arrival else None
    if arrival is None or call is None or used_up(arrival, person):
        return render(request, "members/link_gone.html", {"call": call}, status=410)
    if person is not None and request.user.pk == person.pk:
        return redirect("members:apply", call.slug)
    form = NameForm(edge.sent(request)) if person is None else ConfirmForm(edge.sent(request))
    if form.is_valid():
        if person is None and form.carry_out(
            lambda: acts.let_in(VISITOR, call=call, arrival=arrival, name=form.cleaned_data["name"])
        ):
            person = form.outcome
        if person is not None:
            return _sign_in(request, person, call)
    context = {**frame(call), "form": form, "person": person, "address_known": arrival.address}
    return render(request, "members/enter.html", context, status=422 if form.errors else 200)


def _ask_for_address(request: HttpRequest, call: Call) -> HttpResponseBase:
    form = AddressForm(edge.sent(request), initial=edge.typed(request, AddressForm))
    if form.is_valid():
        address = form.cleaned_data["address"].lower()
        if not pace.take(
            "call-enter", request.META.get("REMOTE_ADDR", ""), most=MOST_MAILS_FROM_ONE_PLACE, seconds=HOUR
        ):
            raise TooFast("Too many links were asked for from where you are.", remedy="Try again in an hour.")
        few = pace.take("call-enter", address, most=MOST_MAILS, seconds=HOUR)
        if not few or form.carry_out(lambda: acts.invite_applicant(edge.actor(request), call=call, address=address)):
            return render(request, "members/link_sent.html", {**frame(call), "sent_to": address})
    context = {**frame(call), "form": form, "here": request.path}
    return render(request, "members/address.html", context, status=422 if form.errors else 200)


def _sign_in(request: HttpRequest, person: Person, call: Call) -> HttpResponse:
    """The session begins anew and keeps the facts that were answered in it; where there is a second factor it is asked."""
    facts = request.session.get(_key(call))
    record_authentication(request, person, method="link")
    response: HttpResponse = perform_login(
        request, Login(user=person, redirect_url=f"{call.get_absolute_url()}/apply", email=person.email)
    )
    if facts is not None:
        request.session[_key(call)] = facts
    return response


def _taking(request: HttpRequest, slug: str) -> Call:
    """The call, if one can begin an application to it now."""
    call = found(request, slug)
    if not rules.can_be_begun(call):
        raise Closed("This call takes no applications now.", remedy="Its page says when it does.")
    return call


def _coming(request: HttpRequest, call: Call) -> list[Call]:
    announced = queries.calls(edge.actor(request)).filter(phase=Call.Phase.ANNOUNCED).exclude(pk=call.pk)
    return list(announced.order_by("opens")[:3])


def _key(call: Call) -> str:
    return f"facts of {call.pk}"
