"""Tells the sample's story: each scene is an act at an instant, played in the order of time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from rich.progress import Progress

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round
from stoa.ballots.acts import cast
from stoa.charter import acts as charter
from stoa.charter.models import Community
from stoa.charter.queries import unchanged
from stoa.charter.text import DEFAULT
from stoa.cli.sample import content
from stoa.cli.sample.calling import calls
from stoa.cli.sample.content import Asked, Someone
from stoa.cli.sample.discussion import Discussion
from stoa.cli.sample.lab import laboratory
from stoa.cli.sample.notices import told
from stoa.cli.sample.threads import threads
from stoa.cli.sample.world import Scene, World, publish
from stoa.kit import clock, instants, wording
from stoa.kit.act import CLOCK, OPERATOR, together
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.record.acts import seal_day, start_log

FIRST_DAY = -301


def load(progress: Progress) -> None:
    """Fill an empty server with the sample community, wholly or not at all; a server that has people is left alone."""
    if Person.objects.exists():
        return
    story = Story()
    scenes = sorted(story.scenes(), key=lambda scene: scene[0])
    task = progress.add_task("Loading the sample community", total=len(scenes))
    with transaction.atomic():
        with clock.travel(story.instant(FIRST_DAY)):
            story.found()
        with unchanged(), together():
            for day, scene in scenes:
                with clock.travel(story.instant(day)):
                    scene()
                progress.advance(task)
        publish()


class Story(World):
    """How the community came to be what it is."""

    def scenes(self) -> Iterator[Scene]:
        """Everything that happens once the community is founded, not yet in order."""
        for day in range(FIRST_DAY, 0):
            yield day + 0.6, partial(self.end_day, day)
        for someone in self.cast:
            yield someone.joined, partial(self.join, someone)
            yield from self.roles(someone)
        for declared in content.read("community")["declaration"]:
            yield declared["day"], partial(self.declare, declared)
        for raw in content.read("community")["round"]:
            yield from self.round(raw)
        for mail in content.read("community")["announcement"]:
            yield mail["day"] + 0.02, partial(self.announce, mail)
        yield from threads(self)
        yield from calls(self)
        yield from laboratory(self)
        yield from told(self)

    def found(self) -> None:
        """The log, the charter, the community and its organisations."""
        start_log(OPERATOR)
        charter.put_in_force(OPERATOR, text=DEFAULT.read_text(encoding="utf-8"))
        about = content.read("community")["community"]
        charter.describe_community(OPERATOR, **{key: value.strip() for key, value in about.items()})
        Community.objects.filter(pk=1).update(is_sample=True)
        texts = content.read("community")["texts"] | {key: about[key] for key in ("operator", "sponsor", "contact")}
        today = instants.say(clock.now(), form="date")
        filled = texts | {"community": about["name"], "conduct_contact": about["conduct_contact"], "updated": today}
        for kind, text in (("privacy", "privacy-notice"), ("conduct", "conduct")):
            charter.publish_policy(OPERATOR, kind=kind, text=wording.page(text, **filled))
        for raw in content.organisations():
            self.homes[raw["key"]] = people.add_organisation(
                OPERATOR, name=raw["name"], country=raw["country"], sponsor=raw.get("sponsor", False), synthetic=True
            )

    def end_day(self, day: int) -> None:
        """After midnight, the clock seals the day; what was done is published once a week, which is enough for a past."""
        seal_day(CLOCK, day=self.instant(day).date())
        if day % 7 == 0:
            publish()

    def join(self, someone: Someone) -> None:
        """Somebody is admitted and declares where they work."""
        taking_part = [role for role in someone.roles if role in {"member", "associate"}]
        until = self.end(someone)
        if "founder" in someone.roles and until:
            person = people.name_founder(OPERATOR, name=someone.name, email=None, until=until, synthetic=True)
            people.give_role(OPERATOR, person=person, role="member")
        else:
            person = people.admit(OPERATOR, name=someone.name, email=None, roles=taking_part, synthetic=True)
        self.people[someone.name] = person
        kind = "study" if "associate" in someone.roles else "employment"
        start = (self.instant(someone.joined) - timedelta(days=400)).date()
        actor = self.actor(someone.name)
        people.declare_tie(actor, person=person, organisation=self.homes[someone.organisation], kind=kind, start=start)
        if someone.pronouns:
            people.edit_profile(actor, person=person, name=someone.name, pronouns=someone.pronouns)

    def roles(self, someone: Someone) -> Iterator[Scene]:
        """The roles beside member and associate, for their term."""
        for role in sorted(set(someone.roles) - {"founder", "member", "associate"}):
            yield max(someone.since, someone.joined) + 0.01, partial(self.give, someone, role)

    def give(self, someone: Someone, role: str) -> None:
        """One role for its term; an organiser's is for the round at hand."""
        scope = f"round:{self.rounds['2027'].pk}" if role == "organiser" else ""
        people.give_role(OPERATOR, person=self.people[someone.name], role=role, scope=scope, until=self.end(someone))

    def end(self, someone: Someone) -> datetime | None:
        """When somebody's term ends, if it does."""
        return self.instant(someone.until) if someone.until is not None else None

    def round(self, raw: dict[str, Any]) -> Iterator[Scene]:
        """A round from its announcement to its agenda, as far as it has come."""
        key, ask, vote = raw["key"], raw["questions"], raw["vote"]
        next_phase = raw.get("discussion", vote)
        yield ask - 9, lambda: self.open_round(raw)
        yield ask, lambda: self.begin(agenda.begin_questions, key)
        asked = content.questions(key)
        for place, question in enumerate(asked):
            day = ask + 0.5 + (next_phase - ask - 6) * place / len(asked)
            yield from self.question(question, day, next_phase, raw, len(asked))
        if "discussion" in raw:
            yield raw["discussion"], lambda: self.begin(agenda.begin_discussion, key)
            yield from Discussion(self, key).scenes()
        if vote < 0:
            yield from self.voting(raw)

    def voting(self, raw: dict[str, Any]) -> Iterator[Scene]:
        """The vote of a round, as far as it has come, and what follows from it."""
        key, vote, close = raw["key"], raw["vote"], raw["closes"]
        yield vote, lambda: self.begin(agenda.begin_vote, key)
        listed = [someone for someone in self.cast if "member" in someone.roles and someone.joined < vote]
        voting = self.chance.sample(listed, round(raw["turnout"] * len(listed)))
        for someone in voting:
            day = vote + 0.1 + self.chance.random() ** 1.5 * (min(close, -0.6) - vote - 0.2)
            yield day, partial(self.vote, someone, key)
        if close < 0:
            yield close, lambda: agenda.close_vote(CLOCK, round=self.rounds[key])
            yield close + 1.01, lambda: agenda.decide(CLOCK, round=self.rounds[key])

    def open_round(self, raw: dict[str, Any]) -> None:
        """A steward announces a round."""
        self.rounds[raw["key"]] = agenda.announce_round(
            self.actor("sample-005" if raw["questions"] > -290 else "sample-001"),
            slug=raw["key"],
            title=raw["title"],
            summary=raw["description"].strip(),
            questions_open=self.instant(raw["questions"]),
            vote_opens=self.instant(raw["vote"]),
            vote_closes=self.instant(raw["closes"]),
            discussion_opens=self.instant(raw["discussion"]) if "discussion" in raw else None,
        )

    def question(self, asked: Asked, day: float, vote: int, raw: dict[str, Any], among: int) -> Iterator[Scene]:
        """A question is proposed, estimated by others, and hours are offered for it."""
        here = [s for s in self.cast if s.joined < day and {"member", "associate"} & set(s.roles)]
        keen = sorted(here, key=lambda s: (-asked.affinity[s.leaning], self.chance.random()))
        author, others = keen[0], keen[1:20]
        yield day, partial(self.propose, asked, author)
        members = [s for s in others if "member" in s.roles]
        fewest, most = raw["estimates"]
        for number, someone in enumerate(self.chance.sample(members, self.chance.randint(fewest, most))):
            yield day + 0.4 * (number + 1), partial(self.estimate, asked, someone)
        share = raw["offered_hours"] / among
        offers = raw["offers"]
        for someone in self.chance.sample(others, offers):
            hours = max(4, round(share / offers * self.chance.uniform(0.6, 1.4)))
            yield day + 0.3 + self.chance.random() * (vote - day - 0.6), partial(self.offer, asked, someone, hours)

    def declare(self, declared: dict[str, Any]) -> None:
        """The sponsor or the operator says what it gives."""
        facts = {key: declared[key] for key in ("kind", "none", "text", "giver")}
        charter.declare(self.actor(declared["by"]), **facts)

    def estimate(self, asked: Asked, someone: Someone) -> None:
        """Somebody estimates a question's hours, near to what is typical."""
        low, high = (round(hours * self.chance.uniform(0.75, 1.3) / 10) * 10 for hours in (asked.low, asked.high))
        agenda.estimate_effort(
            self.actor(someone.name), question=self.asked[asked.key], low=max(low, 10), high=max(low, high, 20)
        )

    def offer(self, asked: Asked, someone: Someone, hours: int) -> None:
        """Somebody offers hours for a question."""
        agenda.offer_hours(self.actor(someone.name), question=self.asked[asked.key], hours=hours)

    def propose(self, asked: Asked, author: Someone) -> None:
        """The author puts the question to its round."""
        self.asked[asked.key] = agenda.propose_question(
            self.actor(author.name),
            round=self.rounds[asked.round],
            title=asked.title,
            body=asked.body,
            signed=asked.signed,
        )

    def begin(self, phase: Callable[..., Round], key: str) -> None:
        """The clock begins a phase of a round."""
        self.rounds[key] = phase(CLOCK, round=self.rounds[key])

    def vote(self, someone: Someone, key: str) -> None:
        """A member approves of what lies near to their leaning, more or less."""
        ballot = self.rounds[key].ballot
        assert ballot is not None
        mood = self.chance.uniform(0.4, 0.55)
        near = [
            q for q in content.questions(key) if self.chance.random() < _keenness(q.affinity[someone.leaning] - mood)
        ]
        if key not in self.options:
            self.options[key] = frozenset(ballot.options.values_list("reference", flat=True))
        approved = {self.asked[question.key].reference for question in near} & self.options[key]
        cast(self.actor(someone.name), ballot=ballot, approved=sorted(approved))

    def announce(self, mail: dict[str, Any]) -> None:
        """One person drafts a mail to all, another confirms it."""
        draft = agenda.draft_announcement(
            self.actor(mail["by"]), round=self.rounds[mail["round"]], subject=mail["title"], body=mail["body"].strip()
        )
        agenda.confirm_announcement(self.actor(mail["confirmed_by"]), announcement=draft)


def _keenness(beyond: float) -> float:
    """How probably somebody approves of what lies so far beyond their mood: from hardly to almost surely."""
    return 1 / (1 + math.exp(-9 * beyond))
