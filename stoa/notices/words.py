"""How the record's entries about announcements and events read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stoa.kit.words import Leaf, Text, Words, counted, instant_words, register_words
from stoa.notices import events

DATES = {"begins": instant_words, "ends": instant_words, "places": counted("{n} place", "{n} places")}


def _released(leaf: Leaf) -> Text:
    if "mails" in leaf["facts"]:
        return _("{actor} released the announcement {subject} and mailed it to {mails}.")
    return _("{actor} released the announcement {subject}.")


register_words(
    events.AnnouncementReleased,
    Words(_("Announcement released"), _released, shown={"mails": counted("{n} person", "{n} people")}),
)
register_words(
    events.AnnouncementCorrected,
    Words(_("Announcement corrected"), _("{actor} corrected the announcement {subject}: version {version}.")),
)
register_words(
    events.AnnouncementRetracted,
    Words(_("Announcement retracted"), _("{actor} retracted the announcement {subject}.")),
)
register_words(
    events.EventAnnounced,
    Words(_("Event announced"), _("{actor} announced the event {subject}: from {begins} to {ends}."), shown=DATES),
)
register_words(
    events.EventChanged,
    Words(_("Event changed"), _("{actor} changed the event {subject}: from {begins} to {ends}."), shown=DATES),
)
register_words(events.EventCancelled, Words(_("Event cancelled"), _("{actor} cancelled the event {subject}.")))
register_words(
    events.EventsImported,
    Words(
        _("Events imported"),
        _("{actor} took {added} from a file into the calendar and passed {passed_over} over."),
        shown={"added": counted("{n} event", "{n} events"), "passed_over": counted("{n} entry", "{n} entries")},
    ),
)
