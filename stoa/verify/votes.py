"""Checks every vote of a record, from its opening to its result, each step under its own name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain

from stoa.verify.entry import Entry
from stoa.verify.faults import Broken, Unknowable
from stoa.verify.opening import Opening, check_efforts, check_times, close_of, read_opening, read_voters, said
from stoa.verify.outcome import check_decided, check_result
from stoa.verify.powers import SMALLEST_OPENED
from stoa.verify.report import Report
from stoa.verify.sealing import check_kept_closed, check_may_open, check_voted, read_ballots, read_commitments
from stoa.verify.shown import counted, plain, shown
from stoa.verify.source import Source

OPENED_VOTE = "ballots.vote_opened"
MOVED = "ballots.closing_moved"
SEALED = "ballots.sealed"
OPENED = "ballots.opened"
KEPT = "ballots.kept_closed"
ATTESTED = "ballots.attested"
DECIDED = "agenda.decided"
FROZEN = "agenda.effort_frozen"

_ONCE = (OPENED_VOTE, SEALED, OPENED, KEPT, DECIDED)
_IN_ORDER = ((OPENED_VOTE,), (SEALED,), (OPENED, KEPT), (DECIDED,))


@dataclass
class Vote:
    """All entries of one vote, by type and in the order of the record."""

    ballot: str
    entries: dict[str, list[Entry]] = field(default_factory=dict)

    def all(self, kind: str) -> list[Entry]:
        """Its entries of one type."""
        return self.entries.get(kind, [])

    def first(self, kind: str) -> Entry | None:
        """Its first entry of one type."""
        return next(iter(self.all(kind)), None)


def gather(deciding: Iterable[Entry]) -> tuple[list[Vote], dict[str, list[Entry]]]:
    """The votes in the order in which they were opened, and for each round the entries that froze its efforts."""
    votes: dict[str, Vote] = {}
    frozen: dict[str, list[Entry]] = {}
    for entry in deciding:
        if entry.type == FROZEN:
            frozen.setdefault(str(entry.facts.get("round")), []).append(entry)
        elif entry.type in {*_ONCE, MOVED, ATTESTED}:
            ballot = _ballot_of(entry)
            votes.setdefault(ballot, Vote(ballot)).entries.setdefault(entry.type, []).append(entry)
    return list(votes.values()), frozen


def _ballot_of(entry: Entry) -> str:
    """The vote that an entry belongs to: by its subject, or for a decision by what it says."""
    return str(entry.facts.get("ballot")) if entry.type == DECIDED else entry.subject.partition(":")[2]


def check_votes(deciding: list[Entry], source: Source, smallest: Mapping[int, int], report: Report) -> None:
    """Note the checks of every vote. `smallest` is, by version of the charter, the fewest ballots that are opened."""
    votes, frozen = gather(deciding)
    if not votes:
        report.skip("votes", "Votes", "There is no vote here yet.")
        return
    report.check("votes", "No round was decided twice", lambda: _each_round_once(votes))
    for vote in votes:
        opened = vote.first(OPENED_VOTE)
        fewest = smallest.get(opened.charter, SMALLEST_OPENED) if opened else SMALLEST_OPENED
        _VoteCheck(vote, source, report, fewest).run(frozen)


def _each_round_once(votes: list[Vote]) -> str:
    decided: dict[str, Entry] = {}
    for entry in (entry for vote in votes for entry in vote.all(DECIDED)):
        if entry.subject in decided and decided[entry.subject].facts.get("ballot") != entry.facts.get("ballot"):
            raise Broken(f"{shown(entry.subject)} was decided twice, in {decided[entry.subject]} and {entry}.")
        decided.setdefault(entry.subject, entry)
    return f"{counted(len(votes), 'vote')}, {counted(len(decided), 'decision')}."


def check_course(vote: Vote) -> str:
    """Whether the entries of a vote are there once each, in their order, and about this vote."""
    for kind in _ONCE:
        if len(vote.all(kind)) > 1:
            raise Broken(f"{kind} stands twice: {vote.all(kind)[0]} and {vote.all(kind)[1]}.")
    if vote.first(OPENED) and vote.first(KEPT):
        raise Broken(f"The ballots were both opened and kept closed: {vote.first(OPENED)}, {vote.first(KEPT)}.")
    for entry in chain.from_iterable(vote.entries.values()):
        if entry.facts.get("ballot") != vote.ballot:
            raise Broken(
                f"{entry} has the subject {shown(entry.subject)}, but is about {shown(entry.facts.get('ballot'))}."
            )
    steps = [next(filter(None, map(vote.first, kinds)), None) for kinds in _IN_ORDER]
    _check_order(steps)
    _check_between(vote.all(MOVED), steps[0], steps[1])
    _check_between(vote.all(ATTESTED), vote.first(KEPT), None)
    done = ("opened for voting", "sealed", "kept closed" if vote.first(KEPT) else "ballots opened", "decided")
    return f"Entries in order: {', '.join(word for word, step in zip(done, steps, strict=True) if step)}."


def _check_order(steps: list[Entry | None]) -> None:
    for kinds, before, after in zip(_IN_ORDER, steps, steps[1:], strict=False):
        if after and not before:
            raise Broken(f"{after} stands without {' or '.join(kinds)} before it.")
        if after and before and after.position < before.position:
            raise Broken(f"{after} stands before {before}.")


def _check_between(entries: list[Entry], start: Entry | None, end: Entry | None) -> None:
    for entry in entries:
        if start is None or entry.position < start.position:
            raise Broken(f"{entry} stands before what it is about.")
        if end and entry.position > end.position:
            raise Broken(f"{entry} stands after {end}.")


@dataclass
class _VoteCheck:
    """The checks of one vote, in order. What an earlier one could not read, later ones say they could not check."""

    vote: Vote
    source: Source
    report: Report
    fewest: int
    closes: datetime | None = None
    voters: list[str] | None = None
    commitments: list[str] | None = None
    ballots: list[list[str]] | None = None

    def run(self, frozen: Mapping[str, list[Entry]]) -> None:
        """All of them; `frozen` are the entries that froze efforts, by round."""
        self._check("vote.course", "Its entries are complete and in order", lambda: check_course(self.vote))
        read: list[Opening] = []
        if not self._check("vote.opening", "Its rules stood before the first ballot", lambda: self._opening(read)):
            self._skip("vote.result", "Its result", "The vote's rules could not be read.")
            return
        self._check_rules(read[0], frozen.get(read[0].round, []))
        sealed = self.vote.first(SEALED)
        if sealed is None:
            self._skip("vote.sealed", "Its ballots", self._still_open())
            return
        self._check_sealed(sealed)
        self._check_ballots(read[0])
        self._check_outcome(read[0])

    def _check_rules(self, opening: Opening, frozen: list[Entry]) -> None:
        self._check("vote.times", "Its times were kept", lambda: self._times(opening))
        if opening.imported:
            told = f"Voters and ballots come from a file (SHA-256 {opening.file}); they are no members."
            self._skip("vote.imported", "Its voters are members", told)
        else:
            self._check(
                "vote.efforts", "Its costs are the efforts frozen before", lambda: check_efforts(opening, frozen)
            )
        self._check("vote.voters", "The voter list is the one committed to", lambda: self._voters(opening))

    def _check_sealed(self, sealed: Entry) -> None:
        self._check("vote.sealed", "The sealed commitments are sound", lambda: self._commitments(sealed))
        title, voters = "Only people on the voter list voted", self.voters
        if voters is None:
            self._skip("vote.voted", title, "The voter list could not be read.")
        else:
            self._check("vote.voted", title, lambda: check_voted(sealed, voters, self.source))

    def _check_ballots(self, opening: Opening) -> None:
        opened, commitments = self.vote.first(OPENED), self.commitments
        title = "The opened ballots are those sealed"
        if opened and commitments is None:
            self._skip("vote.ballots", title, "The sealed commitments are not sound.")
        elif opened and commitments is not None:
            self._check("vote.ballots", title, lambda: self._ballots(opened, opening, commitments))
        ballots = self.ballots
        if ballots is not None:
            told = "Opening the ballots gave nobody's away"
            self._check("vote.secrecy", told, lambda: check_may_open(ballots, opening, self.fewest))

    def _check_outcome(self, opening: Opening) -> None:
        decided, kept = self.vote.first(DECIDED), self.vote.first(KEPT)
        if kept:
            self._check("vote.attested", "Scrutineers attest it", lambda: self._attested(kept))
        if decided is None:
            self._skip("vote.result", "Its result", "It is not decided yet.")
            return
        title = "The decision keeps to options and capacity"
        self._check("vote.decision", title, lambda: check_decided(decided, opening, closed=kept is not None))
        if self.ballots is not None:
            check_result(decided, opening, self.ballots, self.source, self.report)
        elif not kept:
            self._skip("vote.result", "Its result", "The ballots to recompute it from are not there.")

    def _opening(self, read: list[Opening]) -> str:
        entry = self.vote.first(OPENED_VOTE)
        if entry is None:
            raise Broken(f"There is no {OPENED_VOTE} for vote {shown(self.vote.ballot)}.")
        read.append(read_opening(entry, self.source))
        return said(read[0])

    def _times(self, opening: Opening) -> str:
        self.closes = close_of(opening, self.vote.all(MOVED))
        ended = self.vote.first(OPENED) or self.vote.first(KEPT)
        return check_times(opening, self.closes, self.vote.first(SEALED), ended)

    def _voters(self, opening: Opening) -> str:
        self.voters = read_voters(opening.entry, self.source)
        return f"{counted(len(self.voters), 'person', 'people')}, with the root published at the opening."

    def _commitments(self, sealed: Entry) -> str:
        self.commitments = read_commitments(sealed, self.source)
        return f"{counted(len(self.commitments), 'commitment')}, distinct, with the root published at the close."

    def _ballots(self, opened: Entry, opening: Opening, commitments: list[str]) -> str:
        self.ballots = read_ballots(opened, opening, commitments, self.source)
        return f"{counted(len(self.ballots), 'ballot')}: each gives its commitment, each commitment has its ballot."

    def _attested(self, kept: Entry) -> str:
        if self.commitments is None:
            raise Unknowable("The sealed commitments are not sound.")
        check_kept_closed(kept, len(self.commitments), self.vote.all(ATTESTED), self.fewest)

    def _still_open(self) -> str:
        if self.closes is None:
            return "It is not sealed, and its times could not be read."
        due = f"{self.closes:%Y-%m-%d %H:%M:%S} UTC"
        if datetime.now(UTC) < self.closes:
            return f"The vote is open until {due}: there is nothing to recompute yet."
        return f"The vote closed {due} and is not sealed yet."

    @property
    def about(self) -> str:
        """The vote, as checks name it."""
        return f"ballot:{plain(self.vote.ballot)}"

    def _check(self, code: str, title: str, work: Callable[[], str]) -> bool:
        return self.report.check(code, title, work, self.about)

    def _skip(self, code: str, title: str, reason: str) -> None:
        self.report.skip(code, title, reason, self.about)
