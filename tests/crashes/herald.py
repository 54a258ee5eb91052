"""Announces rounds that overlap, and lets the clock jump to the end of their phases when members did enough in each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.crashes.clock import Clock
from tests.crashes.members import HOUR, STANDING, Announced, Member, Told

BEFORE = timedelta(seconds=1)
"""How long before the end of a phase the clock jumps to: members act over it."""
TURNING = timedelta(seconds=5)
"""How long after it the server has to do with votes that open, close and are decided."""


class Herald(threading.Thread):
    """Each hour of its clock has a round that takes questions, one that is discussed, one that votes, and one that is checked."""

    def __init__(self, member: Member, told: Told, clock: Clock, stop: threading.Event) -> None:
        super().__init__(name="herald")
        self._member, self._told, self._clock, self._stop_asked = member, told, clock, stop
        self._turned = threading.Condition()
        self.turns = 0
        self.turn = clock.now() + HOUR
        self.error: BaseException | None = None

    def run(self) -> None:
        """Until told to stop, and then until every round that was announced is over."""
        far = self.turn + 300 * 24 * HOUR
        try:
            self._member.announce(STANDING, self.turn, far, far + HOUR)
            while not self._stop_asked.is_set() or self._under_way():
                if not self._stop_asked.is_set():
                    instants = (self.turn + hours * HOUR for hours in range(3))
                    self._member.announce(f"round-{self.turns + 1}", *instants)
                self._await_ripe()
                self._turn()
            self._turn()  # at the end of the window for checking the last is decided
        except BaseException as error:  # noqa: BLE001 - the driver raises it in its own thread
            self.error = error
        finally:
            with self._turned:
                self._turned.notify_all()

    def await_turn(self) -> None:
        """Wait until phases end."""
        with self._turned:
            before = self.turns
            while self.is_alive() and self.turns == before:
                self._turned.wait(1)

    def amid(self) -> Iterator[str]:
        """What is under way, in the words of the report."""
        now = self._clock.now()
        if self.turn - HOUR - BEFORE <= now <= self.turn - HOUR + TURNING:
            yield "phases began and ended"
        if any(one.opens <= now < one.closes for one in self._under_way()):
            yield "a vote was open"

    def _under_way(self) -> list[Announced]:
        return [one for one in self._told.under_way(self._clock.now()) if one.slug != STANDING]

    def _await_ripe(self) -> None:
        """Wait until each round under way can end its phase."""
        while not all(self._told.is_ripe(one, self._clock.now()) for one in self._under_way()):
            time.sleep(0.1)

    def _turn(self) -> None:
        self._clock.jump_to(self.turn - BEFORE)
        with self._turned:
            self.turns += 1
            self.turn += HOUR
            self._turned.notify_all()
        self._await(self.turn - HOUR + BEFORE)

    def _await(self, instant: datetime) -> None:
        while self._clock.now() < instant:
            time.sleep(0.1)
