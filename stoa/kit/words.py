"""How entries of the record read: each app gives sentences for its events, so that the record tells them without importing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from stoa.kit import instants
from stoa.kit.act import Event

Leaf = Mapping[str, Any]
"""An entry as it stands on the record: `actor`, `role`, `subject`, `facts`, …"""

Text: TypeAlias = str | Promise
Show = Callable[[Any], object]

ANY_KIND = "*"
"""In place of a kind: the fact is a whole reference, `round:3`."""


@dataclass(frozen=True)
class Words:
    """How entries of one type read.

    `kind` names the type. `sentence` has places for `{actor}`, `{subject}` and the facts by name, or is chosen by the
    entry. `references` names the facts that are ids, with their kind; `shown` puts other facts in words. Texts that
    only some may read are not `texts_public`.
    """

    kind: Text
    sentence: Text | Callable[[Leaf], Text]
    references: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, Show] = field(default_factory=dict)
    texts_public: bool = True

    def template(self, leaf: Leaf) -> str:
        """The sentence for this entry, with its places."""
        return str(self.sentence(leaf) if callable(self.sentence) else self.sentence)

    def referred(self, leaf: Leaf) -> dict[str, str]:
        """The facts of this entry that name objects, as `kind:id`."""
        facts = leaf["facts"]
        kinds = {name: kind for name, kind in self.references.items() if facts.get(name)}
        return {name: facts[name] if kind == ANY_KIND else f"{kind}:{facts[name]}" for name, kind in kinds.items()}


_words: dict[str, Words] = {}


def register_words(event: type[Event], words: Words) -> None:
    """Called by an app when it loads, once for each type of event."""
    _words[event.type] = words


def words_for(entry_type: str) -> Words:
    """How entries of this type read; of a type that this program does not know, what can be said of any."""
    return _words.get(entry_type, Words(entry_type, _("{actor} acted on {subject}.")))


def kinds() -> list[tuple[str, str]]:
    """Every type of entry with its name, by name: for filters."""
    return sorted(((name, str(words.kind)) for name, words in _words.items()), key=lambda pair: pair[1])


ROLE_WORDS: dict[str, Text] = {
    "associate": _("trainee"),
    "author": _("its author"),
    "clock": _("the clock"),
    "operator": _("the operator"),
    "self": _("the person themselves"),
    "voter": _("somebody on the voter list"),
}


def role_words(role: str) -> str:
    """A role of the charter as pages say it."""
    return str(ROLE_WORDS.get(role, role))


def counted(one: str, many: str) -> Show:
    """What puts a number in words with what it counts: `{n} ballot` for one, `{n} ballots` for others."""
    return lambda number: ngettext(one, many, number).format(n=f"{number:,}")


def instant_words(stamp: str) -> SafeString:
    """An instant of the record for a page."""
    instant = parse_datetime(stamp)
    return mark_safe(instants.in_html(instant)) if instant else SafeString("")  # noqa: S308 - built by format_html


def day_words(day: str) -> str:
    """A day of the record for a page."""
    found = parse_date(day)
    return f"{found.day} {found:%B %Y}" if found else day
