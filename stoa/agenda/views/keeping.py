"""What those who keep the process do with a round: announce it, make a phase longer, write to everybody."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from stoa.agenda import acts, forms, queries, rules
from stoa.agenda.models import Announcement, Round
from stoa.agenda.views import rounds
from stoa.agenda.views.words import plural
from stoa.charter.queries import terms
from stoa.kit import edge
from stoa.kit.clock import ANYWHERE_ON_EARTH
from stoa.kit.faults import Refused
from stoa.kit.powers import may
from stoa.people.queries import addressed

LATER = ("discussion_opens", "vote_opens", "vote_closes")
ANNOUNCED = ("slug", "title", "summary", "questions_open", *LATER, "anywhere_on_earth", "open_data")


@edge.signed_in
def announce(request: HttpRequest) -> HttpResponseBase:
    """Announce a round."""
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_announce(actor):
        raise Refused("You can't announce a round.", remedy="The charter gives this to stewards and founders.")
    form = forms.RoundForm(request.POST or None, initial=edge.typed(request, forms.RoundForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.announce_round(actor, **{name: form.cleaned_data[name] for name in ANNOUNCED})
    ):
        messages.success(request, "The round is announced.")
        return redirect(form.outcome)
    context = {
        "form": form,
        "zone": timezone.get_current_timezone_name(),
        "needed": terms().limits["estimates_needed"],
        "estimators": queries.estimators(),
    }
    return render(request, "agenda/announce.html", context, status=422 if form.errors else 200)


@edge.signed_in
def extend(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Make a phase longer."""
    round = rounds.found(slug)
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_extend(actor, round):
        raise Refused(
            "You can't make a phase of this round longer.",
            remedy="Stewards and its organisers can, until the vote closes.",
        )
    form = forms.ExtendForm(
        request.POST or None,
        initial={**_instants(round), **edge.typed(request, forms.ExtendForm)},
        anywhere_on_earth=round.anywhere_on_earth,
        can_move=rules.openings_ahead(round),
    )
    if form.is_valid() and form.carry_out(
        lambda: acts.extend_round(
            actor,
            round=round,
            reason=form.cleaned_data["reason"],
            **{name: form.cleaned_data.get(name) for name in LATER},
        )
    ):
        messages.success(request, "The new times are on the record.")
        return redirect(round)
    context = {**rounds.frame(round), "form": form, "zone_name": _zone_name(round)}
    return render(request, "agenda/extend.html", context, status=422 if form.errors else 200)


@edge.signed_in
def announcements(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Mails to everybody of a round: drafts, those that went out, and a form for another."""
    round = rounds.found(slug)
    actor = edge.actor(request)
    _demand_mail(request, round)
    form = forms.AnnouncementForm(request.POST or None, initial=edge.typed(request, forms.AnnouncementForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.draft_announcement(
            actor, round=round, subject=form.cleaned_data["subject"], body=form.cleaned_data["body"]
        )
    ):
        messages.success(request, "The mail is drafted. Somebody else has to confirm it.")
        return redirect("agenda:announcements", slug)
    context = {
        **rounds.frame(round),
        "form": form,
        "announcements": queries.mails(actor, round),
        "may_draft": may(actor, "agenda.announcement.draft", round),
        "reaches": plural(addressed().count(), "person", "people"),
    }
    return render(request, "agenda/announcements.html", context, status=422 if form.errors else 200)


@edge.signed_in
def announcement(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A mail as it would go out, whom it reaches, and the button by which a second person sends it."""
    round = rounds.found(slug)
    actor = edge.actor(request)
    _demand_mail(request, round)
    found = queries.mails(actor, round).filter(pk=pk).first()
    if found is None:
        raise Http404
    form = forms.ConfirmForm(request.POST or None)
    if form.is_valid() and form.carry_out(lambda: acts.confirm_announcement(actor, announcement=found)):
        messages.success(request, f"Sent to {plural(_mails(found), 'person', 'people')}.")
        return redirect("agenda:announcements", slug)
    context = {
        **rounds.frame(round),
        "form": form,
        "announcement": found,
        "may_confirm": rules.may_confirm(actor, found),
        "is_own": found.drafted_by_id == actor.person_id,
        "reaches": plural(addressed().count(), "person", "people"),
    }
    return render(request, "agenda/announcement.html", context, status=422 if form.errors else 200)


def _demand_mail(request: HttpRequest, round: Round) -> None:
    if not rules.may_mail(edge.actor(request), round):
        raise Refused("You can't see the mails of this round.", remedy="Stewards, organisers and facilitators can.")


def _mails(found: Announcement) -> int:
    """How many went out; of a form sent twice, what the first did."""
    found.refresh_from_db(fields=["mails"])
    return found.mails


def _instants(round: Round) -> dict[str, object]:
    zone = ANYWHERE_ON_EARTH if round.anywhere_on_earth else timezone.get_current_timezone()
    instants = {name: getattr(round, name) for name in LATER}
    return {name: at.astimezone(zone).replace(tzinfo=None) for name, at in instants.items() if at}


def _zone_name(round: Round) -> str:
    return "anywhere on Earth (UTC−12)" if round.anywhere_on_earth else timezone.get_current_timezone_name()
