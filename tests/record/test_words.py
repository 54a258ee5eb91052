from collections.abc import Iterator
from dataclasses import MISSING, fields
from string import Formatter
from typing import Any, get_type_hints

import pytest

from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.kit.act import OPERATOR, Event
from stoa.kit.words import kinds, words_for
from stoa.people import acts as people
from stoa.record import queries
from stoa.record.acts import start_log
from stoa.record.models import Entry, Placement
from stoa.record.sequencer import sequence
from stoa.record.words import say
from tests.stage import acting, begin


def _name(event: type[Event]) -> str:
    return event.type


def told() -> Iterator[type[Event]]:
    """Every event that an act can tell: each class of events that has a type."""
    waiting = [Event]
    while waiting:
        waiting += (found := waiting.pop()).__subclasses__()
        if "type" in vars(found) and found.__module__.startswith("stoa."):
            yield found


EVENTS: list[type[Event]] = sorted(dict.fromkeys(told()), key=_name)


@pytest.mark.parametrize("event", EVENTS, ids=_name)
def test_every_event_of_the_program_has_words_whose_places_are_its_facts(event: type[Event]) -> None:
    assert event.type in dict(kinds())
    words = words_for(event.type)
    known = {"actor", "subject"} | {field.name for field in fields(event)}
    for facts in _samples(event):
        leaf = {"actor": "clock", "subject": "x:1", "facts": facts, "type": event.type}
        places = {name for _, name, _, _ in Formatter().parse(words.template(leaf)) if name is not None}
        assert places <= known & ({"actor", "subject"} | set(facts))


def _samples(event: type[Event]) -> Iterator[dict[str, Any]]:
    """Facts with everything, and with only what can't be left out; yes and no."""
    hints = get_type_hints(event)
    needed = {field.name for field in fields(event) if field.default is MISSING}
    for truth in (True, False):
        value = {field.name: truth if hints[field.name] is bool else "x" for field in fields(event)}
        yield value
        yield {name: value[name] for name in value if name in needed or hints[name] is bool}


@pytest.mark.django_db
def test_an_entry_reads_with_the_names_of_today() -> None:
    begin()
    ada = people.admit(OPERATOR, name="Ada <b>Byron</b>", email=None, roles=["member"])
    sequence()
    newest, *_ = queries.history([f"person:{ada.pk}"], None)
    link = f'<a href="/people/{ada.pk}">Ada &lt;b&gt;Byron&lt;/b&gt;</a>'
    assert newest.sentence == f"The operator gave {link} the role of member."
    assert newest.text == "The operator gave Ada <b>Byron</b> the role of member."
    assert (newest.role, newest.kind, newest.address) == (
        "the operator",
        "Role given",
        f"/record/entry/{newest.position}",
    )
    people.erase(acting(ada), person=ada)
    assert queries.history([f"person:{ada.pk}"], None)[0].text == "The operator gave former member the role of member."


@pytest.mark.django_db
def test_a_title_that_ends_in_a_question_mark_ends_the_sentence() -> None:
    begin()
    who = people.admit(OPERATOR, name="Who?", email=None, roles=[])
    people.give_role(OPERATOR, person=who, role="member")
    sequence()
    assert queries.history([f"person:{who.pk}"], None)[1].text == "The operator admitted Who?"


@pytest.mark.django_db
def test_who_asked_not_to_be_named_is_not_named() -> None:
    begin()
    entry = Entry.objects.create(
        body=b'{"act":"a","actor":null,"at":"2026-11-22T00:00:00.000000Z","charter":1,"commitments":{},'
        b'"facts":{"question":"7","round":"2"},"role":null,"subject":"question:7","type":"agenda.question.proposed","v":1}',
        at="2026-11-22T00:00:00Z", type="agenda.question.proposed", act="a", actor=None, role=None, charter=1,
        subject="question:7",
    )  # fmt: skip
    (said,) = say([Placement(position=3, entry=entry)], None)
    assert said.text == "A member who asked not to be named proposed the question question 7 to round 2."


@pytest.mark.django_db
def test_a_type_that_the_program_no_longer_knows_still_reads() -> None:
    start_log(OPERATOR)
    put_in_force(OPERATOR, text=DEFAULT.read_text())
    entry = Entry.objects.create(
        body=b'{"act":"old.thing.do","actor":"clock","at":"2026-11-22T00:00:00.000000Z","charter":1,"commitments":{},'
        b'"facts":{},"role":"clock","subject":"thing:9","type":"old.thing.done","v":1}',
        at="2026-11-22T00:00:00Z", type="old.thing.done", act="old.thing.do", actor="clock", role="clock", charter=1,
        subject="thing:9",
    )  # fmt: skip
    assert say([Placement(position=3, entry=entry)], None)[0].text == "The clock acted on thing 9."


def _sentence(event: str, **facts: object) -> str:
    """The sentence of an entry with these facts, numbers put in words."""
    words = words_for(event)
    leaf = {"actor": "clock", "subject": "x:1", "facts": facts, "type": event}
    shown = {name: words.shown[name](value) if name in words.shown else value for name, value in facts.items()}
    return words.template(leaf).format(actor="The clock", subject="it", **shown)


@pytest.mark.parametrize(
    ("event", "facts", "sentence"),
    [
        ("ballots.sealed", {"count": 1}, "The clock sealed it: 1 ballot."),
        ("ballots.sealed", {"count": 1200}, "The clock sealed it: 1,200 ballots."),
        ("ballots.opened", {"count": 20}, "The clock opened 20 ballots of it, without names."),
        ("agenda.hours.offered", {"hours": 1}, "The clock offered 1 hour for it."),
        ("agenda.hours.offered", {"hours": 24}, "The clock offered 24 hours for it."),
        ("agenda.announcement.sent", {"mails": 1}, "drafted about it, addressed to 1 person."),
        ("agenda.announcement.sent", {"mails": 0}, "drafted about it. Nobody was there to get it."),
        (
            "agenda.decided",
            {"selected": [{}], "spent": 3, "capacity": 4},
            "The clock put the agenda of it on the record: 1 question chosen, 3 of 4 taken up.",
        ),
        (
            "agenda.effort_frozen",
            {"questions": [{}], "left_out": ["question:1"], "capacity": 9, "unit": "hours"},
            "effort of 1 question of it and its capacity, 9 hours. Too few people had estimated 1 question more.",
        ),
        (
            "people.members.imported",
            {"added": 1, "passed_over": 2},
            "The clock took 1 person in from a file and passed over 2 people already here.",
        ),
    ],
)
def test_numbers_stand_with_what_they_count(event: str, facts: dict[str, Any], sentence: str) -> None:
    assert _sentence(event, **facts).endswith(sentence)
