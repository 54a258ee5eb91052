"""Acts on applications: beginning, saving, submitting and withdrawing one's own; reading what was submitted."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from stoa.charter.queries import community
from stoa.kit import clock, instants, locks, outbox, wording
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid, Refused, TooFast
from stoa.kit.files.acts import forget_if_unused
from stoa.kit.models import Upload
from stoa.members import events
from stoa.members.acts.deciding_panel import take_away
from stoa.members.models import AboutYou, Application, Call, Draft, Onboarding, Vouch
from stoa.members.queries.recognition import recognised
from stoa.members.rules import can_be_begun, can_be_finished
from stoa.members.rules.answers import fault_of, fault_of_fact, missing
from stoa.members.rules.earlier import in_lines, people, places
from stoa.members.rules.files import fault_of_file
from stoa.members.rules.profile import PROFILE, profile_faults
from stoa.methods.canonical import canonical
from stoa.methods.identifiers import Work, bibtex, orcid, ror, works
from stoa.people.events import PrivateLook
from stoa.people.models import Person

MOST_DRAFTS = 20
"""Applications that one person can have begun: a script that begins a thousand is stopped here."""
PROFILE_PAGE = "who-you-are"
"""What `Draft.changed` calls the profile; no question has such a key."""


@act("members.application.begin", on="person", kind="private")
def begin_application(actor: Actor, *, person: Person, call: Call, facts: Mapping[str, Any]) -> Draft:
    """Begin one's application to a call, with the facts that decide who may apply; for one that was begun, change these facts.

    What was submitted stands until it is submitted anew.
    """
    call = locks.shared(call)
    keys = {fact.key for fact in call.asks.facts}
    kept = {key: value for key, value in facts.items() if key in keys}
    if begun := Draft.objects.filter(call=call, person=person).first():
        return begun if kept == begun.facts else _change_facts(begun, kept)
    if not can_be_begun(call):
        raise Closed("This call takes no new applications now.", remedy="Its page says when it does.")
    _check_facts(call, facts)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # so that two requests at once don't begin two
    if Draft.objects.filter(person=person).count() >= MOST_DRAFTS:
        raise TooFast(f"You have begun {MOST_DRAFTS} applications.", remedy="Finish or withdraw some of them first.")
    known = Application.objects.filter(call=call, person=person).first()
    first = {"facts": kept, **(_as_written(known) if known else {})}
    return Draft.objects.get_or_create(call=call, person=person, defaults=first)[0]


def _change_facts(draft: Draft, facts: Mapping[str, Any]) -> Draft:
    draft = _in_time(draft)
    _check_facts(draft.call, facts)
    draft.facts, draft.saved, draft.version = {**facts}, clock.now(), draft.version + 1
    draft.save(update_fields=["facts", "saved", "version"])
    return draft


@act("members.application.save", on="draft", kind="private")
def save_draft(
    actor: Actor,
    *,
    draft: Draft,
    version: int,
    answers: Mapping[str, Any] | None = None,
    profile: Mapping[str, str] | None = None,
) -> Draft:
    """Keep some of one's answers; the others stay. `version` is the one that was written on from.

    What was saved since hinders nothing as long as it was something else: a page each in two tabs.
    """
    draft = _in_time(draft)
    given, told = answers or {}, profile or {}
    names = [*given, *([PROFILE_PAGE] if told else [])]
    if version > draft.version or any(draft.changed.get(name, 1) > version for name in names):
        raise Conflict("This was saved elsewhere meanwhile.", remedy="Bring the two together.", code="stale")
    before = _by_name(draft)
    _check_answers(draft.call, given)
    for name, fault in profile_faults(told).items():
        raise Invalid(fault, field=name)
    draft.answers = {key: value for key, value in {**draft.answers, **given}.items() if value not in (None, "", [])}
    draft.files = _files_named(draft.call, draft.answers)
    _check_files(draft, given)
    draft.profile = {**draft.profile, **{name: text.strip() for name, text in told.items()}}
    draft.saved, draft.version = clock.now(), draft.version + 1
    after = _by_name(draft)
    _note_changed(draft, [name for name in names if before.get(name) != after.get(name)])
    draft.save(update_fields=["answers", "files", "profile", "saved", "version", "changed"])
    return draft


@act("members.application.submit", on="draft", kind="sealed")
def submit(actor: Actor, *, draft: Draft) -> Draft:
    """Submit one's application as it stands, or what stands in the place of what was submitted; a receipt comes by mail."""
    draft = _in_time(draft)
    call = draft.call
    if left := missing(call.asks.fields, draft.answers):
        raise Invalid(f"Not answered yet: {', '.join(field.label for field in left)}.", remedy="Answer them first.")
    if out := call.asks.shut_out(draft.facts):
        raise Refused(out[0].why or f"You may not apply: {out[0].label}", code="not-eligible")
    with transaction.atomic():
        application, _ = Application.objects.select_for_update().get_or_create(
            call=call, person_id=draft.person_id, defaults={"begun": draft.begun, "version": 0}
        )
    replaced = set(application.files) - set(draft.files)
    _copy(draft, application)
    application.save()
    forget_if_unused(replaced)
    digest = hashlib.sha256(canonical(content(application))).hexdigest()
    tell(events.ApplicationSubmitted(application.pk, call.pk, draft.person_id, digest, application.version))
    _mail(draft.person, call, "application-received", application=application.pk, digest=digest)
    return draft


@act("members.application.withdraw", on="application", kind="sealed")
def withdraw(actor: Actor, *, application: Application) -> None:
    """Withdraw what one submitted: it is deleted with its files, and nobody else sees that it was there. One's text stays.

    Where applications are in order already, whoever follows gets the place when the letters are drafted; see `draft_release`.
    """
    person_id = application.person_id or ""
    draft = Draft.objects.select_for_update().filter(call=application.call_id, person=person_id).first()
    call = locks.shared(application.call)
    if call.phase == Call.Phase.DECIDED:
        raise Closed("This call is decided.", remedy="A place can be declined.")
    found = Application.objects.select_related("person").filter(pk=application.pk).first()
    if found is None or found.person is None:
        raise Closed("Nothing of yours is submitted here.")
    tell(events.ApplicationWithdrawn(found.pk, call.pk, person_id))
    found.call = call
    take_away(found)
    found.delete()
    _let_go_of_files(draft, found.files)
    _mail(found.person, call, "application-withdrawn")


@act("members.application.read", on="application", kind="sealed")
def read_application(actor: Actor, *, application: Application) -> Application:
    """Read what somebody submitted, as one who keeps the call; they can see that it was read."""
    if application.person_id:
        tell(PrivateLook(application.person_id, f"your application to “{application.call.title}”"), {"by": actor.name})
    return application


def content(application: Application) -> dict[str, Any]:
    """What was submitted, as plain values: what its digest is made of, and what is given out of it."""
    names = ("name", "organisation", "ror", "post", "page", "orcid", "publications", "facts", "answers")
    named = {"call": application.call_id, **{name: getattr(application, name) for name in names}}
    # what was asked only later is left out where nothing is said, so that what was submitted before has the digest that it had
    named |= {name: told for name in ("earlier", "advisers", "advisees") if (told := getattr(application, name))}
    digests = Upload.objects.filter(pk__in=application.files).values_list("pk", "digest")
    return named | ({"files": dict(digests)} if application.files else {})


def erase_applications(person_id: str) -> None:
    """Destroy what somebody applied with and said of themselves. Called inside the act that erases them."""
    Draft.objects.filter(person=person_id).delete()
    for application in Application.objects.filter(person=person_id).order_by("pk"):
        application.call = locks.shared(application.call)
        take_away(application)
        application.delete()
    AboutYou.objects.filter(person=person_id).delete()
    Vouch.objects.filter(person=person_id).delete()
    Onboarding.objects.filter(pk=person_id).delete()


def _as_written(application: Application) -> dict[str, Any]:
    """What was taken in from a file, as its applicant goes on writing it."""
    profile = {name: getattr(application, name) for name in ("organisation", "ror", "orcid", "post", "page")}
    written = "\n".join(bibtex(Work(**work), number) for number, work in enumerate(application.publications, start=1))
    told = {name: "\n".join(getattr(application, name)) for name in ("advisers", "advisees")}
    earlier = in_lines(application.earlier)
    return {"answers": application.answers, "profile": {**profile, **told, "earlier": earlier, "publications": written}}


def _in_time(draft: Draft) -> Draft:
    """The draft, alone until the transaction ends, with its call kept as it is; raises `Closed` out of its time."""
    draft = locks.exclusive(draft)
    draft.call = locks.shared(draft.call)
    if not can_be_finished(draft.call, draft.begun):
        raise Closed("The time for this application is over.", remedy="What you wrote stays on your own page of it.")
    return draft


def _check_facts(call: Call, facts: Mapping[str, Any]) -> None:
    for fact in call.asks.facts:
        if fault := fault_of_fact(fact, facts.get(fact.key)):
            raise Invalid(f"{fact.label} {fault}", field=fact.key)
    if out := call.asks.shut_out(facts):
        raise Refused(out[0].why or f"You may not apply: {out[0].label}", code="not-eligible")


def _check_answers(call: Call, answers: Mapping[str, Any]) -> None:
    fields = {field.key: field for field in call.asks.fields}
    for key, value in answers.items():
        if key not in fields:
            raise Invalid(f"The form has no field “{key}”.", remedy="The call says what it asks.", field=key)
        if value not in (None, "", []) and (fault := fault_of(fields[key], value)):
            raise Invalid(fault, field=key)


def files_in_use(ids: list[str]) -> list[str]:
    """Of these ids of files, those that somebody's application names, written or submitted."""
    tables = (Draft.objects, Application.objects)
    return [
        one
        for rows in tables
        for files in rows.filter(files__overlap=ids).values_list("files", flat=True)
        for one in files
    ]


def _files_named(call: Call, answers: Mapping[str, Any]) -> list[str]:
    return [one for field in call.asks.fields if field.kind == "file" for one in answers.get(field.key, [])]


def _check_files(draft: Draft, given: Collection[str]) -> None:
    """Each file must be the applicant's own, whole, and within its field's limits; none is dropped meanwhile."""
    if not draft.files:
        return
    locked = Upload.objects.select_for_update(no_key=True).filter(pk__in=draft.files, owner_id=draft.person_id)
    own = {upload.pk: upload for upload in locked}
    for field in (one for one in draft.call.asks.fields if one.kind == "file" and one.key in given):
        for each in draft.answers.get(field.key, []):
            if fault := fault_of_file(field, own.get(each)):
                raise Invalid(fault, field=field.key)
    if len(set(draft.files)) < len(draft.files):
        raise Invalid("One file stands in two places.", remedy="Send it a second time if it belongs in both.")


def _by_name(draft: Draft) -> dict[str, Any]:
    """What stands in a draft, by what `changed` calls it."""
    return {**draft.answers, PROFILE_PAGE: draft.profile}


def _note_changed(draft: Draft, names: Iterable[str]) -> None:
    draft.changed = {**draft.changed, **dict.fromkeys(names, draft.version)}


def _let_go_of_files(draft: Draft | None, sent: list[str]) -> None:
    gone = {*sent, *(draft.files if draft else ())}
    if not gone:
        return
    if draft:
        fields = {field.key for field in draft.call.asks.fields if field.kind == "file"}
        draft.answers = {key: value for key, value in draft.answers.items() if key not in fields}
        draft.files, draft.version = [], draft.version + 1
        _note_changed(draft, fields)
        draft.save(update_fields=["answers", "files", "version", "changed"])
    forget_if_unused(gone)


def _copy(draft: Draft, application: Application) -> None:
    person, profile = draft.person, {name: draft.profile.get(name, "") for name in PROFILE}
    shown = SocialAccount.objects.filter(user=person, provider="orcid").values_list("uid", flat=True).first()
    application.name, application.sort_name = person.name, person.sort_name
    application.ror = ror(profile["ror"]) or ""
    for name in ("organisation", "post", "page"):
        setattr(application, name, profile[name])
    told = recognised(person.email or "")
    application.address = {"organisation": told.organisation, "country": told.country, "kind": told.kind}
    application.orcid, application.orcid_shown = shown or orcid(profile["orcid"]) or "", bool(shown)
    application.earlier = places(profile["earlier"])
    application.advisers, application.advisees = people(profile["advisers"]), people(profile["advisees"])
    application.publications = [asdict(work) for work in works(profile["publications"])]
    application.facts, application.answers, application.files = draft.facts, draft.answers, draft.files
    if application.version:
        application.edited = clock.now()
    else:
        application.submitted = clock.now()
    application.version += 1


def _mail(person: Person, call: Call, text: str, **values: str) -> None:
    if not person.email:
        return
    page = settings.STOA.address + reverse("members:mine", args=[call.slug])
    subject, body = wording.mail(
        text,
        call=call.title,
        name=person.shown_name,
        at=instants.say(clock.now(), "UTC"),
        until=instants.say(call.ends, call.zone or "UTC"),
        page=page,
        community=community().name,
        address=settings.STOA.address,
        **values,
    )
    outbox.post(kind=text, to=person.email, person_id=person.pk, subject=subject, body=body)
