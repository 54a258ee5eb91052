"""Entries in words: sentences with the names of today, put together from what the apps say of their events."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from stoa.kit import registry
from stoa.kit.addresses import path_to
from stoa.kit.registry import Shown
from stoa.kit.tables import in_words
from stoa.kit.words import Leaf, Words, day_words, register_words, role_words, words_for
from stoa.methods.canonical import own_object
from stoa.record import events
from stoa.record.models import Placement

Names = Mapping[str, Shown]

register_words(
    events.LogStarted, Words(_("Record begun"), _("{actor} began the record of {origin}, with version {program}."))
)
register_words(
    events.DaySealed,
    Words(_("Day sealed"), _("{actor} sealed what was done in private on {day}."), shown={"day": day_words}),
)
register_words(
    events.TailRecovered,
    Words(
        _("Record recovered"),
        _(
            "{actor} restored a backup of {backup_size} entries, brought {recovered} back from the published log; lost: {lost}."
        ),
    ),
)

ACTORS = {"clock": _("The clock"), "operator": _("The operator")}
ENDED = re.compile(r"([?!.]”?)</a>\.")
WITHHELD = _("A member who asked not to be named")


@dataclass(frozen=True)
class Said:
    """An entry in words: its place, when, the sentence as HTML, and the page that proves it."""

    position: int
    at: datetime
    type: str
    act: str
    role: str
    sentence: SafeString
    leaf: Leaf

    @property
    def address(self) -> str:
        """The entry's page."""
        return path_to("record:entry", self.position)

    @property
    def kind(self) -> str:
        """What kind of entry it is."""
        return str(words_for(self.type).kind)

    @property
    def text(self) -> str:
        """The sentence without its links, for files."""
        return html.unescape(strip_tags(self.sentence))


def say(placements: Sequence[Placement], viewer_id: str | None, *, beside: Iterable[str] = ()) -> list[Said]:
    """These entries in words, as this viewer may read them.

    What the same page names `beside` them is read together with what they name.
    """
    leaves = [own_object(bytes(placement.entry.body)) for placement in placements]
    names = named(leaves, viewer_id, beside)
    return [_said(placement, leaf, names) for placement, leaf in zip(placements, leaves, strict=True)]


def named(leaves: Iterable[Leaf], viewer_id: str | None, beside: Iterable[str] = ()) -> Names:
    """How everything that these entries name appears to the viewer."""
    references = dict.fromkeys(beside)
    for leaf in leaves:
        own = [leaf["subject"], *words_for(leaf["type"]).referred(leaf).values()]
        references |= dict.fromkeys([leaf["actor"], *own] if leaf["actor"] else own)
    return registry.show(list(references), viewer_id)


def actor_words(actor: str | None, names: Names) -> SafeString:
    """Who acted: a name, the clock, the operator, or that it is withheld."""
    if actor is None:
        return format_html("{}", WITHHELD)
    return format_html("{}", ACTORS[actor]) if actor in ACTORS else linked(actor, names)


def linked(reference: str, names: Names) -> SafeString:
    """What a reference names, as a link; of what the viewer can't see, its kind and the beginning of its code."""
    if shown := names.get(reference):
        return format_html('<a href="{}">{}</a>', shown.address, shown.title)
    kind, _colon, code = reference.partition(":")
    return format_html("{} {}", registry.label(kind), code[:8])


def fact_rows(said: Said, viewer_id: str | None) -> list[tuple[str, object]]:
    """The facts of an entry, each with its name on the record, named and put in words where it can be."""
    names = named([said.leaf], viewer_id)
    words = words_for(said.type)
    parts = _parts(words, said.leaf, names)
    return [(name, parts[name]) for name in sorted(said.leaf["facts"])]


def _said(placement: Placement, leaf: Leaf, names: Names) -> Said:
    entry = placement.entry
    words = words_for(entry.type)
    parts = {"actor": actor_words(leaf["actor"], names), "subject": linked(leaf["subject"], names)}
    sentence = _ended(format_html(words.template(leaf), **parts | _parts(words, leaf, names)))
    role = role_words(entry.role) if entry.role else ""
    return Said(placement.position, entry.at, entry.type, entry.act, role, sentence, leaf)


def _ended(sentence: SafeString) -> SafeString:
    """A title that ends as a sentence does ends this one: no full stop follows it."""
    return mark_safe(ENDED.sub(r"\1</a>", sentence))  # noqa: S308 - takes away, from what format_html made


def _parts(words: Words, leaf: Leaf, names: Names) -> dict[str, Any]:
    references = words.referred(leaf)
    return {
        name: linked(references[name], names)
        if name in references
        else words.shown[name](value)
        if name in words.shown and value is not None
        else in_words(value)
        for name, value in leaf["facts"].items()
    }
