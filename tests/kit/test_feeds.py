"""Feeds are valid Atom, the same for everybody, and not sent again to who has them."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from django.test import RequestFactory

from stoa.kit import feeds
from stoa.kit.feeds import ATOM, Item

AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
ITEM = Item("/record/entry/7", "A <title> & more", "Bell \x07, null \x00, “words” 🦉", AT, "/agenda/2027")


def test_a_feed_holds_what_atom_demands() -> None:
    feed = ET.fromstring(feeds.document("/record/feed", title="The record", page="/record", items=[ITEM]))
    entry = feed.find(f"{{{ATOM}}}entry")
    assert entry is not None
    assert [(child.tag.partition("}")[2], child.text) for child in feed if child.tag != entry.tag and child.text] == [
        ("id", "http://stoa.test/record/feed"),
        ("title", "The record"),
        ("updated", "2027-03-01T09:00:00.000000Z"),
    ]
    assert feed.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name") == "stoa.test"
    assert [(child.tag.partition("}")[2], child.text or dict(child.attrib)) for child in entry] == [
        ("id", "http://stoa.test/record/entry/7"),
        ("title", "A <title> & more"),
        ("updated", "2027-03-01T09:00:00.000000Z"),
        ("link", {"rel": "alternate", "type": "text/html", "href": "http://stoa.test/record/entry/7"}),
        ("link", {"rel": "related", "type": "text/html", "href": "http://stoa.test/agenda/2027"}),
        ("content", "Bell , null , “words” 🦉"),
    ]


def test_a_feed_without_entries_is_one_all_the_same() -> None:
    feed = ET.fromstring(feeds.document("/f", title="Nothing", page="/", items=[]))
    assert feed.findtext(f"{{{ATOM}}}updated") == "1970-01-01T00:00:00.000000Z"


def test_who_has_the_feed_is_not_sent_it_again() -> None:
    asks = RequestFactory()
    first = feeds.answer(asks.get("/f"), title="T", page="/", items=[ITEM])
    assert (first.status_code, first["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    tag = first["ETag"]
    again = feeds.answer(asks.get("/f", headers={"If-None-Match": tag}), title="T", page="/", items=[ITEM])
    assert (again.status_code, again.content) == (304, b"")
    changed = feeds.answer(asks.get("/f", headers={"If-None-Match": tag}), title="U", page="/", items=[ITEM])
    assert changed.status_code == 200
    assert changed["ETag"] != tag
