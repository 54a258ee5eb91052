"""Pages of a vote: the check, one's own receipt, who may vote and who did, the opened ballots, the scrutineers' page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.ballots import acts, forms, queries, rules
from stoa.ballots.models import Ballot
from stoa.kit import edge, registry
from stoa.kit.faults import Closed
from stoa.kit.registry import Shown
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.methods.names import sort_key
from stoa.people.acts import see_private
from stoa.people.models import Person

MOST_NAMED = 300
"""Questions of one ballot that a page names."""


def found(pk: int) -> Ballot:
    """The vote of this number, or a page that says there is none."""
    ballot = queries.find_ballot(pk)
    if ballot is None:
        raise Http404
    return ballot


def _frame(ballot: Ballot) -> dict[str, Any]:
    """What every page of a vote shows of it: above all, what it decides."""
    decides = registry.show([ballot.subject], None).get(ballot.subject) or Shown(f"Vote {ballot.pk}", "/")
    opening = ballot.sealed + timedelta(hours=ballot.window_hours) if ballot.sealed else None
    return {
        "ballot": ballot,
        "decides": decides,
        "opening": opening,
        "is_open": rules.is_open(ballot),
        "is_sealed": rules.is_sealed(ballot),
    }


@edge.unkept_if_signed_in
def check(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Check a vote: what is sealed, and whether one's own ballot is among it and says what one approved."""
    ballot = found(pk)
    form = forms.asked(request.GET)
    sealed = queries.Sealed(ballot)
    paper = queries.own_paper(ballot, edge.actor(request).person_id)
    context = {**_frame(ballot), "form": form, "paper": paper}
    if paper and ballot.sealed:
        context["own_place"] = sealed.place(bytes(paper.commitment).hex())
    if form.is_bound and form.is_valid() and ballot.sealed:
        context |= _looked_up(sealed, form.cleaned_data["commitment"])
    context["attestations"] = queries.attestations(ballot)
    return render(request, "ballots/check.html", context, status=422 if form.errors else 200)


def proof(request: HttpRequest, pk: int, commitment: str) -> HttpResponseBase:
    """The inclusion proof of a commitment under the sealed root, as a file."""
    place = queries.Sealed(found(pk)).place(commitment)
    if place is None:
        raise Http404
    answer = HttpResponse(json.dumps(asdict(place), indent=1) + "\n", content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="proof-{pk}-{commitment[:8]}.json"'
    return answer


@never_cache
@edge.signed_in
def receipt(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One's own receipt and ballot, while the server still has them."""
    ballot = found(pk)
    person_id = edge.actor(request).person_id
    paper = queries.own_paper(ballot, person_id)
    approved = list(paper.approved) if paper else []
    context = {
        **_frame(ballot),
        "paper": paper,
        "approved": _named(approved),
        "cost": queries.cost_of(ballot, approved),
        "is_listed": queries.listed(ballot, person_id) is not None,
        "has_draft": queries.has_draft(ballot, person_id),
    }
    return render(request, "ballots/receipt.html", context)


@never_cache
@edge.signed_in
def receipt_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One's own receipt as a file, with the ballot that it promises below the signed note."""
    ballot = found(pk)
    paper = queries.own_paper(ballot, edge.actor(request).person_id)
    if paper is None:
        raise Http404
    answer = HttpResponse(paper.receipt, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="receipt-{pk}-{paper.voter.casts}.txt"'
    return answer


def voters(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who may vote: public from the opening on, by name."""
    ballot = found(pk)
    return _people(request, ballot, "voters", "On the voter list", queries.voter_list(ballot))


def voted(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who voted: public once the vote is sealed, not before."""
    ballot = found(pk)
    if not rules.is_sealed(ballot):
        raise Closed("Who voted is public after the close, not before.", remedy="Come back when the vote has closed.")
    return _people(request, ballot, "voted", "Who voted", queries.voted(ballot))


def opened(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The opened ballots, without names."""
    ballot = found(pk)
    if ballot.state != Ballot.State.OPENED:
        raise Closed(
            "The ballots of this vote are not open.",
            remedy="The page of the vote says when they will be, or why they stay closed.",
        )
    rows = queries.opened_ballots(ballot)
    listing = _opened_listing(ballot)
    context = {**_frame(ballot), "table": listing.page(request, rows)}
    return listing.download(request, rows) or render(request, "ballots/opened.html", context)


@never_cache
@edge.signed_in
def scrutiny(request: HttpRequest, pk: int) -> HttpResponseBase:
    """For scrutineers: fetch the private bundle of a vote that was kept closed, check it, and attest."""
    ballot = found(pk)
    actor = edge.actor(request)
    rules.demand_scrutineer(edge.actor(request), ballot)
    digest = hashlib.sha256(bytes(ballot.kept_bundle or b"")).hexdigest()
    form = forms.AttestForm(request.POST or None, initial={"bundle": digest})
    if form.is_valid() and form.carry_out(
        lambda: acts.attest(
            actor, ballot=ballot, bundle=form.cleaned_data["bundle"], agrees=form.cleaned_data["agrees"]
        )
    ):
        messages.success(request, "Your word is on the record.")
        return redirect("ballots:scrutiny", pk)
    said = list(queries.attestations(ballot))
    context = {
        **_frame(ballot),
        "form": form,
        "fetch": forms.FetchForm(auto_id="fetch_%s"),
        "digest": digest,
        "attestations": said,
        "has_attested": any(one.scrutineer_id == actor.person_id for one in said),
    }
    return render(request, "ballots/scrutiny.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
@edge.signed_in
def fetch_bundle(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The private bundle as a file. That it was looked at is noted first."""
    ballot = found(pk)
    actor = edge.actor(request)
    rules.demand_scrutineer(edge.actor(request), ballot)
    see_private(actor, person=Person.objects.get(pk=actor.person_id), what=f"ballots of vote {pk}")
    answer = HttpResponse(bytes(ballot.kept_bundle or b""), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="private-ballots-{pk}.json"'
    return answer


def _looked_up(sealed: queries.Sealed, commitment: str) -> dict[str, Any]:
    approved = sealed.opened(commitment)
    return {
        "asked": commitment,
        "place": sealed.place(commitment),
        "opened": approved is not None,
        "approved": _named(approved or []),
    }


def _named(references: Sequence[str]) -> list[Shown]:
    names: Mapping[str, Shown] = registry.show(list(references[:MOST_NAMED]), None)
    return [names.get(reference) or Shown(reference, "") for reference in references]


def _people(request: HttpRequest, ballot: Ballot, name: str, caption: str, rows: Any) -> HttpResponseBase:
    listing: Listing[Person] = Listing(
        name=f"{name}-{ballot.pk}",
        caption=caption,
        columns=[
            Column(
                "name",
                "Name",
                lambda p: p.shown_name,
                show=lambda p: link(p.shown_name, p.get_absolute_url()),
                order=("sort_name",),
            ),
            Column(
                "id",
                "Id on the record",
                lambda p: p.pk,
                show=lambda p: format_html("<code>{}</code>", p.pk),
                order=("pk",),
            ),
        ],
        filters=[
            Filter("q", "Name", lambda people, text: people.filter(erased=None, sort_name__contains=sort_key(text)))
        ],
        sort="name",
        per_page=100,
        empty="The voters of this vote come from a file; they are no members here." if ballot.imported else "Nobody.",
    )
    context = {**_frame(ballot), "table": listing.page(request, rows), "caption": caption, "kind": name}
    return listing.download(request, rows) or render(request, "ballots/people.html", context)


def _opened_listing(ballot: Ballot) -> Listing[dict[str, Any]]:
    address = reverse("ballots:check", args=[ballot.pk])

    def look_up(one: dict[str, Any]) -> str:
        label = format_html("<code>{}…</code>", one["commitment"][:16])
        return link(label, f"{address}?commitment={one['commitment']}")

    return Listing(
        name=f"ballots-{ballot.pk}",
        caption="Opened ballots",
        columns=[
            Column("commitment", "Commitment", lambda one: one["commitment"], show=look_up),
            Column("approves", "Approves", lambda one: len(one["body"]["approved"]), numeric=True),
            Column("approved", "Which", lambda one: " ".join(one["body"]["approved"]), show=_numbers, sortable=False),
            Column(
                "nonce",
                "Nonce",
                lambda one: one["nonce"],
                show=lambda one: format_html("<code>{}…</code>", one["nonce"][:8]),
                sortable=False,
            ),
        ],
        filters=[
            Filter(
                "approves",
                "Approves number",
                lambda rows, text: [
                    one for one in rows if f"question:{text.removeprefix('question:')}" in one["body"]["approved"]
                ],
            )
        ],
        sort="commitment",
        per_page=50,
        empty="No ballot was cast.",
    )


def _numbers(one: dict[str, Any]) -> str:
    numbers = [reference.partition(":")[2] for reference in one["body"]["approved"]]
    return ", ".join(sorted(numbers, key=lambda number: (len(number), number))) or "none"
