"""The governance pages: who founded, runs and pays for this; who may do what; what was declared; the policies; whom to write to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from stoa.agenda.models import Decision
from stoa.charter import acts
from stoa.charter.models import Charter
from stoa.charter.queries import Power, community, powers
from stoa.charter.rules import may
from stoa.charter.text import read
from stoa.kit import instants, registry
from stoa.kit.act import ACTS
from stoa.kit.edge import actor, sent, to_sign_in, typed
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.kit.words import ROLE_WORDS, role_words
from stoa.ledger import forms, numbers, queries, texts
from stoa.ledger.queries import Share
from stoa.record.queries import head

SPONSOR_ACT = "charter.sponsor.declare"


def _place(share: Share) -> str:
    if share.organisation is None:
        return "no employer declared"
    named = link(share.organisation.name, share.organisation.get_absolute_url())
    return format_html("{} (sponsor, or tied to it)", named) if share.tied_to_sponsor else named


MEMBERS = Listing[Share](
    name="members-by-organisation",
    caption="Members by organisation",
    columns=[
        Column("organisation", "Organisation", lambda s: s.organisation.name if s.organisation else None, show=_place),
        Column("members", "Members", lambda s: s.members, numeric=True),
        Column(
            "per_cent",
            "Share",
            lambda s: s.per_cent,
            show=lambda s: f"{s.per_cent:.1f}\N{NO-BREAK SPACE}%",
            numeric=True,
        ),
        Column("tied_to_sponsor", "Tied to the sponsor", lambda s: s.tied_to_sponsor),
    ],
    sort="-members",
    per_page=15,
    prefix="m-",
    empty="No members yet.",
)


def _ballots(decision: Decision) -> int | None:
    return decision.round.ballot.count if decision.round.ballot else None


def _listed(decision: Decision) -> int | None:
    return decision.round.ballot.voters_count if decision.round.ballot else None


DECISIONS = Listing[Decision](
    name="decisions",
    caption="Who decided what",
    columns=[
        Column("decided", "When", lambda d: d.decided),
        Column("what", "What", lambda d: d.round.title, show=lambda d: link(d.round.title, d.round.get_absolute_url())),
        Column("who", "Who", lambda d: "voters of a file" if d.round.imported else "the members, by vote"),
        Column("listed", "On the voter list", _listed, numeric=True),
        Column("ballots", "Voted", _ballots, numeric=True),
        Column("chosen", "Questions chosen", lambda d: d.picked, numeric=True),  # type: ignore[attr-defined]  # annotated by the query
    ],
    sort="-decided",
    per_page=15,
    prefix="d-",
    empty="Nothing has been decided by vote yet.",
)


def _used(power: Power) -> str:
    if power.kind != "public":
        return "not counted"
    if not power.uses:
        return "never"
    counts = sorted(power.uses.items(), key=lambda use: (-use[1], use[0]))
    return ", ".join(f"{role_words(role)} {count:,}" for role, count in counts)


ON_RECORD = {"public": "an entry each", "sealed": "in the day’s seal", "private": "no"}


def _act_in_words(power: Power) -> str:
    return format_html("{}<br><code>{}</code>", power.summary, power.act)


POWERS = Listing[Power](
    name="powers",
    caption="Who may do what",
    columns=[
        Column("act", "Action", lambda p: p.act, show=_act_in_words),
        Column(
            "holders",
            "Held by",
            lambda p: ", ".join(p.roles),
            show=lambda p: ", ".join(role_words(role) for role in p.roles) or "nobody",
        ),
        Column("total", "Used", lambda p: p.total, numeric=True),
        Column("uses", "By", lambda p: "; ".join(f"{r} {n}" for r, n in sorted(p.uses.items())), show=_used),
        Column("kind", "On the record", lambda p: p.kind, show=lambda p: ON_RECORD[p.kind]),
    ],
    filters=[
        Filter(
            "role",
            "Role",
            lambda rows, role: [power for power in rows if role in power.roles],
            choices=[
                (role, str(ROLE_WORDS.get(role, role)))
                for role in (
                    "member", "associate", "organiser", "steward", "founder", "facilitator", "scrutineer", "voter",
                    "author", "self", "clock", "operator",
                )
            ],
        ),
        Filter("words", "Words", lambda rows, text: [p for p in rows if text.lower() in f"{p.act} {p.summary}".lower()]),
    ],
    sort="act",
    per_page=200,
)  # fmt: skip


@require_safe
def governance(request: HttpRequest) -> HttpResponseBase:
    """Who founded, runs and pays for this; who decided what; where members work; what can't be proved."""
    shares, decided = queries.members_by_organisation(), queries.decisions()
    found = MEMBERS.download(request, shares) or DECISIONS.download(request, decided)
    if found is not None:
        return found
    context = {
        "about": community(),
        "given": queries.given(),
        "offices": queries.offices(),
        "provisional": queries.provisional(),
        "founders": queries.founded_by(),
        "members": MEMBERS.page(request, shares),
        "member_count": shares[0].total if shares else 0,
        "tied_to_sponsor": queries.tied_to_sponsor(),
        "decisions": DECISIONS.page(request, decided),
        "head": head(),
        "address": settings.STOA.address,
    }
    return render(request, "ledger/governance.html", context)


@require_safe
def charter(request: HttpRequest) -> HttpResponseBase:
    """A version of the charter: its prose, the table of powers with how they were used, its numbers."""
    versions = queries.charters()
    shown = _version(versions, request.GET.get("version", ""))
    terms = read(shown.text)
    rows = powers(terms)
    context = {
        "shown": shown,
        "versions": versions,
        "terms": terms,
        "roles": [(role_words(role), what) for role, what in terms.roles.items()],
        "voters": sorted(role_words(role) for role in terms.voters),
        "second_factor": sorted(role_words(role) for role in terms.second_factor),
        "preface": texts.page("charter-preface"),
        "table": POWERS.page(request, rows),
        "held_by_nobody": [ACTS[power.act] for power in rows if power.act not in terms.powers],
        "provisional": queries.provisional(),
        "numbers": list(numbers.in_words(terms)),
    }
    return POWERS.download(request, rows) or render(request, "ledger/charter.html", context)


@require_safe
def charter_text(request: HttpRequest, version: int) -> HttpResponse:
    """The text of a version, as the program reads it."""
    shown = _version(queries.charters(), str(version))
    headers = {"Content-Disposition": f'attachment; filename="charter-{shown.version}.toml"'}
    return HttpResponse(shown.text, content_type="application/toml; charset=utf-8", headers=headers)


def sponsor(request: HttpRequest) -> HttpResponseBase:
    """What is given, as declared by dated acts; for those with the power, a form to declare."""
    declares = may(actor(request), SPONSOR_ACT)
    if request.method == "POST" and not request.user.is_authenticated:
        return to_sign_in(request)
    form = forms.DeclareForm(sent(request), initial=typed(request, forms.DeclareForm))
    if form.is_valid() and form.carry_out(lambda: acts.declare(actor(request), **_declared(form))):
        messages.success(request, "It is declared, and on the record.")
        return redirect("ledger:sponsor")
    declared = queries.declarers(actor(request).person_id)
    names = registry.show([who for who, _role in declared.values() if who], actor(request).person_id)
    context = {
        "about": community(),
        "given": [(item, [_line(d, declared, names) for d in _all(item)]) for item in queries.given()],
        "form": form if declares else None,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "ledger/sponsor.html", context, status=status)


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """What can be checked, what has to be trusted, and how to report a weakness."""
    context = {"title": "What you can check, and what you have to trust", "text": texts.page("security-page")}
    return render(request, "ledger/text.html", context)


@require_safe
def policy(request: HttpRequest, kind: str) -> HttpResponse:
    """The privacy notice or the code of conduct as published; before that, the template, marked as such."""
    title, template = {"privacy": ("Privacy", "privacy-notice"), "conduct": ("Conduct", "conduct")}[kind]
    found = queries.policy(kind)
    text = texts.published(found) if found else texts.page(template)
    return render(request, "ledger/text.html", {"title": title, "text": text, "policy": found, "template": not found})


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Whom to write to, for what."""
    return render(request, "ledger/contact.html", {"about": community(), "offices": queries.offices()})


def _version(versions: list[Charter], asked: str) -> Charter:
    if not versions:
        raise Http404("No charter is in force yet.")
    if not asked:
        return versions[0]
    found = next((charter for charter in versions if str(charter.version) == asked), None)
    if found is None:
        raise Http404("The charter has no such version.")
    return found


def _declared(form: forms.DeclareForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("kind", "none", "text", "giver")}


def _all(item: queries.Given) -> list[Any]:
    return [item.latest, *item.before] if item.latest else []


def _line(declaration: Any, declared: dict[str, tuple[str | None, str]], names: Any) -> dict[str, Any]:
    who, role = declared.get(f"declaration:{declaration.pk}", (None, ""))
    return {
        "declaration": declaration,
        "by": names.get(who or ""),
        "role": role_words(role),
        "at": instants.in_html(declaration.declared),
    }
