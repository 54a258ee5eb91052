"""Members who act over HTTP while the server is killed, and remember what they were told was done.

Each act has an Idempotency-Key of its own and is sent until it is answered. So of every act it is known whether it was done:
an answer of 2xx says so, and so does “already done” after an answer that was lost; a refusal says that it was not.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.crashes.clock import Clock
from tests.crashes.community import Known

PATIENCE = 1800.0
"""Seconds for which one act is sent again before the server is taken for gone."""
VOTING, ANSWERING = 12, 6
"""Members who take part in a vote, and in a discussion, before it may end; votes of ten and more are opened."""
HOUR = timedelta(hours=1)
"""What a phase of a round takes by the driver's clock."""
STANDING = "standing"
"""The round that is discussed from beginning to end, whose answers can be asked for at the end."""


@dataclass
class Announced:
    """A round that somebody announced, with its instants; `vote` is the number of its vote once known."""

    slug: str
    discussion: datetime
    opens: datetime
    closes: datetime
    questions: list[int] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    vote: int | None = None


@dataclass(frozen=True)
class Cast:
    """A ballot of which it is known that it was cast: `number` and `commitment` stand in its receipt, if one was seen."""

    approved: tuple[str, ...]
    number: int | None
    commitment: str | None


@dataclass
class Told:
    """All that the members were told was done, and what should never be answered (`wrong`)."""

    rounds: list[Announced] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    estimates: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    offers: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    answers: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)
    casts: dict[tuple[int, str], list[Cast]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def acts(self) -> int:
        """How many acts are known to have been done."""
        lists = [self.rounds, self.titles, self.bodies, self.claims]
        of_each = [*self.estimates.values(), *self.offers.values(), *self.answers.values(), *self.casts.values()]
        return sum(map(len, lists)) + sum(map(len, of_each))

    def under_way(self, now: datetime) -> list[Announced]:
        """Rounds in which members can do something; those for imports take none of theirs."""
        return [one for one in self.rounds if one.closes > now and not one.slug.startswith("import")]

    def is_ripe(self, round: Announced, now: datetime) -> bool:
        """Whether enough was done in a round for its phase to end: a vote needs a question with estimates and hours."""
        if now >= round.opens:
            voters = [person for vote, person in list(self.casts) if vote == round.vote]
            return len(voters) >= VOTING
        if now >= round.discussion:
            answering = [who for (slug, who), answers in list(self.answers.items()) if slug == round.slug and answers]
            return len(round.statements) >= 2 and len(answering) >= ANSWERING
        estimated = Counter(question for _, question in list(self.estimates))
        offered = {question for (_, question), hours in list(self.offers.items()) if hours[-1]}
        return sum(question in offered and estimated[question] >= 3 for question in list(round.questions)) >= 2


@dataclass(frozen=True)
class Done:
    """That an act was done, with the answer's content; None where that was lost."""

    content: Any


class Member:
    """Somebody with a key. All that one member does is done in turn, by one thread."""

    def __init__(
        self, known: Known, address: str, told: Told, chance: random.Random, *, clock: Clock, device: str = "one"
    ) -> None:
        self.person, self._told, self._chance, self._clock = known.person, told, chance, clock
        self._keys = (f"{device}-{number}" for number in itertools.count())
        self._client = httpx.Client(
            base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {known.key}"}, timeout=600, verify=False
        )

    def act(self, method: str, path: str, body: Any = None) -> Done | None:
        """Send an act until it is answered; None where it was refused."""
        key, tried, give_up = next(self._keys), False, time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            answer = self._send(method, path, body, key)
            if answer is not None and answer.status_code < 500:
                return self._understood(answer, f"{method} {path}", tried=tried)
            tried = True
            time.sleep(0.2)
        self._told.wrong.append(f"{method} {path} was never answered.")
        return None

    def leave(self) -> None:
        """Close the connection."""
        self._client.close()

    def ask(self, path: str) -> Any:
        """What a path answers now; None while it can't be had."""
        answer = self._send("GET", path)
        return answer.json() if answer is not None and answer.status_code == 200 else None

    def announce(self, slug: str, discussion: datetime, opens: datetime, closes: datetime) -> Announced | None:
        """Announce a round that takes questions at once."""
        now = self._clock.now()
        dated = {"discussion_opens": discussion, "vote_opens": opens, "vote_closes": closes, "questions_open": now}
        body = {"slug": slug, "title": f"What of {slug}?"} | {name: at.isoformat() for name, at in dated.items()}
        if self.act("POST", "/rounds", body) is None:
            return None
        self._told.rounds.append(announced := Announced(slug, discussion, opens, closes))
        return announced

    def announce_far(self, slug: str) -> Announced | None:
        """Announce a round whose phases are far off."""
        far = self._clock.now() + 300 * 24 * HOUR
        return self.announce(slug, far, far + HOUR, far + 2 * HOUR)

    def take_part(self) -> None:
        """Do one thing in a round that is under way, as its phase allows."""
        now = self._clock.now()
        under_way = self._told.under_way(now)
        if not under_way:
            return
        round = self._chance.choice(under_way)
        if now >= round.opens:
            deed: Callable[[Announced], object] = self.vote
        elif now >= round.discussion:
            deed = self._chance.choice([self.answer, self.answer, self.answer, self.claim, self.talk])
        else:
            deed = self._chance.choice([self.propose, self.estimate_one, self.estimate_one, self.offer_for_one])
        deed(round)

    def propose(self, round: Announced) -> None:
        if len(round.questions) >= 4:
            return
        title = f"What does {self._word()} mean in {round.slug}?"
        if done := self.act("POST", f"/rounds/{round.slug}/questions", {"title": title}):
            self._told.titles.append(title)
            if done.content:
                round.questions.append(done.content["number"])

    def estimate_one(self, round: Announced) -> None:
        if question := self._one_of(round.questions):
            self.estimate(round, question)

    def estimate(self, round: Announced, question: int) -> None:
        hours = self._chance.randint(1, 40)
        path, body = f"/rounds/{round.slug}/questions/{question}/estimate", {"low": hours, "high": hours}
        if self.act("PUT", path, body):
            self._told.estimates.setdefault((self.person, question), []).append(hours)

    def offer_for_one(self, round: Announced) -> None:
        if question := self._one_of(round.questions):
            self.offer(round, question)

    def offer(self, round: Announced, question: int) -> None:
        hours = self._chance.randint(1, 60)
        if self.act("PUT", f"/rounds/{round.slug}/questions/{question}/offer", {"hours": hours}):
            self._told.offers.setdefault((self.person, question), []).append(hours)

    def talk(self, round: Announced) -> None:
        if question := self._one_of(round.questions):
            body = f"I wonder about {self._word()}."
            if self.act("POST", "/forum/posts", {"about": f"question:{question}", "body": body}):
                self._told.bodies.append(body)

    def claim(self, round: Announced) -> None:
        body = f"The {self._word()} comes before the {self._word()}."
        if len(round.statements) < 12 and (
            done := self.act("POST", f"/rounds/{round.slug}/statements", {"body": body, "anyway": True})
        ):
            self._told.claims.append(body)
            if done.content:
                round.statements.append(done.content["number"])

    def answer(self, round: Announced) -> None:
        if (statement := self._one_of(round.statements)) is None:
            return
        path, given = f"/rounds/{round.slug}/statements/{statement}/answer", self._answers(round)
        if self._chance.random() < 0.1:
            if self.act("DELETE", path):
                given.pop(statement, None)
            return
        word = self._chance.choice(["agree", "disagree", "skip"])
        if self.act("PUT", path, {"answer": word}):
            given[statement] = word

    def vote(self, round: Announced) -> bool:
        """Cast a ballot, if the vote is open; whether that was done."""
        round.vote = round.vote or (self.ask(f"/rounds/{round.slug}") or {}).get("vote")
        if round.vote is None:
            return False
        if not round.options:
            round.options = [one["id"] for one in (self.ask(f"/votes/{round.vote}/options") or {"items": []})["items"]]
        approved = sorted(self._chance.sample(round.options, self._chance.randint(0, len(round.options))))
        done = self.act("POST", f"/votes/{round.vote}/ballot", {"approved": approved, "words": self._word()})
        if done:
            receipt = done.content or self.ask(f"/votes/{round.vote}/receipt") or {}
            cast = Cast(tuple(approved), receipt.get("cast"), receipt.get("commitment"))
            self._told.casts.setdefault((round.vote, self.person), []).append(cast)
        return done is not None

    def _send(self, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response | None:
        try:
            answer = self._client.request(method, path, json=body, headers={"Idempotency-Key": key} if key else None)
        except httpx.TransportError as error:
            self._told.lost[type(error).__name__] += 1
            return None
        if answer.status_code >= 500:
            self._told.lost[str(answer.status_code)] += 1
        return answer

    def _understood(self, answer: httpx.Response, what: str, *, tried: bool) -> Done | None:
        if answer.is_success:
            return Done(answer.json() if answer.content else None)
        problem = answer.json()
        if problem["code"] == "already-done":
            if not tried:
                self._told.wrong.append(f"{what}: said to be done before it was sent.")
            return Done(None)
        self._told.refused[f"{answer.status_code} {problem['code'] or problem['message']}"] += 1
        return None

    def _answers(self, round: Announced) -> dict[int, str]:
        return self._told.answers.setdefault((round.slug, self.person), {})

    def _one_of(self, numbers: list[int]) -> int | None:
        return self._chance.choice(numbers) if numbers else None

    def _word(self) -> str:
        return f"w{self._chance.getrandbits(64):016x}"


class Crew(threading.Thread):
    """Some members who act in turn, until told to stop; what was begun is then brought to an end."""

    def __init__(self, members: list[Member], chance: random.Random, stop: threading.Event) -> None:
        super().__init__(name="crew")
        self._members, self._chance, self._stop_asked = members, chance, stop
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._stop_asked.is_set():
                self._chance.choice(self._members).take_part()
                time.sleep(self._chance.uniform(0, 0.05))
        except BaseException as error:  # noqa: BLE001 - the driver raises it in its own thread
            self.error = error
