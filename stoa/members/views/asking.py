"""Questions about a call: the list that everybody reads, one with its answer, asking, answering, withdrawing."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from stoa.forum.rules import Reader, reader
from stoa.kit import edge, instants
from stoa.kit.faults import Closed, Refused
from stoa.kit.powers import may
from stoa.kit.tables import Column, Listing, link
from stoa.members import acts, queries, rules
from stoa.members.forms.asking import AnswerForm, AskForm
from stoa.members.forms.calls import ConfirmForm
from stoa.members.models import Call, Enquiry
from stoa.members.queries import asking
from stoa.members.views.calls import found, frame
from stoa.members.views.keeping import status


def _listing(viewer: Reader) -> Listing[Enquiry]:
    return Listing[Enquiry](
        name="questions",
        caption="Questions and answers",
        columns=[
            Column(
                "question",
                "Question",
                lambda e: asking.words_of(e, viewer),
                show=lambda e: link(asking.words_of(e, viewer), e.get_absolute_url()),
                sortable=False,
            ),
            Column("answer", "Answer", lambda e: _answer(e, viewer), sortable=False),
            Column(
                "asked",
                "Asked",
                lambda e: e.asked,
                show=lambda e: instants.in_html(e.asked, "", "date"),
                order=("asked",),
            ),
            Column("by", "By", lambda e: e.by, sortable=False),
        ],
        filters=[],
        sort="-asked",
        empty="Nobody has asked anything yet.",
    )


def index(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All that was asked about a call, with the answers."""
    call, actor = found(request, slug), edge.actor(request)
    viewer = reader(actor)
    listing = _listing(viewer)
    rows: QuerySet[Enquiry] = asking.enquiries(call, viewer)
    context = {**frame(call), "table": listing.page(request, rows), "may_ask": _may_ask(request, call)}
    return listing.download(request, rows) or render(request, "members/enquiries.html", context)


def enquiry_page(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A question and its answer."""
    actor = edge.actor(request)
    viewer, enquiry = reader(actor), _enquiry(request, slug, pk)
    context = {
        **frame(enquiry.call),
        "enquiry": enquiry,
        "words": asking.words_of(enquiry, viewer),
        "may_read": asking.may_read(enquiry, viewer),
        "is_author": viewer.person_id is not None and viewer.person_id == enquiry.author_id,
        "may_answer": rules.may_answer(actor, enquiry),
        "may_withdraw": rules.may_withdraw(actor, enquiry),
    }
    return render(request, "members/enquiry.html", context)


@edge.signed_in
def ask(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask about a call that one has begun to apply to."""
    call, actor = found(request, slug), edge.actor(request)
    mine = queries.own(call, actor)
    draft = mine.draft if mine else None
    if draft is None:
        raise Refused(
            "Whoever has begun to apply to this call may ask.", remedy="Begin your application; it takes a minute."
        )
    if not rules.can_be_begun(call):
        raise Closed("Questions are taken while the call is open.", remedy="What was asked, and the answers, stay.")
    form = AskForm(edge.sent(request), initial=edge.typed(request, AskForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.ask(actor, draft=draft, body=form.cleaned_data["body"], named=form.cleaned_data["named"])
    ):
        held = form.outcome is not None and form.outcome.state == Enquiry.State.HELD
        messages.success(
            request,
            "Your question waits for a moderator, since your account is new." if held else "Your question is there.",
        )
        return redirect("members:enquiries", slug)
    return render(request, "members/ask.html", {**frame(call), "form": form}, status=status(form))


@edge.signed_in
def answer(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Answer a question, as one who keeps the call."""
    actor, enquiry = edge.actor(request), _enquiry(request, slug, pk)
    if not may(actor, "members.enquiry.answer", enquiry):
        raise Refused("You can't answer for this call.", remedy="Those who keep it can.")
    initial = {"answer": enquiry.answer, "version": enquiry.version, **edge.typed(request, AnswerForm)}
    form = AnswerForm(edge.sent(request), initial=initial)
    if form.is_valid() and form.carry_out(
        lambda: acts.answer(
            actor, enquiry=enquiry, answer=form.cleaned_data["answer"], version=form.cleaned_data["version"]
        )
    ):
        messages.success(request, "Everybody can read your answer.")
        return redirect(enquiry.get_absolute_url())
    meanwhile = edge.overtaken(form, version=enquiry.version)
    context = {**frame(enquiry.call), "form": form, "enquiry": enquiry, "meanwhile": meanwhile}
    return render(request, "members/answer.html", context, status=status(form))


@edge.signed_in
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Withdraw one's own question."""
    actor, enquiry = edge.actor(request), _enquiry(request, slug, pk)
    if not may(actor, "members.enquiry.withdraw", enquiry):
        raise Refused("You can't withdraw this question.", remedy="Whoever asked it can, while it has no answer.")
    form = ConfirmForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.withdraw_enquiry(actor, enquiry=enquiry)):
        messages.success(request, "Your question is withdrawn.")
        return redirect("members:enquiries", slug)
    context = {**frame(enquiry.call), "form": form, "enquiry": enquiry}
    return render(request, "members/withdraw_enquiry.html", context, status=status(form))


def _enquiry(request: HttpRequest, slug: str, pk: int) -> Enquiry:
    enquiry = asking.find_enquiry(found(request, slug), pk, reader(edge.actor(request)))
    if enquiry is None:
        raise Http404
    return enquiry


def _may_ask(request: HttpRequest, call: Call) -> bool:
    mine = queries.own(call, edge.actor(request)) if rules.can_be_begun(call) else None
    return mine is not None and mine.draft is not None


def _answer(enquiry: Enquiry, viewer: Reader) -> str:
    return enquiry.answer if asking.may_read(enquiry, viewer) else ""
