"""Checks the studies of the lab as far as the record tells them: plans before runs, no attempt left out, every log signed.

Written from docs/record.md. The numbers themselves are recomputed from the log of a run: `stoa lab check`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from stoa.verify.entry import Entry, Facts
from stoa.verify.faults import Broken
from stoa.verify.report import Report
from stoa.verify.shown import counted, plain

REGISTERED, CHANGED = "lab.plan.registered", "lab.plan.changed"
BEGUN, FAILED, SUBMITTED, CHECKED = "lab.run.begun", "lab.run.failed", "lab.run.submitted", "lab.run.checked"
SETTLED = "lab.result.settled"
ASIDE, AGAIN = "lab.run.set_aside", "lab.run.counts_again"
SET_ASIDE, DECIDED = "set_aside", ("reproduced", "disputed")
ENDED = ("lab.study.closed", "lab.study.withdrawn")
KEY, KEY_ENDED = "lab.key.registered", "lab.key.ended"
DIGEST = "sha256:"


def check_studies(deciding: list[Entry], report: Report) -> None:
    """Note the checks of every study, and of the signatures of all logs."""
    studies: dict[str, list[Entry]] = defaultdict(list)
    for entry in deciding:
        if entry.type.startswith("lab.") and "study" in entry.facts:
            studies[Facts(entry).text("study")].append(entry)
    keys = _keys(deciding)
    used: dict[str, tuple[str, str]] = {}
    for study, entries in studies.items():
        _Study(study, entries, keys, used).check(report)


def _keys(deciding: Iterable[Entry]) -> dict[tuple[str, str], list[tuple[int, int | None]]]:
    """From which entry to which each member signed with each key."""
    found: dict[tuple[str, str], list[tuple[int, int | None]]] = defaultdict(list)
    for entry in deciding:
        if entry.type not in (KEY, KEY_ENDED):
            continue
        facts = Facts(entry)
        spans = found[f"person:{facts.text('person')}", facts.hash("key").hex()]
        if entry.type == KEY:
            spans.append((entry.position, None))
        elif spans:
            spans[-1] = (spans[-1][0], entry.position)
    return found


class _Study:
    """One study: its entries in order, and what logs of all studies were seen before."""

    def __init__(
        self,
        study: str,
        entries: list[Entry],
        keys: dict[tuple[str, str], list[tuple[int, int | None]]],
        used: dict[str, tuple[str, str]],
    ) -> None:
        self.about = f"study:{plain(study)}"
        self.entries, self.keys, self.used = entries, keys, used
        self.begun: dict[int, Entry] = {}

    def check(self, report: Report) -> None:
        """Note what holds of it."""
        report.check("study.runs", "Every attempt stands under the plan of its time", self._runs, self.about)
        report.check("study.logs", "Every log is signed by its member, and none came twice", self._logs, self.about)
        report.check("study.results", "What counts as a result rests on logs that hold", self._results, self.about)

    def _runs(self) -> str:
        plan, plans, study = "", 0, 0
        for entry in self.entries:
            facts = Facts(entry)
            if entry.type in (REGISTERED, CHANGED):
                plan, plans = facts.text("plan"), plans + 1
                if (entry.type == REGISTERED) != (plans == 1):
                    raise Broken(f"{entry}: a plan is registered once, and changed after that.")
                study = facts.number("number") if entry.type == REGISTERED else study
            elif entry.type == BEGUN:
                self._begin(entry, facts, plan)
            elif entry.type in ENDED and facts.number("runs") != len(self.begun):
                raise Broken(f"{entry} counts {facts.number('runs'):,} attempts; {len(self.begun):,} began before it.")
        if not plans:
            raise Broken(f"{self.entries[0]} is of a study whose plan was never registered.")
        return (
            f"Study {study:,}: {counted(len(self.begun), 'attempt')}, numbered without a gap; {counted(plans, 'plan')}."
        )

    def _begin(self, entry: Entry, facts: Facts, plan: str) -> None:
        number = facts.number("number", 1)
        if number != len(self.begun) + 1:
            raise Broken(f"{entry} has the number {number:,}; the next attempt would be {len(self.begun) + 1:,}.")
        claim = facts.number("reproduces", 1) if facts.has("reproduces") else None
        if claim is not None and claim not in self.begun:
            raise Broken(f"{entry} reproduces run {claim:,}, which had not begun.")
        of_claim = Facts(self.begun[claim]).text("plan") if claim is not None else plan
        if not plan or facts.text("plan") not in (plan, of_claim):
            raise Broken(f"{entry} goes by another plan than the one in force then.")
        self.begun[number] = entry

    def _logs(self) -> str:
        registered = next((entry for entry in self.entries if entry.type == REGISTERED), None)
        logs = [entry for entry in self.entries if entry.type == SUBMITTED]
        for entry in logs:
            facts = Facts(entry)
            begun = self._run_of(entry, facts)
            log = facts.text("log")
            first, run = self.used.setdefault(log, (str(entry), entry.subject))
            if run != entry.subject:  # after a restore a run's own log is sent in anew
                raise Broken(f"{entry} has the log of {first}.")
            if registered is None or not self._signed(entry, facts, begun, Facts(registered).number("number")):
                raise Broken(f"{entry}: the log is not signed by a key that its member had then.")
            if Facts(begun).has("reproduces"):
                _opened(entry, facts, log)
        return f"{counted(len(logs), 'log')}."

    def _run_of(self, entry: Entry, facts: Facts) -> Entry:
        begun = self.begun.get(facts.number("number", 1))
        if begun is None or begun.position > entry.position or begun.subject != entry.subject:
            raise Broken(f"{entry} is about a run that had not begun.")
        return begun

    def _signed(self, entry: Entry, facts: Facts, begun: Entry, study: int) -> bool:
        key, log = facts.hash("key"), facts.text("log")
        spans = self.keys.get((str(begun.actor), key.hex()), [])
        if not any(first < entry.position and (last is None or entry.position < last) for first, last in spans):
            return False
        nonce, number = Facts(begun).text("nonce"), facts.number("number")
        text = f"stoa-run/1\n{study}\n{number}\n{nonce}\n{log.removeprefix(DIGEST)}\n".encode()
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(facts.text("signature")), text)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _results(self) -> str:
        holds: set[int] = set()
        aside: set[int] = set()
        settled: dict[int, str] = {}
        for entry in self.entries:
            if entry.type in (CHECKED, ASIDE, AGAIN):
                self._count(entry, holds, aside)
            elif entry.type == SETTLED:
                number, state = self._settled(entry, holds, aside)
                settled[number] = state
        for number, state in settled.items():
            if (number in aside) != (state == SET_ASIDE):
                raise Broken(f"Run {number:,} still counts as {plain(state)}; it was set aside, or counts again.")
            if state in DECIDED and not self._repeated(number, holds):
                raise Broken(f"Run {number:,} still counts as {state}; the reproductions that said so were set aside.")
        reproduced = sum(state == "reproduced" for state in settled.values())
        return f"{counted(len(settled), 'result')}, {reproduced:,} reproduced."

    def _count(self, entry: Entry, holds: set[int], aside: set[int]) -> None:
        """Take a run into those that count, or out of them; into those that were set aside, or out of them."""
        facts, number = Facts(entry), Facts(entry).number("number", 1)
        self._run_of(entry, facts)
        if entry.type != CHECKED and (number in holds) != (entry.type == ASIDE):
            raise Broken(f"{entry} is about a run that did not stand so.")
        if entry.type == AGAIN or (entry.type == CHECKED and facts.text("verdict") == "follows"):
            holds.add(number)
            aside.discard(number)
        else:
            holds.discard(number)
            aside |= {number} if entry.type == ASIDE else set()

    def _settled(self, entry: Entry, holds: set[int], aside: set[int]) -> tuple[int, str]:
        facts, number = Facts(entry), Facts(entry).number("number", 1)
        self._run_of(entry, facts)
        state = facts.text("state")
        if state == SET_ASIDE and number not in aside:
            raise Broken(f"{entry} says that run {number:,} was set aside; no entry did so.")
        if state != SET_ASIDE and number not in holds:
            raise Broken(f"{entry} rests on run {number:,}, whose log was not found to hold.")
        if state in DECIDED and not self._repeated(number, holds):
            raise Broken(f"{entry} says {state}; no independent reproduction had a log that holds.")
        return number, state

    def _repeated(self, claim: int, holds: set[int]) -> bool:
        """Whether an independent reproduction of this run is among those whose logs hold."""
        tried = [Facts(self.begun[number]) for number in holds]
        return any(
            one.has("reproduces") and one.number("reproduces") == claim and one.flag("independent") for one in tried
        )


def _opened(entry: Entry, facts: Facts, log: str) -> None:
    """The log of a reproduction is the one that was committed to."""
    digest = bytes.fromhex(log.removeprefix(DIGEST))
    if sha256(facts.hash("salt") + digest).digest() != facts.hash("commitment"):
        raise Broken(f"{entry}: the salt does not open the commitment to this log.")
