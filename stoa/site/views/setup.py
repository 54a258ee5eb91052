"""The setup of a new server: one page a step, for those who hold its powers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.account.internal.flows.manage_email import assess_unique_email
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from stoa.charter.acts import declare, describe_community, publish_policy
from stoa.charter.models import Declaration
from stoa.charter.queries import community, declarations, policy
from stoa.charter.rules import grant
from stoa.kit import clock, edge
from stoa.kit.act import Actor
from stoa.kit.edge import ActForm
from stoa.kit.models import Mail
from stoa.people.acts import edit_profile, name_founder, send_test_mail
from stoa.people.invitations import Invitation
from stoa.people.models import Person, Role
from stoa.people.queries import holders
from stoa.site import forms, queries, seen
from stoa.site.queries import setup as state
from stoa.site.views.policies import POLICIES, left_open, template

View = Callable[[HttpRequest, Actor, Person], HttpResponseBase]


def keeper(view: View) -> Callable[[HttpRequest], HttpResponseBase]:
    """Only for who may describe the community, with a second factor where the charter asks for one."""

    @edge.signed_in
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        actor = edge.actor(request)
        grant(actor, "charter.community.describe", None)
        person = Person.objects.get(pk=actor.person_id)
        if person.name == state.NO_NAME and view.__name__ not in {"index", "you"}:
            messages.info(request, "First say who you are.")
            return redirect("site:setup_you")
        return view(request, actor, person)

    return guarded


def form_of(request: HttpRequest, form: type[ActForm], initial: dict[str, Any]) -> ActForm:
    """The form as sent, or as it stands now."""
    if request.method == "POST":
        return form(request.POST, request.FILES)
    return form(initial=initial)


def page(request: HttpRequest, name: str, form: ActForm, **context: Any) -> HttpResponseBase:
    """The step's page; with a fault, as 422."""
    status = 422 if form.errors else 200
    return render(request, f"site/setup_{name}.html", {"form": form, **context}, status=status)


def done(request: HttpRequest, says: str, to: str = "site:setup") -> HttpResponseBase:
    """On to the list of steps."""
    messages.success(request, says)
    return redirect(to)


def invitation(person: Person) -> Invitation:
    """What an invitation by this person says."""
    return Invitation(community=queries.community().name, contact=queries.contact(), inviter=person.shown_name)


@keeper
def index(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """Every step, done or waiting."""
    steps = state.steps(person)
    waiting = [step for step in steps if step.status != "done" and not step.optional]
    return render(request, "site/setup.html", {"steps": steps, "waiting": len(waiting), "ready": not waiting})


@keeper
def you(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """One's own name and address; the address counts once it is confirmed."""
    waits = state.unconfirmed(person)
    named = "" if person.name == state.NO_NAME else person.name
    form = form_of(request, forms.Yourself, {"name": named, "email": person.email or waits})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        if email != person.email and assess_unique_email(email, user=person) is not True:
            form.add_error("email", "Somebody here has this address. Use another.")
        elif form.carry_out(
            lambda: edit_profile(
                actor, person=person, name=form.cleaned_data["name"], pronouns=person.pronouns, zone=person.zone
            )
        ):
            return done(request, _told(request, person, email))
    return page(request, "you", form, waits=waits)


def _told(request: HttpRequest, person: Person, email: str) -> str:
    """Ask for the address to be confirmed where that is needed; what to tell of it."""
    if email == person.email:
        return "Saved."
    EmailAddress.objects.filter(user=person, verified=False).delete()
    EmailAddress.objects.add_email(request, person, email, confirm=True)
    return "Saved. The address counts once you follow the link in that mail."


@keeper
def factor(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """To the page of second factors, and back from there."""
    request.session["onward_after_second_factor"] = request.path.rpartition("/")[0]
    return redirect("mfa_index")


@keeper
def address(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """What the server sees of this visit, beside the public address."""
    found = seen.seen(request)
    looked = seen.checks(found)
    form = form_of(request, ActForm, {})
    if request.method == "POST" and form.is_valid():
        if not all(check.right for check in looked):
            form.add_error(None, "Not everything is right yet. Mend what is named below first.")
        elif form.carry_out(lambda: describe_community(actor, address_checked=clock.now())):
            return done(request, "The address is checked.")
    return page(
        request,
        "address",
        form,
        seen=found,
        checks=looked,
        address=settings.STOA.address,
        right=all(c.right for c in looked),
    )


@keeper
def mail(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """Send oneself a mail, and say that it came."""
    form = form_of(request, ActForm, {})
    if request.method == "POST" and form.is_valid():
        name = queries.community().name
        if "arrived" in request.POST:
            if form.carry_out(lambda: describe_community(actor, mail_checked=clock.now())):
                return done(request, "Mail is checked.")
        elif form.carry_out(lambda: send_test_mail(actor, person=person, community=name)):
            return done(request, "The test mail is on its way.", "site:setup_mail")
    last = Mail.objects.filter(kind="test", person_id=person.pk).order_by("-pk").first()
    smtp = settings.STOA.smtp
    return page(request, "mail", form, last=last, person=person, smtp=smtp, sender=settings.DEFAULT_FROM_EMAIL)


def _describing(name: str, form_class: type[ActForm], fields: tuple[str, ...], says: str) -> View:
    """A step that sets some fields of the community's description."""

    def view(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
        about = community()
        now = {field: getattr(about, field) for field in fields} if about.pk and not about._state.adding else {}
        form = form_of(request, form_class, now)
        if request.method == "POST" and form.is_valid():
            changes = {field: form.cleaned_data[field] for field in fields}
            if form.carry_out(lambda: describe_community(actor, **changes)):
                return done(request, says)
        return page(request, name, form)

    view.__name__ = name
    return view


describe = keeper(
    _describing("community", forms.NamePurpose, ("name", "summary", "operator", "sponsor"), "Name and purpose are set.")
)
contacts = keeper(
    _describing("contacts", forms.Contacts, ("contact", "security_contact", "conduct_contact"), "The contacts are set.")
)


@keeper
def look(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """Logo and colour."""
    about = community()
    form = form_of(request, forms.Look, {"accent": about.accent})
    if request.method == "POST" and form.is_valid():
        assert isinstance(form, forms.Look)
        changes = form.changes()
        if form.carry_out(lambda: describe_community(actor, **changes)):
            return done(request, "Logo and colour are set.", "site:setup_look")
    return page(request, "look", form, has_logo=bool(about.logo_type))


@keeper
def privacy(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """The privacy notice."""
    return _policy(request, actor, "privacy")


@keeper
def conduct(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """The code of conduct."""
    return _policy(request, actor, "conduct")


def _policy(request: HttpRequest, actor: Actor, kind: str) -> HttpResponseBase:
    published = policy(kind)
    form = form_of(request, forms.PolicyText, {"text": published.text if published else template(kind)})
    shown = ""
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        if "preview" in request.POST:
            shown = text
        elif places := left_open(text):
            form.add_error("text", f"These places are still to be filled: {', '.join(places)}.")
        elif form.carry_out(lambda: publish_policy(actor, kind=kind, text=text)):
            return done(request, f"The {POLICIES[kind].label} is published.")
    return page(request, "policy", form, policy=POLICIES[kind], published=published, shown=shown)


@keeper
def founders(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """Who the founders are, and one more."""
    held = list(
        Role.objects.filter(role="founder", person__in=holders("founder")).select_related("person").order_by("start")
    )
    end = min((role.end for role in held if role.end), default=None)
    form = form_of(request, forms.Founder, {"until": end.date() if end else None})
    if request.method == "POST" and form.is_valid():
        values = {key: form.cleaned_data[key] for key in ("name", "email")}
        until = _until(form.cleaned_data["until"], end)
        if form.carry_out(lambda: name_founder(actor, **values, until=until, invitation=invitation(person))):
            return done(request, f"{values['name']} is a founder now, and gets a mail.", "site:setup_founders")
    return page(request, "founders", form, held=held, end=end)


def _until(day_ends: datetime, end: datetime | None) -> datetime:
    """On the very day on which the founders' powers end, they end when all do."""
    return end if end and day_ends.date() == end.date() else day_ends


@keeper
def sponsor(request: HttpRequest, actor: Actor, person: Person) -> HttpResponseBase:
    """What is given to the community, each kind for itself."""
    form = form_of(request, forms.Given, {})
    if request.method == "POST" and form.is_valid():
        values = {key: form.cleaned_data[key] for key in ("kind", "none", "text", "giver")}
        if form.carry_out(lambda: declare(actor, **values)):
            return done(request, "Declared, with today's date.", "site:setup_sponsor")
    rows = [(Declaration.Kind(kind).label, found[0] if found else None) for kind, found in declarations().items()]
    return page(request, "sponsor", form, rows=rows)
