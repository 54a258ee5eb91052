"""How the record's entries about people read."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from stoa.kit.words import ANY_KIND, Leaf, Text, Words, counted, day_words, instant_words, register_words, role_words
from stoa.people import events
from stoa.people.models import Tie

PERSON = {"person": "person"}


def _given(leaf: Leaf) -> Text:
    facts = leaf["facts"]
    sentence: Text = _("{actor} gave {person} the role of {role}")
    if facts.get("scope"):
        sentence = format_lazy(_("{start} for {place}"), start=sentence, place="{scope}")
    if facts.get("until"):
        sentence = format_lazy(_("{start} until {end}"), start=sentence, end="{until}")
    return format_lazy("{}.", sentence)


def _ended(leaf: Leaf) -> Text:
    own = leaf["actor"] == f"person:{leaf['facts']['person']}"
    sentence: Text = _("{actor} gave up the role of {role}") if own else _("{actor} ended {person}’s role of {role}")
    if leaf["facts"].get("scope"):
        sentence = format_lazy(_("{start} for {place}"), start=sentence, place="{scope}")
    return format_lazy("{}.", sentence)


def _tied(leaf: Leaf) -> Text:
    if leaf["facts"].get("end"):
        return _("{person} declared a tie to {organisation}: {kind}, from {start} to {end}.")
    return _("{person} declared a tie to {organisation}: {kind}, since {start}.")


def _added(leaf: Leaf) -> Text:
    if leaf["facts"]["sponsor"]:
        return _("{actor} added the organisation {organisation}, marked as the sponsor or tied to it.")
    return _("{actor} added the organisation {organisation}.")


def _kind_of_tie(kind: str) -> str:
    return str(Tie.Kind(kind).label) if kind in Tie.Kind.values else kind


ROLE = {"role": role_words, "until": instant_words}
ON_ROLE = {"person": "person", "scope": ANY_KIND}
TIE = {"kind": _kind_of_tie, "start": day_words, "end": day_words}

register_words(events.PersonAdmitted, Words(_("Person admitted"), _("{actor} admitted {person}."), PERSON))
register_words(events.RoleGiven, Words(_("Role given"), _given, ON_ROLE, ROLE))
register_words(events.RoleEnded, Words(_("Role ended"), _ended, ON_ROLE, ROLE))
register_words(
    events.TieDeclared, Words(_("Tie declared"), _tied, {"person": "person", "organisation": "organisation"}, TIE)
)
register_words(events.OrganisationAdded, Words(_("Organisation added"), _added, {"organisation": "organisation"}))
register_words(
    events.PeopleImported,
    Words(
        _("Members imported"),
        _("{actor} took {added} in from a file and passed over {passed_over} already here."),
        shown={
            "added": counted("{n} person", "{n} people"),
            "passed_over": counted("{n} person", "{n} people"),
        },
    ),
)
register_words(
    events.PersonErased,
    Words(_("Person erased"), _("{person} was erased: name, address and texts are gone."), PERSON),
)
register_words(
    events.PrivateLook,
    Words(_("Look at something private"), _("{actor} looked at something private about {person}: {what}."), PERSON),
)
