"""Reads participatory-budgeting elections in the Pabulib format (pabulib.org/format): sections META, PROJECTS, VOTES.

A file comes from strangers: every size is limited before it is read, every fault is told with its line and its remedy,
and what is passed over is counted with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

from stoa.methods.rows import BadFile, read_rows

MOST_PROJECTS = 20_000
MOST_ID = 80
MOST_DECIMALS = 6
MOST_MONEY = 2**53 - 1

SECTIONS = ("META", "PROJECTS", "VOTES")
APPROVALS = frozenset({"approval", "choose-1"})
OTHERS = frozenset({"cumulative", "ordinal", "scoring"})

UNKNOWN_PROJECT = "approvals of projects that are not in the file"
DOUBLED_VOTER = "votes of a voter whose id came before"
NO_POINTS = "projects named in a vote with no points or fewer"


@dataclass(frozen=True)
class Project:
    """A project with its cost in 1/scale of the file's unit."""

    id: str
    name: str
    cost: int


@dataclass(frozen=True)
class Vote:
    """Whom a vote approves, in the order of the file, without doubles."""

    voter: str
    approved: tuple[str, ...]


@dataclass(frozen=True)
class Election:
    """An election as read. Costs and budget are whole numbers of 1/scale of `unit`; `skipped`: reason → how many passed over."""

    meta: Mapping[str, str]
    projects: tuple[Project, ...]
    votes: tuple[Vote, ...]
    budget: int
    scale: int
    unit: str
    skipped: Mapping[str, int]
    warnings: tuple[str, ...]


def read(stream: BinaryIO, *, as_approvals: bool = False, on_progress: Callable[[int], None] | None = None) -> Election:
    """Read an election. `as_approvals` takes the votes of other kinds as approvals: whatever they rank or give points to.

    `on_progress` is told the number of bytes read so far, now and then. Raises `BadFile`.
    """
    reading = _Reading(as_approvals)
    for line, row in read_rows(stream, ";", on_progress):
        reading.take(line, row)
    return reading.election()


def amount(text: str, scale: int) -> int:
    """A decimal text in whole 1/scale units."""
    return int(Decimal(text) * scale)


def in_units(value: int, scale: int) -> int | str:
    """A number of 1/scale units in the file's own unit: an integer where it is whole, else a decimal text."""
    whole, rest = divmod(value, scale)
    return whole if rest == 0 else format((Decimal(value) / scale).normalize(), "f")


@dataclass
class _Reading:
    as_approvals: bool
    section: str = ""
    columns: list[str] | None = None
    seen: list[str] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    costs: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    votes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    budget: Decimal = Decimal(0)

    def take(self, line: int, row: list[str]) -> None:
        """Take in one row."""
        if len(row) == 1 and row[0].strip().upper() in SECTIONS:
            self._open(line, row[0].strip().upper())
        elif not self.section:
            raise BadFile(f"Line {line}: the file does not begin with a line META. Give a Pabulib file (.pb).")
        elif self.columns is None:
            self.columns = [name.strip().lower() for name in row]
            self._demand_columns(line)
        else:
            {"META": self._meta, "PROJECTS": self._project, "VOTES": self._vote}[self.section](line, row)

    def election(self) -> Election:
        """What was read, once everything was."""
        missing = [section for section in SECTIONS if section not in self.seen]
        if missing:
            raise BadFile(f"The section {missing[0]} is missing: the file may have been cut off. Fetch it again.")
        if not self.costs:
            raise BadFile("The section PROJECTS has no projects. Check the file.")
        amounts = [self.budget, *(cost for _, cost in self.costs.values())]
        scale = 10 ** max(max(0, -_exponent(one)) for one in amounts)
        budget = int(self.budget * scale)
        if max(int(one * scale) for one in amounts) > MOST_MONEY:
            raise BadFile("The budget or a cost is too large to be counted exactly. Use a larger unit of money.")
        projects = tuple(Project(key, name, int(cost * scale)) for key, (name, cost) in self.costs.items())
        votes = tuple(Vote(voter, approved) for voter, approved in self.votes.items())
        unit = self.meta.get("currency", "").strip()[:12]
        return Election(self.meta, projects, votes, budget, scale, unit, dict(self.skipped), self._warnings())

    def _open(self, line: int, section: str) -> None:
        expected = SECTIONS[len(self.seen)] if len(self.seen) < len(SECTIONS) else None
        if section != expected:
            wanted = f"the section {expected} should come here" if expected else "there is no further section"
            raise BadFile(f"Line {line}: the section {section} stands in the wrong place; {wanted}.")
        if section == "PROJECTS":
            self._check_meta(line)
        self.seen.append(section)
        self.section, self.columns = section, None

    def _demand_columns(self, line: int) -> None:
        needed = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("voter_id", "vote")}
        for name in needed[self.section]:
            if self.columns is None or name not in self.columns:
                raise BadFile(f"Line {line}: the section {self.section} has no column {name}. Add it to its header.")

    def _check_meta(self, line: int) -> None:
        kind = self.meta.get("vote_type", "").strip().lower()
        if kind not in APPROVALS | OTHERS:
            raise BadFile(f"Line {line}: META gives no known vote_type. Add one: approval or choose-1.")
        if kind in OTHERS and not self.as_approvals:
            raise BadFile(
                f"The votes are {kind}, not approvals. Read them as approvals with --as-approvals, or take another file."
            )
        if "budget" not in self.meta:
            raise BadFile("META gives no budget. Add a line like budget;120000.")
        self.budget = _money(self.meta["budget"], line, "budget in META")
        if self.budget <= 0:
            raise BadFile("The budget in META is not above 0. Nothing could be chosen; check the file.")

    def _meta(self, line: int, row: list[str]) -> None:
        if len(row) < 2:
            raise BadFile(f"Line {line}: META holds pairs, key;value. Give the value after a semicolon.")
        key, value = row[0].strip().lower(), ";".join(row[1:]).strip()
        if key in {"budget", "vote_type"} and self.meta.get(key, value) != value:
            raise BadFile(f"Line {line}: META gives {key} twice, differently. Keep the one that is right.")
        self.meta[key] = value

    def _project(self, line: int, row: list[str]) -> None:
        cells = self._cells(row)
        key = _identifier(cells.get("project_id", ""), line, "project_id")
        if key in self.costs:
            raise BadFile(f"Line {line}: the project “{key}” comes twice. Give each project an id of its own.")
        cost = _money(cells.get("cost", ""), line, f"cost of project “{key}”")
        if cost <= 0:
            raise BadFile(f"Line {line}: the cost of project “{key}” is not above 0. Give what it costs.")
        if len(self.costs) >= MOST_PROJECTS:
            raise BadFile(f"Line {line}: there are more than {MOST_PROJECTS:,} projects. Split the file.")
        self.costs[key] = (" ".join(cells.get("name", "").split()), cost)

    def _vote(self, line: int, row: list[str]) -> None:
        cells = self._cells(row)
        voter = _identifier(cells.get("voter_id", ""), line, "voter_id")
        if voter in self.votes:
            self.skipped[DOUBLED_VOTER] += 1
            return
        named = [part.strip() for part in cells.get("vote", "").split(",")]
        points = [part.strip() for part in cells.get("points", "").split(",")] if cells.get("points") else []
        approved: dict[str, None] = {}
        for place, key in enumerate(named):
            if not key:
                continue
            if key not in self.costs:
                self.skipped[UNKNOWN_PROJECT] += 1
            elif place < len(points) and not _is_positive(points[place]):
                self.skipped[NO_POINTS] += 1
            else:
                approved[key] = None
        self.votes[voter] = tuple(approved)

    def _cells(self, row: list[str]) -> dict[str, str]:
        return dict(zip(self.columns or [], row, strict=False))

    def _warnings(self) -> tuple[str, ...]:
        told = []
        for key, found in (("num_projects", len(self.costs)), ("num_votes", len(self.votes))):
            said = self.meta.get(key, "")
            if said and said != str(found):
                told.append(f"META says {key} is {said[:20]}; the file has {found}.")
        return tuple(told)


def _identifier(text: str, line: int, what: str) -> str:
    key = text.strip()
    if not key:
        raise BadFile(f"Line {line}: the {what} is empty. Give each row one.")
    if len(key) > MOST_ID or "," in key:
        raise BadFile(f"Line {line}: the {what} is longer than {MOST_ID} characters or holds a comma. Use another.")
    return key


def _money(text: str, line: int, what: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise BadFile(f"Line {line}: the {what} is not a number. Write it like 1200 or 1200.50.") from None
    if not value.is_finite() or abs(value.adjusted()) > 18:
        raise BadFile(f"Line {line}: the {what} is not a number that can be counted. Write it like 1200 or 1200.50.")
    if -_exponent(value) > MOST_DECIMALS:
        raise BadFile(f"Line {line}: the {what} has more than {MOST_DECIMALS} decimals. Round it.")
    return value


def _is_positive(points: str) -> bool:
    try:
        return Decimal(points) > 0
    except InvalidOperation:
        return False


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
