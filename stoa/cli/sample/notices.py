"""What the sample announces and when it meets, what is asked about its call, and a suspension that ended on appeal."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from stoa.cli.sample import content
from stoa.cli.sample.world import SEED, Scene, World
from stoa.members import acts as members
from stoa.members.models import Call, Enquiry
from stoa.notices import acts as notices
from stoa.notices.acts.holding import CHANGES
from stoa.notices.models import Announcement, Event
from stoa.people.models import Suspension

ELIGIBLE = {"post": True}
FIRST_DAYS = 5
"""So many days after the announcement of an event most of those who come have registered."""


def told(world: World) -> Iterator[Scene]:
    """The scenes, with a chance of their own."""
    raw, chance = content.read("notices"), random.Random(SEED + 2)
    for one in raw["announcement"]:
        yield one["day"], partial(_announce, world, one)
        if correction := one.get("correction"):
            yield correction["day"], partial(_correct, world, one, correction)
    for one in raw["event"]:
        yield one["announced"], partial(_hold, world, one)
        yield from _registrations(world, one, chance)
    for one in raw["question"]:
        yield one["day"], partial(_ask, world, one)
        yield one["answered"], partial(_answer, world, one)
    yield from _suspension(world, raw["suspension"])


def _announce(world: World, one: Mapping[str, Any]) -> None:
    correction = one.get("correction")
    body = one["body"].replace(correction["after"], correction["before"]) if correction else one["body"]
    draft = notices.write_announcement(world.actor(one["by"]), title=one["title"], body=body)
    notices.release_announcement(world.actor(one["by"]), announcement=draft, version=draft.version)


def _correct(world: World, one: Mapping[str, Any], correction: Mapping[str, Any]) -> None:
    found = Announcement.objects.get(title=one["title"])
    says = {"title": one["title"], "body": one["body"], "reason": correction["reason"]}
    notices.correct_announcement(world.actor(one["by"]), announcement=found, version=found.version, **says)


def _hold(world: World, one: Mapping[str, Any]) -> None:
    begins = world.instant(one["begins"])
    says = {name: one[name] for name in CHANGES if name in one}
    says |= {"begins": begins, "ends": begins + timedelta(hours=one["hours"])}
    notices.announce_event(world.actor(one["by"]), says=says)


def _registrations(world: World, one: Mapping[str, Any], chance: random.Random) -> Iterator[Scene]:
    known = [someone for someone in world.cast if someone.joined < one["announced"] and someone.until is None]
    for someone in chance.sample(known, one.get("come", 0)):
        yield one["announced"] + 0.2 + FIRST_DAYS * chance.random(), partial(_register, world, one, someone.name)


def _register(world: World, one: Mapping[str, Any], name: str) -> None:
    event = Event.objects.get(title=one["title"])
    notices.register_for_event(world.actor(name), person=world.people[name], event=event)


def _ask(world: World, one: Mapping[str, Any]) -> None:
    """Somebody who thinks of applying asks."""
    who, call = world.actor(one["by"]), Call.objects.get()
    draft = members.begin_application(who, person=world.people[one["by"]], call=call, facts=ELIGIBLE)
    members.ask(who, draft=draft, body=one["text"])


def _answer(world: World, one: Mapping[str, Any]) -> None:
    asked = Enquiry.objects.get(body=one["text"])
    members.answer(world.actor(one["answered_by"]), enquiry=asked, answer=one["answer"], version=0)


def _suspension(world: World, one: Mapping[str, Any]) -> Iterator[Scene]:
    given = {"code": one["code"], "words": one["words"], "days": one["days"]}
    judged = {"granted": True, "reply": one["reply"]}
    yield (
        one["day"],
        lambda: members.suspend(world.actor(one["by"]), person=world.people[one["who"]], **given),
    )
    yield (
        (one["day"] + one["judged"]) / 2,
        lambda: members.appeal_suspension(
            world.actor(one["who"]), person=world.people[one["who"]], words=one["appeal"]
        ),
    )
    yield (
        one["judged"],
        lambda: members.decide_suspension_appeal(
            world.actor(one["judged_by"]), suspension=Suspension.objects.get(), **judged
        ),
    )
