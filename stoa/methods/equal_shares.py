"""The choice of an agenda by equal shares: the rule, its completion, its result with a certificate; and plain majority.

docs/equal-shares.md states the rule, the result and the certificate; everything here follows it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import takewhile
from typing import Literal

from stoa.methods.approvals import Approvals, Parted
from stoa.methods.canonical import JSON
from stoa.methods.exact_purses import Purchase
from stoa.methods.proportionality import violations
from stoa.methods.shares_run import NOTHING, Common, Run, common_run, equal_shares_run

METHOD = "equal-shares/1"
MOST_RAISES = 10_000
MOST_CLASSES = 3_000
PASSED_OVER = 3
AT_ONCE = 64
SUCCESSES = 3
GREATEST_CAPACITY = 2**53 - 1

Ballots = Sequence[Iterable[str]]
Utility = Literal["cost", "cardinality"]
Completion = Literal["none", "add1u"]


@dataclass(frozen=True)
class AgendaChoice:
    """What was chosen, in order, each with its phase (`mes`, `add1`, `utilitarian`), and the certificate."""

    selected: tuple[str, ...]
    phase: Mapping[str, str]
    cost: int
    budget: int
    certificate: dict[str, JSON]

    def as_json(self) -> dict[str, JSON]:
        """The result as docs/equal-shares.md fixes it: selected, phase, cost, budget, certificate."""
        return {
            "selected": [*self.selected],
            "phase": {**self.phase},
            "cost": self.cost,
            "budget": self.budget,
            "certificate": self.certificate,
        }


def choose(
    ballots: Ballots,
    costs: Mapping[str, int],
    capacity: int,
    *,
    utility: Utility = "cost",
    completion: Completion = "add1u",
    seed: bytes | None = None,
) -> AgendaChoice:
    """Choose options by equal shares, within `capacity`.

    `ballots` are the ids that each voter approves, empty ones included: every ballot has its share. `costs` gives each
    option's cost, a whole number above 0, in the order of listing. Ties go to the smaller SHA-256(seed ‖ id in UTF-8),
    without a seed to the option listed first. Raises ValueError for a cost of 0 or less, for a capacity below 0 or above
    2^53 − 1, and for a ballot that names an option which is not listed.
    """
    if not 0 <= capacity <= GREATEST_CAPACITY:
        raise ValueError(f"The capacity is {capacity}: it must be between 0 and 2^53 − 1.")
    contest = _Contest(Approvals.of(ballots, costs), capacity, utility, seed)
    base = contest.run(0)
    raising = _raised(contest, base) if completion == "add1u" else None
    final = raising.run if raising else base
    phase = {option: "mes" if option in base.bought else "add1" for option in final.bought}
    if completion == "add1u":
        phase |= dict.fromkeys(contest.most_approved(phase), "utilitarian")
    certificate = _certificate(contest, base, raising, list(phase.items()))
    certificate |= {"utility": utility, "completion": completion, "seed": seed.hex() if seed is not None else None}
    named = {contest.name(option): word for option, word in phase.items()}
    return AgendaChoice(tuple(named), named, contest.cost(phase), capacity, certificate)


def majority(
    ballots: Ballots, costs: Mapping[str, int], capacity: int, *, seed: bytes | None = None
) -> tuple[str, ...]:
    """What a plain majority would choose: most approvals first, what no longer fits is passed over; ties as in `choose`.

    An option that nobody approves is not chosen.
    """
    contest = _Contest(Approvals.of(ballots, costs), capacity, "cost", seed)
    return tuple(map(contest.name, contest.most_approved(())))


def raise_step(capacity: int, voters: int) -> Fraction:
    """By how much one raise lifts every voter's share: one unit of cost, or a thousandth of the share if that is more.

    Where one unit is more than a tenth of the share, all shares together are lifted by one unit of cost, or by a
    hundredth of the capacity if that is more.
    """
    if capacity < 10 * voters:
        return Fraction(max(1, capacity // 100), voters)
    return Fraction(max(1, capacity // (1000 * voters)))


class _Contest:
    """One vote: its ballots, its capacity, and what follows from them alone. Options go by their place in the listing."""

    def __init__(self, approvals: Approvals, capacity: int, utility: Utility, seed: bytes | None) -> None:
        self.approvals = approvals
        self.capacity = capacity
        self.utility = utility
        self.step = raise_step(capacity, approvals.voters) if approvals.voters else Fraction(0)
        self._share = Fraction(capacity, approvals.voters) if approvals.voters else Fraction(0)
        self._utilities = approvals.costs if utility == "cost" else (1,) * len(approvals.costs)
        self._ranks = _ranks(approvals.options, seed)
        self._support = approvals.support.tolist()
        self._parted: Parted | None = None
        self.supported = tuple(option for option, support in enumerate(self._support) if support)

    def name(self, option: int) -> str:
        """An option's id."""
        return self.approvals.options[option]

    def cost(self, options: Iterable[int]) -> int:
        """What these options cost together."""
        return sum(self.approvals.costs[option] for option in options)

    def run(self, raises: int) -> Run:
        """Equal shares with the share raised so many times."""
        share, capacity = self._share + raises * self.step, self.capacity
        return equal_shares_run(
            self.approvals, utilities=self._utilities, ranks=self._ranks, share=share, limit=capacity
        )

    def common(self, first: int, last: int, wider: Common, above: Common) -> Common:
        """What the runs with the share raised `first` to `last` times buy alike."""
        parted = self._parted or self.approvals.parted_by((), MOST_CLASSES)
        least, most = (self._share + raises * self.step for raises in (first, last))
        return common_run(
            self.approvals,
            parted,
            utilities=self._utilities,
            ranks=self._ranks,
            least=least,
            most=most,
            limit=self.capacity,
            wider=wider,
            above=above,
        )

    def part_by(self, bought: Sequence[int]) -> None:
        """Reckon with classes of voters as long as what is bought first is among these options."""
        if self._parted is not None:
            common = len(list(takewhile(self._parted.options.__contains__, bought)))
            if common >= min(len(self._parted.options), len(bought)) - PASSED_OVER:
                return
        self._parted = self.approvals.parted_by(bought, MOST_CLASSES)

    def has_room(self, bought: Sequence[int], cost: int) -> bool:
        """Whether an option that someone approves would still fit beside what was bought at this cost."""
        room = self.capacity - cost
        return any(self.approvals.costs[option] <= room for option in self.supported if option not in bought)

    def most_approved(self, chosen: Collection[int]) -> list[int]:
        """What is added to the chosen: most approvals first, each that fits beside all before it."""
        room = self.capacity - self.cost(chosen)
        added = []
        for option in sorted(self.supported, key=lambda option: (-self._support[option], self._ranks[option])):
            if option not in chosen and self.approvals.costs[option] <= room:
                added.append(option)
                room -= self.approvals.costs[option]
        return added


@dataclass(frozen=True)
class _Raising:
    """How the raising went: the run that decides, after so many raises; the one that overspent; why it ended."""

    run: Run
    raises: int
    beyond: Run | None
    ended: str


def _raised(contest: _Contest, base: Run) -> _Raising:
    """Raise every share step by step, until a run overspends or leaves room for nothing that someone approves.

    Many raises at once where they certainly buy the same: then none of them ends the raising, or the first does.
    """
    if contest.cost(contest.supported) <= contest.capacity:
        return _Raising(base, 0, None, "all-fit")
    if not contest.has_room(base.bought, base.cost):
        return _Raising(base, 0, None, "nothing-fits")
    contest.part_by(base.bought)
    for raises, bought, cost in _steps(contest):
        if cost > contest.capacity:
            before = contest.run(raises - 1) if raises > 1 else base
            return _Raising(before, raises - 1, contest.run(raises), "overspends")
        if not contest.has_room(bought, cost):
            return _Raising(contest.run(raises), raises, None, "nothing-fits")
    return _Raising(contest.run(MOST_RAISES), MOST_RAISES, None, "limit")


def _steps(contest: _Contest) -> Iterator[tuple[int, tuple[int, ...], int]]:
    """What is bought after one raise, two raises …, and its cost; numbers of raises that add nothing new are left out."""
    done, reach, wide = 0, 1, 1
    while done < MOST_RAISES:
        last = min(done + reach, MOST_RAISES)
        found, wide = _block(contest, done + 1, last, wide)
        yield from found
        contest.part_by(found[-1][1])
        done, reach = last, min(2 * reach, AT_ONCE if len(found) > 1 else MOST_RAISES)


def _block(contest: _Contest, first: int, last: int, wide: int) -> tuple[list[tuple[int, tuple[int, ...], int]], int]:
    """The same for some numbers of raises, and how many to begin with after that.

    From the greatest down, since what is known of payments with greater shares helps with lesser ones. `wide` at once, as
    long as they certainly buy the same: after a failure half as many, after some successes twice.
    """
    found: list[tuple[int, tuple[int, ...], int]] = []
    needed, successes = SUCCESSES, 0
    wider = above = NOTHING
    while last >= first:
        least = max(first, last - wide + 1)
        common = contest.common(least, last, wider, above)
        if not common.done and least < last:
            wide, successes, wider = (last - least + 1) // 2, 0, common
            needed = min(2 * needed, 4 * SUCCESSES)
            continue
        if common.done:
            found.append((least, common.bought, common.cost))
            above, successes = common, successes + 1
        else:
            run = contest.run(least)
            found.append((least, run.bought, run.cost))
        if successes >= (needed if least == last else SUCCESSES):
            wide, successes = 2 * wide, 0
        last, wider = least - 1, NOTHING
    return found[::-1], wide if len(found) > 1 else 2 * wide


def _ranks(options: Sequence[str], seed: bytes | None) -> list[int]:
    """Each option's rank in ties, the lowest first."""
    if seed is None:
        return list(range(len(options)))
    order = sorted(range(len(options)), key=lambda option: sha256(seed + options[option].encode()).digest())
    ranks = [0] * len(options)
    for rank, option in enumerate(order):
        ranks[option] = rank
    return ranks


def _certificate(
    contest: _Contest, base: Run, raising: _Raising | None, chosen: list[tuple[int, str]]
) -> dict[str, JSON]:
    bought, left = set(base.bought), base.left()
    unbought = [option for option in range(len(contest.approvals.options)) if option not in bought]
    raised = raising if raising and raising.raises else None
    raises: JSON = None
    if raising:
        raises = {"step": str(contest.step), "raises": raising.raises, "ended": raising.ended}
    return {
        "method": METHOD,
        "unit": "1",
        "voters": contest.approvals.voters,
        "base": _run_json(contest, base),
        "raising": raises,
        "final": _run_json(contest, raised.run) if raised else None,
        "beyond": _run_json(contest, raising.beyond) if raising and raising.beyond else None,
        "utilitarian": [contest.name(option) for option, phase in chosen if phase == "utilitarian"],
        "left": {contest.name(option): left[option] for option in unbought},
        "audit": {
            "base": _violations_json(contest, bought),
            "outcome": _violations_json(contest, {option for option, _ in chosen}),
        },
    }


def _run_json(contest: _Contest, run: Run) -> JSON:
    rounds: list[JSON] = [
        {"id": contest.name(bought.option), "full": bought.full, "payment": _decimal(bought)}
        for bought in run.purchases
    ]
    return {"share": str(run.share), "cost": run.cost, "rounds": rounds}


def _violations_json(contest: _Contest, selected: Collection[int]) -> JSON:
    found = violations(contest.approvals, contest.capacity, selected, utility=contest.utility)
    return [{"id": violation.option, "supporters": violation.supporters} for violation in found]


def _decimal(bought: Purchase) -> str:
    """A payment with twelve decimals, rounded down, without zeros at its end."""
    whole, rest = divmod(bought.above * 10**12 // bought.below, 10**12)
    return f"{whole}.{rest:012d}".rstrip("0").rstrip(".")
